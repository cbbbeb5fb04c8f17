/* The checksum of an entry's contents. Four lanes keep the multiplier of the processor busy. Each step
 * maps a lane one to one, so the steps after a changed word cannot undo the change of its lane. */
#include "hashing.h"

#include <string.h>

static uint64_t step(uint64_t lane, uint64_t word)
{
    lane = (lane ^ word) * 0x9e3779b97f4a7c15ull;
    return lane >> 29 | lane << 35;
}

void swasmc_checksum_begin(swasmc_checksum *sum)
{
    for (int i = 0; i < 4; i++) {
        sum->lanes[i] = (uint64_t)i + 1;
    }
}

static void add_words(swasmc_checksum *sum, const uint8_t *bytes, size_t rounds)
{
    uint64_t a = sum->lanes[0], b = sum->lanes[1], c = sum->lanes[2], d = sum->lanes[3];
    for (; rounds; rounds--, bytes += 32) {
        uint64_t words[4];
        memcpy(words, bytes, sizeof words);
        a = step(a, words[0]), b = step(b, words[1]), c = step(c, words[2]), d = step(d, words[3]);
    }
    sum->lanes[0] = a, sum->lanes[1] = b, sum->lanes[2] = c, sum->lanes[3] = d;
}

void swasmc_checksum_add(swasmc_checksum *sum, const void *bytes, size_t count)
{
    const uint8_t *at = bytes;
    add_words(sum, at, count / 32);
    if (count % 32) {
        uint8_t rest[32] = {0};
        memcpy(rest, at + count / 32 * 32, count % 32);
        add_words(sum, rest, 1);
    }
}

void swasmc_checksum_finish(const swasmc_checksum *sum, uint64_t count, uint64_t result[2])
{
    for (int i = 0; i < 2; i++) {
        uint64_t mixed = step(step(sum->lanes[2 * i], count), 0);
        mixed = step(step(mixed ^ sum->lanes[2 * i + 1], 0), 0);
        result[i] = mixed ^ mixed >> 32;
    }
}
