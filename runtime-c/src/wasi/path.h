/* What path.c shares with wasi_unstable.c. */
#ifndef SWASM_WASI_PATH_H
#define SWASM_WASI_PATH_H

#include "context.h"
#include "guest.h"

/* The part of path_filestat_get up to the host's answer. path_filestat_get lists the errors. */
uint32_t swasm_path_stat(swasm_instance *instance, uint32_t fd, uint32_t lookup, uint32_t path,
                         uint32_t path_bytes, swasm_statx *stat);

#endif
