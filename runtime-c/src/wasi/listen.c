/* Makes the granted sockets, binds them and listens, before the process gives up the system calls for that.
 * Or takes them over from the process that started this one (LISTEN_FDS and LISTEN_PID, as in systemd's
 * socket activation).
 *
 * The guest gets the sockets in the order of the grants, after its directories. policy_address.c reads their
 * addresses. With ":nonblock" a socket is in non-blocking mode from the start: Go's library needs that, but
 * does not set it. The system calls are not recorded, so the filter does not allow them while guest code
 * runs.
 */
#include "listen.h"

#include "../text.h"
#include "net_address.h"
#include "socket.h"

enum { BACKLOG = 128, FIRST_PASSED = 3, MAX_PASSED = 1024 };

const char swasm_listeners_are_linked = 1;

static swasm_sockaddr socket_address(const swasm_policy_address *from)
{
    swasm_endpoint endpoint = {.port = from->port, .is_ipv6 = from->is_ipv6};
    __builtin_memcpy(endpoint.host, from->host, sizeof endpoint.host);
    return swasm_sockaddr_of(&endpoint);
}

/* ---- Sockets ------------------------------------------------------------------------------------ */

/* Inserts a socket. Its number is the same as if all granted directories were open, even if the module cannot
 * use directories and none is open. */
static bool insert(swasm_fd_table *table, uint32_t lowest, int32_t host, const char *what)
{
    uint32_t number;
    const swasm_fd entry = {.filetype = SWASM_FILETYPE_SOCKET_STREAM, .host = host, .rights = SWASM_RIGHTS_SOCKET};
    if (!swasm_fd_reserve(table, lowest, &number) && !swasm_fd_insert(table, number, entry)) return true;
    swasm_complain(SWASM_ERROR_NETWORK, "too many granted sockets", what);
    return false;
}

static bool open_listener(swasm_fd_table *table, uint32_t lowest, const swasm_policy_address *parsed, const char *text)
{
    const swasm_sockaddr where = socket_address(parsed);
    long type = SWASM_SOCK_STREAM | SWASM_SOCK_CLOEXEC | (parsed->is_nonblocking ? SWASM_O_NONBLOCK : 0);
    long host = swasm_setup_syscall5(SWASM_SYS_SOCKET, where.family, type, 0, 0, 0);
    long status = host;
    const int32_t yes = 1;
    if (!swasm_is_error(status))
        status = swasm_setup_syscall5(SWASM_SYS_SETSOCKOPT, host, SWASM_SOL_SOCKET, SWASM_SO_REUSEADDR, (long)&yes, sizeof yes);
    if (!swasm_is_error(status))
        status = swasm_setup_syscall5(SWASM_SYS_BIND, host, (long)&where, where.bytes, 0, 0);
    if (!swasm_is_error(status)) status = swasm_setup_syscall5(SWASM_SYS_LISTEN, host, BACKLOG, 0, 0, 0);
    if (!swasm_is_error(status)) return insert(table, lowest, (int32_t)host, text);
    swasm_complain(SWASM_ERROR_NETWORK, status == -SWASM_EADDRINUSE      ? "this address is in use already"
                   : status == -SWASM_EACCES        ? "no permission to listen on this port"
                   : status == -SWASM_EADDRNOTAVAIL ? "this machine does not have this address"
                                                    : "cannot listen here",
                   text);
    return false;
}

/* ---- Sockets that were passed on ---------------------------------------------------------------- */

/* Reads a text that is only decimal digits, for a number up to 0x7fffff. */
static bool read_number(const char *text, long *number)
{
    const char *next = text;
    for (*number = 0; *next >= '0' && *next <= '9' && *number <= 0x7fffff; next++) *number = *number * 10 + (*next - '0');
    return next > text && !*next && *number <= 0x7fffff;
}

/* The number in the host's variable `name`; -1 without one. */
static long variable(const char *const *env, const char *name)
{
    size_t length = swasm_text_length(name);
    for (; *env; env++) {
        size_t i = 0;
        while (i < length && (*env)[i] == name[i]) i++;
        if (i < length || (*env)[i] != '=') continue;
        long number;
        if (read_number(*env + length + 1, &number)) return number;
    }
    return -1;
}

static bool listens(long host)
{
    int32_t accepts = 0, type = 0;
    uint32_t bytes = sizeof accepts;
    long status = swasm_setup_syscall5(SWASM_SYS_GETSOCKOPT, host, SWASM_SOL_SOCKET, SWASM_SO_ACCEPTCONN, (long)&accepts, (long)&bytes);
    bytes = sizeof type;
    if (!swasm_is_error(status))
        status = swasm_setup_syscall5(SWASM_SYS_GETSOCKOPT, host, SWASM_SOL_SOCKET, SWASM_SO_TYPE, (long)&type, (long)&bytes);
    return !swasm_is_error(status) && accepts && type == SWASM_SOCK_STREAM;
}

static bool take_passed(swasm_fd_table *table, uint32_t lowest, const char *const *env, bool nonblock)
{
    long count = variable(env, "LISTEN_FDS"), process = variable(env, "LISTEN_PID");
    if (count < 1 || count > MAX_PASSED || process != swasm_setup_syscall5(SWASM_SYS_GETPID, 0, 0, 0, 0, 0)) {
        swasm_complain(SWASM_ERROR_NETWORK, "no sockets were passed to this process (LISTEN_FDS, LISTEN_PID)", NULL);
        return false;
    }
    for (long host = FIRST_PASSED; host < FIRST_PASSED + count; host++) {
        if (!listens(host)) {
            swasm_complain(SWASM_ERROR_NETWORK, "a passed descriptor is not a listening stream socket", NULL);
            return false;
        }
        swasm_setup_syscall5(SWASM_SYS_FCNTL, host, SWASM_F_SETFD, SWASM_FD_CLOEXEC, 0, 0);
        if (nonblock) swasm_setup_syscall5(SWASM_SYS_FCNTL, host, SWASM_F_SETFL, SWASM_O_NONBLOCK, 0, 0);
        if (!insert(table, lowest, (int32_t)host, "LISTEN_FDS")) return false;
    }
    return true;
}

bool swasm_wasi_start_listeners(swasm_wasi_context *context, const swasm_grants *grants)
{
    bool passed = false;
    uint32_t lowest = FIRST_PASSED + (uint32_t)grants->dir_count;
    for (size_t i = 0; i < grants->listener_count; i++) {
        const char *text = grants->listeners[i];
        swasm_policy_address address;
        if (!swasm_policy_read_address(text, swasm_text_length(text), &address)) {
            swasm_complain(SWASM_ERROR_NETWORK, "a socket to listen on is NUMBER:PORT, [NUMBER]:PORT, localhost:PORT or fds", text);
            return false;
        }
        if (address.is_udp) {
            swasm_complain(SWASM_ERROR_NETWORK, "WASI preview 1 has no calls that answer datagrams; compile a component for /udp", text);
            return false;
        }
        if (!address.is_passed) {
            if (!open_listener(&context->fds, lowest, &address, text)) return false;
        } else if (!passed) { /* a second `fds` would name the same sockets again */
            if (!take_passed(&context->fds, lowest, grants->host_env, address.is_nonblocking)) return false;
            passed = true;
        }
    }
    return true;
}
