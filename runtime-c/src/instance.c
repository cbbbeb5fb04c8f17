/* Makes an instance from a module descriptor: links imports (link.c, link_within.c), makes the memories, tables and tags
 * that the module defines, and runs `initialize` and the start function. Spec: Execution, Instantiation.
 *
 * An instance is a part of its program's state. The descriptor has its offset, and the offsets of its own
 * parts.
 */
#include "alloc.h"
#include "instance.h"
#include "memory.h"
#include "stack.h"
#include "text.h"
#include "trap.h"

static const char *type_text(const swasm_module *module, uint32_t type) { return module->types[type].text; }

/* ---- Definitions -------------------------------------------------------------------------------- */

/* ids: by type; NULL if a type's position is its id. */
static void make_functions(swasm_instance *instance, const uint32_t *ids)
{
    const swasm_module *module = instance->module;
    swasm_funcref *references = swasm_at(instance, module->funcrefs_offset);
    void **pointers = swasm_at(instance, module->function_pointers_offset);
    pointers += module->imported_function_count;
    for (uint32_t i = 0; i < module->function_count; i++) {
        const swasm_function *function = &module->functions[i];
        references[i] = (swasm_funcref){
            .code = function->code,
            .instance = swasm_state_of(instance),
            .type_id = ids ? ids[function->type] : function->type,
            .function_index = function->index,
            .invoke = function->type < module->type_count ? module->types[function->type].invoke : NULL,
        };
        pointers[i] = &references[i];
    }
}

static uint32_t make_memories(swasm_instance *instance, uint64_t limit_bytes)
{
    const swasm_module *module = instance->module;
    swasm_memory *memories = swasm_at(instance, module->memories_offset);
    void **pointers = swasm_at(instance, module->memory_pointers_offset);
    for (uint32_t i = 0; i < module->memory_count; i++) {
        uint32_t problem = swasm_memory_make(&memories[i], &module->memories[i], limit_bytes);
        if (problem) return problem;
        pointers[module->imported_memory_count + i] = &memories[i];
    }
    return SWASM_OK;
}

static uint32_t make_tables(swasm_instance *instance)
{
    const swasm_module *module = instance->module;
    swasm_table *tables = swasm_at(instance, module->tables_offset);
    void **pointers = swasm_at(instance, module->table_pointers_offset);
    for (uint32_t i = 0; i < module->table_count; i++) {
        uint32_t problem = swasm_table_make(&tables[i], &module->tables[i]);
        if (problem) return problem;
        pointers[module->imported_table_count + i] = &tables[i];
    }
    return SWASM_OK;
}

/* The identity of a tag is the address of its slot. The slot contains this address. */
static void make_tags(swasm_instance *instance)
{
    const swasm_module *module = instance->module;
    void **ids = swasm_at(instance, module->tag_ids_offset);
    ids += module->imported_tag_count;
    for (uint32_t i = 0; i < module->tag_count; i++) ids[i] = &ids[i];
}

static uint32_t lay_out(const swasm_program *program, swasm_instance *instance, const swasm_instance_limits *limits)
{
    const swasm_module *module = instance->module;
    instance->results = swasm_at(swasm_state_of(instance), module->results_offset);
    instance->dropped_elements = swasm_at(instance, module->dropped_offset);
    instance->dropped_data = instance->dropped_elements + module->element_segment_count;
    uint64_t limit_bytes = limits ? limits->max_memory_bytes : UINT64_MAX;
    uint32_t *ids = program->number_types ? swasm_at(swasm_state_of(instance), module->type_ids_offset) : NULL;
    if (ids && !((swasm_type_numberer *)program->number_types)(module, ids)) return SWASM_OUT_OF_MEMORY;
    make_functions(instance, ids);
    make_tags(instance);
    uint32_t problem = make_memories(instance, limit_bytes);
    return problem ? problem : make_tables(instance);
}

/* ---- Instantiation ------------------------------------------------------------------------------ */

static swasm_funcref *function_at(swasm_instance *instance, uint32_t index)
{
    const swasm_module *module = instance->module;
    swasm_funcref **pointers = swasm_at(instance, module->function_pointers_offset);
    for (uint32_t i = 0; i < module->function_count; i++)
        if (module->functions[i].index == index) return pointers[module->imported_function_count + i];
    for (uint32_t i = 0, linked = 0; i < module->import_count; i++) {
        if (module->imports[i].kind != SWASM_FUNCTION) continue;
        if (module->imports[i].index == index) return pointers[linked];
        linked++;
    }
    return NULL;
}

SWASM_ENTRY static void initialize(void *instance, void *code)
{
    const swasm_module *module = ((swasm_instance *)instance)->module;
    *(uint32_t *)code = (uint32_t)module->initialize(swasm_state_of(instance));
}

