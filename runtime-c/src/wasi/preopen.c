/* Opens the granted directories and single files at start. fd_prestat_get and fd_prestat_dir_name tell the
 * guest about them.
 *
 * WASI knows only directories here. A granted file appears as a directory that has the file's name and whose
 * "." is the file. This works because libraries look up the longest granted name with which a path begins,
 * and ask for "." if nothing follows it. Grants have the numbers from 3 on, without a gap, because wasi-libc
 * looks for them there.
 */
#include "preopen.h"

#include "../host_path.h"
#include "../text.h"
#include "context.h"
#include "guest.h"

enum { FIRST_PREOPEN = 3, PRESTAT_BYTES = 8, PREOPENTYPE_DIR = 0 };

/* The rights that the grant of a single file gives. */
enum {
    FILE_GRANT_RIGHTS = SWASM_RIGHT_PATH_OPEN | SWASM_RIGHT_PATH_CREATE_FILE | SWASM_RIGHT_PATH_FILESTAT_GET |
                        SWASM_RIGHT_PATH_FILESTAT_SET_SIZE | SWASM_RIGHT_PATH_FILESTAT_SET_TIMES |
                        SWASM_RIGHT_FD_FILESTAT_GET,
};

const char swasm_preopens_are_linked = 1;

static const char too_many[] = "too many granted directories";

static const char *refusal(long error)
{
    switch (-error) {
    case SWASM_ENOENT: return "the granted directory or file does not exist";
    case SWASM_ENOTDIR: return "the granted path names neither a directory nor a file";
    case SWASM_EACCES: return "the granted directory or file may not be read";
    case SWASM_ELOOP: return "the granted path leads through a symbolic link that the program may have made";
    }
    return "the granted directory or file cannot be opened";
}

static bool open_preopen(swasm_fd_table *table, const swasm_grants *grants, const swasm_grant_dir *grant)
{
    uint32_t number;
    if (swasm_fd_reserve(table, FIRST_PREOPEN, &number)) {
        swasm_complain(SWASM_ERROR_GRANT, too_many, grant->host);
        return false;
    }
    bool is_file;
    long host = swasm_open_grant(grants, grant->host, &is_file);
    if (swasm_is_error(host)) {
        swasm_complain(SWASM_ERROR_GRANT, refusal(host), host == -SWASM_ELOOP ? swasm_host_link(grant->host, grants) : grant->host);
        return false;
    }
    uint64_t rights = is_file ? SWASM_RIGHTS_DIRECTORY & FILE_GRANT_RIGHTS : SWASM_RIGHTS_DIRECTORY;
    bool read_only = grant->flags & SWASM_DIR_READ_ONLY;
    const swasm_fd entry = {.filetype = SWASM_FILETYPE_DIRECTORY,
                            .flags = SWASM_FD_PREOPEN | (read_only ? SWASM_FD_READ_ONLY : 0) |
                                     (is_file ? SWASM_FD_FILE_GRANT : 0),
                            .fdflags = SWASM_FDFLAGS_KNOWN,
                            .host = (int32_t)host,
                            .rights = rights,
                            .inheriting = SWASM_RIGHTS_DIRECTORY | SWASM_RIGHTS_FILE,
                            .name = grant->guest};
    if (!swasm_fd_insert(table, number, entry)) return true;
    swasm_complain(SWASM_ERROR_GRANT, too_many, grant->host);
    return false;
}

static const swasm_wasi_context *granted_to;
static size_t granted_count;

bool swasm_wasi_granted_directory(size_t index, int *fd, uint32_t *flags)
{
    if (index >= granted_count) return false;
    const swasm_fd *entry = &granted_to->fds.entries[FIRST_PREOPEN + index];
    *fd = entry->host;
    *flags = (entry->flags & SWASM_FD_READ_ONLY ? SWASM_DIR_READ_ONLY : 0) |
             (entry->flags & SWASM_FD_FILE_GRANT ? SWASM_DIR_FILE : 0);
    return true;
}

bool swasm_wasi_start_preopens(swasm_wasi_context *context, const swasm_grants *grants)
{
    granted_to = context;
    granted_count = grants->dir_count;
    for (size_t i = 0; i < grants->dir_count; i++) {
        if (!open_preopen(&context->fds, grants, &grants->dirs[i])) return false;
    }
    return true;
}

static uint32_t find_preopen(swasm_instance *instance, uint32_t fd, swasm_fd **entry)
{
    uint32_t error = swasm_fd_find(&swasm_wasi_context_of(instance)->fds, fd, 0, entry);
    if (!error && !((*entry)->flags & SWASM_FD_PREOPEN)) return SWASM_WASI_BADF;
    return error;
}

/* Stores a prestat (8 bytes): kind 0, a directory, and the length of its name (u32 at 4).
 * EBADF   fd is closed or was not granted at start
 * EFAULT  prestat lies outside memory */
uint32_t swasm_wasi_fd_prestat_get(swasm_instance *instance, uint32_t fd, uint32_t prestat)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), prestat, 1, PRESTAT_BYTES, &result)) {
        return SWASM_WASI_FAULT;
    }
    swasm_fd *entry;
    uint32_t error = find_preopen(instance, fd, &entry);
    if (error) return error;
    swasm_guest_set_u32(result, PREOPENTYPE_DIR);
    swasm_guest_set_u32(result + 4, (uint32_t)swasm_text_length(entry->name));
    return SWASM_WASI_SUCCESS;
}

/* Stores the name of a granted directory, not terminated, in the `bytes` bytes at `path`.
 * EBADF   fd is closed or was not granted at start
 * EFAULT  path lies outside memory
 * ENAMETOOLONG  the name is longer than `bytes` */
uint32_t swasm_wasi_fd_prestat_dir_name(swasm_instance *instance, uint32_t fd, uint32_t path,
                                        uint32_t bytes)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), path, bytes, 1, &result)) return SWASM_WASI_FAULT;
    swasm_fd *entry;
    uint32_t error = find_preopen(instance, fd, &entry);
    if (error) return error;
    size_t length = swasm_text_length(entry->name);
    if (length > bytes) return SWASM_WASI_NAMETOOLONG;
    __builtin_memcpy(result, entry->name, length);
    return SWASM_WASI_SUCCESS;
}
