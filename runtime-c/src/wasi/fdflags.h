/* WASI's descriptor flags and Linux's. RSYNC is SYNC on Linux and comes back as such. */
#ifndef SWASM_WASI_FDFLAGS_H
#define SWASM_WASI_FDFLAGS_H

#include "wasi.h"

static inline uint32_t swasm_fdflags_to_host(uint32_t flags)
{
    uint32_t host = 0;
    if (flags & SWASM_FDFLAG_APPEND) host |= SWASM_O_APPEND;
    if (flags & SWASM_FDFLAG_NONBLOCK) host |= SWASM_O_NONBLOCK;
    if (flags & SWASM_FDFLAG_DSYNC) host |= SWASM_O_DSYNC;
    if (flags & (SWASM_FDFLAG_RSYNC | SWASM_FDFLAG_SYNC)) host |= SWASM_O_SYNC;
    return host;
}

static inline uint16_t swasm_fdflags_of_host(uint32_t host)
{
    uint16_t flags = 0;
    if (host & SWASM_O_APPEND) flags |= SWASM_FDFLAG_APPEND;
    if (host & SWASM_O_NONBLOCK) flags |= SWASM_FDFLAG_NONBLOCK;
    if ((host & SWASM_O_SYNC) == SWASM_O_SYNC) flags |= SWASM_FDFLAG_SYNC;
    else if (host & SWASM_O_DSYNC) flags |= SWASM_FDFLAG_DSYNC;
    return flags;
}

#endif