static uint32_t run_initialize(swasm_instance *instance)
{
    if (!instance->module->initialize) return 0;
    uint32_t code = 0, fault = swasm_stack_run(initialize, instance, &code);
    return fault ? fault : code;
}

static uint32_t run_start(swasm_instance *instance)
{
    if (instance->module->start_function == UINT32_MAX) return 0;
    const swasm_funcref *start = function_at(instance, instance->module->start_function);
    swasm_value none;
    return start && start->invoke ? swasm_call(start, &none) : (uint32_t)SWASM_TRAP_UNREACHABLE;
}

uint32_t swasm_instantiate(const swasm_program *program, uint32_t position, void *storage,
                           const swasm_instance_limits *limits, swasm_resolver resolve, void *user, swasm_instance **out, swasm_error *error)
{
    *out = NULL;
    *error = (swasm_error){.kind = SWASM_OUT_OF_MEMORY};
    char *state = storage ? storage : swasm_allocate(program->state_bytes);
    if (!state) return error->kind;
    const swasm_module *module = program->modules[position];
    swasm_instance *instance = (void *)(state + module->state_offset);
    instance->module = module;
    error->kind = module->import_count ? ((swasm_linker *)program->link)(program, instance, resolve, user, error) : (uint32_t)SWASM_OK;
    if (!error->kind) {
        error->kind = lay_out(program, instance, limits);
        if (error->kind) swasm_instance_release(instance);
    }
    if (error->kind) {
        instance->module = NULL; /* so no other instance links with it */
        return error->kind;
    }
    *out = instance;
    swasm_trap_install();
    error->trap = run_initialize(instance);
    if (!error->trap) error->trap = run_start(instance);
    if (error->trap) error->kind = SWASM_TRAPPED;
    return error->kind;
}

void swasm_instance_release(swasm_instance *instance)
{
    const swasm_module *module = instance->module;
    swasm_memory *memories = swasm_at(instance, module->memories_offset);
    for (uint32_t i = 0; i < module->memory_count; i++) swasm_memory_release(&memories[i]);
    swasm_table *tables = swasm_at(instance, module->tables_offset);
    for (uint32_t i = 0; i < module->table_count; i++) swasm_table_release(&tables[i]);
}

/* ---- Exports ------------------------------------------------------------------------------------ */

/* The import of `kind` that has `index`. */
static const swasm_import *import_at(const swasm_module *module, uint32_t kind, uint32_t index)
{
    for (uint32_t i = 0; i < module->import_count; i++)
        if (module->imports[i].kind == kind && module->imports[i].index == index) return &module->imports[i];
    return NULL;
}

/* The index in types of the exported item's type. Also stores whether it is a mutable global. */
static uint32_t exported_type(const swasm_module *module, const swasm_export *export, uint32_t *mutable_)
{
    uint32_t index = export->index;
    const swasm_import *import = import_at(module, export->kind, index);
    if (import) {
        *mutable_ = import->flags & 1;
        return import->type;
    }
    switch (export->kind) {
    case SWASM_FUNCTION:
        for (uint32_t i = 0; i < module->function_count; i++)
            if (module->functions[i].index == index) return module->functions[i].type;
        return UINT32_MAX;
    case SWASM_TABLE: return module->tables[index - module->imported_table_count].type;
    case SWASM_GLOBAL:
        *mutable_ = module->globals[index - module->imported_global_count].mutable_;
        return module->globals[index - module->imported_global_count].type;
    case SWASM_TAG: return module->tags[index - module->imported_tag_count];
    default: return UINT32_MAX;
    }
}

void *swasm_item_at(swasm_instance *instance, uint32_t kind, uint32_t index)
{
    const swasm_module *module = instance->module;
    if (kind == SWASM_FUNCTION) return function_at(instance, index);
    if (kind == SWASM_GLOBAL && index >= module->imported_global_count)
        return (swasm_value *)swasm_at(instance, module->globals_offset) + (index - module->imported_global_count);
    return swasm_import_slots(instance, kind)[index];
}

bool swasm_find_export(swasm_instance *instance, swasm_string name, swasm_extern *found)
{
    const swasm_module *module = instance->module;
    for (uint32_t i = 0; i < module->export_count; i++) {
        const swasm_export *export = &module->exports[i];
        if (export->name.length != name.length || __builtin_memcmp(export->name.bytes, name.bytes, name.length))
            continue;
        *found = (swasm_extern){.kind = export->kind, .item = swasm_item_at(instance, export->kind, export->index)};
        uint32_t type = exported_type(module, export, &found->mutable_);
        found->type_text = type == UINT32_MAX ? NULL : type_text(module, type);
        return found->item;
    }
    return false;
}
