/* Chooses where the guest's mappings lie: each at a random address, far from the rest of the process. */
#ifndef SWASM_PLACE_H
#define SWASM_PLACE_H

#include <stdint.h>

/* Sets the key of the addresses. Call it before the first reservation. Without it, the first reservation asks
 * the kernel for random bytes. */
void swasm_place_seed(const uint8_t seed[16]);

/* Reserves `bytes` (of whole pages) without access at a random multiple of `align_bytes` (a power of two,
 * at least a page). Returns the address, or -errno. If no random address can be reserved, the kernel
 * chooses one. */
long swasm_reserve_apart(uint64_t bytes, uint64_t align_bytes);

#endif
