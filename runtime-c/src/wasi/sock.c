/* sock_accept, sock_recv, sock_send, sock_shutdown: calls on sockets that the guest was given. No call here
 * binds a socket or connects it.
 */
#include "fdflags.h"
#include "iovec.h"
#include "listen.h"
#include "socket.h"

enum { RECV_PEEK = 1, RECV_WAITALL = 2, RECV_DATA_TRUNCATED = 1, SHUT_READ = 1, SHUT_WRITE = 2 };
enum { MSG_PEEK = 2, MSG_TRUNC = 0x20, MSG_WAITALL = 0x100 };

/* The kernel's struct msghdr on 64-bit targets. */
typedef struct message {
    void *name;
    uint64_t name_bytes;
    swasm_iovec *buffers;
    uint64_t buffer_count;
    void *control;
    uint64_t control_bytes;
    uint64_t flags; /* an int and padding */
} message;

/* Finds a socket. The check that it is one (ENOTSOCK) comes before the check of its rights. */
static uint32_t find_socket(swasm_instance *instance, uint32_t fd, uint64_t rights, swasm_fd **entry)
{
    swasm_fd_table *table = &swasm_wasi_context_of(instance)->fds;
    uint32_t error = swasm_fd_find(table, fd, 0, entry);
    if (error) return error;
    if (!swasm_is_socket(*entry)) return SWASM_WASI_NOTSOCK;
    return swasm_fd_find(table, fd, rights, entry);
}

/* Takes the next connection of a listening socket; stores its descriptor (u32) at `accepted`. The new one
 * has the rights of fd except SOCK_ACCEPT.
 * EAGAIN  NONBLOCK is set and nobody is waiting
 * EBADF   fd is closed
 * ECONNABORTED  the other side gave up meanwhile
 * EFAULT  accepted lies outside memory
 * EINVAL  fd does not listen; flags other than NONBLOCK
 * EMFILE  the guest or the process has too many descriptors
 * ENFILE  the host has too many open files
 * ENOBUFS no memory for a connection
 * ENOMEM  no memory for a connection or a descriptor
 * ENOTCAPABLE  fd lacks SOCK_ACCEPT
 * ENOTSOCK  fd is no socket
 * ENOTSUP fd is a datagram socket
 * EPERM   a rule of the firewall forbids it
 * EPROTO  the other side broke the protocol */
uint32_t swasm_wasi_sock_accept(swasm_instance *instance, uint32_t fd, uint32_t flags, uint32_t accepted)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), accepted, 1, 4, &result)) return SWASM_WASI_FAULT;
    if (flags & ~(uint32_t)SWASM_FDFLAG_NONBLOCK) return SWASM_WASI_INVAL;
    swasm_fd *entry;
    uint32_t error = find_socket(instance, fd, SWASM_RIGHT_SOCK_ACCEPT, &entry);
    if (error) return error;
    uint32_t number, how = flags & SWASM_FDFLAG_NONBLOCK ? SWASM_SOCK_NONBLOCK : 0;
    error = swasm_socket_accept(&swasm_wasi_context_of(instance)->fds, *entry, how, &number);
    if (!error) swasm_guest_set_u32(result, number);
    return error;
}

static long exchange(long call, const swasm_fd *entry, swasm_iovecs *iovecs, uint32_t flags,
                     uint64_t *returned_flags)
{
    swasm_iovec chunk[SWASM_IOVEC_CHUNK];
    uint64_t bytes;
    message m = {.buffers = chunk};
    m.buffer_count = swasm_iovecs_next(iovecs, chunk, &bytes);
    long result;
    do {
        result = swasm_recorded_syscall5(call, entry->host, (long)&m, flags, 0, 0);
    } while (result == -SWASM_EINTR);
    *returned_flags = m.flags;
    return result;
}

/* Receives into the buffers of `iovs` (the first 128 that are not empty); stores how many bytes came (u32)
 * at `nread`, and flags (u16) at `result_flags`: 1 if a datagram was cut.
 * EAGAIN  NONBLOCK is set and nothing is there yet
 * EBADF   fd is closed or lacks FD_READ
 * ECONNREFUSED  nobody receives what the datagram socket sent
 * ECONNRESET  the other side broke the connection
 * EFAULT  iovs, a buffer or a result lies outside memory
 * EINVAL  flags other than PEEK and WAITALL
 * ENOMEM  no memory for it
 * ENOTCONN  fd is not connected
 * ENOTSOCK  fd is no socket
 * ETIMEDOUT  the other side of the connection is silent */
