/* The grammar of addresses to listen on: a number and a port, then ":nonblock" or nothing. An address has no
 * octal or hexadecimal parts, no IPv4 address within an IPv6 address, and no zone. The compiler links this
 * file too. */
#include "../abi/policy_options.h"

/* Reads up to `digits` digits in `base` from `*text` on. False without digits, or if the number exceeds
 * `most`. */
static bool take_number(const char **text, const char *end, uint32_t base, uint32_t digits, uint32_t most, uint32_t *number)
{
    const char *first = *text;
    for (*number = 0; *text < end; ++*text) {
        uint32_t digit = (uint32_t)(**text - '0'), letter = (uint32_t)((**text | 32) - 'a');
        if (digit > 9) digit = letter < 6 ? letter + 10 : base;
        if (digit >= base) break;
        *number = *number * base + digit;
        if (*number > most) return false;
    }
    return *text > first && *text - first <= digits;
}

static bool read_ipv4(const char *text, const char *end, uint8_t *host)
{
    for (int i = 0; i < 4; i++) {
        uint32_t part;
        if (i && (text == end || *text++ != '.')) return false;
        const char *first = text;
        if (!take_number(&text, end, 10, 3, 255, &part)) return false;
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
        if (filled == 16 || !take_number(&text, end, 16, 4, 0xffff, &group)) return false;
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

static bool is(const char *text, const char *end, const char *word, size_t length)
{
    return (size_t)(end - text) == length && !__builtin_memcmp(text, word, length);
}

static bool read_host(const char *text, const char *end, swasm_policy_address *address)
{
    static const uint8_t loopback[4] = {127, 0, 0, 1};
    if (end - text >= 2 && text[0] == '[' && end[-1] == ']') {
        address->is_ipv6 = true;
        return read_ipv6(text + 1, end - 1, address->host);
    }
    if (!is(text, end, "localhost", 9)) return read_ipv4(text, end, address->host);
    __builtin_memcpy(address->host, loopback, sizeof loopback);
    return true;
}

bool swasm_policy_read_address(const char *text, size_t length, swasm_policy_address *address)
{
    static const char mode[] = ":nonblock";
    const size_t mode_length = sizeof mode - 1;
    const char *end = text + length;
    *address = (swasm_policy_address){0};
    if (length > mode_length && is(end - mode_length, end, mode, mode_length)) {
        address->is_nonblocking = true;
        end -= mode_length;
    }
    address->is_passed = is(text, end, "fds", 3);
    if (address->is_passed) return true;
    const char *colon = end;
    while (colon > text && colon[-1] != ':') colon--;
    if (colon == text) return false;
    const char *digits = colon;
    uint32_t port;
    if (!take_number(&digits, end, 10, 5, 65535, &port) || digits != end) return false;
    if (*colon == '0' && end - colon > 1) return false;
    address->port = (uint16_t)port;
    return read_host(text, colon - 1, address);
}
