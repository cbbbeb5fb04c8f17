/* Lookups of names: questions to the servers of /etc/resolv.conf, first over UDP.
 *
 * The sockets to the servers are made and connected at the start. So the filter of system calls can forbid to
 * send datagrams to anybody else. A lookup never blocks: it goes on when somebody asks how far it is.
 */
#ifndef SWASM_WASI_DNS_LOOKUP_H
#define SWASM_WASI_DNS_LOOKUP_H

#include "dns_config.h"
#include "fdtable.h"

typedef struct swasm_lookup swasm_lookup;

/* Begins to look up a host name (swasm_policy_is_host_name). The answer may be there at once. NULL: out of
 * memory. */
swasm_lookup *swasm_lookup_begin(const char *name, size_t length);
/* A lookup that has one address. NULL: out of memory. */
swasm_lookup *swasm_lookup_of_address(const swasm_endpoint *address);
void swasm_lookup_end(swasm_lookup *lookup);

/* Takes the next address of a lookup; *is_last instead of an address if there are no more.
 * EAGAIN     the answer is not there yet
 * EIO        the servers refuse to answer
 * ENOENT     there is no such name, or it has no address
 * ETIMEDOUT  no server can answer now */
uint32_t swasm_lookup_next(swasm_lookup *lookup, swasm_endpoint *address, bool *is_last);

/* If the lookup is finished, returns false. Otherwise finds the descriptor of the host to wait for, and the
 * nanoseconds after which to ask again. */
bool swasm_lookup_wait(const swasm_lookup *lookup, swasm_pollfd *wait, uint64_t *left);

/* Starts with another configuration than that of /etc/resolv.conf. False: a message was printed. */
bool swasm_dns_start_with(const swasm_dns_config *config);

#endif
