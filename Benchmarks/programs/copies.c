/* Bulk memory: copies, overlapping moves and fills of many lengths, and the same by hand in loops. */
#include "bench.h"

enum { BYTES = 1 << 20 };

static uint8_t from[BYTES + 64], to[BYTES + 64];

static void library(uint64_t *seed)
{
    for (int i = 0; i < 20000; i++) {
        size_t n = bench_random(seed) % 600, a = bench_random(seed) % (BYTES - 600), b = bench_random(seed) % (BYTES - 600);
        memcpy(to + a, from + b, n);
        memmove(to + b, to + b + 7, n);
        memset(to + a, (int)(n & 255), n / 4);
    }
    for (int i = 0; i < 4; i++) {
        memcpy(to, from + i, BYTES);
        memmove(to + 3, to, BYTES);
        memset(from + i * 1000, i, BYTES / 4);
    }
}

static void by_hand(uint8_t *restrict out, const uint8_t *restrict in, size_t n)
{
    for (size_t i = 0; i < n; i++)
        out[i] = in[i];
    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(out[i] + 1);
    for (size_t i = 0; i < n / 2; i++) {
        uint8_t swap = out[i];
        out[i] = out[n - 1 - i];
        out[n - 1 - i] = swap;
    }
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 140);
    uint64_t seed = 31, sum = 0;
    for (int i = 0; i < BYTES; i++)
        from[i] = (uint8_t)(i * 7 >> 2);
    for (int r = 0; r < rounds; r++) {
        library(&seed);
        by_hand(from, to, BYTES - (size_t)r);
        for (int i = 0; i < BYTES; i += 4099)
            sum = bench_mix(sum, to[i] + from[i]);
    }
    return bench_report("copies", sum);
}
