/* Instances, memories, tables and bulk operations, seen from a host program with a libc; the guests are
 * descriptors made by hand (guest.h). */
#include "../src/memory.h"
#include "../src/runtime.h"
#include "../src/instance.h"
#include "check.h"
#include "guest.h"

#include <unistd.h>

/* ---- Memories ----------------------------------------------------------------------------------- */

static swasm_memory_type memory_type(uint64_t minimum, uint64_t maximum, uint32_t flags, uint32_t page_log2)
{
    return (swasm_memory_type){.limits = {minimum, maximum}, .flags = flags, .page_log2 = page_log2};
}

static void memoryGrowsInPlaceAndZeroed(void)
{
    swasm_memory memory;
    swasm_memory_type type = memory_type(1, 3, SWASM_MEMORY_GUARDED, 16);
    CHECK(!swasm_memory_make(&memory, &type, UINT64_MAX));
    uint8_t *base = memory.base;
    base[65535] = 7;
    CHECK(swasm_memory_grow(&memory, 0) == 1);
    CHECK(swasm_memory_grow(&memory, 3) == UINT64_MAX);
    CHECK(swasm_memory_grow(&memory, UINT64_MAX) == UINT64_MAX);
    CHECK(memory.bytes == 65536);
    CHECK(swasm_memory_grow(&memory, 2) == 1 && memory.bytes == 3 * 65536 && memory.base == base);
    CHECK(base[65535] == 7 && base[65536] == 0 && base[3 * 65536 - 1] == 0);
    CHECK(swasm_memory_grow(&memory, 1) == UINT64_MAX);
    CHECK(memory.reserved_bytes == SWASM_GUARD_SPAN_BYTES);
    CHECK(swasm_memory_owns((uintptr_t)base - SWASM_GUARD_BEFORE_BYTES));
    CHECK(!swasm_memory_owns((uintptr_t)base - SWASM_GUARD_BEFORE_BYTES - 1));
    CHECK(swasm_memory_owns((uintptr_t)base + SWASM_GUARD_SPAN_BYTES - 1));
    CHECK(!swasm_memory_owns((uintptr_t)base + SWASM_GUARD_SPAN_BYTES));
    swasm_memory_release(&memory);
    CHECK(!swasm_memory_owns((uintptr_t)base) && memory.bytes == 0);
}

static void memoriesShareAnAllowance(void)
{
    swasm_memory first, second, third;
    swasm_memory_type type = memory_type(1, 100, SWASM_MEMORY_GUARDED, 16);
    swasm_memory_allowance = 6 << 16;
    CHECK(!swasm_memory_make(&first, &type, 6 << 16) && !swasm_memory_make(&second, &type, 6 << 16));
    CHECK(swasm_memory_grow(&first, 5) == UINT64_MAX && swasm_memory_grow(&first, 3) == 1);
    CHECK(swasm_memory_grow(&second, 2) == UINT64_MAX && swasm_memory_grow(&second, 1) == 1);
    CHECK(swasm_memory_make(&third, &type, 6 << 16) && second.bytes == 2 << 16);
    swasm_memory_release(&first);
    CHECK(swasm_memory_grow(&second, 5) == UINT64_MAX && swasm_memory_grow(&second, 4) == 2);
    swasm_memory_release(&second);
    CHECK(swasm_memory_allowance == 6 << 16);
    swasm_memory_allowance = UINT64_MAX;
}

/* Whether the kernel was asked for large pages at `address`; true if the kernel has no large pages. */
static bool asked_for_large_pages(const void *address)
{
    if (access("/sys/kernel/mm/transparent_hugepage/enabled", F_OK) != 0) return true;
    FILE *maps = fopen("/proc/self/smaps", "r");
    char line[512];
    bool here = false, asked = false;
    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long begin, end;
        char protection[5];
        if (sscanf(line, "%lx-%lx %4s", &begin, &end, protection) == 3)
            here = begin <= (uintptr_t)address && (uintptr_t)address < end;
        if (here && !strncmp(line, "VmFlags:", 8)) asked = strstr(line, " hg") != NULL;
    }
    if (maps) fclose(maps);
    return asked;
}

