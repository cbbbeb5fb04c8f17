/* Hash tables: open addressing with integer keys that grows, and chains with string keys. */
#include "bench.h"

typedef struct table {
    uint64_t *keys;
    uint32_t *counts;
    size_t capacity, used;
} table;

static uint64_t hash_key(uint64_t key)
{
    key ^= key >> 31;
    key *= 0x7fb5d329728ea185ull;
    return key ^ (key >> 27);
}

static void reserve(table *t, size_t capacity)
{
    t->keys = calloc(capacity, sizeof *t->keys);
    t->counts = calloc(capacity, sizeof *t->counts);
    t->capacity = capacity;
    t->used = 0;
    if (!t->keys || !t->counts)
        exit(1);
}

static uint32_t *find(table *t, uint64_t key)
{
    size_t i = hash_key(key) & (t->capacity - 1);
    while (t->keys[i] && t->keys[i] != key)
        i = (i + 1) & (t->capacity - 1);
    if (!t->keys[i]) {
        t->keys[i] = key;
        t->used++;
    }
    return &t->counts[i];
}

static void grow(table *t)
{
    table old = *t;
    reserve(t, old.capacity * 2);
    for (size_t i = 0; i < old.capacity; i++)
        if (old.keys[i])
            *find(t, old.keys[i]) = old.counts[i];
    free(old.keys);
    free(old.counts);
}

static uint64_t count_integers(uint64_t *seed)
{
    table t;
    reserve(&t, 256);
    for (int i = 0; i < 400000; i++) {
        ++*find(&t, 1 + bench_random(seed) % 60000);
        if (t.used * 4 > t.capacity * 3)
            grow(&t);
    }
    uint64_t sum = t.used;
    for (uint64_t key = 1; key < 60000; key += 5)
        sum = bench_mix(sum, *find(&t, key));
    free(t.keys);
    free(t.counts);
    return sum;
}

typedef struct entry {
    struct entry *next;
    uint32_t hash, count;
    char name[16];
} entry;

enum { BUCKETS = 4096 };

static entry *buckets[BUCKETS];

static entry *intern(const char *name)
{
    uint32_t hash = 2166136261u;
    for (const char *c = name; *c; c++)
        hash = (hash ^ (uint8_t)*c) * 16777619u;
    for (entry *e = buckets[hash % BUCKETS]; e; e = e->next)
        if (e->hash == hash && strcmp(e->name, name) == 0)
            return e;
    entry *e = calloc(1, sizeof *e);
    if (!e)
        exit(1);
    e->hash = hash;
    strcpy(e->name, name);
    e->next = buckets[hash % BUCKETS];
    buckets[hash % BUCKETS] = e;
    return e;
}

static uint64_t count_strings(uint64_t *seed)
{
    char name[16];
    for (int i = 0; i < 150000; i++) {
        uint32_t r = bench_random(seed) % 9000, length = 0;
        for (name[length++] = 'k'; r; r /= 26)
            name[length++] = (char)('a' + r % 26);
        name[length] = 0;
        intern(name)->count++;
    }
    uint64_t sum = 0;
    for (int i = 0; i < BUCKETS; i++)
        while (buckets[i]) {
            entry *e = buckets[i];
            sum = bench_mix(sum, e->hash + e->count);
            buckets[i] = e->next;
            free(e);
        }
    return sum;
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 40);
    uint64_t seed = 99, sum = 0;
    for (int r = 0; r < rounds; r++)
        sum = bench_mix(bench_mix(sum, count_integers(&seed)), count_strings(&seed));
    return bench_report("hashtable", sum);
}
