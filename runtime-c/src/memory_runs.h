/* The parts of a memory that are not zero. */
#ifndef SWASM_MEMORY_RUNS_H
#define SWASM_MEMORY_RUNS_H

#include <stdbool.h>

#include "../abi/swasm_abi.h"

/* Finds the next run: chunks of 4 KiB that follow each other and are not zero. It begins at `*at` or later.
 * False if there is none. */
bool swasm_memory_run(const swasm_memory *memory, uint64_t *at, uint64_t *bytes);

#endif
