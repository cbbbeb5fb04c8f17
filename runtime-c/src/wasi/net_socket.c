/* Sockets of components: making, binding, listening, connecting, and their addresses. Each call first asks
 * net_rules.h whether the program may do it, then the kernel. */
#include "net_socket.h"

#include "net_rules.h"

enum { IPV4 = 4, IPV6 = 6, STREAM = 0, DATAGRAM = 1, SHUT_READ = 1, SHUT_WRITE = 2, MOST_BACKLOG = 4096 };

/* ---- Shared ------------------------------------------------------------------------------------- */

uint32_t swasm_net_find(swasm_instance *instance, uint32_t fd, swasm_fd **entry)
{
    uint32_t error = swasm_fd_find(&swasm_wasi_context_of(instance)->fds, fd, 0, entry);
    if (error) return error;
    const bool ours = (*entry)->flags & SWASM_FD_NET && !((*entry)->flags & SWASM_FD_LOOKUP);
    return ours ? SWASM_WASI_SUCCESS : SWASM_WASI_NOTSOCK;
}

uint32_t swasm_net_load_address(swasm_instance *instance, const swasm_fd *entry, uint32_t address, swasm_endpoint *to)
{
    uint8_t *from;
    if (!swasm_guest_range(swasm_guest_of(instance), address, 1, SWASM_ADDRESS_BYTES, &from)) return SWASM_WASI_FAULT;
    if (!swasm_endpoint_load(from, to)) return SWASM_WASI_INVAL;
    return to->is_ipv6 == !!(entry->flags & SWASM_FD_IPV6) ? SWASM_WASI_SUCCESS : SWASM_WASI_AFNOSUPPORT;
}

/* Refuses 0.0.0.0 and ::, because Linux would take them for this machine. */
uint32_t swasm_net_check_peer(const swasm_fd *entry, const swasm_endpoint *to)
{
    const swasm_address_kind kind = swasm_kind_of_address(to);
    if (kind == SWASM_ADDRESS_UNSPECIFIED || kind == SWASM_ADDRESS_NO_HOST || to->port == 0) return SWASM_WASI_INVAL;
    return swasm_net_may_reach(swasm_is_datagram(entry), to) ? SWASM_WASI_SUCCESS : SWASM_WASI_ACCES;
}

/* ---- Making ------------------------------------------------------------------------------------- */

static long set_flag(long host, long level, long option)
{
    const int32_t yes = 1;
    return swasm_syscall5(SWASM_SYS_SETSOCKOPT, host, level, option, (long)&yes, sizeof yes);
}

/* An IPv6 socket never talks IPv4 (IPV6_V6ONLY). A server can start again while connections of its last run
 * are still closing (SO_REUSEADDR). */
static long make_socket(bool is_ipv6, bool is_datagram)
{
    const long flags = SWASM_SOCK_NONBLOCK | SWASM_SOCK_CLOEXEC;
    long host = swasm_syscall3(SWASM_SYS_SOCKET, is_ipv6 ? SWASM_AF_INET6 : SWASM_AF_INET,
                               (is_datagram ? SWASM_SOCK_DGRAM : SWASM_SOCK_STREAM) | flags, 0);
    if (swasm_is_error(host)) return host;
    long status = is_ipv6 ? set_flag(host, SWASM_SOL_IPV6, SWASM_IPV6_V6ONLY) : 0;
    if (!swasm_is_error(status) && !is_datagram) status = set_flag(host, SWASM_SOL_SOCKET, SWASM_SO_REUSEADDR);
    if (!swasm_is_error(status)) return host;
    swasm_syscall1(SWASM_SYS_CLOSE, host);
    return status;
}

/* Makes a socket of IPv4 (`family` 4) or IPv6 (6) for TCP (`type` 0) or UDP (1). Stores its descriptor (u32)
 * at `made`.
 * EACCES  no grant is for this protocol
 * EAFNOSUPPORT  the kernel has no IPv6
 * EFAULT  made lies outside memory
 * EINVAL  family or type is none of these
 * EMFILE  the guest or the process has too many descriptors
 * ENFILE  the host has too many open files
 * ENOBUFS no memory for it
 * ENOMEM  no memory for it */
