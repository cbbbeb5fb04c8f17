/* Where an instance's parts are, for the files that make instances. */
#ifndef SWASM_INSTANCE_H
#define SWASM_INSTANCE_H

#include "runtime.h"

static inline void *swasm_at(swasm_instance *instance, uint64_t offset) { return (char *)instance + offset; }

/* The state of the program that `instance` belongs to. */
static inline swasm_instance *swasm_state_of(swasm_instance *instance)
{
    return (void *)((char *)instance - instance->module->state_offset);
}

/* The slots for the imports of `kind`, in order. */
static inline void **swasm_import_slots(swasm_instance *instance, uint32_t kind)
{
    const swasm_module *module = instance->module;
    switch (kind) {
    case SWASM_FUNCTION: return swasm_at(instance, module->function_pointers_offset);
    case SWASM_TABLE: return swasm_at(instance, module->table_pointers_offset);
    case SWASM_MEMORY: return swasm_at(instance, module->memory_pointers_offset);
    case SWASM_GLOBAL: return swasm_at(instance, module->global_pointers_offset);
    default: return swasm_at(instance, module->tag_ids_offset);
    }
}

/* An item of an index space of the instance, as an import could use it. */
void *swasm_item_at(swasm_instance *instance, uint32_t kind, uint32_t index);

typedef uint32_t swasm_linker(const swasm_program *, swasm_instance *, swasm_resolver, void *user, swasm_error *);

/* Fills the slots of the instance's imports. Returns SWASM_OK, or why it failed; then the error has the
 * import. */
swasm_linker swasm_link_imports;
/* The same for a program without a host: each import is of another of its instances. */
swasm_linker swasm_link_instances;

/* Links an import to another instance of the program. The compiler has compared the types; only the present
 * size of a memory or table is compared here. */
uint32_t swasm_link_within(const swasm_program *program, swasm_instance *instance, const swasm_import *import,
                           void **slot);
bool swasm_memory_matches(const swasm_memory *memory, const swasm_import *import);
bool swasm_table_matches(const swasm_table *table, const swasm_import *import);

/* Stores the id of each of the module's types. False if there is no memory. */
typedef bool swasm_type_numberer(const swasm_module *module, uint32_t *ids);
swasm_type_numberer swasm_number_types;

#endif
