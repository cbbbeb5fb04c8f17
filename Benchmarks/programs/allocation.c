/* The allocator: blocks of mixed sizes that live for mixed times, growing arrays, and short strings. */
#include "bench.h"

enum { SLOTS = 4096 };

static uint8_t *slots[SLOTS];

static uint64_t churn(uint64_t *seed)
{
    uint64_t sum = 0;
    for (int i = 0; i < 60000; i++) {
        uint32_t r = bench_random(seed), slot = r % SLOTS;
        size_t bytes = (r >> 12) % 16 ? (r >> 12) % 200 + 1 : (r >> 12) % 6000 + 1;
        if (slots[slot]) {
            sum += *slots[slot];
            free(slots[slot]);
        }
        slots[slot] = malloc(bytes);
        if (!slots[slot])
            exit(1);
        *slots[slot] = (uint8_t)r;
    }
    return sum;
}

static uint64_t growing(uint64_t *seed)
{
    uint64_t sum = 0;
    for (int k = 0; k < 200; k++) {
        size_t used = 0, capacity = 0, wanted = bench_random(seed) % 800;
        uint32_t *items = NULL;
        while (used < wanted) {
            if (used == capacity) {
                capacity = capacity ? capacity * 2 : 4;
                items = realloc(items, capacity * sizeof *items);
                if (!items)
                    exit(1);
            }
            items[used] = (uint32_t)used * 3;
            used++;
        }
        for (size_t i = 0; i < used; i++)
            sum = sum * 5 + items[i];
        free(items);
    }
    return sum;
}

static uint64_t names(void)
{
    char *list[500];
    uint64_t sum = 0;
    for (uint32_t i = 0; i < 500; i++) {
        char name[16] = {'n'};
        int length = 1;
        for (uint32_t n = i; n; n /= 10)
            name[length++] = (char)('0' + n % 10);
        list[i] = strdup(name);
        if (!list[i])
            exit(1);
    }
    for (int i = 0; i < 500; i++) {
        sum = sum * 31 + strlen(list[i]) + (uint8_t)list[i][1];
        free(list[i]);
    }
    return sum;
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 120);
    uint64_t seed = 77, sum = 0;
    for (int r = 0; r < rounds; r++)
        sum = bench_mix(sum, churn(&seed) + growing(&seed) + names());
    return bench_report("allocation", sum);
}
