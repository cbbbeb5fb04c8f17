/* path_open, path_filestat_get, path_filestat_set_times: calls on the file that a path leads to. */
#include "path.h"

#include "embedded.h"
#include "fdflags.h"
#include "filestat.h"
#include "preopen.h"
#include "resolve.h"

/* The arguments of path_open after the path, as the host and the new descriptor need them. */
typedef struct opening {
    uint32_t lookup, oflags, fdflags;
    uint64_t rights, inheriting;
    uint32_t access; /* SWASM_O_RDONLY ... */
} opening;

static uint64_t rights_needed(const opening *how)
{
    uint64_t rights = SWASM_RIGHT_PATH_OPEN;
    if (how->oflags & SWASM_OFLAG_CREAT) rights |= SWASM_RIGHT_PATH_CREATE_FILE;
    if (how->oflags & SWASM_OFLAG_TRUNC) rights |= SWASM_RIGHT_PATH_FILESTAT_SET_SIZE;
    return rights;
}

/* Drops rights that the directory cannot pass on. wasmtime and other engines do the same, and libraries that
 * ask for all rights need it. But a guest that asks to read or write never gets a descriptor that cannot.
 * Only FD_READ and FD_WRITE decide the access mode: Go asks for FD_FILESTAT_SET_SIZE even if it only
 * reads. */
static uint32_t restrict_rights(opening *how, const swasm_fd *directory)
{
    const uint64_t decisive = SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_WRITE;
    if (how->rights & decisive & ~directory->inheriting) return SWASM_WASI_NOTCAPABLE;
    bool writes = how->rights & SWASM_RIGHT_FD_WRITE;
    if (writes && directory->flags & SWASM_FD_READ_ONLY) return SWASM_WASI_ROFS;
    how->access = SWASM_O_RDONLY;
    if (writes) how->access = how->rights & SWASM_RIGHT_FD_READ ? SWASM_O_RDWR : SWASM_O_WRONLY;
    how->rights &= directory->inheriting;
    how->inheriting &= directory->inheriting;
    return SWASM_WASI_SUCCESS;
}

static uint32_t host_flags(const opening *how)
{
    uint32_t flags = how->access | swasm_fdflags_to_host(how->fdflags);
    if (how->oflags & SWASM_OFLAG_CREAT) flags |= SWASM_O_CREAT;
    if (how->oflags & SWASM_OFLAG_DIRECTORY) flags |= SWASM_O_DIRECTORY;
    if (how->oflags & SWASM_OFLAG_EXCL) flags |= SWASM_O_EXCL;
    if (how->oflags & SWASM_OFLAG_TRUNC) flags |= SWASM_O_TRUNC;
    if (!(how->lookup & SWASM_LOOKUP_SYMLINK_FOLLOW)) flags |= SWASM_O_NOFOLLOW;
    return flags;
}

static uint32_t check_flags(const opening *how)
{
    const uint32_t create_directory = SWASM_OFLAG_CREAT | SWASM_OFLAG_DIRECTORY;
    if (how->lookup & ~(uint32_t)SWASM_LOOKUP_SYMLINK_FOLLOW) return SWASM_WASI_INVAL;
    if (how->oflags & ~(uint32_t)SWASM_OFLAGS_ALL) return SWASM_WASI_INVAL;
    if (how->fdflags & ~(uint32_t)SWASM_FDFLAGS_ALL) return SWASM_WASI_INVAL;
    if ((how->oflags & create_directory) == create_directory) return SWASM_WASI_INVAL;
    return SWASM_WASI_SUCCESS;
}

uint32_t swasm_fd_ask_type(swasm_fd *entry)
{
    swasm_statx stat;
    long status = swasm_fd_stat(entry->host, &stat);
    if (swasm_is_error(status)) return swasm_wasi_errno(status);
    entry->filetype = swasm_filetype_of_mode(stat.mode);
    entry->rights &= swasm_rights_of(entry->host, entry->filetype, SWASM_O_RDWR);
    return SWASM_WASI_SUCCESS;
}

/* `directory` is a copy, because the table may grow. */
static uint32_t open_embedded(swasm_fd_table *table, const swasm_fd directory, const char *path, const opening *how,
                              uint32_t *number)
{
    swasm_fd entry;
    uint32_t error = swasm_fd_reserve(table, 0, number);
    if (!error) error = swasm_wasi_errno(swasm_embedded_open(&directory, path, host_flags(how), how->rights, &entry));
    if (error) return error;
    entry.fdflags = SWASM_FDFLAGS_KNOWN | (uint8_t)how->fdflags;
    entry.inheriting = how->inheriting;
    return swasm_fd_insert(table, *number, entry);
}