uint32_t swasm_net_open(swasm_instance *instance, uint32_t family, uint32_t type, uint32_t made)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), made, 1, 4, &result)) return SWASM_WASI_FAULT;
    if ((family != IPV4 && family != IPV6) || (type != STREAM && type != DATAGRAM)) return SWASM_WASI_INVAL;
    const bool is_ipv6 = family == IPV6, is_datagram = type == DATAGRAM;
    if (!swasm_net_reaches(is_datagram) && !swasm_net_listens(is_datagram)) return SWASM_WASI_ACCES;
    swasm_fd_table *table = &swasm_wasi_context_of(instance)->fds;
    uint32_t number, error = swasm_fd_reserve(table, 0, &number);
    if (error) return error;
    long host = make_socket(is_ipv6, is_datagram);
    if (swasm_is_error(host)) return swasm_wasi_errno(host);
    /* Datagrams go through send_to and receive_from alone, which check addresses. */
    const uint64_t others = SWASM_RIGHT_SOCK_ACCEPT | (is_datagram ? SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_WRITE : 0);
    error = swasm_fd_insert(table, number,
                            (swasm_fd){.filetype = is_datagram ? SWASM_FILETYPE_SOCKET_DGRAM : SWASM_FILETYPE_SOCKET_STREAM,
                                       .flags = SWASM_FD_NET | (is_ipv6 ? SWASM_FD_IPV6 : 0),
                                       .host = (int32_t)host,
                                       .rights = SWASM_RIGHTS_SOCKET & ~others});
    if (!error) swasm_guest_set_u32(result, number);
    return error;
}

/* ---- Own addresses ------------------------------------------------------------------------------ */

/* Binds a socket to the address at `address`. With port 0 the kernel chooses a port. A program that may reach
 * others over this protocol may do that without a grant, because the kernel also does it for a socket that is
 * not bound. Only a granted address lets the socket listen, or get datagrams from everybody.
 * EACCES  the address was not granted, or the host reserves the port
 * EADDRINUSE  the address is in use, or all ports are
 * EADDRNOTAVAIL  this machine does not have the address
 * EAFNOSUPPORT  the socket has another family
 * EBADF   fd is closed
 * EFAULT  address lies outside memory
 * EINVAL  the socket is bound already; the address is multicast, broadcast, or IPv6 that contains IPv4; its
 *         family is neither 4 nor 6
 * ENOMEM  no memory for it
 * ENOTSOCK  fd is no socket of swasm_net.def */
uint32_t swasm_net_bind(swasm_instance *instance, uint32_t fd, uint32_t address)
{
    swasm_fd *entry;
    swasm_endpoint at;
    uint32_t error = swasm_net_find(instance, fd, &entry);
    if (!error) error = swasm_net_load_address(instance, entry, address, &at);
    if (error) return error;
    if (swasm_kind_of_address(&at) == SWASM_ADDRESS_NO_HOST) return SWASM_WASI_INVAL;
    const bool is_datagram = swasm_is_datagram(entry), serves = swasm_net_may_listen(is_datagram, &at);
    if (!serves && (at.port || !swasm_net_reaches(is_datagram))) return SWASM_WASI_ACCES;
    const swasm_sockaddr where = swasm_sockaddr_of(&at);
    error = swasm_wasi_errno(swasm_syscall3(SWASM_SYS_BIND, entry->host, (long)&where, where.bytes));
    /* This may clear the flag, too: a socket can lose its address and be bound again. */
    if (!error) entry->flags = (entry->flags & ~(uint32_t)SWASM_FD_SERVES) | (serves ? SWASM_FD_SERVES : 0);
    return error;
}

/* Lets others connect to a bound socket. `backlog` is how many may wait to be accepted; 0 means 1.
 * EACCES  the socket is not bound to an address that was granted for listening
 * EADDRINUSE  another socket listens there
 * EBADF   fd is closed
 * EINVAL  the socket is connected
 * ENOTSOCK  fd is no socket of swasm_net.def
 * ENOTSUP fd is a datagram socket */
uint32_t swasm_net_listen(swasm_instance *instance, uint32_t fd, uint32_t backlog)
{
    swasm_fd *entry;
    uint32_t error = swasm_net_find(instance, fd, &entry);
    if (error) return error;
    if (swasm_is_datagram(entry)) return SWASM_WASI_NOTSUP;
    if (!(entry->flags & SWASM_FD_SERVES)) return SWASM_WASI_ACCES;
    const uint32_t waiting = backlog == 0 ? 1 : backlog < MOST_BACKLOG ? backlog : MOST_BACKLOG;
    error = swasm_wasi_errno(swasm_syscall2(SWASM_SYS_LISTEN, entry->host, waiting));
    if (!error) entry->rights |= SWASM_RIGHT_SOCK_ACCEPT;
    return error;
}

