/* Makes and releases linear memories. instance.c uses it, and trap.c asks for their addresses. */
#ifndef SWASM_MEMORY_H
#define SWASM_MEMORY_H

#include "runtime.h"

/* Reserves a memory and makes its initial pages accessible, zeroed. Returns SWASM_OK, SWASM_OUT_OF_MEMORY if
 * the type's minimum exceeds `limit_bytes` or the allowance, or if the system refuses pages, or
 * SWASM_OUT_OF_ADDRESSES if the system refuses the reservation. */
uint32_t swasm_memory_make(swasm_memory *memory, const swasm_memory_type *type, uint64_t limit_bytes);
void swasm_memory_release(swasm_memory *memory);

/* Whether `address` lies in the reservation of a memory. Safe in a signal handler. */
bool swasm_memory_owns(uintptr_t address);

/* How many bytes all memories of the process together may still get, and all tables; UINT64_MAX is no limit.
 * Set before the instance of an executable is made. Never set in a host program, where all threads would
 * share it. */
extern uint64_t swasm_memory_allowance, swasm_table_allowance;

/* Takes `bytes` of an allowance. If less is left, takes nothing and returns false. */
static inline bool swasm_take(uint64_t *allowance, uint64_t bytes)
{
    if (*allowance == UINT64_MAX) return true;
    if (bytes > *allowance) return false;
    *allowance -= bytes;
    return true;
}

static inline void swasm_give_back(uint64_t *allowance, uint64_t bytes)
{
    if (*allowance != UINT64_MAX) *allowance += bytes;
}

bool swasm_table_make(swasm_table *table, const swasm_table_type *type);
void swasm_table_release(swasm_table *table);

#endif
