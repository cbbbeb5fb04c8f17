/* Process-wide ids of type texts, so that a call_indirect across instances compares two integers.
 * An open-addressing table that doubles; old tables are left behind, which at most doubles its memory.
 */
#include "alloc.h"
#include "lock.h"
#include "runtime.h"
#include "text.h"

typedef struct entry {
    const char *text; /* NULL: free */
    uint32_t hash, id;
} entry;

static entry *entries;
static size_t capacity, used;
static swasm_lock types_lock;

static uint32_t hash_of(const char *text)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (; *text; text++) hash = (hash ^ (uint8_t)*text) * 16777619u;
    return hash;
}

static entry *slot_for(entry *table, size_t table_capacity, const char *text, uint32_t hash)
{
    size_t i = hash & (table_capacity - 1);
    while (table[i].text && (table[i].hash != hash || !swasm_text_equal(table[i].text, text)))
        i = (i + 1) & (table_capacity - 1);
    return &table[i];
}

static bool make_room(void)
{
    if (used * 2 < capacity) return true;
    size_t doubled = capacity ? capacity * 2 : 64;
    entry *table = swasm_allocate_array(doubled, sizeof *table);
    if (!table) return false;
    for (size_t i = 0; i < capacity; i++)
        if (entries[i].text) *slot_for(table, doubled, entries[i].text, entries[i].hash) = entries[i];
    entries = table;
    capacity = doubled;
    return true;
}

/* The text is copied: the module that brought it may be unloaded before others are done with its id. */
static const char *copy_of(const char *text)
{
    size_t bytes = swasm_text_length(text) + 1;
    char *copy = swasm_allocate(bytes);
    if (copy) __builtin_memcpy(copy, text, bytes);
    return copy;
}

uint32_t swasm_type_id(const char *text)
{
    uint32_t hash = hash_of(text), id = 0;
    swasm_acquire(&types_lock);
    if (make_room()) {
        entry *slot = slot_for(entries, capacity, text, hash);
        if (!slot->text && (slot->text = copy_of(text))) {
            slot->hash = hash;
            slot->id = (uint32_t)++used;
        }
        id = slot->text ? slot->id : 0;
    }
    swasm_release(&types_lock);
    return id;
}
