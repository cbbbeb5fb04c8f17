/* Makes and releases linear memories. instance.c uses it, and trap.c asks for their addresses. */
#ifndef SWASM_MEMORY_H
#define SWASM_MEMORY_H

#include "runtime.h"
#include "sys/sys.h"

/* Reserves a memory and makes its initial pages accessible, zeroed. Returns SWASM_OK, SWASM_OUT_OF_MEMORY if
 * the type's minimum exceeds `limit_bytes` or the allowance, or if there are no pages,
 * SWASM_OUT_OF_ADDRESSES if there is no address space, or SWASM_MEMORY_REFUSED. */
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

/* The problem if the system refused memory with this error. `lacking`: the one if memory is exhausted. */
static inline uint32_t swasm_memory_problem(long error, uint32_t lacking)
{
    return error == -SWASM_ENOMEM || error == -SWASM_EAGAIN ? lacking : (uint32_t)SWASM_MEMORY_REFUSED;
}

/* Returns SWASM_OK, SWASM_OUT_OF_MEMORY or SWASM_MEMORY_REFUSED. */
uint32_t swasm_table_make(swasm_table *table, const swasm_table_type *type);
void swasm_table_release(swasm_table *table);

#endif
