/* The parts of a memory that are not zero. */
#ifndef SWASM_MEMORY_RUNS_H
#define SWASM_MEMORY_RUNS_H

#include <stdbool.h>

#include "../abi/swasm_abi.h"

/* Opens the kernel's table of pages, before the process gives up any rights. With it, pages that nobody touched cost
 * no time. Without it (no /proc, or pages of another size than 4 KiB), swasm_memory_run reads all pages. */
void swasm_memory_runs_begin(void);

/* The descriptor of that table, or -1. */
int swasm_memory_runs_descriptor(void) __attribute__((weak));

/* Finds the next run: chunks of 4 KiB that follow each other and are not zero. It begins at `*at` or later.
 * False if there is none. */
bool swasm_memory_run(const swasm_memory *memory, uint64_t *at, uint64_t *bytes);

#endif
