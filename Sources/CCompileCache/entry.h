/* How an entry is laid out, for the files that read and write entries. */
#ifndef SWASMC_CACHE_ENTRY_H
#define SWASMC_CACHE_ENTRY_H

#include "CCompileCache.h"

/* The end of an entry. It follows the contents, because an executable must begin at the first byte of its
 * file. */
typedef struct {
    char magic[16];
    swasmc_key key;
    uint64_t checksum[2];
    uint64_t count;
    /* How often the request was answered. The number changes, so no checksum covers it. */
    uint64_t hits;
} swasmc_trailer;

extern const char swasmc_trailer_magic[16];

/* The kind, a minus sign, 64 digits, and a zero. */
enum { SWASMC_ENTRY_NAME_BYTES = 67 };

void swasmc_entry_name(swasmc_entry_kind kind, const swasmc_key *key, char name[SWASMC_ENTRY_NAME_BYTES]);

/* Whether a file of `count` bytes exceeds RLIMIT_FSIZE. The kernel ends a process that exceeds it with a
 * signal. */
bool swasmc_exceeds_file_limit(uint64_t count);

/* The name of a file that is being written begins with this letter. Its writer holds a lock on it (flock). */
enum { SWASMC_TEMPORARY_KIND = 't' };

#endif
