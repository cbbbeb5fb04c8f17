/* Links an instance's imports to other instances of its program. Spec: Execution, Instantiation.
 *
 * Only a program with such imports refers to this file (swasm_program.link).
 */
#include "instance.h"

static bool limits_match(uint64_t actual, uint64_t actual_maximum, const swasm_limits *wanted)
{
    if (actual < wanted->minimum) return false;
    if (wanted->maximum == UINT64_MAX) return true;
    return actual_maximum <= wanted->maximum; /* UINT64_MAX means that there is no maximum */
}

bool swasm_memory_matches(const swasm_memory *memory, const swasm_import *import)
{
    const uint32_t identity = SWASM_MEMORY_64 | SWASM_MEMORY_SHARED | SWASM_MEMORY_GUARDED;
    return ((memory->flags ^ import->flags) & identity) == 0 && memory->page_log2 == import->page_log2 &&
           limits_match(memory->bytes >> memory->page_log2, memory->declared_maximum_pages, &import->limits);
}

bool swasm_table_matches(const swasm_table *table, const swasm_import *import)
{
    return ((table->flags ^ import->flags) & SWASM_TABLE_64) == 0 &&
           limits_match(table->length, table->declared_maximum, &import->limits);
}

uint32_t swasm_link_within(const swasm_program *program, swasm_instance *instance, const swasm_import *import,
                           void **slot)
{
    swasm_instance *provider = swasm_at(swasm_state_of(instance), program->modules[import->provider - 1]->state_offset);
    if (!provider->module) return SWASM_UNKNOWN_IMPORT_ERROR; /* that instance could not be made */
    if (import->kind == SWASM_FUNCTION) {
        *slot = ((void **)swasm_at(provider, provider->module->function_pointers_offset))[import->provider_index];
        return SWASM_OK;
    }
    *slot = swasm_item_at(provider, import->kind, import->provider_index);
    bool matches = import->kind == SWASM_MEMORY  ? swasm_memory_matches(*slot, import)
                   : import->kind == SWASM_TABLE ? swasm_table_matches(*slot, import)
                                                 : true;
    return matches ? SWASM_OK : SWASM_INCOMPATIBLE_IMPORT;
}

uint32_t swasm_link_instances(const swasm_program *program, swasm_instance *instance, swasm_resolver resolve, void *user,
                              swasm_error *error)
{
    (void)resolve, (void)user;
    const swasm_module *module = instance->module;
    uint32_t linked[SWASM_TAG + 1] = {0};
    for (uint32_t i = 0; i < module->import_count; i++) {
        const swasm_import *import = &module->imports[i];
        void **slot = &swasm_import_slots(instance, import->kind)[linked[import->kind]++];
        error->import = import;
        uint32_t problem = swasm_link_within(program, instance, import, slot);
        if (problem) return problem;
    }
    error->import = NULL;
    return SWASM_OK;
}
