/* Tables: an array of pointers that never moves. A table that cannot grow takes what it needs; one that
 * can reserves its maximum, of which the system provides only the pages that are written.
 */
#include "alloc.h"
#include "memory.h"
#include "sys/sys.h"

/* Tables up to this size come from the allocator and stay there; larger ones are mappings. */
enum { SMALL_TABLE_ELEMENTS = 1024 };

uint64_t swasm_table_allowance = UINT64_MAX;

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

static size_t mapped_bytes(uint64_t elements) { return (elements * sizeof(void *) + 4095) & ~(size_t)4095; }

bool swasm_table_make(swasm_table *table, const swasm_table_type *type)
{
    uint64_t maximum = least(type->limits.maximum, SWASM_TABLE_MAX_ELEMENTS);
    if (type->limits.minimum > maximum) return false;
    uint64_t initial_bytes = type->limits.minimum * sizeof(void *);
    if (initial_bytes > swasm_table_allowance) return false;
    void **elements;
    if (maximum <= SMALL_TABLE_ELEMENTS) {
        elements = swasm_allocate_array(maximum, sizeof(void *));
    } else {
        long start = swasm_mmap(NULL, mapped_bytes(maximum), SWASM_PROT_READ | SWASM_PROT_WRITE,
                                SWASM_MAP_PRIVATE | SWASM_MAP_ANONYMOUS | SWASM_MAP_NORESERVE);
        elements = swasm_is_error(start) ? NULL : (void **)start;
    }
    if (!elements) return false;
    swasm_take(&swasm_table_allowance, initial_bytes);
    *table = (swasm_table){
        .elements = elements, .length = type->limits.minimum, .maximum = maximum,
        .reserved_elements = maximum, .declared_maximum = type->limits.maximum,
        .type_id = type->type, .flags = type->flags,
    };
    return true;
}

void swasm_table_release(swasm_table *table)
{
    if (table->elements && table->reserved_elements > SMALL_TABLE_ELEMENTS)
        swasm_munmap(table->elements, mapped_bytes(table->reserved_elements));
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
