/* See filter_rules.h. */
#include "filter_rules.h"

#include "held.h"
#include "runtime.h"
#include "sys/sys.h"
#include "wasi/socket.h"

enum { PROT_EXEC = 4, TCGETS = 0x5401, FIONREAD = 0x541b };

static uint32_t uses(void) { return swasm_net_uses ? swasm_net_uses() : 0; }

/* ---- Calls -------------------------------------------------------------------------------------- */

/* A program that imports sock_accept of preview 1 has listen.c. */
bool swasm_filter_needs(uint32_t number)
{
    const uint32_t network = uses(), connects = SWASM_NET_TCP_CONNECTS | SWASM_NET_UDP | SWASM_NET_ASKS_SERVERS;
    const uint32_t binds = SWASM_NET_TCP_CONNECTS | SWASM_NET_TCP_LISTENS | SWASM_NET_UDP;
    switch (number) {
    case SWASM_SYS_SOCKET: return network;
    case SWASM_SYS_BIND: return network & binds;
    case SWASM_SYS_CONNECT: return network & connects;
    case SWASM_SYS_LISTEN: return network & SWASM_NET_TCP_LISTENS;
    case SWASM_SYS_ACCEPT4: return network & SWASM_NET_TCP_LISTENS || swasm_wasi_start_listeners;
    case SWASM_SYS_SENDTO: case SWASM_SYS_RECVFROM: return network & (SWASM_NET_UDP | SWASM_NET_ASKS_SERVERS);
    case SWASM_SYS_SETSOCKOPT: case SWASM_SYS_GETSOCKNAME: case SWASM_SYS_GETPEERNAME: return network & binds;
    }
    return true;
}

uint32_t swasm_filter_role(uint32_t number)
{
    switch (number) {
    case SWASM_SYS_READ: case SWASM_SYS_READV: case SWASM_SYS_PREAD64: case SWASM_SYS_PREADV: case SWASM_SYS_GETDENTS64:
    case SWASM_SYS_RECVFROM: case SWASM_SYS_RECVMSG:
        return SWASM_HELD_READS;
    case SWASM_SYS_WRITEV: case SWASM_SYS_PWRITE64: case SWASM_SYS_PWRITEV: case SWASM_SYS_FTRUNCATE:
    case SWASM_SYS_FALLOCATE: case SWASM_SYS_SENDTO: case SWASM_SYS_SENDMSG:
        return SWASM_HELD_WRITES;
    case SWASM_SYS_WRITE: /* the runtime's own */
        return SWASM_HELD_MESSAGES;
    }
    return 0;
}

bool swasm_filter_opens(uint32_t number)
{
    return number == SWASM_SYS_OPENAT || number == SWASM_SYS_OPENAT2 || number == SWASM_SYS_ACCEPT4 || number == SWASM_SYS_SOCKET;
}

bool swasm_filter_maps_memory(uint32_t number) { return number == SWASM_SYS_MMAP || number == SWASM_SYS_MPROTECT; }

static uint32_t process;

void swasm_filter_find_process(void) { process = (uint32_t)swasm_setup_syscall5(SWASM_SYS_GETPID, 0, 0, 0, 0, 0); }

/* ---- Arguments ---------------------------------------------------------------------------------- */

typedef struct list {
    swasm_form *forms;
    uint32_t count;
} list;

static void add(list *to, uint8_t argument, uint32_t value)
{
    to->forms[to->count++] = (swasm_form){1, {{.argument = argument, .value = value}}};
}

static void add_pair(list *to, uint8_t argument, uint32_t value, uint8_t other, uint32_t other_value)
{
    to->forms[to->count++] = (swasm_form){2, {{.argument = argument, .value = value}, {.argument = other, .value = other_value}}};
}

/* No flag of a mapping or a protection makes memory executable, and no file is mapped. */
static void add_memory(list *to, bool maps)
{
    swasm_form form = {1, {{.argument = 2, .is_clear = true, .value = PROT_EXEC}}};
    if (maps) form.conditions[form.count++] = (swasm_condition){.argument = 4, .value = UINT32_MAX};
    to->forms[to->count++] = form;
}

/* TCP and UDP over IPv4 and IPv6 by the protocols' default numbers: no other protocol, nothing raw. The kernel's rules
 * about ports know only this TCP. */
