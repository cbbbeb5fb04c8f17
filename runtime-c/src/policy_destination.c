/* The grammar of destinations and of names: whom a program may connect or send to, and which names it may
 * look up. The compiler links this file too. */
#include "policy_text.h"

enum { MOST_NAME = 253, MOST_LABEL = 63 };

static bool is_digit(char c) { return c >= '0' && c <= '9'; }
static bool is_of_name(char c)
{
    char letter = c | 32;
    return is_digit(c) || (letter >= 'a' && letter <= 'z') || c == '-' || c == '_';
}

/* If the last label is a number, other programs take the name for an IPv4 address (127.1). */
bool swasm_policy_is_host_name(const char *text, size_t length)
{
    size_t label = 0, digits = 0;
    if (length == 0 || length > MOST_NAME) return false;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '.') {
            if (label == 0) return false;
            label = digits = 0;
            continue;
        }
        if (!is_of_name(text[i]) || ++label > MOST_LABEL) return false;
        digits += is_digit(text[i]);
    }
    return label > digits;
}

bool swasm_policy_read_name(const char *text, size_t length)
{
    if (length == 1 && text[0] == '*') return true;
    if (length > 2 && text[0] == '*' && text[1] == '.') text += 2, length -= 2;
    return swasm_policy_is_host_name(text, length);
}

/* An address, or a range: ADDRESS/BITS, where the rest of the address is 0. */
static bool read_range(const char *text, const char *end, swasm_policy_destination *to)
{
    const char *slash = text;
    while (slash < end && *slash != '/') slash++;
    if (!swasm_policy_read_ip(text, (size_t)(slash - text), to->host, &to->is_ipv6)) return false;
    const uint32_t most = to->is_ipv6 ? 128 : 32;
    uint32_t bits = most;
    if (slash < end) {
        const char *digits = slash + 1;
        if (!swasm_take_number(&digits, end, 10, 3, most, &bits) || digits != end) return false;
        if (slash[1] == '0' && bits) return false;
    }
    to->prefix_bits = (uint8_t)bits;
    for (uint32_t bit = bits; bit < most; bit++)
        if (to->host[bit / 8] >> (7 - bit % 8) & 1) return false;
    return true;
}

static bool read_host(const char *text, const char *end, swasm_policy_destination *to)
{
    to->form = SWASM_HOST_ANY;
    if (swasm_text_is(text, end, "*", 1)) return true;
    to->form = SWASM_HOST_RANGE;
    if (end - text >= 2 && text[0] == '[' && end[-1] == ']') return read_range(text + 1, end - 1, to) && to->is_ipv6;
    if (read_range(text, end, to)) return !to->is_ipv6;
    to->form = SWASM_HOST_NAME;
    to->name = text;
    to->name_length = (size_t)(end - text);
    return swasm_policy_read_name(text, to->name_length);
}

/* A number, FIRST-LAST or *. Nobody can be reached at port 0. */
static bool read_ports(const char *text, const char *end, swasm_policy_destination *to)
{
    to->first_port = 1, to->last_port = 65535;
    if (swasm_text_is(text, end, "*", 1)) return true;
    const char *dash = text;
    while (dash < end && *dash != '-') dash++;
    if (!swasm_read_port(text, dash, &to->first_port)) return false;
    to->last_port = to->first_port;
    if (dash < end && !swasm_read_port(dash + 1, end, &to->last_port)) return false;
    return to->first_port && to->first_port <= to->last_port;
}

bool swasm_policy_read_destination(const char *text, size_t length, swasm_policy_destination *to)
{
    const char *end = text + length;
    *to = (swasm_policy_destination){0};
    to->is_udp = swasm_drop_ending(text, &end, "/udp", 4);
    const char *port = swasm_find_port(text, end);
    return port && read_ports(port, end, to) && read_host(text, port - 1, to);
}
