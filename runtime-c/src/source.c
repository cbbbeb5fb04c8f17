/* Reads the tables of places in the source (swasm_abi.h, swasm_lines), and prints these places below the functions of
 * a backtrace. A function is preceded by those that the guest's compiler inlined into it. */
#include "source.h"

#include "../abi/swasm_abi.h"
#include "backtrace.h"
#include "packed.h"

enum {
    CHUNKS,
    ROWS,
    FILES,
    CALLS,
    NAMES,
    MOST_CALLS = 32, /* that are shown for one function */
};

static swasm_packed open_at(uint32_t table, uint64_t position)
{
    const uint8_t *bytes = swasm_lines;
    for (uint32_t i = 0; i < table; i++) bytes += swasm_lines_bytes[i];
    swasm_packed result = swasm_packed_open(bytes, swasm_lines_bytes[table]);
    swasm_packed_seek(&result, position);
    return result;
}

/* The chunk of rows that has an offset: where it begins, and its first offset. False if there is none. */
static bool find_chunk(uint64_t offset, uint64_t *position, uint64_t *first)
{
    swasm_packed chunks = open_at(CHUNKS, 0);
    uint64_t next = 0, next_position = 0;
    bool is_found = false;
    while (swasm_packed_has_more(&chunks)) {
        next += swasm_packed_uleb(&chunks);
        next_position += swasm_packed_uleb(&chunks);
        if (next > offset) break;
        *first = next;
        *position = next_position;
        is_found = true;
    }
    return is_found;
}

bool swasm_source_find(uint64_t offset, swasm_source_place *place)
{
    uint64_t position, at;
    *place = (swasm_source_place){.file = 0};
    if (!find_chunk(offset, &position, &at)) return false;
    swasm_packed rows = open_at(ROWS, position);
    for (uint32_t left = SWASM_LINES_CHUNK_ROWS; left && swasm_packed_has_more(&rows); left--) {
        const uint64_t next = swasm_packed_uleb(&rows);
        at += next >> 2;
        if (at > offset) break;
        place->line += (uint64_t)swasm_packed_sleb(&rows);
        place->column = swasm_packed_uleb(&rows);
        if (next & 1) place->file += (uint64_t)swasm_packed_sleb(&rows);
        if (next & 2) place->call += (uint64_t)swasm_packed_sleb(&rows);
    }
    return place->file != 0;
}

/* Replaces a place by that of its innermost call. Returns the position of the name of the function that was called. */
static uint64_t leave_call(swasm_source_place *place)
{
    swasm_packed calls = open_at(CALLS, place->call);
    const uint64_t name = swasm_packed_uleb(&calls);
    place->file = swasm_packed_uleb(&calls);
    place->line = swasm_packed_uleb(&calls);
    place->column = swasm_packed_uleb(&calls);
    const uint64_t distance = swasm_packed_uleb(&calls);
    place->call = distance && distance < place->call ? place->call - distance : 0;
    return name;
}

/* ---- Printing ----------------------------------------------------------------------------------- */

/* `       at FILE:LINE:COLUMN` */
static void put_place(const swasm_source_place *place)
{
    static char path[SWASM_FUNCTION_NAME_BYTES];
    if (!place->file) return;
    swasm_packed files = open_at(FILES, 0);
    for (uint64_t left = place->file - 1; left && swasm_packed_has_more(&files); left--)
        swasm_packed_text(&files, path);
    const uint32_t length = swasm_packed_text(&files, path);
    swasm_line line = {.length = 0};
    swasm_put(&line, "       at ");
    swasm_put_untrusted(&line, path, length);
    if (place->line) {
        swasm_put(&line, ":");
        swasm_put_decimal(&line, place->line);
    }
    if (place->line && place->column) {
        swasm_put(&line, ":");
        swasm_put_decimal(&line, place->column);
    }
    swasm_put_out(&line, 2);
}

static void take_name(swasm_location *function, uint64_t position)
{
    static const char unknown[] = "<inlined function>";
    if (position) {
        swasm_packed names = open_at(NAMES, position);
        function->name_bytes = swasm_packed_text(&names, function->name);
    } else {
        function->name_bytes = sizeof unknown - 1;
        __builtin_memcpy(function->name, unknown, sizeof unknown - 1);
    }
}

void swasm_backtrace_put_function(const swasm_location *function)
{
    static swasm_location inlined;
    swasm_source_place place;
    const bool is_known = function->is_function && swasm_source_find(function->offset, &place);
    inlined = *function;
    for (uint32_t left = MOST_CALLS; is_known && place.call && left; left--) {
        const swasm_source_place inner = place;
        take_name(&inlined, leave_call(&place));
        swasm_backtrace_put_frame(&inlined);
        put_place(&inner);
    }
    swasm_backtrace_put_frame(function);
    if (is_known) put_place(&place);
}
