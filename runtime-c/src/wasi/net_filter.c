/* Rules for the kernel that allow as much of the network as the grants need: the filter's rules for the
 * system calls of sockets (filter_rules.h), and Landlock's rules for ports. */
#include "net_filter.h"

#include "../filter_rules.h"
#include "../runtime.h"
#include "net_rules.h"
#include "socket.h"

const char swasm_net_filter_is_linked = 1;

/* ---- Calls -------------------------------------------------------------------------------------- */

static uint32_t uses(void) { return swasm_net_uses(); }

bool swasm_net_needs_call(uint32_t number)
{
    const uint32_t binds = SWASM_NET_TCP_CONNECTS | SWASM_NET_TCP_LISTENS | SWASM_NET_UDP;
    switch (number) {
    case SWASM_SYS_SOCKET: return uses();
    case SWASM_SYS_BIND: case SWASM_SYS_SETSOCKOPT: case SWASM_SYS_GETSOCKNAME: case SWASM_SYS_GETPEERNAME: return uses() & binds;
    case SWASM_SYS_CONNECT: return uses() & (SWASM_NET_TCP_CONNECTS | SWASM_NET_UDP | SWASM_NET_ASKS_SERVERS);
    case SWASM_SYS_LISTEN: return uses() & SWASM_NET_TCP_LISTENS;
    case SWASM_SYS_ACCEPT4: return uses() & SWASM_NET_TCP_LISTENS || swasm_wasi_start_listeners;
    case SWASM_SYS_SENDTO: case SWASM_SYS_RECVFROM: return uses() & (SWASM_NET_UDP | SWASM_NET_ASKS_SERVERS);
    }
    return true;
}

/* ---- Arguments ---------------------------------------------------------------------------------- */

enum {
    FLAGS = SWASM_SOCK_NONBLOCK | SWASM_SOCK_CLOEXEC,
    QUIET = SWASM_MSG_DONTWAIT | SWASM_MSG_NOSIGNAL,
    TCP_USES = SWASM_NET_TCP_CONNECTS | SWASM_NET_TCP_LISTENS | SWASM_NET_ASKS_SERVERS,
};

#define A_SOCKET(family, type, uses) \
    {SWASM_SYS_SOCKET, 0, 0, uses, family}, {SWASM_SYS_SOCKET, 1, 0, uses, (type) | FLAGS}, \
    {SWASM_SYS_SOCKET, 2, SWASM_IS_LAST, uses, 0}
#define AN_OPTION(call, level, name) {call, 1, 0, 0, level}, {call, 2, SWASM_IS_LAST, 0, name}
#define OPTIONS_OF_BOTH(call) \
    AN_OPTION(call, SWASM_SOL_SOCKET, SWASM_SO_KEEPALIVE), AN_OPTION(call, SWASM_SOL_SOCKET, SWASM_SO_RCVBUF), \
    AN_OPTION(call, SWASM_SOL_SOCKET, SWASM_SO_SNDBUF), AN_OPTION(call, SWASM_SOL_TCP, SWASM_TCP_KEEPIDLE), \
    AN_OPTION(call, SWASM_SOL_TCP, SWASM_TCP_KEEPINTVL), AN_OPTION(call, SWASM_SOL_TCP, SWASM_TCP_KEEPCNT), \
    AN_OPTION(call, SWASM_SOL_IP, SWASM_IP_TTL), AN_OPTION(call, SWASM_SOL_IPV6, SWASM_IPV6_UNICAST_HOPS)

/* A socket is TCP or UDP, over IPv4 or IPv6, with the protocol number 0. So there are no raw sockets and no
 * MPTCP, for which Landlock's rules about ports do not hold. Sending never has the flag MSG_FASTOPEN, which
 * would connect. Without a grant of UDP, sending has no address: it uses the connected sockets to the name
 * servers. */
