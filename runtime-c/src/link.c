/* Links an instance's imports to items of a host, or to another instance of its program.
 * Spec: Execution, External Typing.
 *
 * Only a library with imports refers to this file (swasm_program.link). WASI calls are not such imports:
 * the compiler has already replaced them.
 */
#include "instance.h"
#include "text.h"

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
    if (import->kind == SWASM_MEMORY) return swasm_memory_matches(found->item, import);
    if (!found->type_text) return false;
    const char *wanted = module->types[import->type].text;
    if (import->kind == SWASM_GLOBAL) return global_matches(wanted, import, found);
    if (!swasm_text_equal(found->type_text, wanted)) return false;
    return import->kind != SWASM_TABLE || swasm_table_matches(found->item, import);
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
            uint32_t problem = swasm_link_within(program, instance, import, slot);
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
