/* Where the guest's mappings lie: each at a random address of its own, far from the rest of the process. */
#ifndef SWASM_PLACE_H
#define SWASM_PLACE_H

#include <stdint.h>

/* Sets what the addresses follow from, before the first reservation; without it the kernel is asked for random
 * bytes at the first one. */
void swasm_place_seed(const uint8_t seed[16]);

/* Reserves `bytes` (of whole pages) without access at a random multiple of `align_bytes` (a power of two, at least
 * a page). Returns the address, or -errno. Where no random address is to be had the kernel chooses. */
long swasm_reserve_apart(uint64_t bytes, uint64_t align_bytes);

#endif
