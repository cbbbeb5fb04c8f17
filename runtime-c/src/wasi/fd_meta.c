/* fd_filestat_get, fd_filestat_set_size, fd_filestat_set_times, fd_allocate, fd_advise, fd_sync,
 * fd_datasync: an open file's metadata and storage. */
#include "context.h"
#include "embedded.h"
#include "filestat.h"
#include "guest.h"

static uint32_t find(swasm_instance *instance, uint32_t fd, uint64_t rights, swasm_fd **entry)
{
    return swasm_fd_find(&swasm_wasi_context_of(instance)->fds, fd, rights, entry);
}

/* Stores the filestat (64 bytes) of an open file at `stat`.
 * EBADF   fd is closed
 * EFAULT  stat lies outside memory
 * EIO     the device failed
 * ENOTCAPABLE  fd lacks FD_FILESTAT_GET */
uint32_t swasm_wasi_fd_filestat_get(swasm_instance *instance, uint32_t fd, uint32_t stat)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), stat, 1, SWASM_FILESTAT_BYTES, &result)) {
        return SWASM_WASI_FAULT;
    }
    swasm_fd *entry;
    uint32_t error = find(instance, fd, SWASM_RIGHT_FD_FILESTAT_GET, &entry);
    if (error) return error;
    swasm_statx host;
    long status = swasm_fd_entry_stat(entry, &host);
    if (swasm_is_error(status)) return swasm_wasi_errno(status);
    swasm_filestat_store(result, &host, entry->filetype);
    return SWASM_WASI_SUCCESS;
}

/* Cuts the file or extends it with zeros.
 * EBADF   fd is closed
 * EDQUOT  beyond the quota
 * EFBIG   beyond the largest file, or the process's limit (ulimit -f)
 * EINVAL  not a regular file, or bytes is above 2^63 - 1
 * EIO     the device failed
 * EISDIR  fd is a directory
 * ENOSPC  the file system is full
 * ENOTCAPABLE  fd lacks FD_FILESTAT_SET_SIZE
 * EPERM   the file is sealed, immutable or only for appending */
uint32_t swasm_wasi_fd_filestat_set_size(swasm_instance *instance, uint32_t fd, uint64_t bytes)
{
    swasm_fd *entry;
    uint32_t error = find(instance, fd, SWASM_RIGHT_FD_FILESTAT_SET_SIZE, &entry);
    if (error) return error;
    return swasm_wasi_errno(swasm_syscall2(SWASM_SYS_FTRUNCATE, entry->host, (long)bytes));
}

/* Sets the times of access and modification (nanoseconds since 1970) as `flags` says.
 * EACCES  both are NOW, and the file belongs to someone else and may not be written
 * EBADF   fd is closed
 * EINVAL  unknown flags, or a time both given and NOW
 * EIO     the device failed
 * ENOTCAPABLE  fd lacks FD_FILESTAT_SET_TIMES
 * EPERM   the file belongs to someone else
 * EROFS   inside a read-only grant */
uint32_t swasm_wasi_fd_filestat_set_times(swasm_instance *instance, uint32_t fd, uint64_t access,
                                          uint64_t modification, uint32_t flags)
{
    swasm_timespec times[2];
    uint32_t error = swasm_filestat_times(access, modification, flags, times);
    if (error) return error;
    swasm_fd *entry;
    error = find(instance, fd, SWASM_RIGHT_FD_FILESTAT_SET_TIMES, &entry);
    if (error) return error;
    return swasm_wasi_errno(swasm_syscall4(SWASM_SYS_UTIMENSAT, entry->host, 0, (long)times, 0));
}

/* Makes sure that [offset, offset + bytes) has storage; extends the file with zeros, never cuts it.
 * EBADF   fd is closed
 * EDQUOT  beyond the quota
 * EFBIG   beyond the largest file, or the process's limit (ulimit -f)
 * EINVAL  bytes is 0, or offset or bytes above 2^63 - 1
 * EIO     the device failed
 * EISDIR  fd is a directory
 * ENODEV  not a regular file
 * ENOSPC  the file system is full
 * ENOTCAPABLE  fd lacks FD_ALLOCATE
 * ENOTSUP the file system cannot do it
 * EPERM   the file is sealed or immutable */
