/* Descriptors of files and directories inside the executable. They have no descriptor of the host.
 *
 * The functions are linked only into executables that embed something; ask swasm_fd_is_embedded first. They
 * are given entries of that kind, and return -errno like the kernel.
 */
#ifndef SWASM_WASI_EMBEDDED_H
#define SWASM_WASI_EMBEDDED_H

#include "fdtable.h"

/* An entry of a directory, as fd_readdir lists it. */
typedef struct swasm_embedded_entry {
    const char *name; /* not terminated */
    uint32_t name_bytes;
    uint64_t inode;
    uint8_t filetype;
} swasm_embedded_entry;

/* Grants each embedded directory. False: a message was printed. */
bool swasm_embedded_start(swasm_fd_table *table) __attribute__((weak));

static inline bool swasm_fd_is_embedded(const swasm_fd *entry)
{
    return swasm_embedded_start && entry->host == SWASM_FD_EMBEDDED;
}

/* Copies bytes of a file to the buffers. `at` is where they begin; NULL: at the entry's position, which moves.
 * Returns how many bytes it copied. */
long swasm_embedded_read(swasm_fd *entry, const swasm_iovec *buffers, uint32_t count, const uint64_t *at)
    __attribute__((weak));

/* How many bytes lie after the position. */
uint64_t swasm_embedded_rest(const swasm_fd *entry) __attribute__((weak));

/* As lseek. */
long swasm_embedded_seek(swasm_fd *entry, int64_t offset, int whence) __attribute__((weak));

/* The metadata of the file that the entry is. Times are 0, and numbers of inodes are those of the tree. */
void swasm_embedded_stat(const swasm_fd *entry, swasm_statx *stat) __attribute__((weak));

/* The metadata of what `path` names beneath the directory. `follows`: if that is a link, of where it leads. */
long swasm_embedded_path_stat(const swasm_fd *directory, const char *path, bool follows, swasm_statx *stat)
    __attribute__((weak));

/* Finds what `path` names beneath the directory, with O_NOFOLLOW and O_DIRECTORY in `flags`, and sets all of
 * `opened` but its rights to inherit and its flags of WASI. `rights` are those that it may have at most. */
long swasm_embedded_open(const swasm_fd *directory, const char *path, uint32_t flags, uint64_t rights,
                         swasm_fd *opened) __attribute__((weak));

/* Copies the target of the link `path` to `text`. Returns its length. */
long swasm_embedded_readlink(const swasm_fd *directory, const char *path, char text[SWASM_PATH_MAX])
    __attribute__((weak));

/* Entry number `index` of the directory: 0 is ".", 1 is "..". False behind the last. */
bool swasm_embedded_list(const swasm_fd *directory, uint64_t index, swasm_embedded_entry *entry)
    __attribute__((weak));

/* The metadata of an open file of either kind, as statx gives it. */
static inline long swasm_fd_entry_stat(const swasm_fd *entry, swasm_statx *stat)
{
    if (!swasm_fd_is_embedded(entry)) return swasm_fd_stat(entry->host, stat);
    swasm_embedded_stat(entry, stat);
    return 0;
}

#endif
