/* The descriptors that an executable holds after its grants are open. All others are closed before guest code
 * runs. The filter of system calls (filter.c) allows reading and writing these descriptors only, and those
 * that the program opens later.
 */
#ifndef SWASM_HELD_H
#define SWASM_HELD_H

#include "runtime.h"

/* How system calls use a descriptor: they read from it, write to it, or write messages to it. */
enum { SWASM_HELD_READS = 1, SWASM_HELD_WRITES = 2, SWASM_HELD_MESSAGES = 4 };

/* Lists what the process holds; called once, by an executable, after everything is open. False: out of
 * memory. */
bool swasm_held_find(const swasm_grants *grants);

/* Closes every descriptor that is not in the list. */
void swasm_held_close_others(void);

/* Puts the descriptors that may be used for `role` in `found`, ascending. Returns how many there are, even if
 * that is more than `room`. Returns -1 if nobody called swasm_held_find, as in a host program. */
int swasm_held_for(uint32_t role, uint32_t *found, int room);

#endif
