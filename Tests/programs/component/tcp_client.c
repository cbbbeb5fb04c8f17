/* tcp_client HOST PORT TEXT: connects, sends the text, prints what comes back until the other side ends. HOST
 * is as in address_in. */
#include "sockets.h"

int32_t run(void)
{
    list arguments;
    get_arguments(&arguments);
    const text *argument = arguments.at;
    const address to = address_in(argument[1], argument[2]);
    int32_t network = instance_network(), out = get_stdout();
    handles_result made, streams;
    unit_result result;
    create_tcp(to.tag, &made);
    if (made.is_error) return fail("create", made.error);
    const int32_t socket = made.handles[0];
    number_result idle;
    tcp_set_idle(socket, 5000000000, &result);
    tcp_idle(socket, &idle);
    if (result.is_error || idle.is_error || idle.number != 5000000000) return fail("keep-alive", result.error);
    tcp_start_connect(socket, network, FLAT(to), &result);
    if (result.is_error) return fail("start-connect", result.error);
    for (;;) {
        tcp_finish_connect(socket, &streams);
        if (!streams.is_error) break;
        if (streams.error != WOULD_BLOCK) return fail("finish-connect", streams.error);
        wait_and_drop(tcp_subscribe(socket));
    }
    address_result peer;
    tcp_remote_address(socket, &peer);
    if (peer.is_error || port_in(&peer.ok) != port_in(&to)) return fail("remote-address", peer.error);
    if (!print_bytes(streams.handles[1], argument[3].at, argument[3].bytes)) return fail("write", 0);
    tcp_shutdown(socket, 1, &result);
    if (result.is_error) return fail("shutdown", result.error);
    for (;;) {
        stream_result got;
        stream_blocking_read(streams.handles[0], 4096, &got);
        if (got.is_error) break;
        print_bytes(out, got.bytes.at, got.bytes.count);
    }
    drop_input(streams.handles[0]);
    drop_output(streams.handles[1]);
    drop_tcp(socket);
    return 0;
}
