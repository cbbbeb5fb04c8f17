/* From a guest's path to a host descriptor, never outside the directory that the path starts from.
 *
 * Results are host descriptors, 0, or -errno. They are -SWASM_EESCAPE if the path leaves the directory: if it
 * leads above it by `..`, is absolute, or follows a symbolic link that does either.
 */
#ifndef SWASM_WASI_RESOLVE_H
#define SWASM_WASI_RESOLVE_H

#include "guest.h"
#include "wasi.h"

/* Copies a guest's path and terminates it. All later steps use the copy.
 * EFAULT        outside memory
 * EILSEQ        contains NUL
 * ENAMETOOLONG  SWASM_PATH_MAX bytes or more
 * ENOENT        empty */
uint32_t swasm_path_read(swasm_guest guest, uint32_t address, uint32_t bytes, char path[SWASM_PATH_MAX]);

/* Opens `path` beneath `directory` with open(2) flags; O_NOFOLLOW concerns the last component only. */
long swasm_resolve(int32_t directory, const char *path, uint32_t flags, uint32_t mode);

/* The metadata of the file that `path` names beneath `directory`, of whatever kind it is. `follows`: if that
 * is a link, of the file to which it leads. */
long swasm_resolve_stat(int32_t directory, const char *path, bool follows, swasm_statx *stat);

/* The directory that holds the last component of a path, for calls that take a name in a directory. */
typedef struct swasm_parent {
    int32_t fd;
    bool owned;       /* fd was opened for this and is closed by swasm_parent_close */
    bool slash;       /* the path ended with slashes; `name` then ends with one */
    const char *name; /* one component, never empty, "." or "..", in the path's own buffer */
} swasm_parent;

/* Splits `path`, which it changes, and opens the parent. If a path ends in "." or "..", it has no name to
 * work on. Then the result is -dots_error, if the path stays inside. */
long swasm_resolve_parent(int32_t directory, char path[SWASM_PATH_MAX], long dots_error,
                          swasm_parent *parent);
void swasm_parent_close(const swasm_parent *parent);

#ifdef SWASM_TEST_FALLBACK
/* Tests set this to choose the component walk. */
extern bool swasm_resolve_without_openat2;
#endif

#endif