static void memoryThatGrewLargeAsksForLargePages(void)
{
    swasm_memory memory;
    swasm_memory_type type = memory_type(4000, UINT64_MAX, SWASM_MEMORY_GUARDED, 16);
    CHECK(!swasm_memory_make(&memory, &type, UINT64_MAX));
    bool can_tell = !asked_for_large_pages(memory.base);
    CHECK(swasm_memory_grow(&memory, 95) == 4000 && asked_for_large_pages(memory.base) == !can_tell);
    CHECK(swasm_memory_grow(&memory, 1) == 4095 && asked_for_large_pages(memory.base));
    CHECK(swasm_memory_grow(&memory, 9000) == 4096 && asked_for_large_pages(memory.base + (13000ull << 16)));
    swasm_memory_release(&memory);
    type = memory_type(5000, UINT64_MAX, SWASM_MEMORY_GUARDED, 16); /* large from the start: may be empty */
    CHECK(!swasm_memory_make(&memory, &type, UINT64_MAX));
    CHECK(swasm_memory_grow(&memory, 1) == 5000 && asked_for_large_pages(memory.base) == !can_tell);
    swasm_memory_release(&memory);
}

static void policyLimitsMemories(void)
{
    swasm_memory memory;
    swasm_memory_type type = memory_type(1, UINT64_MAX, SWASM_MEMORY_GUARDED, 16);
    CHECK(!swasm_memory_make(&memory, &type, 2 * 65536 + 5));
    CHECK(memory.maximum_pages == 2 && memory.declared_maximum_pages == UINT64_MAX);
    CHECK(swasm_memory_grow(&memory, 2) == UINT64_MAX && swasm_memory_grow(&memory, 1) == 1);
    swasm_memory_release(&memory);
    CHECK(swasm_memory_make(&memory, &type, 65535));
}

static void memoriesReachTheirImplementationLimit(void)
{
    swasm_memory memory;
    swasm_memory_type type = memory_type(0, UINT64_MAX, SWASM_MEMORY_GUARDED, 16);
    CHECK(!swasm_memory_make(&memory, &type, UINT64_MAX) && memory.maximum_pages == 65536);
    swasm_memory_release(&memory);
    type = memory_type(65536, UINT64_MAX, SWASM_MEMORY_GUARDED, 16); /* the type insists on all of 4 GiB */
    CHECK(!swasm_memory_make(&memory, &type, UINT64_MAX) && memory.bytes == 1ull << 32);
    memory.base[UINT32_MAX] = 1;
    CHECK(swasm_memory_grow(&memory, 1) == UINT64_MAX);
    swasm_memory_release(&memory);
    type = memory_type(5, UINT64_MAX, 0, 0); /* pages of one byte: memory.size is an i32 */
    CHECK(!swasm_memory_make(&memory, &type, UINT64_MAX) && memory.maximum_pages == UINT32_MAX);
    CHECK(memory.bytes == 5 && swasm_memory_grow(&memory, 8000) == 5);
    memory.base[8004] = 1;
    swasm_memory_release(&memory);
    type = memory_type(1, UINT64_MAX, SWASM_MEMORY_64, 16);
    CHECK(!swasm_memory_make(&memory, &type, UINT64_MAX));
    CHECK(memory.maximum_pages << 16 <= memory.reserved_bytes);
    CHECK(swasm_memory_grow(&memory, memory.maximum_pages) == UINT64_MAX);
    swasm_memory_release(&memory);
    type = memory_type(1ull << 40, UINT64_MAX, SWASM_MEMORY_64, 16);
    CHECK(swasm_memory_make(&memory, &type, UINT64_MAX));
}

/* ---- Tables ------------------------------------------------------------------------------------- */

