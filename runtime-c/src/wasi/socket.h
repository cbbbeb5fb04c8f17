/* What the calls of preview 1 (sock.c) and those of swasm_net.def share. */
#ifndef SWASM_WASI_SOCKET_H
#define SWASM_WASI_SOCKET_H

#include "context.h"

enum {
    SWASM_AF_UNSPEC = 0, SWASM_AF_INET = 2, SWASM_AF_INET6 = 10,
    SWASM_SOCK_STREAM = 1, SWASM_SOCK_DGRAM = 2, SWASM_SOCK_NONBLOCK = 04000, SWASM_SOCK_CLOEXEC = 02000000,
    SWASM_MSG_DONTWAIT = 0x40, SWASM_MSG_NOSIGNAL = 0x4000,
    SWASM_SOL_IP = 0, SWASM_SOL_SOCKET = 1, SWASM_SOL_TCP = 6, SWASM_SOL_IPV6 = 41,
    SWASM_SO_REUSEADDR = 2, SWASM_SO_TYPE = 3, SWASM_SO_ERROR = 4, SWASM_SO_SNDBUF = 7, SWASM_SO_RCVBUF = 8,
    SWASM_SO_KEEPALIVE = 9, SWASM_SO_ACCEPTCONN = 30, SWASM_TCP_KEEPIDLE = 4, SWASM_TCP_KEEPINTVL = 5,
    SWASM_TCP_KEEPCNT = 6, SWASM_IP_TTL = 2, SWASM_IPV6_UNICAST_HOPS = 16, SWASM_IPV6_V6ONLY = 26,
};

static inline bool swasm_is_socket(const swasm_fd *entry)
{
    return entry->filetype == SWASM_FILETYPE_SOCKET_STREAM || entry->filetype == SWASM_FILETYPE_SOCKET_DGRAM;
}

/* Takes the next connection of `listener`, which is a copy of its entry. `flags` are SWASM_SOCK_*. The new
 * descriptor has the rights and flags of the listener except SOCK_ACCEPT. Returns an errno as sock_accept. */
uint32_t swasm_socket_accept(swasm_fd_table *table, swasm_fd listener, uint32_t flags, uint32_t *accepted);

/* Shuts down receiving (1), sending (2) or both (3). Returns an errno as sock_shutdown. */
uint32_t swasm_socket_shut_down(const swasm_fd *entry, uint32_t how);

#endif
