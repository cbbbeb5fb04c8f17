/* The granted sockets: made, bound and listening before the process gives up the calls for it, or taken over
 * from whoever started it (LISTEN_FDS and LISTEN_PID, as systemd's socket activation has them).
 *
 * The guest gets them in the order of the grants, after its directories. Addresses are numbers ("127.0.0.1:80",
 * "[::1]:80") or "localhost": names would need a resolver in here. With ":nonblock" the guest finds the socket in
 * that mode, which Go's library needs and does not ask for. The system calls are not recorded: guest code has
 * none of them in its filter.
 */
#include "listen.h"

#include "../text.h"
#include "context.h"

enum {
    AF_INET = 2, AF_INET6 = 10, SOCK_STREAM = 1, SOCK_CLOEXEC = 02000000,
    SOL_SOCKET = 1, SO_REUSEADDR = 2, SO_TYPE = 3, SO_ACCEPTCONN = 30,
    BACKLOG = 128, FIRST_PASSED = 3, MAX_PASSED = 1024,
};

const char swasm_listeners_are_linked = 1;

/* sockaddr_in (16 bytes) or sockaddr_in6 (28); ports and addresses have the network's byte order. */
typedef struct address {
    uint16_t family;
    uint8_t port[2];
    uint8_t rest[24]; /* IPv4: 4 bytes of address; IPv6: 4 of flow, 16 of address, 4 of scope */
    uint32_t bytes;
} address;

/* ---- Addresses ---------------------------------------------------------------------------------- */

/* A number in `base` from `*text` on, at most `most`; false without digits. */
static bool take_number(const char **text, const char *end, uint32_t base, uint32_t most, uint32_t *number)
{
    const char *first = *text;
    for (*number = 0; *text < end; ++*text) {
        uint32_t digit = (uint32_t)(**text - '0'), letter = (uint32_t)((**text | 32) - 'a');
        if (digit > 9) digit = letter < 6 ? letter + 10 : base;
        if (digit >= base) break;
        *number = *number * base + digit;
        if (*number > most) return false;
    }
    return *text > first;
}

static bool parse_ipv4(const char *text, const char *end, uint8_t *out)
{
    for (int i = 0; i < 4; i++) {
        uint32_t part;
        if (i && (text == end || *text++ != '.')) return false;
        if (!take_number(&text, end, 10, 255, &part)) return false;
        out[i] = (uint8_t)part;
    }
    return text == end;
}

/* Groups of hexadecimal digits, with one "::" for the zeros. */
static bool parse_ipv6(const char *text, const char *end, uint8_t out[16])
{
    int filled = 0, gap = -1;
    __builtin_memset(out, 0, 16);
    if (end - text >= 2 && text[0] == ':' && text[1] == ':') gap = 0, text += 2;
    while (text < end) {
        uint32_t group;
        if (filled == 16 || !take_number(&text, end, 16, 0xffff, &group)) return false;
        out[filled++] = (uint8_t)(group >> 8);
        out[filled++] = (uint8_t)group;
        if (text == end) break;
        if (*text++ != ':' || text == end) return false;
        if (*text != ':') continue;
        if (gap >= 0) return false;
        gap = filled, text++;
    }
    if (gap < 0) return filled == 16;
    if (filled == 16) return false;
    for (int i = filled - 1; i >= gap; i--) out[i + 16 - filled] = out[i], out[i] = 0;
    return true;
}

static bool parse_address(const char *text, const char *end, address *out)
{
    static const char localhost[] = "localhost";
    const char *colon = end;
    while (colon > text && *--colon != ':') continue;
    if (colon == end || *colon != ':') return false;
    const char *digits = colon + 1;
    uint32_t port;
    if (!take_number(&digits, end, 10, 65535, &port) || digits != end) return false;
    *out = (address){.family = AF_INET, .port = {(uint8_t)(port >> 8), (uint8_t)port}, .bytes = 16};
    if (colon > text && text[0] == '[' && colon[-1] == ']') {
        out->family = AF_INET6, out->bytes = 28;
        return parse_ipv6(text + 1, colon - 1, out->rest + 4);
    }
    if (colon - text == sizeof localhost - 1 && !__builtin_memcmp(text, localhost, sizeof localhost - 1)) {
        static const uint8_t loopback[4] = {127, 0, 0, 1};
        __builtin_memcpy(out->rest, loopback, sizeof loopback);
        return true;
    }
    return parse_ipv4(text, colon, out->rest);
}

/* Where a grant's address ends: before ":nonblock", if it has that. */
static const char *address_end(const char *text, bool *nonblock)
{
    static const char mode[] = ":nonblock";
    const char *end = text + swasm_text_length(text);
    size_t length = sizeof mode - 1;
    *nonblock = (size_t)(end - text) > length && !__builtin_memcmp(end - length, mode, length);
    return *nonblock ? end - length : end;
}

