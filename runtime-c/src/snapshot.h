/* Initialises a program, and writes the state that it then has. Only the executable that the compiler makes
 * and runs for --preinit links this. */
#ifndef SWASM_SNAPSHOT_H
#define SWASM_SNAPSHOT_H

#include "../abi/swasm_abi.h"

/* The export that initialises the program after `_initialize`, or ""; the compiler defines it. */
extern const char swasm_snapshot_export[] __attribute__((weak, visibility("hidden")));

/* The descriptor to write to, which the compiler opened. */
enum { SWASM_SNAPSHOT_DESCRIPTOR = 3 };

/* Makes the program end with the compiler that started it. */
void swasm_snapshot_begin(void) __attribute__((weak));

/* Calls that export and writes the state of `instance`. Returns the exit status. */
int swasm_snapshot_take(swasm_instance *instance) __attribute__((weak));

#endif
