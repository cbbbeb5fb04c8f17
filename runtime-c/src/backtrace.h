/* The call stack in the report of a trap. All of it is weak: only executables with tables for it link it. */
#ifndef SWASM_BACKTRACE_H
#define SWASM_BACKTRACE_H

#include "locate.h"
#include "text.h"
#include "trap.h"

/* Finds the frames of the guest. False if there are none. The other functions print what was found last. */
bool swasm_backtrace_find(const swasm_cursor *at) __attribute__((weak));

/* An address within the innermost frame's instruction. */
uintptr_t swasm_backtrace_innermost(void) __attribute__((weak));

/* Puts ` in FUNCTION at offset 0x...` for an address within an instruction. False if its place is not known. */
bool swasm_backtrace_put_where(swasm_line *line, uintptr_t pc) __attribute__((weak));

/* Prints the functions, the innermost first, as far as SWASM_BACKTRACE asks for them. */
void swasm_backtrace_put(void) __attribute__((weak));

/* Prints a function of a frame, with its place in the source if it is known. */
void swasm_backtrace_put_function(const swasm_location *function);

/* Prints a line for a function; none for code that the compiler added, for example between components: it is in
 * no file. The number of its frame comes first unless the line before has it. */
void swasm_backtrace_put_frame(const swasm_location *location);

/* Whether there is a frame `*number`. If it was not kept, because it is in the middle of deep recursion, `*number`
 * becomes that of the next one that was. */
bool swasm_backtrace_kept(uint64_t *number) __attribute__((weak));

/* The functions of a frame that was kept, the innermost first. Returns how many there are. */
size_t swasm_backtrace_places(uint64_t number, swasm_location *locations, size_t most) __attribute__((weak));

#endif