static void add_sockets(list *to)
{
    const uint32_t network = uses(), flags = SWASM_SOCK_NONBLOCK | SWASM_SOCK_CLOEXEC;
    for (uint32_t ipv6 = 0; ipv6 < 2; ipv6++) {
        const uint32_t family = ipv6 ? SWASM_AF_INET6 : SWASM_AF_INET;
        for (uint32_t type = SWASM_SOCK_STREAM; type <= SWASM_SOCK_DGRAM; type++) {
            if (type == SWASM_SOCK_DGRAM ? !(network & SWASM_NET_UDP) : !(network & ~(uint32_t)SWASM_NET_UDP)) continue;
            to->forms[to->count++] = (swasm_form){
                3, {{.argument = 0, .value = family}, {.argument = 1, .value = type | flags}, {.argument = 2, .value = 0}}};
        }
    }
}

static void add_options(list *to, bool sets)
{
    static const uint8_t pairs[][2] = {
        {SWASM_SOL_SOCKET, SWASM_SO_KEEPALIVE}, {SWASM_SOL_SOCKET, SWASM_SO_RCVBUF}, {SWASM_SOL_SOCKET, SWASM_SO_SNDBUF},
        {SWASM_SOL_TCP, SWASM_TCP_KEEPIDLE}, {SWASM_SOL_TCP, SWASM_TCP_KEEPINTVL}, {SWASM_SOL_TCP, SWASM_TCP_KEEPCNT},
        {SWASM_SOL_IP, SWASM_IP_TTL}, {SWASM_SOL_IPV6, SWASM_IPV6_UNICAST_HOPS},
    };
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) add_pair(to, 1, pairs[i][0], 2, pairs[i][1]);
    add_pair(to, 1, SWASM_SOL_SOCKET, 2, sets ? SWASM_SO_REUSEADDR : SWASM_SO_ERROR);
    if (sets) add_pair(to, 1, SWASM_SOL_IPV6, 2, SWASM_IPV6_V6ONLY);
    else add_pair(to, 1, SWASM_SOL_SOCKET, 2, SWASM_SO_TYPE);
}

/* Sending never connects (MSG_FASTOPEN). Without a grant of UDP it has no address: the sockets to the servers of
 * names are connected. */
static void add_sending(list *to)
{
    const swasm_condition flags = {.argument = 3, .value = SWASM_MSG_DONTWAIT | SWASM_MSG_NOSIGNAL};
    swasm_form form = {1, {flags}};
    if (!(uses() & SWASM_NET_UDP))
        form = (swasm_form){3, {flags, {.argument = 4, .value = 0}, {.argument = 4, .is_high = true, .value = 0}}};
    to->forms[to->count++] = form;
}

/* So signals go to this process alone, a terminal gets no input from here, no descriptor gets an owner, and memory is
 * not given back. The kernel reads only the low 32 bits of these arguments, except where a form has both. */
uint32_t swasm_filter_forms(uint32_t number, swasm_form forms[SWASM_MOST_FORMS])
{
    list to = {forms, 0};
    switch (number) {
    case SWASM_SYS_TGKILL: add(&to, 0, process); break;
    case SWASM_SYS_MADVISE: add(&to, 2, SWASM_MADV_HUGEPAGE); break;
    case SWASM_SYS_IOCTL: add(&to, 1, TCGETS), add(&to, 1, FIONREAD); break;
    case SWASM_SYS_FCNTL:
        add(&to, 1, SWASM_F_GETFL), add(&to, 1, SWASM_F_SETFL), add(&to, 1, SWASM_F_DUPFD_CLOEXEC);
        break;
    case SWASM_SYS_MMAP: case SWASM_SYS_MPROTECT: add_memory(&to, number == SWASM_SYS_MMAP); break;
    case SWASM_SYS_SOCKET: add_sockets(&to); break;
    case SWASM_SYS_SETSOCKOPT: case SWASM_SYS_GETSOCKOPT: add_options(&to, number == SWASM_SYS_SETSOCKOPT); break;
    case SWASM_SYS_SENDTO: add_sending(&to); break;
    case SWASM_SYS_SENDMSG: add(&to, 2, SWASM_MSG_NOSIGNAL); break;
    }
    return to.count;
}
