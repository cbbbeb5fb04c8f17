/* Sockets: the runtime's calls for them (abi/swasm_net.def), and what network.c, tcp.c, udp.c and
 * name_lookup.c share. Spec: wasi-sockets. */
#ifndef PREVIEW2_NET_H
#define PREVIEW2_NET_H

#include "preview2.h"

/* ---- The runtime's calls ---- */

#define NET_CALL(name, parameters) \
    __attribute__((import_module("swasm_net"), import_name(#name))) p1_errno net_##name parameters

enum { NET_IPV4 = 4, NET_IPV6 = 6, NET_STREAM = 0, NET_DATAGRAM = 1 };

typedef struct net_address {
    uint16_t family; /* NET_IPV4, NET_IPV6, or 0 for none */
    uint16_t port;
    uint32_t flow, scope;
    uint8_t host[16];
} net_address;
_Static_assert(sizeof(net_address) == 28, "layout of an address");

enum {
    NET_KEEP_ALIVE, NET_KEEP_ALIVE_IDLE, NET_KEEP_ALIVE_INTERVAL, NET_KEEP_ALIVE_COUNT, NET_HOP_LIMIT,
    NET_RECEIVE_BUFFER, NET_SEND_BUFFER,
};

NET_CALL(open, (uint32_t family, uint32_t type, uint32_t *fd));
NET_CALL(bind, (uint32_t fd, const net_address *address));
NET_CALL(listen, (uint32_t fd, uint32_t backlog));
NET_CALL(accept, (uint32_t fd, uint32_t *accepted));
NET_CALL(connect, (uint32_t fd, const net_address *address));
NET_CALL(finish_connect, (uint32_t fd));
NET_CALL(disconnect, (uint32_t fd));
NET_CALL(shutdown, (uint32_t fd, uint32_t how));
NET_CALL(local_address, (uint32_t fd, net_address *address));
NET_CALL(peer_address, (uint32_t fd, net_address *address));
NET_CALL(get_option, (uint32_t fd, uint32_t option, uint64_t *value));
NET_CALL(set_option, (uint32_t fd, uint32_t option, uint64_t value));
NET_CALL(send_to, (uint32_t fd, const void *data, uint32_t bytes, const net_address *address, uint32_t *sent));
NET_CALL(receive_from, (uint32_t fd, void *data, uint32_t bytes, uint32_t *received, net_address *address));
NET_CALL(resolve, (const uint8_t *name, uint32_t bytes, uint32_t *lookup));
NET_CALL(resolve_next, (uint32_t lookup, net_address *address));

/* ---- Errors ---- */

/* enum error-code */
typedef enum net_error {
    NET_UNKNOWN, NET_ACCESS_DENIED, NET_NOT_SUPPORTED, NET_INVALID_ARGUMENT, NET_OUT_OF_MEMORY, NET_TIMEOUT,
    NET_CONCURRENCY_CONFLICT, NET_NOT_IN_PROGRESS, NET_WOULD_BLOCK, NET_INVALID_STATE, NET_NEW_SOCKET_LIMIT,
    NET_ADDRESS_NOT_BINDABLE, NET_ADDRESS_IN_USE, NET_REMOTE_UNREACHABLE, NET_CONNECTION_REFUSED,
    NET_CONNECTION_RESET, NET_CONNECTION_ABORTED, NET_DATAGRAM_TOO_LARGE, NET_NAME_UNRESOLVABLE,
    NET_TEMPORARY_RESOLVER_FAILURE, NET_PERMANENT_RESOLVER_FAILURE,
    NET_FINE = -1, /* no error */
} net_error;

/* The error for an errno of the runtime; NET_FINE for 0. */
net_error net_error_of(p1_errno error);
/* The same after an attempt to make a socket. There, a family that the host lacks is NET_NOT_SUPPORTED. */
net_error net_create_error(p1_errno error);

/* ---- Values ---- */

typedef struct net_ipv4_address {
    uint16_t port;
    uint8_t host[4];
} net_ipv4_address;

typedef struct net_ipv6_address {
    uint16_t port;
    uint32_t flow;
    uint16_t host[8]; /* groups as numbers */
    uint32_t scope;
} net_ipv6_address;

/* variant ip-socket-address */
typedef struct net_socket_address {
    uint8_t tag; /* 0 ipv4, 1 ipv6 */
    union {
        net_ipv4_address ipv4;
        net_ipv6_address ipv6;
    };
} net_socket_address;
_Static_assert(sizeof(net_socket_address) == 32, "layout of ip-socket-address");

/* ip-socket-address as parameters: the numbers after the tag are the port and 4 bytes, or the port, the flow
 * information, 8 groups and the scope. */
#define NET_FLAT_ADDRESS \
    uint32_t tag, uint32_t p0, uint32_t p1, uint32_t p2, uint32_t p3, uint32_t p4, uint32_t p5, uint32_t p6, \
        uint32_t p7, uint32_t p8, uint32_t p9, uint32_t p10
#define NET_FLAT_NUMBERS ((const uint32_t[]){p0, p1, p2, p3, p4, p5, p6, p7, p8, p9, p10})

net_address net_address_of_flat(uint32_t tag, const uint32_t numbers[11]);
net_address net_address_of(const net_socket_address *from);
net_socket_address net_socket_address_of(const net_address *from);
bool net_same_address(const net_address *a, const net_address *b);
/* The groups of an IPv6 address. */
void net_groups(const uint8_t host[16], uint16_t groups[8]);

/* result<_, error-code> */
typedef struct net_unit_result {
    uint8_t tag, error;
} net_unit_result;

/* result<u64, error-code> */
typedef struct net_number_result {
    uint8_t tag;
    union {
        uint64_t ok;
        uint8_t error;
    };
} net_number_result;

/* result<ip-socket-address, error-code> */
typedef struct net_address_result {
    uint8_t tag;
    union {
        net_socket_address ok;
        uint8_t error;
    };
} net_address_result;

/* result<bool, error-code>, result<u8, error-code> */
typedef struct net_byte_result {
    uint8_t tag, value;
} net_byte_result;

net_unit_result *net_unit(net_error error);
net_number_result *net_number(net_error error, uint64_t number);
net_byte_result *net_byte(net_error error, uint8_t byte);
net_address_result *net_address_value(net_error error, const net_address *address);

/* ---- Options of both kinds of sockets ---- */

net_number_result *net_get_number(uint32_t fd, uint32_t option);
net_byte_result *net_get_byte(uint32_t fd, uint32_t option);
net_unit_result *net_set(uint32_t fd, uint32_t option, uint64_t value);

#endif