static void tablesGrowToTheirMaximum(void)
{
    swasm_table table;
    swasm_table_type type = {.limits = {2, 5}};
    int element;
    CHECK(!swasm_table_make(&table, &type) && table.length == 2 && !table.elements[1]);
    CHECK(swasm_table_grow(&table, 4, NULL) == UINT64_MAX && table.length == 2);
    CHECK(swasm_table_grow(&table, UINT64_MAX, NULL) == UINT64_MAX);
    CHECK(swasm_table_grow(&table, 3, &element) == 2 && table.length == 5);
    CHECK(table.elements[1] == NULL && table.elements[2] == &element && table.elements[4] == &element);
    CHECK(swasm_table_grow(&table, 0, NULL) == 5 && swasm_table_grow(&table, 1, NULL) == UINT64_MAX);
    swasm_table_release(&table);
    type.limits = (swasm_limits){0, UINT64_MAX};
    CHECK(!swasm_table_make(&table, &type) && table.maximum == SWASM_TABLE_MAX_ELEMENTS);
    CHECK(swasm_table_grow(&table, SWASM_TABLE_MAX_ELEMENTS, NULL) == 0);
    table.elements[SWASM_TABLE_MAX_ELEMENTS - 1] = &element;
    swasm_table_release(&table);
    type.limits = (swasm_limits){SWASM_TABLE_MAX_ELEMENTS + 1, UINT64_MAX};
    CHECK(swasm_table_make(&table, &type));
}

static void tablesShareAnAllowance(void)
{
    swasm_table first, second;
    swasm_table_type type = {.limits = {10, UINT64_MAX}};
    swasm_table_allowance = 30 * sizeof(void *);
    CHECK(!swasm_table_make(&first, &type) && !swasm_table_make(&second, &type));
    CHECK(swasm_table_grow(&first, 11, NULL) == UINT64_MAX && swasm_table_grow(&first, 6, NULL) == 10);
    CHECK(swasm_table_grow(&second, 5, NULL) == UINT64_MAX && swasm_table_grow(&second, 4, NULL) == 10);
    type.limits.minimum = 1;
    swasm_table third;
    CHECK(swasm_table_make(&third, &type));
    swasm_table_release(&first);
    swasm_table_release(&second);
    CHECK(swasm_table_allowance == 30 * sizeof(void *));
    swasm_table_allowance = UINT64_MAX;
}

/* ---- Bulk operations ---------------------------------------------------------------------------- */

static const uint8_t bytes[] = "abcdefgh";
static const swasm_data_segment data[] = {{.bytes = bytes, .length = 8}};
static const uint32_t positions[] = {1, UINT32_MAX, 0};
static const swasm_element_segment elements[] = {{.functions = positions, .count = 3}};
static int32_t initialize(swasm_instance *instance);
static const swasm_memory_type own_memory[] = {{.limits = {1, 2}, .flags = SWASM_MEMORY_GUARDED, .page_log2 = 16}};
static const swasm_table_type own_table[] = {{.limits = {4, 10}, .type = 2}};
static const swasm_global_type own_global[] = {{.type = 3, .mutable_ = 1}};

static void code_trap(void) { __asm__ volatile("ud1l 3(%eax), %eax"); }
static void code_overflow(void)
{
    volatile uint8_t frame[500] = {1};
    code_overflow();
    frame[1] = frame[0];
}
static void code_fault(guest_instance *instance) { ((volatile uint8_t *)instance->memories[0].base)[65536] = 1; }
static int32_t code_add(int32_t a, int32_t b) { return a + b; }

static void invoke_plain(const swasm_funcref *function, swasm_value *slots)
{
    (void)slots;
    ((void (*)(swasm_instance *))function->code)(function->instance);
}
static void invoke_add(const swasm_funcref *function, swasm_value *slots)
{
    slots[0].i32 = ((int32_t(*)(int32_t, int32_t))function->code)(slots[0].i32, slots[1].i32);
}