uint32_t swasm_wasi_sock_recv(swasm_instance *instance, uint32_t fd, uint32_t iovs, uint32_t iovs_count,
                              uint32_t flags, uint32_t nread, uint32_t result_flags)
{
    swasm_guest guest = swasm_guest_of(instance);
    swasm_iovecs iovecs;
    uint8_t *bytes_result, *flags_result;
    uint32_t error = swasm_iovecs_check(guest, iovs, iovs_count, &iovecs);
    if (error) return error;
    if (!swasm_guest_range(guest, nread, 1, 4, &bytes_result)) return SWASM_WASI_FAULT;
    if (!swasm_guest_range(guest, result_flags, 1, 2, &flags_result)) return SWASM_WASI_FAULT;
    if (flags & ~(uint32_t)(RECV_PEEK | RECV_WAITALL)) return SWASM_WASI_INVAL;
    swasm_fd *entry;
    error = find_socket(instance, fd, SWASM_RIGHT_FD_READ, &entry);
    if (error) return error;
    uint32_t host_flags = (flags & RECV_PEEK ? MSG_PEEK : 0) | (flags & RECV_WAITALL ? MSG_WAITALL : 0);
    uint64_t returned;
    swasm_record_call(SWASM_SYS_RECVMSG);
    long received = exchange(SWASM_SYS_RECVMSG, entry, &iovecs, host_flags, &returned);
    if (swasm_is_error(received)) return swasm_wasi_errno(received);
    swasm_guest_set_u32(bytes_result, (uint32_t)received);
    swasm_guest_set_u16(flags_result, returned & MSG_TRUNC ? RECV_DATA_TRUNCATED : 0);
    return SWASM_WASI_SUCCESS;
}

/* Sends the buffers of `iovs` (the first 128 that are not empty); stores how many bytes were sent
 * (u32) at `nsent`.
 * EAGAIN  NONBLOCK is set and there is no room
 * EBADF   fd is closed or lacks FD_WRITE
 * ECONNREFUSED  nobody receives what the datagram socket sent
 * ECONNRESET  the other side broke the connection
 * EFAULT  iovs, a buffer or nsent lies outside memory
 * EINVAL  flags are not 0
 * EMSGSIZE  too much for one datagram
 * ENOBUFS no memory for it
 * ENOMEM  no memory for it
 * ENOTCONN  fd is not connected
 * ENOTSOCK  fd is no socket
 * EPIPE   the connection was shut down for writing */
uint32_t swasm_wasi_sock_send(swasm_instance *instance, uint32_t fd, uint32_t iovs, uint32_t iovs_count,
                              uint32_t flags, uint32_t nsent)
{
    swasm_guest guest = swasm_guest_of(instance);
    swasm_iovecs iovecs;
    uint8_t *result;
    uint32_t error = swasm_iovecs_check(guest, iovs, iovs_count, &iovecs);
    if (error) return error;
    if (!swasm_guest_range(guest, nsent, 1, 4, &result)) return SWASM_WASI_FAULT;
    if (flags) return SWASM_WASI_INVAL;
    swasm_fd *entry;
    error = find_socket(instance, fd, SWASM_RIGHT_FD_WRITE, &entry);
    if (error) return error;
    uint64_t returned;
    swasm_record_call(SWASM_SYS_SENDMSG);
    long sent = exchange(SWASM_SYS_SENDMSG, entry, &iovecs, SWASM_MSG_NOSIGNAL, &returned);
    if (swasm_is_error(sent)) return swasm_wasi_errno(sent);
    swasm_guest_set_u32(result, (uint32_t)sent);
    return SWASM_WASI_SUCCESS;
}

/* Shuts the connection down for reading (1), writing (2) or both (3).
 * EBADF   fd is closed, or lacks FD_READ or FD_WRITE for the direction that is shut down
 * EINVAL  how is none of these
 * ENOTCAPABLE  fd lacks SOCK_SHUTDOWN
 * ENOTCONN  fd is not connected
 * ENOTSOCK  fd is no socket */
uint32_t swasm_wasi_sock_shutdown(swasm_instance *instance, uint32_t fd, uint32_t how)
{
    if (how == 0 || how & ~(uint32_t)(SHUT_READ | SHUT_WRITE)) return SWASM_WASI_INVAL;
    swasm_fd *entry;
    uint32_t error = find_socket(instance, fd, SWASM_RIGHT_SOCK_SHUTDOWN, &entry);
    if (!error && how & SHUT_READ) error = find_socket(instance, fd, SWASM_RIGHT_FD_READ, &entry);
    if (!error && how & SHUT_WRITE) error = find_socket(instance, fd, SWASM_RIGHT_FD_WRITE, &entry);
    if (error) return error;
    return swasm_socket_shut_down(entry, how);
}
