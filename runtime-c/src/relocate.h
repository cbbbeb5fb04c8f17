/* What a static position-independent executable does for itself before anything else: see relocate.c. */
#ifndef SWASM_RELOCATE_H
#define SWASM_RELOCATE_H

#include <stdint.h>

/* Adds the load address `base` to every pointer that the dynamic section (NULL: none) says has to have it,
 * then makes what is constant from now on read-only. */
void swasm_relocate(const uint64_t *dynamic, uint8_t *base);

#endif
