/* Lookups of names: questions to the servers of /etc/resolv.conf over UDP, and over TCP where an answer needs
 * it.
 *
 * The sockets to the servers are made and connected at the start. So the filter of system calls can forbid to
 * send datagrams to anybody else. A lookup never blocks: it goes on when swasm_lookup_next or
 * swasm_lookup_wait is called.
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

/* Takes the next address of a lookup. If there are no more, sets *is_last and stores no address.
 * EAGAIN     the answer is not there yet
 * EIO        the servers refuse to answer
 * ENOENT     there is no such name, or it has no address
 * ETIMEDOUT  no server can answer now */
uint32_t swasm_lookup_next(swasm_lookup *lookup, swasm_endpoint *address, bool *is_last);

/* If the lookup is finished, returns false. Otherwise stores what the host must wait for in *wait, and in
 * *left after how many nanoseconds to call again at the latest. */
bool swasm_lookup_wait(const swasm_lookup *lookup, swasm_pollfd *wait, uint64_t *left);

/* Starts with this configuration instead of that of /etc/resolv.conf. Prints a message if no server can be
 * reached. Returns true. */
bool swasm_dns_start_with(const swasm_dns_config *config);

#endif
