/* Writes the state of a program that initialised itself. Only the executable that the compiler makes and runs
 * for --preinit links this. */
#ifndef SWASM_SNAPSHOT_H
#define SWASM_SNAPSHOT_H

#include "../abi/swasm_abi.h"

/* The export that initialises the program; the compiler defines it. */
extern const char swasm_snapshot_export[] __attribute__((weak, visibility("hidden")));

/* The descriptor to write to, which the compiler opened. */
enum { SWASM_SNAPSHOT_DESCRIPTOR = 3 };

/* Writes the state of `instance`, and the initialiser's result. False if they could not be written. */
bool swasm_snapshot_write(const swasm_instance *instance, uint64_t result) __attribute__((weak));

#endif
