/* fd_read, fd_write, fd_pread, fd_pwrite, fd_seek, fd_tell: moving bytes and the position. */
#include "context.h"
#include "embedded.h"
#include "iovec.h"

/* The differences between the four transfers. */
typedef struct transfer {
    long many, one;      /* SWASM_SYS_READV ...; for one buffer SWASM_SYS_READ ..., which is faster */
    bool one_chunk_only; /* a second chunk could block although the first has already given bytes */
    uint64_t offset;     /* of those that have a position */
} transfer;

/* Not inlined twice. */
__attribute__((noinline)) static long ask_to_move(const transfer *how, bool is_one, int32_t host, const swasm_iovec *chunk, uint32_t count,
                        uint64_t offset)
{
    const long call = is_one ? how->one : how->many, first = is_one ? (long)chunk->base : (long)chunk;
    const long amount = is_one ? (long)chunk->bytes : (long)count;
    long result;
    do {
        result = swasm_recorded_syscall5(call, host, first, amount, (long)offset, 0);
    } while (result == -SWASM_EINTR);
    return result;
}

/* An embedded file is never written, so this is a read. If a filter of the host refuses a call, the other one
 * of the pair may do: instead of the call for many buffers, the one for the first buffer. */
static long move_chunk(const transfer *how, swasm_fd *entry, const swasm_iovec *chunk, uint32_t count,
                       uint64_t offset)
{
    if (swasm_fd_is_embedded(entry)) return swasm_embedded_read(entry, chunk, count, how->many == SWASM_SYS_PREADV ? &offset : NULL);
    const bool is_one = count == 1;
    const long result = ask_to_move(how, is_one, entry->host, chunk, count, offset);
    if (!count || (result != -SWASM_EPERM && result != -SWASM_ENOSYS)) return result;
    return ask_to_move(how, !is_one, entry->host, chunk, 1, offset);
}

/* Moves all chunks until one is short. An error counts only if nothing was moved before it. An array without
 * any byte still makes one call, so that the guest gets the descriptor's errors. */
static uint32_t move(const transfer *how, swasm_fd *entry, swasm_iovecs *iovecs, uint32_t *moved)
{
    swasm_iovec chunk[SWASM_IOVEC_CHUNK];
    uint64_t total = 0, wanted;
    for (;;) {
        uint32_t count = swasm_iovecs_next(iovecs, chunk, &wanted);
        if (count == 0 && total > 0) break;
        long result = move_chunk(how, entry, chunk, count, how->offset + total);
        if (swasm_is_error(result) && total == 0) return swasm_wasi_errno(result);
        if (swasm_is_error(result)) break;
        total += (uint64_t)result;
        if (count == 0 || (uint64_t)result < wanted || how->one_chunk_only) break;
    }
    *moved = (uint32_t)total;
    return SWASM_WASI_SUCCESS;
}

static uint32_t run_transfer(swasm_instance *instance, transfer how, uint32_t fd, uint64_t rights,
                             uint32_t iovs, uint32_t iovs_count, uint32_t result_address)
{
    swasm_guest guest = swasm_guest_of(instance);
    swasm_iovecs iovecs;
    uint8_t *result;
    uint32_t error = swasm_iovecs_check(guest, iovs, iovs_count, &iovecs);
    if (error) return error;
    if (!swasm_guest_range(guest, result_address, 1, 4, &result)) return SWASM_WASI_FAULT;
    swasm_fd *entry;
    swasm_fd_table *table = &swasm_wasi_context_of(instance)->fds;
    error = swasm_fd_find(table, fd, rights, &entry);
    /* The host does not say that it cannot read a directory if it has no byte to read. */
    bool has_byte = iovs_count == 1 && swasm_guest_u32(iovecs.array + 4) > 0;
    if (!error && entry->filetype == SWASM_FILETYPE_UNASKED && !has_byte) {
        error = swasm_fd_ask_type(entry);
        if (!error) error = swasm_fd_find(table, fd, rights, &entry);
    }
    if (error) return error;
    how.one_chunk_only = how.many == SWASM_SYS_READV && entry->filetype != SWASM_FILETYPE_REGULAR_FILE;
    uint32_t moved;
    error = move(&how, entry, &iovecs, &moved);
    if (!error) swasm_guest_set_u32(result, moved);
    return error;
}

/* Reads into the buffers of `iovs` in order; stores how many bytes were read (u32) at `nread`, 0 at the end.
 * EAGAIN  NONBLOCK is set and nothing is there yet
 * EBADF   fd is closed or lacks FD_READ
 * ECONNREFUSED  a socket whose connection was refused
 * ECONNRESET  the other side broke the connection
 * EFAULT  iovs, a buffer or nread lies outside memory
 * EHOSTUNREACH  there is no way to the host to which a socket connects
 * EIO     the device failed
 * EISDIR  fd is a directory
 * ENOTCONN  a socket that is not connected
 * ETIMEDOUT  the other side of the connection is silent */
uint32_t swasm_wasi_fd_read(swasm_instance *instance, uint32_t fd, uint32_t iovs, uint32_t iovs_count,
                            uint32_t nread)
{
    swasm_record_call(SWASM_SYS_READV);
    swasm_record_call(SWASM_SYS_READ);
    transfer how = {.many = SWASM_SYS_READV, .one = SWASM_SYS_READ};
    return run_transfer(instance, how, fd, SWASM_RIGHT_FD_READ, iovs, iovs_count, nread);
}

