/* Places in the source, for the call stack in the report of a trap. Only executables of modules with debug
 * information link it: then its swasm_backtrace_put_function takes the place of the one in backtrace.c. */
#ifndef SWASM_SOURCE_H
#define SWASM_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct swasm_source_place {
    uint64_t file;         /* its number; 0: the place is not known */
    uint64_t line, column; /* 0: not known */
    uint64_t call;         /* the position of the innermost call that the guest's compiler inlined there; 0: none */
} swasm_source_place;

/* Finds the place of an offset in the file. Returns whether it is known. */
bool swasm_source_find(uint64_t offset, swasm_source_place *place);

#endif
