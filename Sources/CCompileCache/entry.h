/* How an entry is laid out, for the files that read and write entries. */
#ifndef SWASMC_CACHE_ENTRY_H
#define SWASMC_CACHE_ENTRY_H

#include "CCompileCache.h"

/* It follows the contents: an executable starts at its first byte. */
typedef struct {
    char magic[16];
    swasmc_key key;
    uint64_t checksum[2];
    uint64_t count;
    /* How often a request was answered. It changes, so no checksum covers it. */
    uint64_t hits;
} swasmc_trailer;

extern const char swasmc_trailer_magic[16];

/* The kind, a minus sign, 64 digits, and a zero. */
enum { SWASMC_ENTRY_NAME_BYTES = 67 };

void swasmc_entry_name(swasmc_entry_kind kind, const swasmc_key *key, char name[SWASMC_ENTRY_NAME_BYTES]);

/* Whether this process may not write a file of so many bytes. The kernel would end it with a signal. */
bool swasmc_exceeds_file_limit(uint64_t count);

/* Names of files that are being written begin with this. Their writers hold a lock on them (flock). */
enum { SWASMC_TEMPORARY_KIND = 't' };

#endif
