/* See net_rules.h. */
#include "net_rules.h"

#include "../alloc.h"
#include "../text.h"
#include "context.h"

/* How many addresses of names are known at once. A further one takes the place of the oldest. */
enum { MOST_LEARNED = 256 };

typedef struct learned {
    const swasm_policy_destination *destination;
    swasm_endpoint address;
} learned;

typedef struct name {
    const char *text;
    size_t length;
} name;

static struct {
    swasm_policy_destination *destinations;
    size_t destination_count;
    swasm_policy_address *listeners;
    size_t listener_count;
    name *names;
    size_t name_count;
    learned learned[MOST_LEARNED];
    size_t learned_count; /* since the start; the ring has the last ones */
} rules;

/* ---- Reading ------------------------------------------------------------------------------------ */

static const char *copy(const char *text, size_t length)
{
    char *made = swasm_allocate(length + 1);
    if (made) __builtin_memcpy(made, text, length);
    return made;
}

static bool refuse(const char *message, const char *text)
{
    swasm_complain(SWASM_ERROR_NETWORK, message, text);
    return false;
}

static bool read_destinations(const swasm_grants *grants)
{
    rules.destinations = swasm_allocate_array(grants->connect_count + 1, sizeof *rules.destinations);
    if (!rules.destinations) return refuse("out of memory", NULL);
    for (size_t i = 0; i < grants->connect_count; i++) {
        const char *text = grants->connects[i];
        swasm_policy_destination *to = &rules.destinations[i];
        if (!swasm_policy_read_destination(text, swasm_text_length(text), to))
            return refuse("a destination is HOST:PORT or HOST:PORT/udp; HOST is an address, a range, a name, *.NAME or *; "
                          "PORT is a number, FIRST-LAST or *", text);
        if (to->form == SWASM_HOST_NAME && !(to->name = copy(to->name, to->name_length))) return refuse("out of memory", NULL);
        rules.destination_count++;
    }
    return true;
}

static bool read_listeners(const swasm_grants *grants)
{
    rules.listeners = swasm_allocate_array(grants->listener_count + 1, sizeof *rules.listeners);
    if (!rules.listeners) return refuse("out of memory", NULL);
    for (size_t i = 0; i < grants->listener_count; i++) {
        const char *text = grants->listeners[i];
        swasm_policy_address *at = &rules.listeners[rules.listener_count];
        if (!swasm_policy_read_address(text, swasm_text_length(text), at))
            return refuse("an address to listen on is NUMBER:PORT, [NUMBER]:PORT or localhost:PORT, with /udp or without", text);
        if (at->is_passed && !swasm_wasi_start_listeners)
            return refuse("a component makes its sockets itself, and cannot take over others", text);
        if (at->is_passed) continue;
        rules.listener_count++;
    }
    return true;
}

static bool read_names(const swasm_grants *grants)
{
    rules.names = swasm_allocate_array(grants->resolve_count + 1, sizeof *rules.names);
    if (!rules.names) return refuse("out of memory", NULL);
    for (size_t i = 0; i < grants->resolve_count; i++) {
        const char *text = grants->resolves[i];
        const size_t length = swasm_text_length(text);
        if (!swasm_policy_read_name(text, length)) return refuse("a name to look up is NAME, *.NAME or *", text);
        rules.names[i] = (name){copy(text, length), length};
        if (!rules.names[i].text) return refuse("out of memory", NULL);
        rules.name_count++;
    }
    return true;
}

bool swasm_net_rules_read(const swasm_grants *grants)
{
    __builtin_memset(&rules, 0, sizeof rules);
    return read_destinations(grants) && read_listeners(grants) && read_names(grants);
}

/* ---- Names -------------------------------------------------------------------------------------- */

static char lower(char c) { return c >= 'A' && c <= 'Z' ? c | 32 : c; }