/* Takes the next connection of a listening socket; stores its descriptor (u32) at `accepted`.
 * EAGAIN  nobody is waiting
 * EBADF   fd is closed
 * ECONNABORTED  the other side gave up meanwhile
 * EFAULT  accepted lies outside memory
 * EINVAL  fd does not listen
 * EMFILE  the guest or the process has too many descriptors
 * ENFILE  the host has too many open files
 * ENOBUFS no memory for a connection
 * ENOMEM  no memory for a connection or a descriptor
 * ENOTSOCK  fd is no socket of swasm_net.def
 * EPERM   a rule of the firewall forbids it
 * EPROTO  the other side broke the protocol */
uint32_t swasm_net_accept(swasm_instance *instance, uint32_t fd, uint32_t accepted)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), accepted, 1, 4, &result)) return SWASM_WASI_FAULT;
    swasm_fd *entry;
    uint32_t number, error = swasm_net_find(instance, fd, &entry);
    if (error) return error;
    if (!(entry->rights & SWASM_RIGHT_SOCK_ACCEPT)) return SWASM_WASI_INVAL;
    error = swasm_socket_accept(&swasm_wasi_context_of(instance)->fds, *entry, SWASM_SOCK_NONBLOCK, &number);
    if (!error) swasm_guest_set_u32(result, number);
    return error;
}

/* ---- Connecting --------------------------------------------------------------------------------- */

/* Connects to the address at `address`. A stream socket goes on connecting after EINPROGRESS: once it can be
 * written to, finish_connect tells the result. A datagram socket is connected at once. From then on it sends
 * to this address, and gets datagrams only from it.
 * EACCES  the address was not granted, or a rule of the host forbids it
 * EADDRINUSE  the connection exists already
 * EADDRNOTAVAIL  no port is left for it
 * EAFNOSUPPORT  the socket has another family
 * EALREADY  it is connecting already
 * EBADF   fd is closed
 * ECONNREFUSED  nobody listens there
 * EFAULT  address lies outside memory
 * EHOSTUNREACH  there is no way to this host
 * EINPROGRESS  it has begun
 * EINVAL  the address is not that of a host, its port is 0, its family is neither 4 nor 6, or the socket
 *         listens
 * EISCONN it is connected already
 * ENETUNREACH  there is no way to this network
 * ENOBUFS no memory for it
 * ENOTSOCK  fd is no socket of swasm_net.def
 * EPERM   a rule of the firewall forbids it
 * ETIMEDOUT  the other side is silent */
uint32_t swasm_net_connect(swasm_instance *instance, uint32_t fd, uint32_t address)
{
    swasm_fd *entry;
    swasm_endpoint to;
    uint32_t error = swasm_net_find(instance, fd, &entry);
    if (!error) error = swasm_net_load_address(instance, entry, address, &to);
    if (!error) error = swasm_net_check_peer(entry, &to);
    if (error) return error;
    const swasm_sockaddr where = swasm_sockaddr_of(&to);
    return swasm_wasi_errno(swasm_syscall3(SWASM_SYS_CONNECT, entry->host, (long)&where, where.bytes));
}

static uint32_t socket_error(const swasm_fd *entry)
{
    int32_t problem = 0;
    uint32_t bytes = sizeof problem;
    long status = swasm_syscall5(SWASM_SYS_GETSOCKOPT, entry->host, SWASM_SOL_SOCKET, SWASM_SO_ERROR, (long)&problem, (long)&bytes);
    return swasm_wasi_errno(swasm_is_error(status) ? status : -(long)problem);
}

static long host_address(long call, const swasm_fd *entry, swasm_endpoint *found)
{
    swasm_sockaddr where = {.bytes = 0};
    uint32_t bytes = SWASM_ADDRESS_BYTES;
    long status = swasm_recorded_syscall5(call, entry->host, (long)&where, (long)&bytes, 0, 0);
    if (!swasm_is_error(status)) swasm_endpoint_of(&where, found);
    return status;
}

/* Tells how connecting has ended.
 * EACCES  a rule of the host forbids it
 * EAGAIN  it has not ended
 * EBADF   fd is closed
 * ECONNREFUSED  nobody listens there
 * ECONNRESET  the other side broke it off
 * EHOSTUNREACH  there is no way to this host
 * ENETUNREACH  there is no way to this network
 * ENOTCONN  it never began
 * ENOTSOCK  fd is no socket of swasm_net.def
 * ETIMEDOUT  the other side is silent */