uint32_t swasm_wasi_fd_allocate(swasm_instance *instance, uint32_t fd, uint64_t offset, uint64_t bytes)
{
    swasm_fd *entry;
    uint32_t error = find(instance, fd, SWASM_RIGHT_FD_ALLOCATE, &entry);
    if (error) return error;
    return swasm_wasi_errno(
        swasm_syscall4(SWASM_SYS_FALLOCATE, entry->host, 0, (long)offset, (long)bytes));
}

/* Says how [offset, offset + bytes) will be used; bytes 0 means to the end.
 * EBADF   fd is closed
 * EINVAL  unknown advice, or offset or bytes above 2^63 - 1
 * EISDIR  fd is a directory
 * ENOTCAPABLE  fd lacks FD_ADVISE, as pipes and sockets do */
uint32_t swasm_wasi_fd_advise(swasm_instance *instance, uint32_t fd, uint64_t offset, uint64_t bytes,
                              uint32_t advice)
{
    /* normal, sequential, random, willneed, dontneed, noreuse in Linux's numbers */
    static const uint8_t host_advice[] = {0, 2, 1, 3, 4, 5};
    if (advice >= sizeof host_advice) return SWASM_WASI_INVAL;
    if (offset > INT64_MAX || bytes > INT64_MAX) return SWASM_WASI_INVAL;
    swasm_fd *entry;
    uint32_t error = find(instance, fd, SWASM_RIGHT_FD_ADVISE, &entry);
    if (error) return error;
    if (swasm_fd_is_embedded(entry)) return SWASM_WASI_SUCCESS;
    return swasm_wasi_errno(swasm_syscall4(SWASM_SYS_FADVISE64, entry->host, (long)offset, (long)bytes,
                                           host_advice[advice]));
}

/* Waits until the file's data and metadata are on the device.
 * EBADF   fd is closed
 * EDQUOT  what was written before is beyond the quota
 * EINVAL  fd cannot be synchronised (terminal, pipe, socket)
 * EIO     the device failed
 * ENOSPC  the file system has no room for what was written before
 * ENOTCAPABLE  fd lacks FD_SYNC */
uint32_t swasm_wasi_fd_sync(swasm_instance *instance, uint32_t fd)
{
    swasm_fd *entry;
    uint32_t error = find(instance, fd, SWASM_RIGHT_FD_SYNC, &entry);
    if (error) return error;
    if (swasm_fd_is_embedded(entry)) return SWASM_WASI_SUCCESS;
    return swasm_wasi_errno(swasm_syscall1(SWASM_SYS_FSYNC, entry->host));
}

/* As fd_sync, but without metadata that is not needed to read the data. FD_SYNC is also enough: wasi-libc
 * removes FD_DATASYNC from files that it opens for reading, and natively fdatasync works on those.
 * EBADF   fd is closed
 * EDQUOT  what was written before is beyond the quota
 * EINVAL  fd cannot be synchronised (terminal, pipe, socket)
 * EIO     the device failed
 * ENOSPC  the file system has no room for what was written before
 * ENOTCAPABLE  fd lacks FD_DATASYNC and FD_SYNC */
uint32_t swasm_wasi_fd_datasync(swasm_instance *instance, uint32_t fd)
{
    swasm_fd *entry;
    uint32_t error = find(instance, fd, SWASM_RIGHT_FD_SYNC, &entry);
    if (error) error = find(instance, fd, SWASM_RIGHT_FD_DATASYNC, &entry);
    if (error) return error;
    if (swasm_fd_is_embedded(entry)) return SWASM_WASI_SUCCESS;
    return swasm_wasi_errno(swasm_syscall1(SWASM_SYS_FDATASYNC, entry->host));
}
