/* Reads the grants of the network at the start, and tells harden.c what the kernel should allow. */
#include "context.h"
#include "net_rules.h"

const char swasm_network_is_linked = 1;

bool swasm_wasi_start_network(const swasm_grants *grants)
{
    if (!swasm_net_rules_read(grants)) return false;
    return !swasm_dns_start || !swasm_net_resolves() || swasm_dns_start();
}

uint32_t swasm_net_uses(void)
{
    return (swasm_net_reaches(false) ? SWASM_NET_TCP_CONNECTS : 0) | (swasm_net_listens(false) ? SWASM_NET_TCP_LISTENS : 0) |
           (swasm_net_reaches(true) || swasm_net_listens(true) ? SWASM_NET_UDP : 0) |
           (swasm_dns_start && swasm_net_resolves() ? SWASM_NET_ASKS_SERVERS : 0);
}

/* First the destinations, then the servers of names, then the listeners. A program that connects may also bind
 * its socket to a port that the kernel chooses. */
bool swasm_net_granted_ports(size_t index, bool *binds, uint16_t *first, uint16_t *last)
{
    size_t destinations = 0, servers = 0;
    *binds = false;
    while (swasm_net_tcp_destination(destinations, first, last)) if (destinations++ == index) return true;
    index -= destinations;
    while (swasm_dns_server_port && swasm_dns_server_port(servers, first)) {
        *last = *first;
        if (servers++ == index) return true;
    }
    index -= servers;
    *binds = true;
    if (destinations && index-- == 0) {
        *first = *last = 0;
        return true;
    }
    if (!swasm_net_tcp_listener(index, first)) return false;
    *last = *first;
    return true;
}