/* ---- Sockets ------------------------------------------------------------------------------------ */

/* Numbers are counted as if every granted directory was open, which it is only where the module can use it. */
static bool insert(swasm_fd_table *table, uint32_t lowest, int32_t host, const char *what)
{
    uint32_t number;
    const swasm_fd entry = {.filetype = SWASM_FILETYPE_SOCKET_STREAM, .host = host, .rights = SWASM_RIGHTS_SOCKET};
    if (!swasm_fd_reserve(table, lowest, &number) && !swasm_fd_insert(table, number, entry)) return true;
    swasm_complain("too many granted sockets", what);
    return false;
}

static bool open_listener(swasm_fd_table *table, uint32_t lowest, const char *text)
{
    address where;
    bool nonblock;
    const char *end = address_end(text, &nonblock);
    if (!parse_address(text, end, &where)) {
        swasm_complain("a socket to listen on is NUMBER:PORT, [NUMBER]:PORT, localhost:PORT or fds", text);
        return false;
    }
    long type = SOCK_STREAM | SOCK_CLOEXEC | (nonblock ? SWASM_O_NONBLOCK : 0);
    long host = swasm_setup_syscall5(SWASM_SYS_SOCKET, where.family, type, 0, 0, 0);
    long status = host;
    const int32_t yes = 1;
    if (!swasm_is_error(status))
        status = swasm_setup_syscall5(SWASM_SYS_SETSOCKOPT, host, SOL_SOCKET, SO_REUSEADDR, (long)&yes, sizeof yes);
    if (!swasm_is_error(status))
        status = swasm_setup_syscall5(SWASM_SYS_BIND, host, (long)&where, where.bytes, 0, 0);
    if (!swasm_is_error(status)) status = swasm_setup_syscall5(SWASM_SYS_LISTEN, host, BACKLOG, 0, 0, 0);
    if (!swasm_is_error(status)) return insert(table, lowest, (int32_t)host, text);
    swasm_complain(status == -SWASM_EADDRINUSE      ? "this address is in use already"
                   : status == -SWASM_EACCES        ? "no permission to listen on this port"
                   : status == -SWASM_EADDRNOTAVAIL ? "this machine does not have this address"
                                                    : "cannot listen here",
                   text);
    return false;
}

/* ---- Sockets that were passed on ---------------------------------------------------------------- */

/* The number in the host's variable `name`; -1 without one. */
static long variable(const char *const *env, const char *name)
{
    size_t length = swasm_text_length(name);
    for (; *env; env++) {
        size_t i = 0;
        while (i < length && (*env)[i] == name[i]) i++;
        if (i < length || (*env)[i] != '=') continue;
        const char *digits = *env + length + 1, *end = *env + swasm_text_length(*env);
        uint32_t number;
        if (take_number(&digits, end, 10, 0x7fffff, &number) && digits == end) return (long)number;
    }
    return -1;
}

static bool listens(long host)
{
    int32_t accepts = 0, type = 0;
    uint32_t bytes = sizeof accepts;
    long status = swasm_setup_syscall5(SWASM_SYS_GETSOCKOPT, host, SOL_SOCKET, SO_ACCEPTCONN, (long)&accepts, (long)&bytes);
    bytes = sizeof type;
    if (!swasm_is_error(status))
        status = swasm_setup_syscall5(SWASM_SYS_GETSOCKOPT, host, SOL_SOCKET, SO_TYPE, (long)&type, (long)&bytes);
    return !swasm_is_error(status) && accepts && type == SOCK_STREAM;
}

static bool take_passed(swasm_fd_table *table, uint32_t lowest, const char *const *env, bool nonblock)
{
    long count = variable(env, "LISTEN_FDS"), process = variable(env, "LISTEN_PID");
    if (count < 1 || count > MAX_PASSED || process != swasm_setup_syscall5(SWASM_SYS_GETPID, 0, 0, 0, 0, 0)) {
        swasm_complain("no sockets were passed to this process (LISTEN_FDS, LISTEN_PID)", NULL);
        return false;
    }
    for (long host = FIRST_PASSED; host < FIRST_PASSED + count; host++) {
        if (!listens(host)) {
            swasm_complain("a passed descriptor is not a listening stream socket", NULL);
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
        bool nonblock;
        const char *end = address_end(text, &nonblock);
        if (end - text != 3 || __builtin_memcmp(text, "fds", 3)) {
            if (!open_listener(&context->fds, lowest, text)) return false;
        } else if (!passed) { /* named twice, they are still the same sockets */
            if (!take_passed(&context->fds, lowest, grants->host_env, nonblock)) return false;
            passed = true;
        }
    }
    return true;
}
