/* What the files of this folder share beside the public header. */
#ifndef SWASMC_CACHE_HASHING_H
#define SWASMC_CACHE_HASHING_H

#include "CCompileCache.h"

/* Whether the processor has instructions for SHA-256. */
bool swasmc_has_sha_instructions(void);

struct stat;
void swasmc_identity_of(const struct stat *status, swasmc_identity *identity);

/* A fast checksum of 128 bits. It finds every change of a single word, and any other damage but for one case in 2^64
 * or fewer. It is no protection from somebody who wants two contents with one checksum: entries have one writer. */
typedef struct {
    uint64_t lanes[4];
} swasmc_checksum;

void swasmc_checksum_begin(swasmc_checksum *sum);
/* All calls but the last have a count that is a multiple of 32. */
void swasmc_checksum_add(swasmc_checksum *sum, const void *bytes, size_t count);
void swasmc_checksum_finish(const swasmc_checksum *sum, uint64_t count, uint64_t result[2]);

#endif
