/* The relocation that a static position-independent executable does for itself, before anything else. */
#ifndef SWASM_RELOCATE_H
#define SWASM_RELOCATE_H

#include <stdint.h>

/* Adds the load address `base` to every pointer that the dynamic section lists (NULL if there is no such
 * section). Then makes the data that is constant from now on read-only. */
void swasm_relocate(const uint64_t *dynamic, uint8_t *base);

#endif
