/* Tables: an array of pointers that never moves, in a mapping of its own between guards. A table reserves its
 * maximum, and the system provides only the pages that are written.
 */
#include "memory.h"
#include "place.h"
#include "sys/sys.h"

enum { GUARD_BYTES = 1 << 20 };

uint64_t swasm_table_allowance = UINT64_MAX;

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

/* The size of the elements' pages, without the guards. */
static size_t mapped_bytes(uint64_t elements)
{
    return (elements * sizeof(void *) + SWASM_HOST_PAGE_BYTES - 1) & ~(size_t)(SWASM_HOST_PAGE_BYTES - 1);
}

/* The address of room for `count` elements between guards, or the error of the system. */
static long map_elements(uint64_t count)
{
    size_t bytes = mapped_bytes(count);
    long start = swasm_reserve_apart(GUARD_BYTES + bytes + GUARD_BYTES, SWASM_HOST_PAGE_BYTES);
    if (swasm_is_error(start)) return start;
    uint8_t *elements = (uint8_t *)start + GUARD_BYTES;
    long status = bytes ? swasm_mprotect(elements, bytes, SWASM_PROT_READ | SWASM_PROT_WRITE) : 0;
    if (!status) return (long)elements;
    swasm_munmap((void *)start, GUARD_BYTES + bytes + GUARD_BYTES);
    return status;
}

uint32_t swasm_table_make(swasm_table *table, const swasm_table_type *type)
{
    uint64_t maximum = least(type->limits.maximum, SWASM_TABLE_MAX_ELEMENTS);
    if (type->limits.minimum > maximum) return SWASM_OUT_OF_MEMORY;
    uint64_t initial_bytes = type->limits.minimum * sizeof(void *);
    if (initial_bytes > swasm_table_allowance) return SWASM_OUT_OF_MEMORY;
    long elements = map_elements(maximum);
    if (swasm_is_error(elements)) return swasm_memory_problem(elements, SWASM_OUT_OF_MEMORY);
    swasm_take(&swasm_table_allowance, initial_bytes);
    *table = (swasm_table){
        .elements = (void **)elements, .length = type->limits.minimum, .maximum = maximum,
        .reserved_elements = maximum, .declared_maximum = type->limits.maximum,
        .type_id = type->type, .flags = type->flags,
    };
    return SWASM_OK;
}

void swasm_table_release(swasm_table *table)
{
    if (table->elements)
        swasm_munmap((uint8_t *)table->elements - GUARD_BYTES,
                     GUARD_BYTES + mapped_bytes(table->reserved_elements) + GUARD_BYTES);
    swasm_give_back(&swasm_table_allowance, table->length * sizeof(void *));
    table->elements = NULL;
    table->length = table->maximum = table->reserved_elements = 0;
}

uint64_t swasm_table_grow(swasm_table *table, uint64_t delta, void *initial)
{
    uint64_t old_length = table->length;
    if (delta > table->maximum - old_length || !swasm_take(&swasm_table_allowance, delta * sizeof(void *))) return UINT64_MAX;
    if (initial)
        for (uint64_t i = 0; i < delta; i++) table->elements[old_length + i] = initial;
    table->length = old_length + delta;
    return old_length;
}
