/* Bulk operations on memories and tables that generated code does not inline. Each checks its ranges first,
 * and writes nothing when it traps. Spec: Execution, Table Instructions and Memory Instructions.
 */
#include "../abi/swasm_abi.h"

/* Whether [start, start + count) lies in [0, length); exact for all 64-bit values. */
static bool in_range(uint64_t start, uint64_t count, uint64_t length)
{
    return start <= length && count <= length - start;
}

int32_t swasm_memory_init(swasm_instance *instance, swasm_memory *memory, uint32_t data_index,
                          uint64_t destination, uint64_t source, uint64_t bytes)
{
    const swasm_data_segment *segment = &instance->module->data[data_index];
    uint64_t length = instance->dropped_data[data_index] ? 0 : segment->length;
    if (!in_range(source, bytes, length) || !in_range(destination, bytes, memory->bytes))
        return SWASM_TRAP_MEMORY_OUT_OF_BOUNDS;
    if (bytes) __builtin_memcpy(memory->base + destination, segment->bytes + source, bytes);
    return 0;
}

int32_t swasm_table_init(swasm_instance *instance, swasm_table *table, uint32_t element_index,
                         uint64_t destination, uint64_t source, uint64_t count)
{
    const swasm_module *module = instance->module;
    const swasm_element_segment *segment = &module->element_segments[element_index];
    uint64_t length = instance->dropped_elements[element_index] ? 0 : segment->count;
    if (!in_range(source, count, length) || !in_range(destination, count, table->length))
        return SWASM_TRAP_TABLE_OUT_OF_BOUNDS;
    char *storage = (char *)instance;
    void **to = table->elements + destination;
    if (!segment->functions) {
        void **references = (void **)(void *)(storage + segment->refs_offset);
        for (uint64_t i = 0; i < count; i++) to[i] = references[source + i];
        return 0;
    }
    void **functions = (void **)(void *)(storage + module->function_pointers_offset);
    for (uint64_t i = 0; i < count; i++) {
        uint32_t position = segment->functions[source + i];
        to[i] = position == UINT32_MAX ? NULL : functions[position];
    }
    return 0;
}

int32_t swasm_table_copy(swasm_table *destination_table, swasm_table *source_table, uint64_t destination,
                         uint64_t source, uint64_t count)
{
    if (!in_range(source, count, source_table->length) ||
        !in_range(destination, count, destination_table->length))
        return SWASM_TRAP_TABLE_OUT_OF_BOUNDS;
    if (count)
        __builtin_memmove(destination_table->elements + destination, source_table->elements + source,
                          count * sizeof(void *));
    return 0;
}

int32_t swasm_table_fill(swasm_table *table, uint64_t start, void *value, uint64_t count)
{
    if (!in_range(start, count, table->length)) return SWASM_TRAP_TABLE_OUT_OF_BOUNDS;
    for (uint64_t i = 0; i < count; i++) table->elements[start + i] = value;
    return 0;
}
