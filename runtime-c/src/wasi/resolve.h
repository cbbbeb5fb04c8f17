/* From a guest's path to a host descriptor, never outside the directory that the path starts from.
 *
 * Results are host descriptors, 0, or -errno; -SWASM_EESCAPE where the path leaves the directory: by `..`,
 * by being absolute, or through a symbolic link that does either.
 */
#ifndef SWASM_WASI_RESOLVE_H
#define SWASM_WASI_RESOLVE_H

#include "guest.h"
#include "wasi.h"

/* Copies a guest's path and terminates it. All that follows works on the copy.
 * EFAULT        outside memory
 * EILSEQ        contains NUL
 * ENAMETOOLONG  SWASM_PATH_MAX bytes or more
 * ENOENT        empty */
uint32_t swasm_path_read(swasm_guest guest, uint32_t address, uint32_t bytes, char path[SWASM_PATH_MAX]);

/* Opens `path` beneath `directory` with open(2) flags; O_NOFOLLOW concerns the last component only. */
long swasm_resolve(int32_t directory, const char *path, uint32_t flags, uint32_t mode);

/* The directory that holds the last component of a path, for calls that take a name in a directory. */
typedef struct swasm_parent {
    int32_t fd;
    bool owned;       /* fd was opened for this and is closed by swasm_parent_close */
    bool slash;       /* the path ended with slashes; `name` then ends with one */
    const char *name; /* one component, never empty, "." or "..", in the path's own buffer */
} swasm_parent;

/* Splits `path`, which is changed, and opens the parent. A path that ends in "." or ".." has no name to work
 * on: if it stays inside, the result is -dots_error. */
long swasm_resolve_parent(int32_t directory, char path[SWASM_PATH_MAX], long dots_error,
                          swasm_parent *parent);
void swasm_parent_close(const swasm_parent *parent);

/* Opens a granted host directory or file, the one path here that is not a guest's. A file's descriptor only
 * names it (O_PATH): the guest reaches it as "." beneath the grant.
 * -ENOTDIR  neither a directory nor a regular file nor a character device */
long swasm_open_grant(const char *host, bool *is_file);

#ifdef SWASM_TEST_FALLBACK
/* Tests choose the component walk with it. */
extern bool swasm_resolve_without_openat2;
#endif

#endif