const swasm_condition swasm_net_conditions[] = {
    A_SOCKET(SWASM_AF_INET, SWASM_SOCK_STREAM, TCP_USES),
    A_SOCKET(SWASM_AF_INET6, SWASM_SOCK_STREAM, TCP_USES),
    A_SOCKET(SWASM_AF_INET, SWASM_SOCK_DGRAM, SWASM_NET_UDP),
    A_SOCKET(SWASM_AF_INET6, SWASM_SOCK_DGRAM, SWASM_NET_UDP),
    OPTIONS_OF_BOTH(SWASM_SYS_SETSOCKOPT),
    AN_OPTION(SWASM_SYS_SETSOCKOPT, SWASM_SOL_SOCKET, SWASM_SO_REUSEADDR),
    AN_OPTION(SWASM_SYS_SETSOCKOPT, SWASM_SOL_IPV6, SWASM_IPV6_V6ONLY),
    OPTIONS_OF_BOTH(SWASM_SYS_GETSOCKOPT),
    AN_OPTION(SWASM_SYS_GETSOCKOPT, SWASM_SOL_SOCKET, SWASM_SO_ERROR),
    AN_OPTION(SWASM_SYS_GETSOCKOPT, SWASM_SOL_SOCKET, SWASM_SO_TYPE),
    {SWASM_SYS_SENDTO, 3, SWASM_IS_LAST, SWASM_NET_UDP, QUIET},
    {SWASM_SYS_SENDTO, 3, 0, 0, QUIET},
    {SWASM_SYS_SENDTO, 4, 0, 0, 0},
    {SWASM_SYS_SENDTO, 4, SWASM_IS_HIGH | SWASM_IS_LAST, 0, 0},
};
const size_t swasm_net_condition_count = sizeof swasm_net_conditions / sizeof swasm_net_conditions[0];

/* ---- Ports -------------------------------------------------------------------------------------- */

/* A rule of Landlock is for one port. If more than MOST_PORTS are granted, the kernel allows all ports, and
 * only the runtime refuses those that were not granted. */
enum { LANDLOCK_RULE_NET_PORT = 2, BIND_TCP = 1, CONNECT_TCP = 2, MOST_PORTS = 4096 };

struct landlock_net_port {
    uint64_t allowed_access, port;
};

typedef struct ports {
    uint64_t access;
    uint16_t first, last;
} ports;

/* Finds entry `index` of the destinations, then the name servers, then port 0, then the listeners. Port 0
 * means a port that the kernel chooses: a program that connects may bind its socket to such a port. */
static bool granted_ports(size_t index, ports *found)
{
    size_t destinations = 0, servers = 0;
    *found = (ports){.access = CONNECT_TCP};
    while (swasm_net_tcp_destination(destinations, &found->first, &found->last)) if (destinations++ == index) return true;
    index -= destinations;
    while (swasm_dns_server_port && swasm_dns_server_port(servers, &found->first)) {
        found->last = found->first;
        if (servers++ == index) return true;
    }
    index -= servers;
    *found = (ports){.access = BIND_TCP};
    if (destinations && index-- == 0) return true;
    if (!swasm_net_tcp_listener(index, &found->first)) return false;
    found->last = found->first;
    return true;
}

uint64_t swasm_net_restricted_by_port(uint64_t handled)
{
    uint32_t connects = 0, binds = 0;
    ports granted;
    for (size_t i = 0; granted_ports(i, &granted); i++)
        *(granted.access == BIND_TCP ? &binds : &connects) += (uint32_t)(granted.last - granted.first) + 1;
    return handled & ~(uint64_t)((connects > MOST_PORTS ? CONNECT_TCP : 0) | (binds > MOST_PORTS ? BIND_TCP : 0));
}

bool swasm_net_allow_ports(long ruleset, uint64_t handled)
{
    bool all = true;
    ports granted;
    for (size_t i = 0; granted_ports(i, &granted); i++) {
        for (uint32_t port = granted.first; granted.access & handled && port <= granted.last; port++) {
            const struct landlock_net_port rule = {granted.access, port};
            all &= swasm_setup_syscall5(SWASM_SYS_LANDLOCK_ADD_RULE, ruleset, LANDLOCK_RULE_NET_PORT, (long)&rule, 0, 0) == 0;
        }
    }
    return all;
}
