/* resolver name NAME: prints the addresses that the runtime finds for a name.
 * resolver ask HOST PORT NAME: asks a name server itself, over UDP, and prints the address (IPv4) at the end of
 * the answer.
 * HOST is as in address_in. */
#include "sockets.h"

static int32_t out;

static void print_ipv4(const uint8_t *host)
{
    for (int i = 0; i < 4; i++) {
        if (i) print(out, ".");
        print_number(out, host[i]);
    }
    print(out, "\n");
}

static void print_ipv6(const uint16_t *host)
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 8; i++) {
        char group[5] = {':', digits[host[i] >> 12], digits[host[i] >> 8 & 15], digits[host[i] >> 4 & 15], digits[host[i] & 15]};
        print_bytes(out, i ? group : group + 1, i ? 5 : 4);
    }
    print(out, "\n");
}

static int32_t look_up(text name)
{
    handles_result made;
    resolve_addresses(instance_network(), name.at, name.bytes, &made);
    if (made.is_error) return fail("resolve-addresses", made.error);
    const int32_t lookup = made.handles[0];
    for (;;) {
        next_result next;
        resolve_next(lookup, &next);
        if (next.is_error && next.error == WOULD_BLOCK) {
            wait_and_drop(resolve_subscribe(lookup));
            continue;
        }
        if (next.is_error) return fail("resolve-next-address", next.error);
        if (!next.is_some) break;
        if (next.address.tag) print_ipv6(next.address.ipv6);
        else print_ipv4(next.address.ipv4);
    }
    drop_lookup(lookup);
    return 0;
}

/* A question for the addresses (A) of a name. */
static uint32_t question(uint8_t *to, text name)
{
    static const uint8_t header[12] = {0x12, 0x34, 1, 0, 0, 1};
    __builtin_memcpy(to, header, sizeof header);
    uint32_t label = 12, at = 13;
    for (uint32_t i = 0; i < name.bytes; i++, at++) {
        to[at] = (uint8_t)name.at[i];
        if (name.at[i] != '.') continue;
        to[label] = (uint8_t)(at - label - 1);
        label = at;
    }
    to[label] = (uint8_t)(at - label - 1);
    static const uint8_t end[5] = {0, 0, 1, 0, 1};
    __builtin_memcpy(to + at, end, sizeof end);
    return at + 5;
}

static int32_t ask(text host, text port, text name)
{
    static uint8_t bytes[512];
    const address server = address_in(host, port), any = {.tag = server.tag};
    handles_result made, streams;
    unit_result result;
    create_udp(server.tag, &made);
    if (made.is_error) return fail("create", made.error);
    udp_start_bind(made.handles[0], instance_network(), FLAT(any), &result);
    if (!result.is_error) udp_finish_bind(made.handles[0], &result);
    if (result.is_error) return fail("bind", result.error);
    udp_stream(made.handles[0], 0, FLAT(any), &streams);
    if (streams.is_error) return fail("stream", streams.error);
    number_result count;
    check_send(streams.handles[1], &count);
    const outgoing datagram = {{bytes, question(bytes, name)}, 1, server};
    send(streams.handles[1], &datagram, 1, &count);
    if (count.is_error) return fail("send", count.error);
    list_result got;
    do {
        wait_and_drop(incoming_subscribe(streams.handles[0]));
        receive(streams.handles[0], 4, &got);
        if (got.is_error) return fail("receive", got.error);
    } while (got.ok.count == 0);
    const incoming *answer = got.ok.at;
    const uint8_t *message = answer->data.at;
    if (answer->data.count < 16 || port_in(&answer->from) != port_in(&server) || message[0] != 0x12) return fail("answer", 0);
    print_ipv4(message + answer->data.count - 4);
    return 0;
}

int32_t run(void)
{
    list arguments;
    get_arguments(&arguments);
    const text *argument = arguments.at;
    out = get_stdout();
    return arguments.count == 3 ? look_up(argument[2]) : ask(argument[2], argument[3], argument[4]);
}
