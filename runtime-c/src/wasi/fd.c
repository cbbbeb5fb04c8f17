/* fd_close, fd_renumber, and the properties of a descriptor: fd_fdstat_get, fd_fdstat_set_flags,
 * _set_rights. */
#include "context.h"
#include "fdflags.h"
#include "guest.h"

static swasm_fd_table *table_of(swasm_instance *instance)
{
    return &swasm_wasi_context_of(instance)->fds;
}

/* Closes fd. It may be a preopened directory or a standard stream. After an error of the host, fd is closed
 * all the same.
 * EBADF   fd is closed
 * EDQUOT  what the host still had to write back is beyond the quota
 * EIO     the host could not write back what it still had
 * ENOSPC  the file system has no room for what the host still had to write back */
uint32_t swasm_wasi_fd_close(swasm_instance *instance, uint32_t fd)
{
    return swasm_fd_remove(table_of(instance), fd);
}

/* Closes `to` and moves `from` to its number, in one step. Both must be open. A preopened directory stays
 * preopened under its new number. If from == to, nothing changes.
 * EBADF  from or to is closed */
uint32_t swasm_wasi_fd_renumber(swasm_instance *instance, uint32_t from, uint32_t to)
{
    swasm_fd *source, *target;
    uint32_t error = swasm_fd_find(table_of(instance), from, 0, &source);
    if (!error) error = swasm_fd_find(table_of(instance), to, 0, &target);
    if (error || source == target) return error;
    swasm_fd_remove(table_of(instance), to);
    *target = *source;
    source->open = false;
    return SWASM_WASI_SUCCESS;
}

static uint32_t get_flags(const swasm_fd *entry, uint16_t *flags)
{
    *flags = entry->fdflags & SWASM_FDFLAGS_ALL;
    if (entry->fdflags & SWASM_FDFLAGS_KNOWN) return SWASM_WASI_SUCCESS;
    long host = swasm_syscall3(SWASM_SYS_FCNTL, entry->host, SWASM_F_GETFL, 0);
    *flags = swasm_fdflags_of_host((uint32_t)host);
    return swasm_wasi_errno(host);
}

/* Stores an fdstat (24 bytes): file type, flags, rights and inheriting rights.
 * EBADF   fd is closed
 * EFAULT  stat lies outside memory */
uint32_t swasm_wasi_fd_fdstat_get(swasm_instance *instance, uint32_t fd, uint32_t stat)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), stat, 1, 24, &result)) return SWASM_WASI_FAULT;
    swasm_fd *entry;
    uint32_t error = swasm_fd_find(table_of(instance), fd, 0, &entry);
    if (!error) error = swasm_fd_know_type(entry);
    uint16_t flags = 0;
    if (!error) error = get_flags(entry, &flags);
    if (error) return error;
    __builtin_memset(result, 0, 24);
    result[0] = entry->filetype;
    swasm_guest_set_u16(result + 2, flags);
    swasm_guest_set_u64(result + 8, entry->rights);
    swasm_guest_set_u64(result + 16, entry->inheriting);
    return SWASM_WASI_SUCCESS;
}

/* Sets APPEND and NONBLOCK. Linux cannot change the SYNC flags of an open file.
 * EBADF   fd is closed
 * EINVAL  unknown flags
 * ENOTCAPABLE  fd lacks FD_FDSTAT_SET_FLAGS
 * ENOTSUP DSYNC, RSYNC or SYNC would change
 * EPERM   APPEND would be removed from a file that is only for appending, or from a standard stream that the
 *         host opened with it */
uint32_t swasm_wasi_fd_fdstat_set_flags(swasm_instance *instance, uint32_t fd, uint32_t flags)
{
    const uint32_t fixed = SWASM_FDFLAG_DSYNC | SWASM_FDFLAG_RSYNC | SWASM_FDFLAG_SYNC;
    if (flags & ~(uint32_t)SWASM_FDFLAGS_ALL) return SWASM_WASI_INVAL;
    swasm_fd *entry;
    uint32_t error =
        swasm_fd_find(table_of(instance), fd, SWASM_RIGHT_FD_FDSTAT_SET_FLAGS, &entry);
    if (error) return error;
    if (entry->flags & SWASM_FD_APPEND_ONLY && !(flags & SWASM_FDFLAG_APPEND)) return SWASM_WASI_PERM;
    long old = swasm_syscall3(SWASM_SYS_FCNTL, entry->host, SWASM_F_GETFL, 0);
    if (swasm_is_error(old)) return swasm_wasi_errno(old);
    uint32_t wanted = swasm_fdflags_of_host(swasm_fdflags_to_host(flags));
    if ((wanted ^ swasm_fdflags_of_host((uint32_t)old)) & fixed) return SWASM_WASI_NOTSUP;
    uint32_t changeable = SWASM_O_APPEND | SWASM_O_NONBLOCK;
    uint32_t host_flags = ((uint32_t)old & ~changeable) | (swasm_fdflags_to_host(flags) & changeable);
    long status = swasm_syscall3(SWASM_SYS_FCNTL, entry->host, SWASM_F_SETFL, host_flags);
    if (swasm_is_error(status)) return swasm_wasi_errno(status);
    if (entry->fdflags & SWASM_FDFLAGS_KNOWN) entry->fdflags = SWASM_FDFLAGS_KNOWN | (uint8_t)swasm_fdflags_of_host(host_flags);
    return SWASM_WASI_SUCCESS;
}

/* Takes rights away. They cannot be regained.
 * EBADF  fd is closed
 * ENOTCAPABLE  a right is asked for that fd does not have */
uint32_t swasm_wasi_fd_fdstat_set_rights(swasm_instance *instance, uint32_t fd, uint64_t rights,
                                         uint64_t inheriting)
{
    swasm_fd *entry;
    uint32_t error = swasm_fd_find(table_of(instance), fd, 0, &entry);
    if (!error) error = swasm_fd_know_type(entry);
    if (error) return error;
    if (rights & ~entry->rights || inheriting & ~entry->inheriting) return SWASM_WASI_NOTCAPABLE;
    entry->rights = rights;
    entry->inheriting = inheriting;
    return SWASM_WASI_SUCCESS;
}
