/* Options of sockets, in the units of wasi:sockets. */
#include "net_socket.h"

enum { KEEP_ALIVE, KEEP_ALIVE_IDLE, KEEP_ALIVE_INTERVAL, KEEP_ALIVE_COUNT, HOP_LIMIT, RECEIVE_BUFFER, SEND_BUFFER, OPTIONS };

/* The guest's number is the kernel's number times `unit`. Asked for the size of a buffer, the kernel gives
 * twice the number that it was given: `told` is 2 then, otherwise 1. */
typedef struct option {
    uint8_t level, name, told;
    bool is_of_tcp;
    uint32_t most; /* of the kernel's numbers */
    uint64_t unit;
} option;

static const uint64_t second = 1000000000u;

static option option_of(uint32_t number, const swasm_fd *entry)
{
    switch (number) {
    case KEEP_ALIVE: return (option){SWASM_SOL_SOCKET, SWASM_SO_KEEPALIVE, 1, true, 1, 1};
    case KEEP_ALIVE_IDLE: return (option){SWASM_SOL_TCP, SWASM_TCP_KEEPIDLE, 1, true, 32767, second};
    case KEEP_ALIVE_INTERVAL: return (option){SWASM_SOL_TCP, SWASM_TCP_KEEPINTVL, 1, true, 32767, second};
    case KEEP_ALIVE_COUNT: return (option){SWASM_SOL_TCP, SWASM_TCP_KEEPCNT, 1, true, 127, 1};
    case HOP_LIMIT:
        if (entry->flags & SWASM_FD_IPV6) return (option){SWASM_SOL_IPV6, SWASM_IPV6_UNICAST_HOPS, 1, false, 255, 1};
        return (option){SWASM_SOL_IP, SWASM_IP_TTL, 1, false, 255, 1};
    case RECEIVE_BUFFER: return (option){SWASM_SOL_SOCKET, SWASM_SO_RCVBUF, 2, false, INT32_MAX / 2, 1};
    default: return (option){SWASM_SOL_SOCKET, SWASM_SO_SNDBUF, 2, false, INT32_MAX / 2, 1};
    }
}

static uint32_t find_option(swasm_instance *instance, uint32_t fd, uint32_t number, swasm_fd **entry, option *found)
{
    uint32_t error = swasm_net_find(instance, fd, entry);
    if (error) return error;
    if (number >= OPTIONS) return SWASM_WASI_INVAL;
    *found = option_of(number, *entry);
    return found->is_of_tcp && swasm_is_datagram(*entry) ? SWASM_WASI_NOTSUP : SWASM_WASI_SUCCESS;
}

/* Stores an option (u64) at `value`: 0 keep-alive (0 or 1), 1 its idle time and 2 its interval (nanoseconds),
 * 3 its count, 4 hop limit, 5 bytes of the buffer for receiving and 6 for sending.
 * EBADF   fd is closed
 * EFAULT  value lies outside memory
 * EINVAL  there is no such option
 * ENOTSOCK  fd is no socket of swasm_net.def
 * ENOTSUP a datagram socket does not have it */
uint32_t swasm_net_get_option(swasm_instance *instance, uint32_t fd, uint32_t number, uint32_t value)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), value, 1, 8, &result)) return SWASM_WASI_FAULT;
    swasm_fd *entry;
    option o;
    uint32_t error = find_option(instance, fd, number, &entry, &o);
    if (error) return error;
    int32_t host = 0;
    uint32_t bytes = sizeof host;
    error = swasm_wasi_errno(swasm_syscall5(SWASM_SYS_GETSOCKOPT, entry->host, o.level, o.name, (long)&host, (long)&bytes));
    if (!error) swasm_guest_set_u64(result, (uint64_t)(uint32_t)host / o.told * o.unit);
    return error;
}

/* Sets an option, in the units of get_option. A value that is too large becomes the largest possible one, and
 * a time is rounded up to whole seconds.
 * EBADF   fd is closed
 * EINVAL  there is no such option; or the value is 0, and it is not keep-alive's
 * ENOTSOCK  fd is no socket of swasm_net.def
 * ENOTSUP a datagram socket does not have it */
uint32_t swasm_net_set_option(swasm_instance *instance, uint32_t fd, uint32_t number, uint64_t value)
{
    swasm_fd *entry;
    option o;
    uint32_t error = find_option(instance, fd, number, &entry, &o);
    if (error) return error;
    if (!value && number != KEEP_ALIVE) return SWASM_WASI_INVAL;
    uint64_t host = value / o.unit + (value % o.unit != 0);
    int32_t set = (int32_t)(host < o.most ? host : o.most);
    return swasm_wasi_errno(swasm_syscall5(SWASM_SYS_SETSOCKOPT, entry->host, o.level, o.name, (long)&set, sizeof set));
}
