/* See socket.h. */
#include "socket.h"

uint32_t swasm_socket_accept(swasm_fd_table *table, swasm_fd listener, uint32_t flags, uint32_t *accepted)
{
    uint32_t number, error = swasm_fd_reserve(table, 0, &number);
    if (error) return error;
    long host;
    do {
        host = swasm_syscall4(SWASM_SYS_ACCEPT4, listener.host, 0, 0, SWASM_SOCK_CLOEXEC | flags);
    } while (host == -SWASM_EINTR);
    if (swasm_is_error(host)) return swasm_wasi_errno(host);
    *accepted = number;
    return swasm_fd_insert(table, number,
                           (swasm_fd){.filetype = listener.filetype,
                                      .flags = listener.flags,
                                      .host = (int32_t)host,
                                      .rights = listener.rights & ~(uint64_t)SWASM_RIGHT_SOCK_ACCEPT});
}

uint32_t swasm_socket_shut_down(const swasm_fd *entry, uint32_t how)
{
    return swasm_wasi_errno(swasm_syscall2(SWASM_SYS_SHUTDOWN, entry->host, how - 1));
}
