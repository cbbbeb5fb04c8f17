/* Helpers of the tests of the network: contexts with grants of it, addresses in guest memory, sockets of the
 * host. Traffic goes to this machine only. */
#ifndef SWASM_TESTS_WASI_NET_HARNESS_H
#define SWASM_TESTS_WASI_NET_HARNESS_H

#include "../../src/wasi/net_rules.h"
#include "observe.h"

enum { TCP = 0, UDP = 1, BAD_FD = 99 };

/* Starts WASI anew with these grants of the network, each separated by a blank. NULL: none. */
void grant_network(sandbox *box, const char *connects, const char *listens, const char *resolves);

/* Closes the sockets to name servers. */
void end_network(void);

/* The 28 bytes of an address at which `text` (a number) and `port` are. */
uint32_t address(sandbox *box, const char *text, uint16_t port);
swasm_endpoint endpoint(const char *text, uint16_t port);
/* Whether the 28 bytes at `at` are this address; port 0 stands for any. */
bool address_is(const sandbox *box, uint32_t at, const char *text, uint16_t port);
uint16_t port_at(const sandbox *box, uint32_t at);

/* Makes a socket of the guest; family 4 or 6. */
uint32_t open_socket(sandbox *box, uint32_t family, uint32_t type);
/* The port at which the guest's socket is. */
uint16_t port_of(sandbox *box, uint32_t fd);
/* Waits until the descriptor is ready: type 1 for reading, 2 for writing. */
void wait_for(sandbox *box, uint32_t fd, uint8_t type);

/* A socket of the host at 127.0.0.1 or, with `family` 6, ::1, which listens if it is one of TCP. */
int host_peer(int family, int type, uint16_t *port);

#endif
