/* Opens a path beneath a directory without the kernel's help in staying beneath it. Only resolve.c uses
 * this. */
#ifndef SWASM_WASI_WALK_H
#define SWASM_WASI_WALK_H

#include "wasi.h"

/* As swasm_resolve. `path` is relative and shorter than SWASM_PATH_MAX; `flags` include O_CLOEXEC. */
long swasm_walk_open(int32_t directory, const char *path, uint32_t flags, uint32_t mode);

#endif
