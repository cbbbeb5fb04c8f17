/* The state of an instance as bytes, for --preinit. Sources/Driver/preinit/StateReader.swift reads them.
 *
 * All numbers are u64, little-endian:
 *   "swasmsnp", the result of the initialiser, or 0 if it has none
 *   count of memories; for each: its bytes, then its runs (offset, length, the bytes), then a run of length 0
 *   count of globals; for each: a reference, then the two words of its value
 *   count of tables; for each: its length, then one reference for each element
 *   count of element segments, count of data segments; then one byte for each: 1 if it was dropped
 * A reference is 0 for null, 1 + the index of a function of this module, or all ones for anything else.
 */
#include "snapshot.h"

#include "memory_runs.h"
#include "output_file.h"
#include "report.h"
#include "runtime.h"
#include "sys/sys.h"
#include "text.h"

enum { BUFFER_BYTES = 4096 };

static uint8_t buffer[BUFFER_BYTES];
static uint64_t buffered;
static bool is_complete = true;
static uint64_t left = SWASM_SNAPSHOT_BYTES;

static void write_out(const uint8_t *bytes, uint64_t count)
{
    if (!is_complete) return;
    if (count > left) is_complete = false, left = 0;
    else is_complete = swasm_output_write(SWASM_SNAPSHOT_DESCRIPTOR, bytes, count), left -= count;
}

static void flush(void)
{
    write_out(buffer, buffered);
    buffered = 0;
}

static void put(uint64_t word)
{
    if (buffered == BUFFER_BYTES) flush();
    __builtin_memcpy(buffer + buffered, &word, sizeof word);
    buffered += sizeof word;
}

static void put_memory(const swasm_memory *memory)
{
    uint64_t at = 0, bytes;
    put(memory->bytes);
    for (; swasm_memory_run(memory, &at, &bytes); at += bytes) {
        put(at);
        put(bytes);
        flush();
        write_out(memory->base + at, bytes);
    }
    put(0);
    put(0);
}

static const void *part(const swasm_instance *instance, uint64_t offset) { return (const char *)instance + offset; }

static uint64_t reference(const swasm_instance *instance, const void *value)
{
    const swasm_module *module = instance->module;
    const swasm_funcref *first = part(instance, module->funcrefs_offset);
    if (!value) return 0;
    uintptr_t distance = (uintptr_t)value - (uintptr_t)first;
    if (distance / sizeof *first >= module->function_count || distance % sizeof *first) return UINT64_MAX;
    return 1 + (uint64_t)first[distance / sizeof *first].function_index;
}

static bool write_state(const swasm_instance *instance, uint64_t result)
{
    const swasm_module *module = instance->module;
    uint64_t magic;
    __builtin_memcpy(&magic, "swasmsnp", sizeof magic);
    put(magic);
    put(result);
    const swasm_memory *memories = part(instance, module->memories_offset);
    put(module->memory_count);
    for (uint32_t i = 0; i < module->memory_count; i++) put_memory(&memories[i]);
    const swasm_value *globals = part(instance, module->globals_offset);
    put(module->global_count);
    for (uint32_t i = 0; i < module->global_count; i++) {
        put(reference(instance, globals[i].ref));
        put(globals[i].words[0]);
        put(globals[i].words[1]);
    }
    const swasm_table *tables = part(instance, module->tables_offset);
    put(module->table_count);
    for (uint32_t i = 0; i < module->table_count; i++) {
        put(tables[i].length);
        for (uint64_t j = 0; j < tables[i].length; j++) put(reference(instance, tables[i].elements[j]));
    }
    put(module->element_segment_count);
    put(module->data_count);
    flush();
    write_out(part(instance, module->dropped_offset), (uint64_t)module->element_segment_count + module->data_count);
    return is_complete;
}

/* Calls an export without parameters. Its first result goes to `result`. Returns why it cannot be called, or NULL. */
static const char *call(swasm_instance *instance, const char *name, uint64_t *result)
{
    enum { MOST_RESULTS = 16 };
    swasm_extern found;
    swasm_value slots[MOST_RESULTS] = {{.i64 = 0}};
    swasm_string text = {.bytes = name, .length = swasm_text_length(name)};
    if (!swasm_find_export(instance, text, &found) || found.kind != SWASM_FUNCTION)
        return "no function is exported under this name";
    const swasm_funcref *function = found.item;
    const swasm_type *type = &function->instance->module->types[function->type_id];
    if (!function->invoke || type->parameter_count || type->result_count > MOST_RESULTS)
        return "this export has parameters or many results, so it cannot initialise the program";
    uint32_t code = swasm_call(function, slots);
    if (code) swasm_report_trap(code, &(swasm_cursor){0});
    if (type->result_count) *result = slots[0].words[0];
    return NULL;
}

void swasm_snapshot_begin(void)
{
    enum { PR_SET_PDEATHSIG = 1, SIGKILL = 9 };
    swasm_setup_syscall5(SWASM_SYS_PRCTL, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    swasm_memory_runs_begin();
}

int swasm_snapshot_take(swasm_instance *instance)
{
    uint64_t result = 0;
    const char *problem = *swasm_snapshot_export ? call(instance, swasm_snapshot_export, &result) : NULL;
    if (problem) swasm_complain(SWASM_ERROR_SNAPSHOT, problem, swasm_snapshot_export);
    if (problem) return 1;
    if (write_state(instance, result)) return 0;
    swasm_complain(SWASM_ERROR_SNAPSHOT, left ? "the initialised state cannot be written" : "the initialised state has more than 1 GiB", NULL);
    return 1;
}
