/* Calls an export with typed arguments from the command line. Linked only on request: if the policy has
 * INVOKE, the compiler's own object refers to swasm_invoke_export (Sources/Driver/LinkUnit.swift). */
#ifndef SWASM_INVOKE_H
#define SWASM_INVOKE_H

#include "runtime.h"

/* Reads `argc` arguments by the function's type, calls it, and prints each result on its own line.
 * Returns the exit status. */
int swasm_invoke_export(const swasm_extern *function, int argc, const char *const *argv)
    __attribute__((weak));

#endif
