/* Declarations that the files of this folder share, but that are not public. */
#ifndef SWASMC_CACHE_HASHING_H
#define SWASMC_CACHE_HASHING_H

#include "CCompileCache.h"

/* Whether the processor has instructions for SHA-256. */
bool swasmc_has_sha_instructions(void);

struct stat;
void swasmc_identity_of(const struct stat *status, swasmc_identity *identity);

/* A fast checksum of 128 bits. It finds every change of a single word of 64 bits. It misses other damage in
 * at most one of 2^64 cases. Somebody can construct two contents with the same checksum, but only the user
 * writes entries. */
typedef struct {
    uint64_t lanes[4];
} swasmc_checksum;

void swasmc_checksum_begin(swasmc_checksum *sum);
/* All calls but the last have a count that is a multiple of 32. */
void swasmc_checksum_add(swasmc_checksum *sum, const void *bytes, size_t count);
void swasmc_checksum_finish(const swasmc_checksum *sum, uint64_t count, uint64_t result[2]);

#endif