uint32_t swasm_net_finish_connect(swasm_instance *instance, uint32_t fd)
{
    swasm_fd *entry;
    uint32_t error = swasm_net_find(instance, fd, &entry);
    if (error) return error;
    swasm_pollfd state = {entry->host, SWASM_POLLOUT, 0};
    const swasm_timespec none = {0, 0};
    long ready = swasm_syscall5(SWASM_SYS_PPOLL, (long)&state, 1, (long)&none, 0, 8);
    if (ready == 0) return SWASM_WASI_AGAIN;
    error = socket_error(entry);
    if (error) return error;
    swasm_endpoint peer;
    swasm_record_call(SWASM_SYS_GETPEERNAME);
    return swasm_wasi_errno(host_address(SWASM_SYS_GETPEERNAME, entry, &peer));
}

/* Linux also takes a port away that it chose itself, so this binds the socket to it again. */
static long forget_peer(const swasm_fd *entry)
{
    const swasm_sockaddr nobody = {.family = SWASM_AF_UNSPEC, .bytes = 16};
    swasm_endpoint before = {.port = 0}, after = {.port = 0};
    swasm_record_call(SWASM_SYS_GETSOCKNAME);
    long status = host_address(SWASM_SYS_GETSOCKNAME, entry, &before);
    if (!swasm_is_error(status)) status = swasm_syscall3(SWASM_SYS_CONNECT, entry->host, (long)&nobody, nobody.bytes);
    if (!swasm_is_error(status)) status = host_address(SWASM_SYS_GETSOCKNAME, entry, &after);
    if (swasm_is_error(status) || after.port == before.port) return status;
    after.port = before.port;
    const swasm_sockaddr own = swasm_sockaddr_of(&after);
    return swasm_syscall3(SWASM_SYS_BIND, entry->host, (long)&own, own.bytes);
}

/* Makes a datagram socket forget its one peer.
 * EADDRINUSE  another socket took its port meanwhile
 * EBADF   fd is closed
 * ENOTSOCK  fd is no socket of swasm_net.def
 * ENOTSUP fd is a stream socket */
uint32_t swasm_net_disconnect(swasm_instance *instance, uint32_t fd)
{
    swasm_fd *entry;
    uint32_t error = swasm_net_find(instance, fd, &entry);
    if (error) return error;
    if (!swasm_is_datagram(entry)) return SWASM_WASI_NOTSUP;
    return swasm_wasi_errno(forget_peer(entry));
}

/* Shuts the connection down for receiving (1), sending (2) or both (3).
 * EBADF   fd is closed
 * EINVAL  how is none of these
 * ENOTCONN  fd is not connected
 * ENOTSOCK  fd is no socket of swasm_net.def */
uint32_t swasm_net_shutdown(swasm_instance *instance, uint32_t fd, uint32_t how)
{
    if (how == 0 || how & ~(uint32_t)(SHUT_READ | SHUT_WRITE)) return SWASM_WASI_INVAL;
    swasm_fd *entry;
    uint32_t error = swasm_net_find(instance, fd, &entry);
    return error ? error : swasm_socket_shut_down(entry, how);
}

static uint32_t store_address(swasm_instance *instance, long call, uint32_t fd, uint32_t address)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), address, 1, SWASM_ADDRESS_BYTES, &result)) return SWASM_WASI_FAULT;
    swasm_fd *entry;
    uint32_t error = swasm_net_find(instance, fd, &entry);
    if (error) return error;
    swasm_endpoint found;
    error = swasm_wasi_errno(host_address(call, entry, &found));
    if (!error) swasm_endpoint_store(result, &found);
    return error;
}

/* Stores the socket's own address at `address`. Its port is 0 if the socket is not bound.
 * EBADF   fd is closed
 * EFAULT  address lies outside memory
 * ENOTSOCK  fd is no socket of swasm_net.def */
uint32_t swasm_net_local_address(swasm_instance *instance, uint32_t fd, uint32_t address)
{
    swasm_record_call(SWASM_SYS_GETSOCKNAME);
    return store_address(instance, SWASM_SYS_GETSOCKNAME, fd, address);
}

/* Stores the address to which the socket is connected.
 * EBADF   fd is closed
 * EFAULT  address lies outside memory
 * ENOTCONN  it is not connected
 * ENOTSOCK  fd is no socket of swasm_net.def */
uint32_t swasm_net_peer_address(swasm_instance *instance, uint32_t fd, uint32_t address)
{
    swasm_record_call(SWASM_SYS_GETPEERNAME);
    return store_address(instance, SWASM_SYS_GETPEERNAME, fd, address);
}
