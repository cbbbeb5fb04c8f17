/* Prints the one line about a trap. Input: the trap's code and machine address, and the code maps and names
 * of the executable. This runs in the signal handler, so it does not allocate and takes no locks.
 */
#include "report.h"

#include "packed.h"
#include "profile.h"
#include "runtime.h"
#include "sys/sys.h"
#include "text.h"
#include "trap.h"

/* The file offset of the last row at or before `pc`; 0 if it is unknown. */
static uint64_t offset_in_map(const swasm_code_map *map, uintptr_t pc)
{
    swasm_packed rows = swasm_packed_open(map->rows, map->rows_bytes);
    uint64_t address = 0, wanted = pc - (uintptr_t)map->code_begin, offset = 0;
    bool known = false;
    while (swasm_packed_has_more(&rows)) {
        address += swasm_packed_uleb(&rows);
        int64_t delta = swasm_packed_sleb(&rows);
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

/* Takes a text with its length before it. Returns how many bytes of it are in `text`. */
static uint32_t take_text(swasm_packed *table, char text[SWASM_FUNCTION_NAME_BYTES])
{
    uint64_t length = swasm_packed_uleb(table);
    uint32_t kept = 0;
    for (; length && swasm_packed_has_more(table); length--) {
        const char byte = (char)swasm_packed_byte(table);
        if (kept < SWASM_FUNCTION_NAME_BYTES) text[kept++] = byte;
    }
    return kept;
}

/* Puts ` in <name or index>` of the function whose body contains a file offset; nothing if there is none. */
static void put_function(swasm_line *line, uint64_t offset)
{
    const uint64_t bytes = &swasm_functions_bytes ? swasm_functions_bytes : 0;
    swasm_packed functions = swasm_packed_open(swasm_functions, bytes);
    uint64_t begin = 0, end = 0, index = 0;
    uint32_t length = 0;
    char name[SWASM_FUNCTION_NAME_BYTES];
    while (offset >= end && swasm_packed_has_more(&functions)) {
        begin = end + swasm_packed_uleb(&functions);
        end = begin + swasm_packed_uleb(&functions);
        index += (uint64_t)swasm_packed_sleb(&functions);
        length = take_text(&functions, name);
    }
    if (offset < begin || offset >= end) return;
    swasm_put(line, " in ");
    if (length) {
        swasm_put_untrusted(line, name, length);
    } else {
        swasm_put(line, "func[");
        swasm_put_decimal(line, index);
        swasm_put(line, "]");
    }
}

/* ` at offset 0x…`, and ` of FILE` if the program was made of several files. Nothing for code that the
 * compiler added, for example between components: it is in no file. */
static void put_place(swasm_line *line, uint64_t offset)
{
    const uint64_t bytes = &swasm_files_bytes ? swasm_files_bytes : 0;
    swasm_packed files = swasm_packed_open(swasm_files, bytes);
    uint64_t begin = 0, end = bytes ? 0 : UINT64_MAX;
    uint32_t length = 0;
    char name[SWASM_FUNCTION_NAME_BYTES];
    while (offset >= end && swasm_packed_has_more(&files)) {
        begin = end;
        end += swasm_packed_uleb(&files);
        length = take_text(&files, name);
    }
    if (offset >= end) return;
    swasm_put(line, " at offset ");
    swasm_put_hex(line, offset - begin);
    if (!length) return;
    swasm_put(line, " of ");
    swasm_put_untrusted(line, name, length);
}

/* `uncaught exception: tag <name or index>` */
static void put_uncaught(swasm_line *line, const swasm_exception *exception)
{
    const swasm_module *module = exception->instance->module;
    uint32_t index = exception->tag_index;
    swasm_put(line, "uncaught exception: tag ");
    if (index < module->tag_name_count && module->tag_names[index].length)
        swasm_put_untrusted(line, module->tag_names[index].bytes, module->tag_names[index].length);
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
    if (offset) put_function(&line, offset);
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
