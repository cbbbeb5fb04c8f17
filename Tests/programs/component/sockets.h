/* Bindings of wasi:sockets 0.2.9, as far as the components in this directory use it. An address is passed as
 * 12 numbers: its case, the port, and 4 bytes; or the port, the flow information, 8 groups, and the scope. */
#ifndef SOCKETS_H
#define SOCKETS_H

#include "wasi2.h"

enum { IPV4 = 0, IPV6 = 1 };
enum { ACCESS_DENIED = 1, WOULD_BLOCK = 8, NAME_UNRESOLVABLE = 18 };
static const char *const error_names[] = {
    "unknown", "access-denied", "not-supported", "invalid-argument", "out-of-memory", "timeout", "concurrency-conflict",
    "not-in-progress", "would-block", "invalid-state", "new-socket-limit", "address-not-bindable", "address-in-use",
    "remote-unreachable", "connection-refused", "connection-reset", "connection-aborted", "datagram-too-large",
    "name-unresolvable", "temporary-resolver-failure", "permanent-resolver-failure"};

/* variant ip-socket-address */
typedef struct address {
    uint8_t tag;
    union {
        struct {
            uint16_t port;
            uint8_t host[4];
        } ipv4;
        struct {
            uint16_t port;
            uint32_t flow;
            uint16_t host[8];
            uint32_t scope;
        } ipv6;
    };
} address;

typedef struct unit_result {
    uint8_t is_error, error;
} unit_result;

/* result<own<T>, error-code>, result<tuple<own<T>, …>, error-code> */
typedef struct handles_result {
    uint8_t is_error;
    union {
        int32_t handles[3];
        uint8_t error;
    };
} handles_result;

typedef struct number_result {
    uint8_t is_error;
    union {
        uint64_t number;
        uint8_t error;
    };
} number_result;

typedef struct address_result {
    uint8_t is_error;
    union {
        address ok;
        uint8_t error;
    };
} address_result;

#define FLAT_ADDRESS \
    int32_t tag, int32_t p0, int32_t p1, int32_t p2, int32_t p3, int32_t p4, int32_t p5, int32_t p6, int32_t p7, \
        int32_t p8, int32_t p9, int32_t p10
#define FLAT(a) \
    (a).tag, (a).tag ? (a).ipv6.port : (a).ipv4.port, (a).tag ? (int32_t)(a).ipv6.flow : (a).ipv4.host[0], \
        (a).tag ? (a).ipv6.host[0] : (a).ipv4.host[1], (a).tag ? (a).ipv6.host[1] : (a).ipv4.host[2], \
        (a).tag ? (a).ipv6.host[2] : (a).ipv4.host[3], (a).tag ? (a).ipv6.host[3] : 0, \
        (a).tag ? (a).ipv6.host[4] : 0, (a).tag ? (a).ipv6.host[5] : 0, (a).tag ? (a).ipv6.host[6] : 0, \
        (a).tag ? (a).ipv6.host[7] : 0, (a).tag ? (int32_t)(a).ipv6.scope : 0

#define TCP(name) IMPORT("wasi:sockets/tcp", "[method]tcp-socket." name)
#define UDP(name) IMPORT("wasi:sockets/udp", "[method]udp-socket." name)
IMPORT("wasi:sockets/instance-network", "instance-network") int32_t instance_network(void);
IMPORT("wasi:sockets/tcp-create-socket", "create-tcp-socket") void create_tcp(int32_t family, handles_result *result);
TCP("start-bind") void tcp_start_bind(int32_t self, int32_t network, FLAT_ADDRESS, unit_result *result);
TCP("finish-bind") void tcp_finish_bind(int32_t self, unit_result *result);
TCP("start-connect") void tcp_start_connect(int32_t self, int32_t network, FLAT_ADDRESS, unit_result *result);
TCP("finish-connect") void tcp_finish_connect(int32_t self, handles_result *result);
TCP("start-listen") void tcp_start_listen(int32_t self, unit_result *result);
TCP("finish-listen") void tcp_finish_listen(int32_t self, unit_result *result);
TCP("accept") void tcp_accept(int32_t self, handles_result *result);
TCP("local-address") void tcp_local_address(int32_t self, address_result *result);
TCP("remote-address") void tcp_remote_address(int32_t self, address_result *result);
TCP("is-listening") int32_t tcp_is_listening(int32_t self);
TCP("set-keep-alive-idle-time") void tcp_set_idle(int32_t self, uint64_t value, unit_result *result);
TCP("keep-alive-idle-time") void tcp_idle(int32_t self, number_result *result);
TCP("shutdown") void tcp_shutdown(int32_t self, int32_t type, unit_result *result);
TCP("subscribe") int32_t tcp_subscribe(int32_t self);
IMPORT("wasi:sockets/tcp", "[resource-drop]tcp-socket") void drop_tcp(int32_t socket);

