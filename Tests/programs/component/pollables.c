/* Drops sockets and a lookup while pollables and streams of them are left, and makes another socket, which could get
 * the same descriptor. Prints whether they still belong to what they were made of. */
#include "sockets.h"

typedef struct udp_socket {
    int32_t handle, incoming, outgoing;
    address at;
} udp_socket;

static udp_socket open_socket(void)
{
    handles_result made;
    unit_result done;
    address_result local;
    const address nobody = {.tag = IPV4};
    address at = {.tag = IPV4};
    at.ipv4.host[0] = 127, at.ipv4.host[3] = 1;
    create_udp(IPV4, &made);
    if (made.is_error) __builtin_trap();
    udp_socket socket = {.handle = made.handles[0]};
    udp_start_bind(socket.handle, instance_network(), FLAT(at), &done);
    if (done.is_error) __builtin_trap();
    udp_finish_bind(socket.handle, &done);
    udp_local_address(socket.handle, &local);
    socket.at = local.ok;
    udp_stream(socket.handle, 0, FLAT(nobody), &made);
    socket.incoming = made.handles[0], socket.outgoing = made.handles[1];
    return socket;
}

static void drop_socket(udp_socket socket)
{
    drop_incoming(socket.incoming);
    drop_outgoing(socket.outgoing);
    drop_udp(socket.handle);
}

static void send_byte(udp_socket from, udp_socket to)
{
    number_result number;
    const outgoing datagram = {{"x", 1}, 1, to.at};
    check_send(from.outgoing, &number);
    send(from.outgoing, &datagram, 1, &number);
    if (number.is_error || number.number != 1) __builtin_trap();
}

/* A datagram to the second socket makes no pollable of the first one ready. */
static void pollable_of_a_socket(void)
{
    const udp_socket sender = open_socket(), first = open_socket();
    const int32_t pollable = incoming_subscribe(first.incoming);
    drop_socket(first);
    const udp_socket second = open_socket();
    send_byte(sender, second);
    wait_and_drop(incoming_subscribe(second.incoming));
    print(get_stdout(), pollable_ready(pollable) ? "ready\n" : "not ready\n");
    drop_pollable(pollable);
    drop_socket(second);
    drop_socket(sender);
}

/* A stream sends from the port of its own socket. */
static void streams_of_a_socket(void)
{
    const udp_socket receiver = open_socket(), first = open_socket();
    drop_udp(first.handle);
    const udp_socket second = open_socket();
    send_byte(first, receiver);
    wait_and_drop(incoming_subscribe(receiver.incoming));
    list_result got;
    receive(receiver.incoming, 1, &got);
    const incoming *datagram = got.ok.at;
    const bool is_first = !got.is_error && got.ok.count == 1 && datagram->from.ipv4.port == first.at.ipv4.port;
    print(get_stdout(), is_first ? "from the first\n" : "from another\n");
    drop_incoming(first.incoming);
    drop_outgoing(first.outgoing);
    drop_socket(second);
    drop_socket(receiver);
}

/* The lookup has ended, so its pollable is ready. Nothing comes to the socket. */
static void pollable_of_a_lookup(void)
{
    handles_result lookup;
    resolve_addresses(instance_network(), "localhost", 9, &lookup);
    if (lookup.is_error) __builtin_trap();
    const int32_t pollable = resolve_subscribe(lookup.handles[0]);
    drop_lookup(lookup.handles[0]);
    const udp_socket socket = open_socket();
    print(get_stdout(), pollable_ready(pollable) ? "found\n" : "not found\n");
    drop_pollable(pollable);
    drop_socket(socket);
}

/* A second pair of streams ends the first one. */
static void streams_of_an_earlier_pair(void)
{
    const udp_socket socket = open_socket();
    const address nobody = {.tag = IPV4};
    handles_result later;
    number_result number;
    list_result got;
    udp_stream(socket.handle, 0, FLAT(nobody), &later);
    check_send(socket.outgoing, &number);
    receive(socket.incoming, 1, &got);
    print(get_stdout(), number.is_error && got.is_error ? error_names[number.error] : "still open");
    print(get_stdout(), "\n");
    drop_incoming(later.handles[0]);
    drop_outgoing(later.handles[1]);
    drop_socket(socket);
}

int32_t run(void)
{
    pollable_of_a_socket();
    streams_of_a_socket();
    pollable_of_a_lookup();
    streams_of_an_earlier_pair();
    return 0;
}