static uint32_t open_at(swasm_fd_table *table, uint32_t fd, const char *path, opening *how,
                        uint32_t *number)
{
    swasm_fd *directory;
    uint32_t error = swasm_fd_find(table, fd, rights_needed(how), &directory);
    if (!error) error = restrict_rights(how, directory);
    if (error) return error;
    if (swasm_fd_is_embedded(directory)) return open_embedded(table, *directory, path, how, number);
    int32_t host_directory = directory->host;
    uint8_t inherited_flags = directory->flags & SWASM_FD_READ_ONLY;
    error = swasm_fd_reserve(table, 0, number); /* before the host creates or truncates anything */
    if (error) return error;
    long host = swasm_resolve(host_directory, path, host_flags(how), 0666);
    if (swasm_is_error(host)) return swasm_wasi_errno(host);
    bool is_directory = how->oflags & SWASM_OFLAG_DIRECTORY;
    uint64_t possible = is_directory ? SWASM_RIGHTS_DIRECTORY : swasm_rights_of_access(how->access);
    uint16_t fdflags = swasm_fdflags_of_host(host_flags(how));
    return swasm_fd_insert(table, *number,
                           (swasm_fd){.filetype = is_directory ? SWASM_FILETYPE_DIRECTORY : SWASM_FILETYPE_UNASKED,
                                      .flags = inherited_flags,
                                      .fdflags = SWASM_FDFLAGS_KNOWN | (uint8_t)fdflags,
                                      .host = (int32_t)host,
                                      .rights = how->rights & possible,
                                      .inheriting = how->inheriting});
}

/* Opens the file at `path` beneath the directory fd; stores the new descriptor (u32) at `opened`. Opens it
 * for reading, writing or both, as FD_READ and FD_WRITE in `rights` say; without either, for reading. Leaves
 * out rights that fd cannot pass on, and rights that the kind of file cannot have.
 * EACCES  the host's permissions refuse it
 * EBADF   fd is closed
 * EDQUOT  a new file is beyond the quota
 * EEXIST  CREAT and EXCL, and it exists
 * EFAULT  path or opened lies outside memory
 * EILSEQ  path contains NUL
 * EINVAL  unknown flags; CREAT with DIRECTORY
 * EIO     the device failed
 * EISDIR  a directory, opened with FD_WRITE, CREAT or TRUNC
 * ELOOP   more than 40 symbolic links, or one at the end without SYMLINK_FOLLOW
 * EMFILE  the guest or the process has too many descriptors
 * ENAMETOOLONG  a component or the whole is too long
 * ENFILE  the host has too many open files
 * ENODEV  a device without a driver
 * ENOENT  it does not exist, or path is empty
 * ENOMEM  no memory for a descriptor
 * ENOSPC  no room for a new file
 * ENOTCAPABLE  path leaves fd; fd lacks PATH_OPEN, PATH_CREATE_FILE for CREAT, PATH_FILESTAT_SET_SIZE for
 *         TRUNC; FD_READ or FD_WRITE is not among its inheriting rights
 * ENOTDIR fd, or a component that is not the last, is no directory; nor is the last with DIRECTORY
 * ENXIO   a socket, or a FIFO that nobody reads with NONBLOCK
 * EPERM   the file is sealed, immutable or only for appending
 * EROFS   FD_WRITE, CREAT or TRUNC inside a read-only grant or file system
 * ETXTBSY FD_WRITE or TRUNC on a program that runs */
uint32_t swasm_wasi_path_open(swasm_instance *instance, uint32_t fd, uint32_t lookup, uint32_t path,
                              uint32_t path_bytes, uint32_t oflags, uint64_t rights, uint64_t inheriting,
                              uint32_t fdflags, uint32_t opened)
{
    swasm_guest guest = swasm_guest_of(instance);
    uint8_t *result;
    char host_path[SWASM_PATH_MAX];
    if (!swasm_guest_range(guest, opened, 1, 4, &result)) return SWASM_WASI_FAULT;
    uint32_t error = swasm_path_read(guest, path, path_bytes, host_path);
    if (error) return error;
    opening how = {.lookup = lookup, .oflags = oflags, .fdflags = fdflags,
                   .rights = rights, .inheriting = inheriting};
    error = check_flags(&how);
    if (error) return error;
    uint32_t number;
    error = open_at(&swasm_wasi_context_of(instance)->fds, fd, host_path, &how, &number);
    if (!error) swasm_guest_set_u32(result, number);
    return error;
}

/* Opens a descriptor that only names the file (O_PATH), whatever kind of file it is. */
static long name_file(const swasm_fd *directory, const char *path, uint32_t lookup)
{
    uint32_t flags = SWASM_O_PATH;
    if (!(lookup & SWASM_LOOKUP_SYMLINK_FOLLOW)) flags |= SWASM_O_NOFOLLOW;
    return swasm_resolve(directory->host, path, flags, 0);
}

