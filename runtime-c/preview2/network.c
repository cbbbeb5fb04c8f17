/* wasi:sockets/network and instance-network, and what all sockets share. There is one network: what the
 * program was granted. */
#include "net.h"

enum {
    ACCES = 2, ADDRINUSE = 3, ADDRNOTAVAIL = 4, AFNOSUPPORT = 5, ALREADY = 7, CONNABORTED = 13, CONNREFUSED = 14,
    CONNRESET = 15, DESTADDRREQ = 17, HOSTUNREACH = 23, INPROGRESS = 26, ISCONN = 30, MFILE = 33, MSGSIZE = 35,
    NETDOWN = 38, NETRESET = 39, NETUNREACH = 40, NFILE = 41, NOBUFS = 42, NOMEM = 48, NOTCONN = 53, NOTSUP = 58,
    PERM = 63, PIPE = 64, TIMEDOUT = 73,
};

/* ---- Errors ---- */

net_error net_error_of(p1_errno error)
{
    switch (error) {
    case 0: return NET_FINE;
    case ACCES: case PERM: return NET_ACCESS_DENIED;
    case ADDRINUSE: return NET_ADDRESS_IN_USE;
    case ADDRNOTAVAIL: return NET_ADDRESS_NOT_BINDABLE;
    case P1_AGAIN: return NET_WOULD_BLOCK;
    case ALREADY: case INPROGRESS: return NET_CONCURRENCY_CONFLICT;
    case CONNABORTED: return NET_CONNECTION_ABORTED;
    case CONNREFUSED: return NET_CONNECTION_REFUSED;
    case CONNRESET: case PIPE: return NET_CONNECTION_RESET;
    case AFNOSUPPORT: case DESTADDRREQ: case P1_INVAL: return NET_INVALID_ARGUMENT;
    case HOSTUNREACH: case NETDOWN: case NETRESET: case NETUNREACH: return NET_REMOTE_UNREACHABLE;
    case ISCONN: case NOTCONN: return NET_INVALID_STATE;
    case MFILE: case NFILE: return NET_NEW_SOCKET_LIMIT;
    case MSGSIZE: return NET_DATAGRAM_TOO_LARGE;
    case NOBUFS: case NOMEM: return NET_OUT_OF_MEMORY;
    case NOTSUP: return NET_NOT_SUPPORTED;
    case TIMEDOUT: return NET_TIMEOUT;
    default: return NET_UNKNOWN;
    }
}

net_error net_create_error(p1_errno error)
{
    return error == AFNOSUPPORT ? NET_NOT_SUPPORTED : net_error_of(error);
}

/* option<error-code> */
typedef struct option_error {
    uint8_t is_some, error;
} option_error;

/* Has a code only for errnos that no file can cause. Others may come from a stream of a file. */
P2_EXPORT("wasi:sockets/network", "network-error-code") option_error *p2_network_error(const p2_error *error)
{
    option_error *result = p2_allocate(sizeof *result);
    *result = (option_error){.is_some = P2_NONE};
    switch (error->code) {
    case CONNABORTED: case CONNREFUSED: case CONNRESET: case HOSTUNREACH: case NETDOWN: case NETRESET:
    case NETUNREACH: case TIMEDOUT:
        *result = (option_error){P2_SOME, (uint8_t)net_error_of(error->code)};
    }
    return result;
}

/* ---- The network ---- */

static const uint8_t network;

P2_EXPORT("wasi:sockets/instance-network", "instance-network") const void *p2_instance_network(void)
{
    return &network;
}

/* ---- Addresses ---- */

static void set_groups(const uint32_t *groups, uint8_t host[16])
{
    for (uint32_t i = 0; i < 8; i++) {
        host[2 * i] = (uint8_t)(groups[i] >> 8);
        host[2 * i + 1] = (uint8_t)groups[i];
    }
}

