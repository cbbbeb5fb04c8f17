/* What every benchmark program shares: its size from the command line, a deterministic generator and
 * the checksum it prints. No clock is read here: the harness measures whole processes, so that each
 * engine pays for its own start.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number of rounds: the first argument, as a number or as a percentage ("10%") of the program's
 * standard, which takes about 0.5 to 1 s natively. */
static inline int bench_rounds(int argc, char **argv, int standard)
{
    if (argc < 2)
        return standard;
    int rounds = strchr(argv[1], '%') ? (int)((long long)standard * atoi(argv[1]) / 100) : atoi(argv[1]);
    return rounds > 0 ? rounds : 1;
}

static inline uint32_t bench_random(uint64_t *state)
{
    *state = *state * 6364136223846793005ull + 1442695040888963407ull;
    return (uint32_t)(*state >> 33);
}

static inline uint64_t bench_mix(uint64_t sum, uint64_t value)
{
    sum = (sum ^ value) * 0x9e3779b97f4a7c15ull;
    return sum ^ (sum >> 29);
}

/* Takes all bits of the value, so that an error in its last place shows in the checksum. */
static inline uint64_t bench_mix_double(uint64_t sum, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bench_mix(sum, bits);
}

static inline int bench_report(const char *name, uint64_t sum)
{
    printf("%s %016llx\n", name, (unsigned long long)sum);
    return 0;
}

#endif