IMPORT("wasi:sockets/udp-create-socket", "create-udp-socket") void create_udp(int32_t family, handles_result *result);
UDP("start-bind") void udp_start_bind(int32_t self, int32_t network, FLAT_ADDRESS, unit_result *result);
UDP("finish-bind") void udp_finish_bind(int32_t self, unit_result *result);
UDP("stream") void udp_stream(int32_t self, int32_t is_some, FLAT_ADDRESS, handles_result *result);
UDP("local-address") void udp_local_address(int32_t self, address_result *result);
IMPORT("wasi:sockets/udp", "[resource-drop]udp-socket") void drop_udp(int32_t socket);
IMPORT("wasi:sockets/udp", "[resource-drop]incoming-datagram-stream") void drop_incoming(int32_t stream);
IMPORT("wasi:sockets/udp", "[resource-drop]outgoing-datagram-stream") void drop_outgoing(int32_t stream);

/* record incoming-datagram */
typedef struct incoming {
    list data;
    address from;
} incoming;
/* record outgoing-datagram */
typedef struct outgoing {
    list data;
    uint8_t is_addressed;
    address to;
} outgoing;
typedef struct list_result {
    uint8_t is_error;
    union {
        list ok;
        uint8_t error;
    };
} list_result;
IMPORT("wasi:sockets/udp", "[method]incoming-datagram-stream.receive")
void receive(int32_t self, uint64_t most, list_result *result);
IMPORT("wasi:sockets/udp", "[method]incoming-datagram-stream.subscribe") int32_t incoming_subscribe(int32_t self);
IMPORT("wasi:sockets/udp", "[method]outgoing-datagram-stream.check-send")
void check_send(int32_t self, number_result *result);
IMPORT("wasi:sockets/udp", "[method]outgoing-datagram-stream.send")
void send(int32_t self, const outgoing *list, uint32_t count, number_result *result);

/* result<option<ip-address>, error-code> */
typedef struct next_result {
    uint8_t is_error;
    union {
        struct {
            uint8_t is_some;
            struct {
                uint8_t tag;
                union {
                    uint8_t ipv4[4];
                    uint16_t ipv6[8];
                };
            } address;
        };
        uint8_t error;
    };
} next_result;
#define LOOKUP "wasi:sockets/ip-name-lookup"
IMPORT(LOOKUP, "resolve-addresses")
void resolve_addresses(int32_t network, const char *name, uint32_t bytes, handles_result *result);
IMPORT(LOOKUP, "[method]resolve-address-stream.resolve-next-address")
void resolve_next(int32_t self, next_result *result);
IMPORT(LOOKUP, "[method]resolve-address-stream.subscribe") int32_t resolve_subscribe(int32_t self);
IMPORT(LOOKUP, "[resource-drop]resolve-address-stream") void drop_lookup(int32_t self);

/* ---- For the programs ---- */

/* Prints `what: error` to the standard error. Returns 1, for the program's end. */
static inline int32_t fail(const char *what, uint8_t error)
{
    int32_t stream = get_stderr();
    print(stream, what);
    print(stream, ": ");
    print(stream, error_names[error]);
    print(stream, "\n");
    return 1;
}

static inline void wait_and_drop(int32_t pollable)
{
    pollable_block(pollable);
    drop_pollable(pollable);
}

/* The number in a text of digits. */
static inline uint32_t number_in(text digits)
{
    uint32_t number = 0;
    for (uint32_t i = 0; i < digits.bytes; i++) number = number * 10 + (uint32_t)(digits.at[i] - '0');
    return number;
}

/* Reads "4" and "6" as loopback's address of IPv4 and IPv6, and other texts as four numbers and dots. */
static inline address address_in(text host, text port)
{
    address at = {.tag = IPV4};
    if (host.bytes == 1 && host.at[0] == '6') {
        at.tag = IPV6;
        at.ipv6.port = (uint16_t)number_in(port);
        at.ipv6.host[7] = 1;
        return at;
    }
    at.ipv4.port = (uint16_t)number_in(port);
    if (host.bytes == 1) {
        at.ipv4.host[0] = 127, at.ipv4.host[3] = 1;
        return at;
    }
    uint32_t part = 0;
    for (uint32_t i = 0; i < host.bytes; i++) {
        if (host.at[i] == '.') part++;
        else at.ipv4.host[part] = (uint8_t)(at.ipv4.host[part] * 10 + host.at[i] - '0');
    }
    return at;
}

static inline uint16_t port_in(const address *at) { return at->tag ? at->ipv6.port : at->ipv4.port; }

#endif
