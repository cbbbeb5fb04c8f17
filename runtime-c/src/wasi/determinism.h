/* Deterministic runs: time passes only when the guest looks at it or waits for it, and random numbers follow
 * from a seed. The metadata of the host's files (times, inode numbers, order in directories) stays the
 * host's.
 */
#ifndef SWASM_WASI_DETERMINISM_H
#define SWASM_WASI_DETERMINISM_H

#include <stdbool.h>
#include <stdint.h>

typedef struct swasm_determinism {
    bool on;
    uint64_t elapsed; /* nanoseconds since the program began */
    uint64_t random;  /* state of SplitMix64 */
} swasm_determinism;

/* The state of the process, because an executable is one run. */
extern swasm_determinism swasm_deterministic;

enum { SWASM_DETERMINISTIC_TICK = 1000000 /* nanoseconds that one look at a clock takes */ };
static const uint64_t swasm_deterministic_epoch = 946684800ull * 1000000000ull; /* 2000-01-01T00:00:00Z */

/* The next number of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators,
 * 2014). */
static inline uint64_t swasm_deterministic_random(void)
{
    uint64_t z = swasm_deterministic.random += 0x9e3779b97f4a7c15ull;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ z >> 27) * 0x94d049bb133111ebull;
    return z ^ z >> 31;
}

#endif
