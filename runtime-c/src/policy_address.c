/* The grammar of addresses to listen on: an IP address or localhost, and a port; or "fds". Then ":nonblock",
 * "/udp" (not after "fds") or nothing. The compiler links this file too. */
#include "policy_text.h"

static bool read_ipv4(const char *text, const char *end, uint8_t *host)
{
    for (int i = 0; i < 4; i++) {
        uint32_t part;
        if (i && (text == end || *text++ != '.')) return false;
        const char *first = text;
        if (!swasm_take_number(&text, end, 10, 3, 255, &part)) return false;
        if (*first == '0' && text - first > 1) return false; /* some read this as octal, others as decimal */
        host[i] = (uint8_t)part;
    }
    return text == end;
}

/* Groups of hexadecimal digits, with one "::" for the zeros. */
static bool read_ipv6(const char *text, const char *end, uint8_t host[16])
{
    int filled = 0, gap = -1;
    if (end - text >= 2 && text[0] == ':' && text[1] == ':') gap = 0, text += 2;
    while (text < end) {
        uint32_t group;
        if (filled == 16 || !swasm_take_number(&text, end, 16, 4, 0xffff, &group)) return false;
        host[filled++] = (uint8_t)(group >> 8);
        host[filled++] = (uint8_t)group;
        if (text == end) break;
        if (*text++ != ':' || text == end) return false;
        if (*text != ':') continue;
        if (gap >= 0) return false;
        gap = filled, text++;
    }
    if (gap < 0) return filled == 16;
    if (filled == 16) return false;
    for (int i = filled - 1; i >= gap; i--) host[i + 16 - filled] = host[i], host[i] = 0;
    return true;
}

bool swasm_policy_read_ip(const char *text, size_t length, uint8_t host[16], bool *is_ipv6)
{
    const char *end = text + length;
    *is_ipv6 = false;
    __builtin_memset(host, 0, 16);
    if (read_ipv4(text, end, host)) return true;
    *is_ipv6 = true;
    __builtin_memset(host, 0, 16);
    return read_ipv6(text, end, host);
}

static bool read_host(const char *text, const char *end, swasm_policy_address *address)
{
    static const uint8_t loopback[4] = {127, 0, 0, 1};
    if (end - text >= 2 && text[0] == '[' && end[-1] == ']') {
        address->is_ipv6 = true;
        return read_ipv6(text + 1, end - 1, address->host);
    }
    if (!swasm_text_is(text, end, "localhost", 9)) return read_ipv4(text, end, address->host);
    __builtin_memcpy(address->host, loopback, sizeof loopback);
    return true;
}

bool swasm_policy_read_address(const char *text, size_t length, swasm_policy_address *address)
{
    const char *end = text + length;
    *address = (swasm_policy_address){0};
    address->is_nonblocking = swasm_drop_ending(text, &end, ":nonblock", 9);
    if (!address->is_nonblocking) address->is_udp = swasm_drop_ending(text, &end, "/udp", 4);
    address->is_passed = !address->is_udp && swasm_text_is(text, end, "fds", 3);
    if (address->is_passed) return true;
    const char *port = swasm_find_port(text, end);
    return port && swasm_read_port(port, end, &address->port) && read_host(text, port - 1, address);
}