static const swasm_type types[] = {
    {.text = "()->()", .invoke = invoke_plain},
    {.text = "(i32,i32)->(i32)", .invoke = invoke_add, .parameter_count = 2, .result_count = 1},
    {.text = "funcref"}, {.text = "i32"},
};
static const swasm_function functions[] = {
    {.code = (void *)code_trap, .type = 0, .index = 0}, {.code = (void *)code_add, .type = 1, .index = 1},
    {.code = (void *)code_overflow, .type = 0, .index = 2}, {.code = (void *)code_fault, .type = 0, .index = 3},
};
static const swasm_export exports[] = {
    {.name = {"trap", 4}, .kind = SWASM_FUNCTION, .index = 0}, {.name = {"add", 3}, .kind = SWASM_FUNCTION, .index = 1},
    {.name = {"overflow", 8}, .kind = SWASM_FUNCTION, .index = 2}, {.name = {"fault", 5}, .kind = SWASM_FUNCTION, .index = 3},
    {.name = {"memory", 6}, .kind = SWASM_MEMORY, .index = 0}, {.name = {"table", 5}, .kind = SWASM_TABLE, .index = 0},
    {.name = {"global", 6}, .kind = SWASM_GLOBAL, .index = 0},
};

static const swasm_module exporter = {
    GUEST_OFFSETS, .initialize = initialize, .start_function = UINT32_MAX, .type_count = 4, .types = types,
    .function_count = 4, .functions = functions, .export_count = 7, .exports = exports,
    .memory_count = 1, .memories = own_memory, .table_count = 1, .tables = own_table, .global_count = 1,
    .globals = own_global, .data_count = 1, .data = data, .element_segment_count = 1, .element_segments = elements,
};

static int32_t initialize(swasm_instance *instance)
{
    guest_instance *own = (guest_instance *)instance;
    own->globals[0].i32 = 666;
    return swasm_memory_init(instance, &own->memories[0], 0, 10, 0, 8);
}

static uint32_t instantiate(const swasm_module *module, swasm_resolver resolve, void *user, swasm_instance **instance,
                            swasm_error *error)
{
    const swasm_program program = {.module_count = 1, .modules = &module, .state_bytes = module->instance_bytes,
                                   .link = (void (*)(void))swasm_link_imports,
                                   .number_types = (void (*)(void))swasm_number_types};
    return swasm_instantiate(&program, 0, NULL, NULL, resolve, user, instance, error);
}

static guest_instance *make(const swasm_module *module)
{
    swasm_instance *instance;
    swasm_error error;
    CHECK(instantiate(module, NULL, NULL, &instance, &error) == SWASM_OK);
    return (guest_instance *)instance;
}

