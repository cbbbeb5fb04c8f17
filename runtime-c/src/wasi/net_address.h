/* Addresses of sockets in three forms: the runtime's, the kernel's, and the guest's (swasm_net.def). */
#ifndef SWASM_WASI_NET_ADDRESS_H
#define SWASM_WASI_NET_ADDRESS_H

#include "../../abi/policy_options.h"
#include "../sys/sys.h"

enum { SWASM_ADDRESS_BYTES = 28 }; /* in the guest's memory */

typedef struct swasm_endpoint {
    uint8_t host[16]; /* in network byte order; an IPv4 address is the first 4 bytes, the others are 0 */
    uint32_t flow, scope; /* IPv6 only */
    uint16_t port;
    bool is_ipv6;
} swasm_endpoint;

/* The kernel's sockaddr_in (16 bytes) or sockaddr_in6 (28), and how many of its bytes are used. */
typedef struct swasm_sockaddr {
    uint16_t family;
    uint8_t port[2];
    uint8_t rest[24]; /* IPv4: 4 bytes of address; IPv6: 4 of flow information, 16 of address, 4 of scope */
    uint32_t bytes;
} swasm_sockaddr;

swasm_sockaddr swasm_sockaddr_of(const swasm_endpoint *from);
/* False if the kernel's address is neither IPv4 nor IPv6. */
bool swasm_endpoint_of(const swasm_sockaddr *from, swasm_endpoint *to);

/* Reads an address of 28 bytes. False if its family is neither 4 nor 6. */
bool swasm_endpoint_load(const uint8_t *from, swasm_endpoint *to);
/* Stores an address of 28 bytes. NULL stores one with family 0. */
void swasm_endpoint_store(uint8_t *to, const swasm_endpoint *from);

bool swasm_same_host(const swasm_endpoint *a, const swasm_endpoint *b);
/* Whether the first `bits` bits of the address are those of `prefix`. */
bool swasm_is_in_range(const swasm_endpoint *address, const uint8_t *prefix, uint32_t bits);

typedef enum swasm_address_kind {
    SWASM_ADDRESS_UNICAST,
    SWASM_ADDRESS_LOOPBACK,    /* 127.0.0.0/8, ::1 */
    SWASM_ADDRESS_LINK_LOCAL,  /* 169.254.0.0/16, fe80::/10 */
    SWASM_ADDRESS_UNSPECIFIED, /* 0.0.0.0, :: */
    SWASM_ADDRESS_NO_HOST, /* multicast, broadcast, the rest of 0.0.0.0/8, IPv6 that contains IPv4 */
} swasm_address_kind;

swasm_address_kind swasm_kind_of_address(const swasm_endpoint *address);

#endif
