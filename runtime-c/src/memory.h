/* Making and releasing linear memories; for instance.c, and for trap.c to know their addresses. */
#ifndef SWASM_MEMORY_H
#define SWASM_MEMORY_H

#include "../abi/swasm_abi.h"

/* Reserves a memory and opens its initial pages, zeroed. False when the type's minimum exceeds
 * `limit_bytes` or the system refuses. */
bool swasm_memory_make(swasm_memory *memory, const swasm_memory_type *type, uint64_t limit_bytes);
void swasm_memory_release(swasm_memory *memory);

/* Whether `address` lies in the reservation of a memory. Safe in a signal handler. */
bool swasm_memory_owns(uintptr_t address);

bool swasm_table_make(swasm_table *table, const swasm_table_type *type);
void swasm_table_release(swasm_table *table);

#endif