static void memoryInitChecksBothRanges(void)
{
    guest_instance *own = make(&exporter);
    swasm_memory *memory = &own->memories[0];
    CHECK(!memcmp(memory->base + 10, "abcdefgh", 8));
    CHECK(swasm_memory_init(&own->head, memory, 0, 65530, 2, 6) == 0 && memory->base[65535] == 'h');
    CHECK(swasm_memory_init(&own->head, memory, 0, 65529, 0, 8) == SWASM_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK(memory->base[65529] == 0); /* nothing was written */
    CHECK(swasm_memory_init(&own->head, memory, 0, 0, 1, 8) == SWASM_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK(swasm_memory_init(&own->head, memory, 0, UINT64_MAX, 0, 2) == SWASM_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK(swasm_memory_init(&own->head, memory, 0, 0, UINT64_MAX, 2) == SWASM_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK(swasm_memory_init(&own->head, memory, 0, 65536, 8, 0) == 0);
    CHECK(swasm_memory_init(&own->head, memory, 0, 65537, 8, 0) == SWASM_TRAP_MEMORY_OUT_OF_BOUNDS);
    own->head.dropped_data[0] = 1;
    CHECK(swasm_memory_init(&own->head, memory, 0, 0, 0, 1) == SWASM_TRAP_MEMORY_OUT_OF_BOUNDS);
    CHECK(swasm_memory_init(&own->head, memory, 0, 0, 0, 0) == 0);
    swasm_instance_release(&own->head);
}

static void tableInitCopyAndFillCheckBothRanges(void)
{
    guest_instance *own = make(&exporter);
    swasm_table *table = &own->tables[0];
    CHECK(swasm_table_init(&own->head, table, 0, 1, 0, 3) == 0);
    CHECK(!table->elements[0] && table->elements[1] == &own->funcrefs[1] && !table->elements[2] &&
          table->elements[3] == &own->funcrefs[0]);
    CHECK(swasm_table_init(&own->head, table, 0, 2, 0, 3) == SWASM_TRAP_TABLE_OUT_OF_BOUNDS && !table->elements[2]);
    CHECK(swasm_table_init(&own->head, table, 0, 0, 1, 3) == SWASM_TRAP_TABLE_OUT_OF_BOUNDS);
    CHECK(swasm_table_copy(table, table, 0, 1, 3) == 0 && table->elements[2] == &own->funcrefs[0]);
    CHECK(swasm_table_copy(table, table, 1, 0, 3) == 0 && table->elements[3] == &own->funcrefs[0]);
    CHECK(swasm_table_copy(table, table, UINT64_MAX, 0, 2) == SWASM_TRAP_TABLE_OUT_OF_BOUNDS);
    CHECK(swasm_table_copy(table, table, 0, 3, 2) == SWASM_TRAP_TABLE_OUT_OF_BOUNDS);
    CHECK(swasm_table_fill(table, 3, own, 1) == 0 && table->elements[3] == own);
    CHECK(swasm_table_fill(table, 3, NULL, 2) == SWASM_TRAP_TABLE_OUT_OF_BOUNDS && table->elements[3] == own);
    CHECK(swasm_table_fill(table, 5, NULL, 0) == SWASM_TRAP_TABLE_OUT_OF_BOUNDS);
    own->head.dropped_elements[0] = 1;
    CHECK(swasm_table_init(&own->head, table, 0, 0, 0, 1) == SWASM_TRAP_TABLE_OUT_OF_BOUNDS);
    swasm_instance_release(&own->head);
}

/* ---- Linking ------------------------------------------------------------------------------------ */

static bool resolve(void *user, const swasm_import *import, swasm_extern *found)
{
    return swasm_find_export(user, import->name, found);
}

static uint32_t link_with(guest_instance *provider, swasm_import import)
{
    swasm_module importer = {GUEST_OFFSETS, .start_function = UINT32_MAX, .type_count = 4, .types = types,
                             .import_count = 1, .imports = &import};
    if (import.kind == SWASM_FUNCTION) importer.imported_function_count = 1;
    swasm_instance *instance;
    swasm_error error;
    uint32_t result = instantiate(&importer, resolve, &provider->head, &instance, &error);
    CHECK(result == error.kind && (result == SWASM_OK) == (instance != NULL));
    if (result == SWASM_OK && import.kind == SWASM_FUNCTION)
        CHECK(((guest_instance *)instance)->function_pointers[0] == &provider->funcrefs[1]);
    return result;
}

static swasm_import import_of(const char *name, uint32_t kind, uint32_t type)
{
    return (swasm_import){.name = {name, strlen(name)}, .kind = kind, .type = type,
                          .limits = {0, UINT64_MAX}, .page_log2 = kind == SWASM_MEMORY ? 16 : 0,
                          .flags = kind == SWASM_MEMORY ? SWASM_MEMORY_GUARDED : 0};
}

static void importsAreChecked(void)
{
    guest_instance *provider = make(&exporter);
    CHECK(link_with(provider, import_of("add", SWASM_FUNCTION, 1)) == SWASM_OK);
    CHECK(link_with(provider, import_of("add", SWASM_FUNCTION, 0)) == SWASM_INCOMPATIBLE_IMPORT);
    CHECK(link_with(provider, import_of("add", SWASM_GLOBAL, 3)) == SWASM_INCOMPATIBLE_IMPORT);
    CHECK(link_with(provider, import_of("ad", SWASM_FUNCTION, 1)) == SWASM_UNKNOWN_IMPORT_ERROR);
    CHECK(link_with(provider, import_of("global", SWASM_GLOBAL, 3)) == SWASM_INCOMPATIBLE_IMPORT);
    swasm_import global = import_of("global", SWASM_GLOBAL, 3);
    global.flags = 1;
    CHECK(link_with(provider, global) == SWASM_OK);
    global.type = 2;
    CHECK(link_with(provider, global) == SWASM_INCOMPATIBLE_IMPORT);
    swasm_instance_release(&provider->head);
}

static void limitsOfImportsAreChecked(void)
{
    static const struct { uint64_t minimum, maximum; uint32_t result; } cases[] = {
        {0, UINT64_MAX, SWASM_OK}, {1, 2, SWASM_OK}, {1, 3, SWASM_OK}, {2, UINT64_MAX, SWASM_INCOMPATIBLE_IMPORT},
        {0, 1, SWASM_INCOMPATIBLE_IMPORT},
    };
    guest_instance *provider = make(&exporter);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        swasm_import memory = import_of("memory", SWASM_MEMORY, 0);
        memory.limits = (swasm_limits){cases[i].minimum, cases[i].maximum};
        CHECK(link_with(provider, memory) == cases[i].result);
    }
    swasm_import table = import_of("table", SWASM_TABLE, 2);
    CHECK(link_with(provider, table) == SWASM_OK);
    table.limits.minimum = 5;
    CHECK(link_with(provider, table) == SWASM_INCOMPATIBLE_IMPORT);
    CHECK(swasm_table_grow(&provider->tables[0], 1, NULL) == 4);
    CHECK(link_with(provider, table) == SWASM_OK); /* the present length counts */
    table.limits.maximum = 9;
    CHECK(link_with(provider, table) == SWASM_INCOMPATIBLE_IMPORT);
    swasm_import wide = import_of("memory", SWASM_MEMORY, 0);
    wide.flags |= SWASM_MEMORY_64;
    CHECK(link_with(provider, wide) == SWASM_INCOMPATIBLE_IMPORT);
    swasm_instance_release(&provider->head);
}

static void typeIdsAreEqualWhereTextsAre(void)
{
    char text[32];
    uint32_t first = swasm_type_id("(i32)->()");
    for (int i = 0; i < 500; i++) {
        snprintf(text, sizeof text, "(i32,%d)->()", i);
        CHECK(swasm_type_id(text) != first && swasm_type_id(text) == swasm_type_id(text));
    }
    strcpy(text, "(i32)->()");
    CHECK(swasm_type_id(text) == first);
}

static void valuesMatchTheirSupertypes(void)
{
    static const char *const matching[][2] = {
        {"i32", "i32"},
        {"(ref func)", "funcref"},
        {"(ref ()->())", "(ref func)"},
        {"(ref null ()->())", "funcref"},
        {"(ref rec{(i32)->();()->()}.1)", "(ref func)"},
        {"(ref null nofunc)", "(ref null (i32)->(i64))"},
        {"(ref null nofunc)", "(ref null rec{()->()}.0)"},
        {"(ref noextern)", "externref"},
        {"(ref null noexn)", "exnref"},
    };
    static const char *const apart[][2] = {
        {"i32", "i64"},
        {"i32", "funcref"},
        {"funcref", "(ref func)"},
        {"(ref func)", "(ref ()->())"},
        {"(ref ()->())", "(ref (i32)->())"},
        {"(ref null ()->())", "(ref ()->())"},
        {"(ref null nofunc)", "externref"},
        {"(ref null nofunc)", "(ref ()->())"},
        {"(ref null noextern)", "funcref"},
        {"(ref null noextern)", "(ref null ()->())"},
        {"exnref", "externref"},
        {"(ref null ()->())", "exnref"},
    };
    for (size_t i = 0; i < sizeof matching / sizeof matching[0]; i++)
        CHECK(swasm_type_matches(matching[i][0], matching[i][1]));
    for (size_t i = 0; i < sizeof apart / sizeof apart[0]; i++)
        CHECK(!swasm_type_matches(apart[i][0], apart[i][1]));
}

/* ---- Calls -------------------------------------------------------------------------------------- */

static uint32_t call(guest_instance *own, const char *name, swasm_value *slots)
{
    swasm_extern found;
    swasm_string text = {name, strlen(name)};
    CHECK(swasm_find_export(&own->head, text, &found) && found.kind == SWASM_FUNCTION);
    return swasm_call(found.item, slots);
}

static void hostSurvivesTraps(void)
{
    guest_instance *own = make(&exporter);
    swasm_value slots[2] = {{.i32 = 2}, {.i32 = 3}};
    for (int i = 0; i < 3; i++) {
        CHECK(call(own, "trap", slots) == SWASM_TRAP_INTEGER_OVERFLOW);
        CHECK(call(own, "overflow", slots) == SWASM_TRAP_STACK_EXHAUSTED);
        CHECK(call(own, "fault", slots) == SWASM_TRAP_MEMORY_OUT_OF_BOUNDS);
        slots[0].i32 = 2, slots[1].i32 = 3;
        CHECK(call(own, "add", slots) == 0 && slots[0].i32 == 5);
    }
    swasm_instance_release(&own->head);
}

static int depth_reached;
/* This does not run under AddressSanitizer: the sanitizer does not know that a call that does not return may
 * continue on another stack. */
__attribute__((no_sanitize("address"))) static void host_function(guest_instance *own)
{
    swasm_value slots[2];
    if (depth_reached++ < 3) {
        swasm_funcref self = {.code = (void *)host_function, .instance = &own->head, .invoke = invoke_plain};
        CHECK(swasm_call(&self, slots) == SWASM_TRAP_NULL_REFERENCE);
    }
    swasm_trap(SWASM_TRAP_NULL_REFERENCE);
}

static void nestedCallsEndInnermostFirst(void)
{
    guest_instance *own = make(&exporter);
    swasm_value slots[2];
    swasm_funcref outer = {.code = (void *)host_function, .instance = &own->head, .invoke = invoke_plain};
    CHECK(swasm_call(&outer, slots) == SWASM_TRAP_NULL_REFERENCE && depth_reached == 4);
    swasm_instance_release(&own->head);
}

static int32_t trapping_initialize(swasm_instance *instance)
{
    (void)instance;
    return SWASM_TRAP_TABLE_OUT_OF_BOUNDS;
}

static void trapsWhileInstantiatingAreReported(void)
{
    swasm_module module = exporter;
    swasm_instance *instance;
    swasm_error error;
    module.start_function = 0;
    CHECK(instantiate(&module, NULL, NULL, &instance, &error) == SWASM_TRAPPED);
    CHECK(error.trap == SWASM_TRAP_INTEGER_OVERFLOW && instance);
    module.initialize = trapping_initialize;
    CHECK(instantiate(&module, NULL, NULL, &instance, &error) == SWASM_TRAPPED);
    CHECK(error.trap == SWASM_TRAP_TABLE_OUT_OF_BOUNDS);
}

int main(void)
{
    RUN(memoryGrowsInPlaceAndZeroed);
    RUN(memoriesShareAnAllowance);
    RUN(memoryThatGrewLargeAsksForLargePages);
    RUN(policyLimitsMemories);
    RUN(memoriesReachTheirImplementationLimit);
    RUN(tablesGrowToTheirMaximum);
    RUN(tablesShareAnAllowance);
    RUN(memoryInitChecksBothRanges);
    RUN(tableInitCopyAndFillCheckBothRanges);
    RUN(importsAreChecked);
    RUN(limitsOfImportsAreChecked);
    RUN(typeIdsAreEqualWhereTextsAre);
    RUN(valuesMatchTheirSupertypes);
    RUN(hostSurvivesTraps);
    RUN(nestedCallsEndInnermostFirst);
    RUN(trapsWhileInstantiatingAreReported);
    return finish();
}