uint32_t swasm_path_stat(swasm_instance *instance, uint32_t fd, uint32_t lookup, uint32_t path,
                         uint32_t path_bytes, swasm_statx *stat)
{
    char host_path[SWASM_PATH_MAX];
    uint32_t error = swasm_path_read(swasm_guest_of(instance), path, path_bytes, host_path);
    if (error) return error;
    if (lookup & ~(uint32_t)SWASM_LOOKUP_SYMLINK_FOLLOW) return SWASM_WASI_INVAL;
    swasm_fd *directory;
    error = swasm_fd_find(&swasm_wasi_context_of(instance)->fds, fd, SWASM_RIGHT_PATH_FILESTAT_GET,
                          &directory);
    if (error) return error;
    const bool follows = lookup & SWASM_LOOKUP_SYMLINK_FOLLOW;
    return swasm_wasi_errno(swasm_fd_is_embedded(directory)
                                ? swasm_embedded_path_stat(directory, host_path, follows, stat)
                                : swasm_resolve_stat(directory->host, host_path, follows, stat));
}

/* Stores the filestat (64 bytes) of the file at `path` beneath fd at `stat`.
 * EACCES  the host's permissions refuse the way there
 * EBADF   fd is closed
 * EFAULT  path or stat lies outside memory
 * EILSEQ  path contains NUL
 * EINVAL  unknown lookup flags
 * EIO     the device failed
 * ELOOP   more than 40 symbolic links
 * EMFILE  the process has too many descriptors
 * ENAMETOOLONG  a component or the whole is too long
 * ENFILE  the host has too many open files
 * ENOENT  it does not exist, or path is empty
 * ENOMEM  the host has no memory for it
 * ENOTCAPABLE  path leaves fd, or fd lacks PATH_FILESTAT_GET
 * ENOTDIR fd, or a component that is not the last, is no directory */
uint32_t swasm_wasi_path_filestat_get(swasm_instance *instance, uint32_t fd, uint32_t lookup,
                                      uint32_t path, uint32_t path_bytes, uint32_t stat)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), stat, 1, SWASM_FILESTAT_BYTES, &result)) {
        return SWASM_WASI_FAULT;
    }
    swasm_statx host;
    uint32_t error = swasm_path_stat(instance, fd, lookup, path, path_bytes, &host);
    if (!error) swasm_filestat_store(result, &host, swasm_filetype_of_mode(host.mode));
    return error;
}

/* Linux before 5.8 cannot set times through a descriptor that only names the file. */
static long set_times(const swasm_fd *directory, const char *path, uint32_t lookup,
                      const swasm_timespec times[2])
{
    long file = name_file(directory, path, lookup);
    if (swasm_is_error(file)) return file;
    long status =
        swasm_syscall4(SWASM_SYS_UTIMENSAT, file, (long)"", (long)times, SWASM_AT_EMPTY_PATH);
    swasm_syscall1(SWASM_SYS_CLOSE, file);
    if (status != -SWASM_EINVAL) return status;
    uint32_t flags = SWASM_O_RDONLY | SWASM_O_NONBLOCK;
    if (!(lookup & SWASM_LOOKUP_SYMLINK_FOLLOW)) flags |= SWASM_O_NOFOLLOW;
    file = swasm_resolve(directory->host, path, flags, 0);
    if (swasm_is_error(file)) return file;
    status = swasm_syscall4(SWASM_SYS_UTIMENSAT, file, 0, (long)times, 0);
    swasm_syscall1(SWASM_SYS_CLOSE, file);
    return status;
}

/* Sets the times of the file at `path` beneath fd, as fd_filestat_set_times does for an open one.
 * EACCES  the host's permissions refuse the way there
 * EBADF   fd is closed
 * EFAULT  path lies outside memory
 * EILSEQ  path contains NUL
 * EINVAL  unknown flags, or a time both given and NOW
 * EIO     the device failed
 * ELOOP   more than 40 symbolic links
 * EMFILE  the process has too many descriptors
 * ENAMETOOLONG  a component or the whole is too long
 * ENFILE  the host has too many open files
 * ENOENT  it does not exist, or path is empty
 * ENOMEM  the host has no memory for it
 * ENOTCAPABLE  path leaves fd, or fd lacks PATH_FILESTAT_SET_TIMES
 * ENOTDIR fd, or a component that is not the last, is no directory
 * EPERM   the file belongs to someone else
 * EROFS   inside a read-only grant or file system */
uint32_t swasm_wasi_path_filestat_set_times(swasm_instance *instance, uint32_t fd, uint32_t lookup,
                                            uint32_t path, uint32_t path_bytes, uint64_t access,
                                            uint64_t modification, uint32_t flags)
{
    char host_path[SWASM_PATH_MAX];
    uint32_t error = swasm_path_read(swasm_guest_of(instance), path, path_bytes, host_path);
    if (error) return error;
    swasm_timespec times[2];
    if (lookup & ~(uint32_t)SWASM_LOOKUP_SYMLINK_FOLLOW) return SWASM_WASI_INVAL;
    error = swasm_filestat_times(access, modification, flags, times);
    if (error) return error;
    swasm_fd *directory;
    error = swasm_fd_find(&swasm_wasi_context_of(instance)->fds, fd, SWASM_RIGHT_PATH_FILESTAT_SET_TIMES,
                          &directory);
    if (error) return error;
    return swasm_wasi_errno(set_times(directory, host_path, lookup, times));
}
