/* See net_address.h. */
#include "net_address.h"

#include "guest.h"

enum { AF_INET = 2, AF_INET6 = 10, INET_BYTES = 16, INET6_BYTES = 28, IPV4 = 4, IPV6 = 6 };

swasm_sockaddr swasm_sockaddr_of(const swasm_endpoint *from)
{
    swasm_sockaddr to = {.family = from->is_ipv6 ? AF_INET6 : AF_INET, .bytes = from->is_ipv6 ? INET6_BYTES : INET_BYTES};
    to.port[0] = (uint8_t)(from->port >> 8);
    to.port[1] = (uint8_t)from->port;
    if (!from->is_ipv6) {
        __builtin_memcpy(to.rest, from->host, 4);
        return to;
    }
    __builtin_memcpy(to.rest, &from->flow, 4);
    __builtin_memcpy(to.rest + 4, from->host, 16);
    __builtin_memcpy(to.rest + 20, &from->scope, 4);
    return to;
}

bool swasm_endpoint_of(const swasm_sockaddr *from, swasm_endpoint *to)
{
    *to = (swasm_endpoint){.is_ipv6 = from->family == AF_INET6};
    if (from->family != AF_INET && from->family != AF_INET6) return false;
    to->port = (uint16_t)(from->port[0] << 8 | from->port[1]);
    if (!to->is_ipv6) {
        __builtin_memcpy(to->host, from->rest, 4);
        return true;
    }
    __builtin_memcpy(&to->flow, from->rest, 4);
    __builtin_memcpy(to->host, from->rest + 4, 16);
    __builtin_memcpy(&to->scope, from->rest + 20, 4);
    return true;
}

bool swasm_endpoint_load(const uint8_t *from, swasm_endpoint *to)
{
    const uint16_t family = swasm_guest_u16(from);
    *to = (swasm_endpoint){.is_ipv6 = family == IPV6, .port = swasm_guest_u16(from + 2)};
    if (family != IPV4 && family != IPV6) return false;
    if (to->is_ipv6) to->flow = swasm_guest_u32(from + 4), to->scope = swasm_guest_u32(from + 8);
    __builtin_memcpy(to->host, from + 12, to->is_ipv6 ? 16 : 4);
    return true;
}

void swasm_endpoint_store(uint8_t *to, const swasm_endpoint *from)
{
    __builtin_memset(to, 0, SWASM_ADDRESS_BYTES);
    if (!from) return;
    swasm_guest_set_u16(to, from->is_ipv6 ? IPV6 : IPV4);
    swasm_guest_set_u16(to + 2, from->port);
    swasm_guest_set_u32(to + 4, from->flow);
    swasm_guest_set_u32(to + 8, from->scope);
    __builtin_memcpy(to + 12, from->host, 16);
}

bool swasm_same_host(const swasm_endpoint *a, const swasm_endpoint *b)
{
    return a->is_ipv6 == b->is_ipv6 && !__builtin_memcmp(a->host, b->host, 16);
}

bool swasm_is_in_range(const swasm_endpoint *address, const uint8_t *prefix, uint32_t bits)
{
    const uint32_t bytes = bits / 8, rest = bits % 8;
    if (__builtin_memcmp(address->host, prefix, bytes)) return false;
    return !rest || (uint8_t)(address->host[bytes] ^ prefix[bytes]) >> (8 - rest) == 0;
}

static swasm_address_kind kind_of_ipv4(const uint8_t *host)
{
    static const uint8_t all_ones[4] = {255, 255, 255, 255}, zeros[4] = {0};
    if (!__builtin_memcmp(host, zeros, 4)) return SWASM_ADDRESS_UNSPECIFIED;
    if (host[0] == 0 || (host[0] >= 224 && host[0] < 240) || !__builtin_memcmp(host, all_ones, 4))
        return SWASM_ADDRESS_NO_HOST;
    if (host[0] == 127) return SWASM_ADDRESS_LOOPBACK;
    return host[0] == 169 && host[1] == 254 ? SWASM_ADDRESS_LINK_LOCAL : SWASM_ADDRESS_UNICAST;
}

/* An IPv6 address that contains an IPv4 address would be a second name for the same host. So mapped addresses
 * (::ffff:0:0/96) and compatible ones (::/96) are of the kind NO_HOST. */
swasm_address_kind swasm_kind_of_address(const swasm_endpoint *address)
{
    static const uint8_t zeros[16] = {0}, one[16] = {[15] = 1}, mapped[12] = {[10] = 0xff, [11] = 0xff};
    const uint8_t *host = address->host;
    if (!address->is_ipv6) return kind_of_ipv4(host);
    if (!__builtin_memcmp(host, zeros, 16)) return SWASM_ADDRESS_UNSPECIFIED;
    if (!__builtin_memcmp(host, one, 16)) return SWASM_ADDRESS_LOOPBACK;
    if (host[0] == 0xff || !__builtin_memcmp(host, zeros, 12) || !__builtin_memcmp(host, mapped, 12))
        return SWASM_ADDRESS_NO_HOST;
    return host[0] == 0xfe && (host[1] & 0xc0) == 0x80 ? SWASM_ADDRESS_LINK_LOCAL : SWASM_ADDRESS_UNICAST;
}
