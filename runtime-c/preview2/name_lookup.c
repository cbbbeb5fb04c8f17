/* wasi:sockets/ip-name-lookup. */
#include "net.h"

#define LOOKUP(name) P2_EXPORT("wasi:sockets/ip-name-lookup", name)

enum { IO = 29, NOENT = 44, TIMEDOUT = 73 };

/* result<own<resolve-address-stream>, error-code>: the resource is the file whose descriptor is the lookup. */
typedef struct stream_result {
    uint8_t tag;
    union {
        p2_file *ok;
        uint8_t error;
    };
} stream_result;

LOOKUP("resolve-addresses")
stream_result *p2_resolve_addresses(const void *network, const uint8_t *name, uint32_t bytes)
{
    (void)network;
    stream_result *result = p2_allocate(sizeof *result);
    uint32_t fd;
    p1_errno error = net_resolve(name, bytes, &fd);
    *result = (stream_result){.tag = P2_ERROR, .error = (uint8_t)net_error_of(error)};
    if (error) return result;
    p2_file *lookup = p2_new_file(fd, 0);
    p2_retain(lookup);
    *result = (stream_result){.tag = P2_OK, .ok = lookup};
    return result;
}

LOOKUP("[dtor]resolve-address-stream") void p2_drop_addresses(p2_file *lookup) { p2_release(lookup); }

/* option<ip-address> */
typedef struct option_address {
    uint8_t is_some;
    struct {
        uint8_t tag; /* 0 ipv4, 1 ipv6 */
        union {
            uint8_t ipv4[4];
            uint16_t ipv6[8];
        };
    } address;
} option_address;

/* result<option<ip-address>, error-code> */
typedef struct next_result {
    uint8_t tag;
    union {
        option_address ok;
        uint8_t error;
    };
} next_result;
_Static_assert(sizeof(next_result) == 22, "layout of the next address");

static net_error error_of(p1_errno error)
{
    switch (error) {
    case NOENT: return NET_NAME_UNRESOLVABLE;
    case TIMEDOUT: return NET_TEMPORARY_RESOLVER_FAILURE;
    case IO: return NET_PERMANENT_RESOLVER_FAILURE;
    default: return net_error_of(error);
    }
}

LOOKUP("[method]resolve-address-stream.resolve-next-address") next_result *p2_next_address(p2_file *self)
{
    next_result *result = p2_allocate(sizeof *result);
    net_address found;
    p1_errno error = net_resolve_next(self->fd, &found);
    *result = (next_result){.tag = P2_ERROR, .error = (uint8_t)error_of(error)};
    if (error) return result;
    *result = (next_result){.tag = P2_OK, .ok = {.is_some = found.family ? P2_SOME : P2_NONE}};
    result->ok.address.tag = found.family == NET_IPV6;
    if (found.family == NET_IPV6) net_groups(found.host, result->ok.address.ipv6);
    else __builtin_memcpy(result->ok.address.ipv4, found.host, 4);
    return result;
}

LOOKUP("[method]resolve-address-stream.subscribe") p2_pollable *p2_subscribe_addresses(p2_file *self)
{
    return p2_new_pollable(P2_READABLE, self, 0);
}
