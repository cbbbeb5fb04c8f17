/* tcp_server HOST PORT COUNT: listens, prints the port, and answers COUNT connections: each gets its own
 * bytes in capitals. HOST is as in address_in. */
#include "sockets.h"

static int32_t answer(int32_t input, int32_t output)
{
    for (;;) {
        stream_result got;
        stream_blocking_read(input, 4096, &got);
        if (got.is_error) return got.is_closed ? 0 : fail("read", 0);
        uint8_t *bytes = got.bytes.at;
        for (uint32_t i = 0; i < got.bytes.count; i++)
            if (bytes[i] >= 'a' && bytes[i] <= 'z') bytes[i] -= 32;
        if (!print_bytes(output, bytes, got.bytes.count)) return fail("write", 0);
    }
}

int32_t run(void)
{
    list arguments;
    get_arguments(&arguments);
    const text *argument = arguments.at;
    const address at = address_in(argument[1], argument[2]);
    handles_result made;
    unit_result result;
    create_tcp(at.tag, &made);
    if (made.is_error) return fail("create", made.error);
    const int32_t socket = made.handles[0], ready = tcp_subscribe(socket); /* used for all waiting */
    tcp_start_bind(socket, instance_network(), FLAT(at), &result);
    if (!result.is_error) tcp_finish_bind(socket, &result);
    if (result.is_error) return fail("bind", result.error);
    tcp_start_listen(socket, &result);
    if (!result.is_error) tcp_finish_listen(socket, &result);
    if (result.is_error) return fail("listen", result.error);
    address_result own;
    tcp_local_address(socket, &own);
    if (own.is_error || !tcp_is_listening(socket)) return fail("local-address", own.error);
    print_number(get_stdout(), port_in(&own.ok));
    print(get_stdout(), "\n");
    for (uint32_t left = number_in(argument[3]); left > 0;) {
        handles_result accepted;
        tcp_accept(socket, &accepted);
        if (accepted.is_error && accepted.error != WOULD_BLOCK) return fail("accept", accepted.error);
        if (accepted.is_error) {
            pollable_block(ready);
            continue;
        }
        if (answer(accepted.handles[1], accepted.handles[2])) return 1;
        drop_input(accepted.handles[1]);
        drop_output(accepted.handles[2]);
        drop_tcp(accepted.handles[0]);
        left--;
    }
    drop_pollable(ready);
    drop_tcp(socket);
    return 0;
}
