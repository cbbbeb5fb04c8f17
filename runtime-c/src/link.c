/* Links an instance's imports to another instance of its program, or to items of a host.
 * Spec: Execution, External Typing.
 *
 * Only a program with such imports refers to this file (swasm_program.link). WASI calls are not such imports:
 * the compiler has already replaced them.
 */
#include "instance.h"
#include "text.h"

static bool limits_match(uint64_t actual, uint64_t actual_maximum, const swasm_limits *wanted)
{
    if (actual < wanted->minimum) return false;
    if (wanted->maximum == UINT64_MAX) return true;
    return actual_maximum <= wanted->maximum; /* UINT64_MAX means that there is no maximum */
}

static bool memory_matches(const swasm_memory *memory, const swasm_import *import)
{
    const uint32_t identity = SWASM_MEMORY_64 | SWASM_MEMORY_SHARED | SWASM_MEMORY_GUARDED;
    return ((memory->flags ^ import->flags) & identity) == 0 && memory->page_log2 == import->page_log2 &&
           limits_match(memory->bytes >> memory->page_log2, memory->declared_maximum_pages, &import->limits);
}

static bool table_matches(const swasm_table *table, const swasm_import *import)
{
    return ((table->flags ^ import->flags) & SWASM_TABLE_64) == 0 &&
           limits_match(table->length, table->declared_maximum, &import->limits);
}

/* A mutable global must be of the same type on both sides. */
static bool global_matches(const char *wanted, const swasm_import *import, const swasm_extern *found)
{
    if ((found->mutable_ & 1) != (import->flags & 1)) return false;
    return import->flags & 1 ? swasm_text_equal(found->type_text, wanted)
                             : swasm_type_matches(found->type_text, wanted);
}

static bool extern_matches(const swasm_module *module, const swasm_import *import, const swasm_extern *found)
{
    if (found->kind != import->kind || !found->item) return false;
    if (import->kind == SWASM_MEMORY) return memory_matches(found->item, import);
    if (!found->type_text) return false;
    const char *wanted = module->types[import->type].text;
    if (import->kind == SWASM_GLOBAL) return global_matches(wanted, import, found);
    if (!swasm_text_equal(found->type_text, wanted)) return false;
    return import->kind != SWASM_TABLE || table_matches(found->item, import);
}

/* Links an import to another instance of the program. The compiler has compared the types; only the present
 * size of a memory or table is compared here. */
static uint32_t link_within(const swasm_program *program, swasm_instance *instance, const swasm_import *import,
                            void **slot)
{
    swasm_instance *provider = swasm_at(swasm_state_of(instance), program->modules[import->provider - 1]->state_offset);
    if (!provider->module) return SWASM_UNKNOWN_IMPORT_ERROR; /* that instance could not be made */
    if (import->kind == SWASM_FUNCTION) {
        *slot = ((void **)swasm_at(provider, provider->module->function_pointers_offset))[import->provider_index];
        return SWASM_OK;
    }
    *slot = swasm_item_at(provider, import->kind, import->provider_index);
    bool matches = import->kind == SWASM_MEMORY  ? memory_matches(*slot, import)
                   : import->kind == SWASM_TABLE ? table_matches(*slot, import)
                                                 : true;
    return matches ? SWASM_OK : SWASM_INCOMPATIBLE_IMPORT;
}

uint32_t swasm_link_imports(const swasm_program *program, swasm_instance *instance, swasm_resolver resolve, void *user,
                            swasm_error *error)
{
    const swasm_module *module = instance->module;
    uint32_t linked[SWASM_TAG + 1] = {0};
    for (uint32_t i = 0; i < module->import_count; i++) {
        const swasm_import *import = &module->imports[i];
        swasm_extern found = {0};
        error->import = import;
        void **slot = &swasm_import_slots(instance, import->kind)[linked[import->kind]++];
        if (import->provider) {
            uint32_t problem = link_within(program, instance, import, slot);
            if (problem) return problem;
            continue;
        }
        if (!resolve || !resolve(user, import, &found)) return SWASM_UNKNOWN_IMPORT_ERROR;
        if (!extern_matches(module, import, &found)) return SWASM_INCOMPATIBLE_IMPORT;
        *slot = found.item;
    }
    error->import = NULL;
    return SWASM_OK;
}