net_address net_address_of_flat(uint32_t tag, const uint32_t numbers[11])
{
    net_address to = {.family = tag ? NET_IPV6 : NET_IPV4, .port = (uint16_t)numbers[0]};
    if (tag) {
        to.flow = numbers[1];
        set_groups(numbers + 2, to.host);
        to.scope = numbers[10];
    } else {
        for (uint32_t i = 0; i < 4; i++) to.host[i] = (uint8_t)numbers[1 + i];
    }
    return to;
}

net_address net_address_of(const net_socket_address *from)
{
    uint32_t groups[8];
    net_address to = {.family = from->tag ? NET_IPV6 : NET_IPV4};
    if (!from->tag) {
        to.port = from->ipv4.port;
        __builtin_memcpy(to.host, from->ipv4.host, 4);
        return to;
    }
    to.port = from->ipv6.port, to.flow = from->ipv6.flow, to.scope = from->ipv6.scope;
    for (uint32_t i = 0; i < 8; i++) groups[i] = from->ipv6.host[i];
    set_groups(groups, to.host);
    return to;
}

void net_groups(const uint8_t host[16], uint16_t groups[8])
{
    for (uint32_t i = 0; i < 8; i++) groups[i] = (uint16_t)(host[2 * i] << 8 | host[2 * i + 1]);
}

net_socket_address net_socket_address_of(const net_address *from)
{
    net_socket_address to = {.tag = from->family == NET_IPV6};
    if (to.tag) {
        to.ipv6 = (net_ipv6_address){.port = from->port, .flow = from->flow, .scope = from->scope};
        net_groups(from->host, to.ipv6.host);
    } else {
        to.ipv4.port = from->port;
        __builtin_memcpy(to.ipv4.host, from->host, 4);
    }
    return to;
}

bool net_same_address(const net_address *a, const net_address *b)
{
    for (uint32_t i = 0; i < 16; i++)
        if (a->host[i] != b->host[i]) return false;
    return a->family == b->family && a->port == b->port && a->scope == b->scope;
}

/* ---- Results ---- */

net_unit_result *net_unit(net_error error)
{
    net_unit_result *result = p2_allocate(sizeof *result);
    *result = (net_unit_result){error == NET_FINE ? P2_OK : P2_ERROR, (uint8_t)error};
    return result;
}

net_number_result *net_number(net_error error, uint64_t number)
{
    net_number_result *result = p2_allocate(sizeof *result);
    *result = (net_number_result){.tag = P2_OK, .ok = number};
    if (error != NET_FINE) *result = (net_number_result){.tag = P2_ERROR, .error = (uint8_t)error};
    return result;
}

net_byte_result *net_byte(net_error error, uint8_t byte)
{
    net_byte_result *result = p2_allocate(sizeof *result);
    *result = error == NET_FINE ? (net_byte_result){P2_OK, byte} : (net_byte_result){P2_ERROR, (uint8_t)error};
    return result;
}

net_address_result *net_address_value(net_error error, const net_address *address)
{
    net_address_result *result = p2_allocate(sizeof *result);
    *result = (net_address_result){.tag = P2_ERROR, .error = (uint8_t)error};
    if (error == NET_FINE) *result = (net_address_result){.tag = P2_OK, .ok = net_socket_address_of(address)};
    return result;
}

/* ---- Options ---- */

net_number_result *net_get_number(uint32_t fd, uint32_t option)
{
    uint64_t value = 0;
    net_error error = net_error_of(net_get_option(fd, option, &value));
    return net_number(error, value);
}

net_byte_result *net_get_byte(uint32_t fd, uint32_t option)
{
    uint64_t value = 0;
    net_error error = net_error_of(net_get_option(fd, option, &value));
    return net_byte(error, (uint8_t)value);
}

net_unit_result *net_set(uint32_t fd, uint32_t option, uint64_t value)
{
    return net_unit(net_error_of(net_set_option(fd, option, value)));
}
