/* From machine addresses to places in the wasm file: the tables that an executable carries for its
 * reports. All of it is safe in a signal handler. */
#ifndef SWASM_LOCATE_H
#define SWASM_LOCATE_H

#include "../abi/swasm_abi.h"

typedef struct swasm_location {
    uint64_t offset; /* in the file; 0: not known, or code that is in no file */
    uint64_t index;  /* of the function, if is_function */
    uint64_t frame;  /* the number of its frame, for backtrace.c */
    uint64_t begin;  /* the offset of its body, if is_function */
    uint32_t name_bytes; /* 0: the function has no name */
    uint8_t is_function;
    char name[SWASM_FUNCTION_NAME_BYTES];
} swasm_location;

/* Finds the places of an instruction: where its function has it and, if that function was inlined, the
 * call, and so on outwards. `pc` is an address within the instruction. Returns their number, which is at
 * least 1 and at most `most`; more are left out. Only the offsets are filled in. */
size_t swasm_locate(uintptr_t pc, swasm_location *locations, size_t most);

/* Fills in the functions of such places. */
void swasm_name_functions(swasm_location *locations, size_t count);

typedef struct swasm_source_file {
    uint64_t offset; /* in this file */
    uint32_t name_bytes; /* 0: the program is one file */
    char name[SWASM_FUNCTION_NAME_BYTES];
} swasm_source_file;

/* The file that has an offset. False if no file has it: then it is code that the compiler added. */
bool swasm_source_file_at(swasm_source_file *file, uint64_t offset);

#endif
