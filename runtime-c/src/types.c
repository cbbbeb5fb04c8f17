/* Type texts: subtyping, and process-wide ids, so that a call_indirect across instances compares two
 * integers. The ids are in an open-addressing table that doubles. Old tables are never freed, which at most
 * doubles the memory.
 */
#include "alloc.h"
#include "lock.h"
#include "instance.h"
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

bool swasm_number_types(const swasm_module *module, uint32_t *ids)
{
    for (uint32_t i = 0; i < module->type_count; i++) {
        ids[i] = swasm_type_id(module->types[i].text);
        if (!ids[i]) return false;
    }
    return true;
}

/* ---- Subtyping. Spec: Validation, Matching ---------------------------------------------------------- */

typedef struct reference {
    bool is_nullable;
    const char *heap; /* "func", "extern", "exn", their bottoms, or a function type's text */
    size_t length;
} reference;

static bool starts_with(const char *text, const char *prefix)
{
    while (*prefix && *text == *prefix) text++, prefix++;
    return !*prefix;
}

/* Reads "(ref HEAP)", "(ref null HEAP)" or a short form such as "funcref". False if it is none of these. */
static bool read_reference(const char *text, reference *out)
{
    size_t length = swasm_text_length(text);
    if (text[0] != '(') {
        *out = (reference){.is_nullable = true, .heap = text, .length = length - 3};
        return length > 3 && swasm_text_equal(text + length - 3, "ref");
    }
    out->is_nullable = starts_with(text, "(ref null ");
    size_t head = out->is_nullable ? 10 : 5;
    if (!starts_with(text, "(ref ") || length <= head) return false;
    out->heap = text + head;
    out->length = length - head - 1;
    return true;
}

static bool heap_is(const reference *type, const char *name)
{
    return swasm_text_length(name) == type->length && !__builtin_memcmp(name, type->heap, type->length);
}

static bool is_function_type(const reference *type)
{
    return type->heap[0] == '(' || starts_with(type->heap, "rec{");
}

static bool heap_matches(const reference *actual, const reference *wanted)
{
    if (actual->length == wanted->length && !__builtin_memcmp(actual->heap, wanted->heap, actual->length)) return true;
    if (heap_is(wanted, "func")) return heap_is(actual, "nofunc") || is_function_type(actual);
    if (heap_is(wanted, "extern")) return heap_is(actual, "noextern");
    if (heap_is(wanted, "exn")) return heap_is(actual, "noexn");
    return is_function_type(wanted) && heap_is(actual, "nofunc");
}

bool swasm_type_matches(const char *actual, const char *wanted)
{
    if (swasm_text_equal(actual, wanted)) return true;
    reference from, to;
    if (!read_reference(actual, &from) || !read_reference(wanted, &to)) return false;
    return (to.is_nullable || !from.is_nullable) && heap_matches(&from, &to);
}
