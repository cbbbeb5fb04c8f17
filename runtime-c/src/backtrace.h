/* The call stack in the report of a trap. All of it is weak: only executables with tables for it link it. */
#ifndef SWASM_BACKTRACE_H
#define SWASM_BACKTRACE_H

#include "text.h"
#include "trap.h"

/* Finds the frames of the guest. False if there are none. The other functions print what was found last. */
bool swasm_backtrace_find(const swasm_cursor *at) __attribute__((weak));

/* Puts ` in FUNCTION at offset 0x...`: where the guest was. */
void swasm_backtrace_put_where(swasm_line *line) __attribute__((weak));

/* Prints the functions, the innermost first, as far as SWASM_BACKTRACE asks for them. */
void swasm_backtrace_put(void) __attribute__((weak));

#endif