/* Writes the buffers of `iovs` in order; stores how many bytes were written (u32) at `nwritten`.
 * EAGAIN  NONBLOCK is set and there is no room
 * EBADF   fd is closed or lacks FD_WRITE
 * ECONNREFUSED  a socket whose connection was refused
 * ECONNRESET  the other side broke the connection
 * EDQUOT  beyond the quota
 * EFAULT  iovs, a buffer or nwritten lies outside memory
 * EFBIG   beyond the largest file, or the process's limit (ulimit -f)
 * EHOSTUNREACH  there is no way to the host to which a socket connects
 * EIO     the device failed
 * EISDIR  fd is a directory
 * ENOSPC  the file system is full
 * EPERM   the file is sealed
 * EPIPE   nobody reads the pipe or socket any more */
uint32_t swasm_wasi_fd_write(swasm_instance *instance, uint32_t fd, uint32_t iovs, uint32_t iovs_count,
                             uint32_t nwritten)
{
    swasm_record_call(SWASM_SYS_WRITEV);
    swasm_record_call(SWASM_SYS_WRITE);
    transfer how = {.many = SWASM_SYS_WRITEV, .one = SWASM_SYS_WRITE};
    return run_transfer(instance, how, fd, SWASM_RIGHT_FD_WRITE, iovs, iovs_count, nwritten);
}

/* Reads from `offset` and leaves the position alone; otherwise as fd_read.
 * EBADF   fd is closed or lacks FD_READ
 * EFAULT  iovs, a buffer or nread lies outside memory
 * EINVAL  offset is above 2^63 - 1
 * EIO     the device failed
 * EISDIR  fd is a directory
 * ENOTCAPABLE  fd lacks FD_SEEK
 * ESPIPE  fd has no position */
uint32_t swasm_wasi_fd_pread(swasm_instance *instance, uint32_t fd, uint32_t iovs, uint32_t iovs_count,
                             uint64_t offset, uint32_t nread)
{
    swasm_record_call(SWASM_SYS_PREADV);
    swasm_record_call(SWASM_SYS_PREAD64);
    transfer how = {.many = SWASM_SYS_PREADV, .one = SWASM_SYS_PREAD64, .offset = offset};
    return run_transfer(instance, how, fd, SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_SEEK, iovs, iovs_count,
                        nread);
}

/* Writes at `offset` and leaves the position alone; otherwise as fd_write. With APPEND Linux appends.
 * EBADF   fd is closed or lacks FD_WRITE
 * EDQUOT  beyond the quota
 * EFAULT  iovs, a buffer or nwritten lies outside memory
 * EFBIG   beyond the largest file, or the process's limit (ulimit -f)
 * EINVAL  offset is above 2^63 - 1
 * EIO     the device failed
 * EISDIR  fd is a directory
 * ENOSPC  the file system is full
 * ENOTCAPABLE  fd lacks FD_SEEK
 * EPERM   the file is sealed
 * ESPIPE  fd has no position */
uint32_t swasm_wasi_fd_pwrite(swasm_instance *instance, uint32_t fd, uint32_t iovs, uint32_t iovs_count,
                              uint64_t offset, uint32_t nwritten)
{
    swasm_record_call(SWASM_SYS_PWRITEV);
    swasm_record_call(SWASM_SYS_PWRITE64);
    transfer how = {.many = SWASM_SYS_PWRITEV, .one = SWASM_SYS_PWRITE64, .offset = offset};
    return run_transfer(instance, how, fd, SWASM_RIGHT_FD_WRITE | SWASM_RIGHT_FD_SEEK, iovs, iovs_count,
                        nwritten);
}

static uint32_t seek(swasm_instance *instance, uint32_t fd, uint64_t rights, uint64_t offset, int whence,
                     uint32_t result_address)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), result_address, 1, 8, &result)) return SWASM_WASI_FAULT;
    swasm_fd *entry;
    uint32_t error = swasm_fd_find(&swasm_wasi_context_of(instance)->fds, fd, rights, &entry);
    if (error) return error;
    long position = swasm_fd_is_embedded(entry) ? swasm_embedded_seek(entry, (int64_t)offset, whence)
                                                : swasm_syscall3(SWASM_SYS_LSEEK, entry->host, (long)offset, whence);
    if (swasm_is_error(position)) return swasm_wasi_errno(position);
    swasm_guest_set_u64(result, (uint64_t)position);
    return SWASM_WASI_SUCCESS;
}

/* Sets the position to `offset` (signed) from the start (whence 0), from the present position (1) or from the
 * end (2). Stores the new position (u64) at `position`. With FD_TELL alone, only whence 1 with offset 0 is
 * allowed.
 * EBADF   fd is closed
 * EFAULT  position lies outside memory
 * EINVAL  whence is none of these, or the position would be negative
 * EISDIR  fd is a directory
 * ENOTCAPABLE  fd lacks FD_SEEK
 * ESPIPE  fd has no position */
uint32_t swasm_wasi_fd_seek(swasm_instance *instance, uint32_t fd, uint64_t offset, uint32_t whence,
                            uint32_t position)
{
    static const uint8_t host_whence[] = {SWASM_SEEK_SET, SWASM_SEEK_CUR, SWASM_SEEK_END};
    if (whence >= sizeof host_whence) return SWASM_WASI_INVAL;
    bool asks_only = host_whence[whence] == SWASM_SEEK_CUR && offset == 0;
    uint64_t rights = asks_only ? SWASM_RIGHT_FD_TELL : SWASM_RIGHT_FD_SEEK;
    return seek(instance, fd, rights, offset, host_whence[whence], position);
}

/* Stores the position (u64) at `position`.
 * EBADF   fd is closed
 * EFAULT  position lies outside memory
 * EISDIR  fd is a directory
 * ENOTCAPABLE  fd lacks FD_TELL
 * ESPIPE  fd has no position */
uint32_t swasm_wasi_fd_tell(swasm_instance *instance, uint32_t fd, uint32_t position)
{
    return seek(instance, fd, SWASM_RIGHT_FD_TELL, 0, SWASM_SEEK_CUR, position);
}
