/* Reads the maps of code, and the tables of functions and files. Output: locations (locate.h). */
#include "locate.h"

#include "packed.h"
#include "trap.h"

/* The file offset of the last row at or before `pc`; 0 if it is unknown. */
static uint64_t offset_in_map(const swasm_code_map *map, uintptr_t pc)
{
    swasm_packed rows = swasm_packed_open(map->rows, map->rows_bytes);
    uint64_t address = 0, offset = 0;
    bool known = false;
    while (swasm_packed_row(&rows, &address, pc - (uintptr_t)map->code_begin)) {
        const int64_t delta = swasm_packed_sleb(&rows);
        known = !known || delta != 0;
        offset += (uint64_t)delta;
    }
    return known ? offset : 0;
}

void swasm_name_functions(swasm_location *locations, size_t count)
{
    for (size_t i = 0; i < count; i++) locations[i].is_function = 0;
    const uint64_t bytes = &swasm_functions_bytes ? swasm_functions_bytes : 0;
    swasm_packed functions = swasm_packed_open(swasm_functions, bytes);
    uint64_t begin = 0, end = 0, index = 0;
    while (swasm_packed_has_more(&functions)) {
        begin = end + swasm_packed_uleb(&functions);
        end = begin + swasm_packed_uleb(&functions);
        index += (uint64_t)swasm_packed_sleb(&functions);
        char name[SWASM_FUNCTION_NAME_BYTES];
        const uint32_t length = swasm_packed_text(&functions, name);
        for (size_t i = 0; i < count; i++) {
            swasm_location *const location = &locations[i];
            if (location->offset < begin || location->offset >= end) continue;
            location->is_function = 1;
            location->index = index;
            location->begin = begin;
            location->name_bytes = length;
            __builtin_memcpy(location->name, name, length);
        }
    }
}

/* The number of the innermost call that was inlined at `pc`; 0 if there is none. */
static uint64_t call_in_map(const swasm_code_map *map, uintptr_t pc)
{
    swasm_packed table = swasm_packed_open(map->inlined, map->inlined_bytes);
    uint64_t address = 0, call = 0;
    swasm_packed_skip(&table, 2 * swasm_packed_uleb(&table));
    while (swasm_packed_row(&table, &address, pc - (uintptr_t)map->code_begin)) call += (uint64_t)swasm_packed_sleb(&table);
    return call;
}

/* The file offset of a call, whose number becomes that of the call by which it was inlined. */
static uint64_t offset_of_call(const swasm_code_map *map, uint64_t *call)
{
    swasm_packed table = swasm_packed_open(map->inlined, map->inlined_bytes);
    uint64_t offset = 0, parent = 0;
    swasm_packed_uleb(&table);
    for (uint64_t left = *call; left && swasm_packed_has_more(&table); left--) {
        offset += (uint64_t)swasm_packed_sleb(&table);
        parent = swasm_packed_uleb(&table);
    }
    *call = parent && parent < *call ? *call - parent : 0;
    return offset;
}

size_t swasm_locate(uintptr_t pc, swasm_location *locations, size_t most)
{
    const swasm_code_map *const map = swasm_code_map_at(pc);
    locations[0].offset = map ? offset_in_map(map, pc) : 0;
    size_t count = 1;
    uint64_t call = locations[0].offset ? call_in_map(map, pc) : 0;
    for (; call && count < most; count++) locations[count].offset = offset_of_call(map, &call);
    return count;
}

bool swasm_source_file_at(swasm_source_file *file, uint64_t offset)
{
    const uint64_t bytes = &swasm_files_bytes ? swasm_files_bytes : 0;
    swasm_packed files = swasm_packed_open(swasm_files, bytes);
    uint64_t begin = 0, end = bytes ? 0 : UINT64_MAX;
    file->name_bytes = 0;
    while (offset >= end && swasm_packed_has_more(&files)) {
        begin = end;
        end += swasm_packed_uleb(&files);
        file->name_bytes = swasm_packed_text(&files, file->name);
    }
    file->offset = offset - begin;
    return offset < end;
}
