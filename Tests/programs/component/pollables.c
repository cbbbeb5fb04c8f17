/* Drops a socket while a pollable of it is left, and makes another socket, which could get the same descriptor.
 * Prints whether the pollable gets ready when a datagram comes to the other socket. */
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

int32_t run(void)
{
    const udp_socket sender = open_socket(), first = open_socket();
    const int32_t pollable = incoming_subscribe(first.incoming);
    drop_socket(first);
    const udp_socket second = open_socket();
    send_byte(sender, second);
    wait_and_drop(incoming_subscribe(second.incoming));
    print(get_stdout(), pollable_ready(pollable) ? "ready\n" : "not ready\n");
    drop_pollable(pollable);
    return 0;
}
