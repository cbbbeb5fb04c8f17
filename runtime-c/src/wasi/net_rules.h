/* What the grants let a program do in the network. The answers come from lists that were read at the start.
 * Only the addresses of granted names are learned later, when the program looks the names up.
 */
#ifndef SWASM_WASI_NET_RULES_H
#define SWASM_WASI_NET_RULES_H

#include "../policy.h"
#include "net_address.h"

/* Reads the grants of the network, and forgets those of an earlier start. False: a message was printed. */
bool swasm_net_rules_read(const swasm_grants *grants);

/* Whether the grants let the program connect (TCP) or send (UDP) to this address. swasm_net_check_peer also
 * refuses addresses of the kinds UNSPECIFIED and NO_HOST, whatever is granted. */
bool swasm_net_may_reach(bool is_udp, const swasm_endpoint *to);
/* Whether the program may reach any address over this protocol. */
bool swasm_net_reaches(bool is_udp);

/* Whether the program may listen there, or get datagrams there from everybody. */
bool swasm_net_may_listen(bool is_udp, const swasm_endpoint *at);
bool swasm_net_listens(bool is_udp);

/* Whether the program may look up this name. swasm_policy_is_host_name has accepted it. */
bool swasm_net_may_resolve(const char *name, size_t length);
bool swasm_net_resolves(void);

/* The name has this address. If a destination names it, the program may reach it from now on. */
void swasm_net_learn(const char *name, size_t length, const swasm_endpoint *address);

/* Whether two names are the same, or `pattern` is "*" or "*.NAME" and the name is below NAME. */
bool swasm_name_matches(const char *pattern, size_t pattern_length, const char *name, size_t length);

/* Whether the name is localhost or below it. Such names have the addresses of loopback, and no server is
 * asked. */
bool swasm_is_localhost(const char *name, size_t length);

/* Range number `index` of TCP ports that the program may connect to. False if there are no more. */
bool swasm_net_tcp_destination(size_t index, uint16_t *first_port, uint16_t *last_port);
/* TCP port number `index` at which the program may listen. False if there are no more. */
bool swasm_net_tcp_listener(size_t index, uint16_t *port);

#endif