static bool same_name(const char *a, const char *b, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

bool swasm_name_matches(const char *pattern, size_t pattern_length, const char *name, size_t length)
{
    if (pattern_length == 1 && *pattern == '*') return true;
    if (*pattern != '*') return pattern_length == length && same_name(pattern, name, length);
    const size_t ending = pattern_length - 1; /* with the dot */
    return length > ending && same_name(pattern + 1, name + length - ending, ending);
}

bool swasm_is_localhost(const char *name, size_t length)
{
    return swasm_name_matches("localhost", 9, name, length) || swasm_name_matches("*.localhost", 11, name, length);
}

bool swasm_net_may_resolve(const char *text, size_t length)
{
    for (size_t i = 0; i < rules.name_count; i++)
        if (swasm_name_matches(rules.names[i].text, rules.names[i].length, text, length)) return true;
    for (size_t i = 0; i < rules.destination_count; i++) {
        const swasm_policy_destination *to = &rules.destinations[i];
        if (to->form == SWASM_HOST_NAME && swasm_name_matches(to->name, to->name_length, text, length)) return true;
    }
    return false;
}

bool swasm_net_resolves(void)
{
    for (size_t i = 0; i < rules.destination_count; i++)
        if (rules.destinations[i].form == SWASM_HOST_NAME) return true;
    return rules.name_count > 0;
}

/* ---- Destinations ------------------------------------------------------------------------------- */

static bool is_learned(const swasm_policy_destination *to, const swasm_endpoint *address)
{
    size_t known = rules.learned_count < MOST_LEARNED ? rules.learned_count : MOST_LEARNED;
    for (size_t i = 0; i < known; i++)
        if (rules.learned[i].destination == to && swasm_same_host(&rules.learned[i].address, address)) return true;
    return false;
}

void swasm_net_learn(const char *text, size_t length, const swasm_endpoint *address)
{
    for (size_t i = 0; i < rules.destination_count; i++) {
        const swasm_policy_destination *to = &rules.destinations[i];
        if (to->form != SWASM_HOST_NAME || !swasm_name_matches(to->name, to->name_length, text, length)) continue;
        if (is_learned(to, address)) continue;
        rules.learned[rules.learned_count++ % MOST_LEARNED] = (learned){to, *address};
    }
}

/* localhost needs no lookup: it means 127.0.0.1 and ::1. */
static bool is_named(const swasm_policy_destination *to, const swasm_endpoint *address)
{
    static const uint8_t ipv4[16] = {127, 0, 0, 1}, ipv6[16] = {[15] = 1};
    if (!swasm_is_localhost(to->name, to->name_length)) return is_learned(to, address);
    return !__builtin_memcmp(address->host, address->is_ipv6 ? ipv6 : ipv4, 16);
}

/* "*" means every host but this machine and the hosts that only its own link reaches (link-local addresses).
 * Those need a grant of their own. */
static bool is_host_of(const swasm_policy_destination *to, const swasm_endpoint *address)
{
    switch (to->form) {
    case SWASM_HOST_ANY: return swasm_kind_of_address(address) == SWASM_ADDRESS_UNICAST;
    case SWASM_HOST_RANGE: return to->is_ipv6 == address->is_ipv6 && swasm_is_in_range(address, to->host, to->prefix_bits);
    case SWASM_HOST_NAME: return is_named(to, address);
    }
    return false;
}

bool swasm_net_may_reach(bool is_udp, const swasm_endpoint *address)
{
    for (size_t i = 0; i < rules.destination_count; i++) {
        const swasm_policy_destination *to = &rules.destinations[i];
        if (to->is_udp == is_udp && address->port >= to->first_port && address->port <= to->last_port && is_host_of(to, address))
            return true;
    }
    return false;
}

bool swasm_net_reaches(bool is_udp)
{
    for (size_t i = 0; i < rules.destination_count; i++)
        if (rules.destinations[i].is_udp == is_udp) return true;
    return false;
}

bool swasm_net_tcp_destination(size_t index, uint16_t *first_port, uint16_t *last_port)
{
    for (size_t i = 0; i < rules.destination_count; i++) {
        const swasm_policy_destination *to = &rules.destinations[i];
        if (to->is_udp || index--) continue;
        *first_port = to->first_port, *last_port = to->last_port;
        return true;
    }
    return false;
}

/* ---- Listening ---------------------------------------------------------------------------------- */

/* A grant of 0.0.0.0 grants every IPv4 address of this machine; a grant of [::], every IPv6 address. */
bool swasm_net_may_listen(bool is_udp, const swasm_endpoint *at)
{
    static const uint8_t every[16] = {0};
    for (size_t i = 0; i < rules.listener_count; i++) {
        const swasm_policy_address *grant = &rules.listeners[i];
        if (grant->is_udp != is_udp || grant->is_ipv6 != at->is_ipv6 || grant->port != at->port) continue;
        if (!__builtin_memcmp(grant->host, every, 16) || !__builtin_memcmp(grant->host, at->host, 16)) return true;
    }
    return false;
}

bool swasm_net_listens(bool is_udp)
{
    for (size_t i = 0; i < rules.listener_count; i++)
        if (rules.listeners[i].is_udp == is_udp) return true;
    return false;
}

bool swasm_net_tcp_listener(size_t index, uint16_t *port)
{
    for (size_t i = 0; i < rules.listener_count; i++) {
        if (rules.listeners[i].is_udp || index--) continue;
        *port = rules.listeners[i].port;
        return true;
    }
    return false;
}
