/* Prints the one line about a trap. Input: the trap's code and machine address, and the code maps and names
 * of the executable. This runs in the signal handler, so it does not allocate and takes no locks.
 */
#include "report.h"

#include "profile.h"
#include "runtime.h"
#include "sys/sys.h"
#include "text.h"
#include "trap.h"

typedef struct cursor {
    const uint8_t *at, *end;
} cursor;

static uint64_t take_uleb(cursor *c)
{
    uint64_t value = 0;
    for (uint32_t shift = 0; c->at < c->end; shift += 7) {
        uint8_t byte = *c->at++;
        if (shift < 64) value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) break;
    }
    return value;
}

static int64_t take_sleb(cursor *c)
{
    uint64_t value = 0;
    uint32_t shift = 0;
    uint8_t byte = 0;
    while (c->at < c->end) {
        byte = *c->at++;
        if (shift < 64) value |= (uint64_t)(byte & 0x7f) << shift;
        shift += 7;
        if (!(byte & 0x80)) break;
    }
    if (shift < 64 && byte & 0x40) value |= ~0ull << shift;
    return (int64_t)value;
}

/* The file offset of the last row at or before `pc`; 0 if it is unknown. */
static uint64_t offset_in_map(const swasm_code_map *map, uintptr_t pc)
{
    cursor rows = {.at = map->rows, .end = map->rows + map->rows_bytes};
    uint64_t address = 0, wanted = pc - (uintptr_t)map->code_begin, offset = 0;
    bool known = false;
    while (rows.at < rows.end) {
        address += take_uleb(&rows);
        int64_t delta = take_sleb(&rows);
        if (address > wanted) break;
        known = !known || delta != 0;
        offset += (uint64_t)delta;
    }
    return known ? offset : 0;
}

static uint64_t file_offset(uintptr_t pc)
{
    uint64_t count = &swasm_code_map_count ? swasm_code_map_count : 0;
    for (uint64_t i = 0; i < count; i++)
        if (pc - (uintptr_t)swasm_code_maps[i].code_begin < swasm_code_maps[i].code_bytes)
            return offset_in_map(&swasm_code_maps[i], pc);
    return 0;
}

static const swasm_function_name *function_of(const swasm_debug *debug, uint64_t offset)
{
    uint64_t low = 0, high = debug ? debug->function_count : 0;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        const swasm_function_name *function = &debug->functions[middle];
        if (offset < function->begin) high = middle;
        else if (offset >= function->end) low = middle + 1;
        else return function;
    }
    return NULL;
}

/* The function whose body contains a file offset. The offsets of all modules of a program count through one
 * sequence of bytes: the input, and then the modules that the compiler added. */
static const swasm_function_name *function_at(uint64_t offset)
{
    for (uint32_t i = 0; i < swasm_main_program.module_count; i++) {
        const swasm_function_name *function = function_of(swasm_main_program.modules[i]->debug, offset);
        if (function) return function;
    }
    return NULL;
}

/* ` at offset 0x…`, and ` of FILE` if the program was made of several files. Nothing for code that the compiler
 * added, for example between components: it is in no file. */
static void put_place(swasm_line *line, uint64_t offset)
{
    uint64_t bytes = &swasm_files_bytes ? swasm_files_bytes : 0, begin = 0;
    cursor files = {.at = swasm_files, .end = swasm_files + bytes};
    const uint8_t *name = NULL;
    uint64_t length = 0;
    while (!name && files.at < files.end) {
        uint64_t end = take_uleb(&files);
        length = take_uleb(&files);
        if (offset < end) name = files.at;
        else begin = end;
        files.at += length;
    }
    if (bytes && !name) return;
    swasm_put(line, " at offset ");
    swasm_put_hex(line, offset - begin);
    if (!length) return;
    swasm_put(line, " of ");
    swasm_put_untrusted(line, (const char *)name, (uint32_t)length);
}

/* `uncaught exception: tag <name or index>` */
static void put_uncaught(swasm_line *line, const swasm_exception *exception)
{
    const swasm_debug *debug = exception->instance->module->debug;
    uint32_t index = exception->tag_index;
    swasm_put(line, "uncaught exception: tag ");
    if (debug && index < debug->tag_name_count && debug->tag_names[index].length)
        swasm_put_untrusted(line, debug->tag_names[index].bytes, debug->tag_names[index].length);
    else
        swasm_put_decimal(line, index);
}

void swasm_report_trap(uint32_t code, uintptr_t pc)
{
    swasm_line line = {.length = 0};
    swasm_put_program(&line);
    if (code == SWASM_TRAP_UNCAUGHT_EXCEPTION && &swasm_uncaught && swasm_uncaught) {
        put_uncaught(&line, swasm_uncaught);
    } else {
        swasm_put(&line, "wasm trap: ");
        swasm_put(&line, swasm_trap_message(code));
    }
    uint64_t offset = pc ? file_offset(pc) : 0;
    const swasm_function_name *function = offset ? function_at(offset) : NULL;
    if (function) {
        swasm_put(&line, " in ");
        if (function->name) {
            const uint32_t length = function->name_length;
            swasm_put_untrusted(
                &line, function->name, length < SWASM_FUNCTION_NAME_BYTES ? length : SWASM_FUNCTION_NAME_BYTES);
        } else {
            swasm_put(&line, "func[");
            swasm_put_decimal(&line, function->index);
            swasm_put(&line, "]");
        }
    }
    if (offset) put_place(&line, offset);
    swasm_put_out(&line, 2);
    swasm_end(SWASM_TRAP_STATUS);
}

void swasm_report_fault(int signal_number, uintptr_t pc, uintptr_t address)
{
    swasm_line line = {.length = 0};
    swasm_put_program(&line);
    swasm_put(&line, "internal error: signal ");
    swasm_put_decimal(&line, (uint64_t)signal_number);
    swasm_put(&line, " at pc ");
    swasm_put_hex(&line, pc);
    swasm_put(&line, ", address ");
    swasm_put_hex(&line, address);
    swasm_put(&line, " (a bug in swasmc, not in the program)");
    swasm_put_out(&line, 2);
}
