/* Reads the grants of the network at the start, and tells which kinds of calls they need. */
#include "context.h"
#include "net_rules.h"

const char swasm_network_is_linked = 1;
/* This reference makes the linker take the archive member with the rules for the kernel. */
extern const char swasm_net_filter_is_linked;
__attribute__((used)) static const char *const needs_rules = &swasm_net_filter_is_linked;

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
