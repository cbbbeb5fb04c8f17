/* File metadata: the filestat that the guest sees, and setting times. */
#ifndef SWASM_WASI_FILESTAT_H
#define SWASM_WASI_FILESTAT_H

#include "wasi.h"

enum { SWASM_FILESTAT_BYTES = 64, SWASM_FILESTAT0_BYTES = 56 };

/* Writes the 64 bytes of preview 1 at `result`. `filetype` tells kinds of sockets apart, which the mode does
 * not. */
void swasm_filestat_store(uint8_t *result, const swasm_statx *stat, uint8_t filetype);
/* Writes the 56 bytes of wasi_unstable, which counts links in 32 bits. */
void swasm_filestat0_store(uint8_t *result, const swasm_statx *stat, uint8_t filetype);

/* The two times for utimensat.
 * EINVAL  unknown flags, or a time is both given and NOW */
uint32_t swasm_filestat_times(uint64_t access, uint64_t modification, uint32_t flags,
                              swasm_timespec times[2]);

#endif
