/* The errnos of swasm_net.def's calls: those that wrong arguments cause, and those that only the kernel can
 * give. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "net_harness.h"

static uint32_t stream, datagrams, results, someone;

/* ---- Calls that succeed, or begin, when nothing is injected ---------------------------------------- */

static uint32_t open_it(sandbox *box) { return swasm_net_open(box->instance, 4, TCP, results); }
static uint32_t bind_it(sandbox *box) { return swasm_net_bind(box->instance, stream, address(box, "127.0.0.1", 0)); }
static uint32_t listen_it(sandbox *box)
{
    box->context.fds.entries[stream].flags |= SWASM_FD_SERVES;
    return swasm_net_listen(box->instance, stream, 1);
}
static uint32_t accept_it(sandbox *box)
{
    box->context.fds.entries[stream].rights |= SWASM_RIGHT_SOCK_ACCEPT;
    return swasm_net_accept(box->instance, stream, results);
}
static uint32_t connect_it(sandbox *box) { return swasm_net_connect(box->instance, stream, someone); }
static uint32_t finish_it(sandbox *box) { return swasm_net_finish_connect(box->instance, stream); }
static uint32_t send_it(sandbox *box) { return swasm_net_send_to(box->instance, datagrams, results, 1, someone, results); }
static uint32_t receive_it(sandbox *box)
{
    return swasm_net_receive_from(box->instance, datagrams, results, 9, results, results + 8);
}
/* The kernel chooses a port when the socket gets a peer, and takes it away with the peer. */
static uint32_t disconnect_it(sandbox *box)
{
    const struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    check(connect(box->context.fds.entries[datagrams].host, (const void *)&peer, sizeof peer) == 0, "it has a peer");
    return swasm_net_disconnect(box->instance, datagrams);
}
static uint32_t shut_it(sandbox *box) { return swasm_net_shutdown(box->instance, stream, 3); }

static const struct {
    const char *name;
    uint32_t (*call)(sandbox *box);
    long number;
    int errors[16];
} injections[] = {
    {"open", open_it, SYS_socket, {EAFNOSUPPORT, EMFILE, ENFILE, ENOBUFS, ENOMEM}},
    {"bind", bind_it, SYS_bind, {EACCES, EADDRINUSE, EADDRNOTAVAIL, EINVAL, ENOMEM}},
    {"listen", listen_it, SYS_listen, {EADDRINUSE, EINVAL}},
    {"accept", accept_it, SYS_accept4, {EAGAIN, ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPERM, EPROTO}},
    {"connect", connect_it, SYS_connect,
     {EACCES, EADDRINUSE, EADDRNOTAVAIL, EALREADY, ECONNREFUSED, EHOSTUNREACH, EINPROGRESS, EISCONN, ENETUNREACH, ENOBUFS,
      EPERM, ETIMEDOUT}},
    {"disconnect", disconnect_it, SYS_bind, {EADDRINUSE}},
    {"finish_connect", finish_it, SYS_getsockopt, {EACCES, ECONNREFUSED, ECONNRESET, EHOSTUNREACH, ENETUNREACH, ETIMEDOUT}},
    {"send_to", send_it, SYS_sendto,
     {EACCES, EAGAIN, ECONNREFUSED, EHOSTUNREACH, EMSGSIZE, ENETUNREACH, ENOBUFS, ENOMEM, EPERM}},
    {"receive_from", receive_it, SYS_recvfrom, {EAGAIN, ECONNREFUSED, EHOSTUNREACH, ENETUNREACH, ENOMEM}},
    {"shutdown", shut_it, SYS_shutdown, {ENOTCONN}},
};

static void errors_of_the_kernel(sandbox *box)
{
    for (size_t n = 0; n < sizeof injections / sizeof injections[0]; n++) {
        for (const int *error = injections[n].errors; *error; error++) {
            char what[80];
            snprintf(what, sizeof what, "%s when the kernel gives error %d", injections[n].name, *error);
            inject(*error, (const long[3]){injections[n].number});
            expect(injections[n].call(box), swasm_wasi_errno(-*error), what);
        }
    }
}

/* ---- Wrong descriptors and addresses -------------------------------------------------------------- */

/* All calls on `fd`, which is no socket. */
static void not_a_socket(sandbox *box, uint32_t fd, uint32_t wanted, const char *what)
{
    swasm_instance *i = box->instance;
    expect(swasm_net_bind(i, fd, someone), wanted, what);
    expect(swasm_net_listen(i, fd, 1), wanted, what);
    expect(swasm_net_accept(i, fd, results), wanted, what);
    expect(swasm_net_connect(i, fd, someone), wanted, what);
    expect(swasm_net_finish_connect(i, fd), wanted, what);
    expect(swasm_net_disconnect(i, fd), wanted, what);
    expect(swasm_net_shutdown(i, fd, 1), wanted, what);
    expect(swasm_net_local_address(i, fd, results), wanted, what);
    expect(swasm_net_peer_address(i, fd, results), wanted, what);
    expect(swasm_net_get_option(i, fd, 0, results), wanted, what);
    expect(swasm_net_set_option(i, fd, 0, 0), wanted, what);
    expect(swasm_net_send_to(i, fd, results, 1, 0, results), wanted, what);
    expect(swasm_net_receive_from(i, fd, results, 1, results, results), wanted, what);
}

static void outside_of_memory(sandbox *box)
{
    swasm_instance *i = box->instance;
    const uint32_t fault = SWASM_WASI_FAULT, out = NOWHERE - 27;
    expect(swasm_net_open(i, 4, TCP, NOWHERE - 3), fault, "made outside");
    expect(swasm_net_bind(i, stream, out), fault, "an address outside");
    expect(swasm_net_accept(i, stream, NOWHERE - 3), fault, "accepted outside");
    expect(swasm_net_connect(i, stream, out), fault, "an address outside");
    expect(swasm_net_local_address(i, stream, out), fault, "an address outside");
    expect(swasm_net_peer_address(i, stream, out), fault, "an address outside");
    expect(swasm_net_get_option(i, stream, 0, NOWHERE - 7), fault, "a value outside");
    expect(swasm_net_send_to(i, datagrams, NOWHERE - 1, 2, someone, results), fault, "data outside");
    expect(swasm_net_send_to(i, datagrams, 0, UINT32_MAX, someone, results), fault, "data outside");
    expect(swasm_net_send_to(i, datagrams, results, 1, out, results), fault, "an address outside");
    expect(swasm_net_send_to(i, datagrams, results, 1, someone, NOWHERE - 3), fault, "a count outside");
    expect(swasm_net_receive_from(i, datagrams, NOWHERE - 1, 2, results, results), fault, "data outside");
    expect(swasm_net_receive_from(i, datagrams, results, 1, NOWHERE - 3, results), fault, "a count outside");
    expect(swasm_net_receive_from(i, datagrams, results, 1, results, out), fault, "an address outside");
    expect(swasm_net_resolve(i, NOWHERE - 1, 2, results), fault, "a name outside");
    expect(swasm_net_resolve(i, results, 1, NOWHERE - 3), fault, "made outside");
    expect(swasm_net_resolve_next(i, stream, out), fault, "an address outside");
}

static void wrong_arguments(sandbox *box)
{
    swasm_instance *i = box->instance;
    const uint32_t six = address(box, "::1", 9), none = room(box, SWASM_ADDRESS_BYTES);
    for (uint32_t n = 0; n < SWASM_ADDRESS_BYTES; n++) box->memory[none + n] = 9;
    expect(swasm_net_open(i, 0, TCP, results), SWASM_WASI_INVAL, "no family");
    expect(swasm_net_open(i, 4, 2, results), SWASM_WASI_INVAL, "no type");
    expect(swasm_net_bind(i, stream, none), SWASM_WASI_INVAL, "no family");
    expect(swasm_net_bind(i, stream, six), SWASM_WASI_AFNOSUPPORT, "the other family");
    expect(swasm_net_connect(i, stream, none), SWASM_WASI_INVAL, "no family");
    expect(swasm_net_connect(i, stream, six), SWASM_WASI_AFNOSUPPORT, "the other family");
    expect(swasm_net_send_to(i, datagrams, results, 1, none, results), SWASM_WASI_INVAL, "no family");
    expect(swasm_net_send_to(i, datagrams, results, 1, six, results), SWASM_WASI_AFNOSUPPORT, "the other family");
    expect(swasm_net_shutdown(i, stream, 0), SWASM_WASI_INVAL, "nothing is shut down");
    expect(swasm_net_shutdown(i, stream, 4), SWASM_WASI_INVAL, "nor something else");
    expect(swasm_net_listen(i, datagrams, 1), SWASM_WASI_NOTSUP, "datagrams have no listener");
    expect(swasm_net_disconnect(i, stream), SWASM_WASI_NOTSUP, "a stream keeps its peer");
    expect(swasm_net_send_to(i, stream, results, 1, 0, results), SWASM_WASI_NOTSUP, "a stream has no datagrams");
    expect(swasm_net_receive_from(i, stream, results, 1, results, results), SWASM_WASI_NOTSUP, "a stream has no datagrams");
    expect(swasm_net_resolve_next(i, stream, results), SWASM_WASI_INVAL, "a socket is no lookup");
    expect(swasm_net_resolve_next(i, BAD_FD, results), SWASM_WASI_BADF, "a closed descriptor");
    box->context.fds.limit = 5;
    expect(swasm_net_open(i, 4, TCP, results), SWASM_WASI_MFILE, "too many descriptors");
    expect(swasm_net_resolve(i, at(box, "127.0.0.1", 9), 9, results), SWASM_WASI_MFILE, "too many descriptors");
    box->context.fds.limit = 0;
}

/* A listener whose queue is full does not answer. */
static void a_silent_peer(sandbox *box)
{
    swasm_instance *i = box->instance;
    uint16_t port;
    char grant[40];
    int listener = host_peer(4, TCP, &port);
    listen(listener, 0);
    snprintf(grant, sizeof grant, "127.0.0.1:%u", port);
    grant_network(box, grant, NULL, NULL);
    uint32_t error = 0, fds[8], count = 0;
    while (error != SWASM_WASI_AGAIN && count < 8) {
        fds[count] = open_socket(box, 4, TCP);
        expect(swasm_net_connect(i, fds[count], address(box, "127.0.0.1", port)), SWASM_WASI_INPROGRESS, "it begins");
        error = swasm_net_finish_connect(i, fds[count++]);
    }
    expect(error, SWASM_WASI_AGAIN, "a connection that is not answered goes on");
    while (count) swasm_wasi_fd_close(i, fds[--count]);
    close(listener);
}

void test_net_errors(void)
{
    sandbox box;
    sandbox_start(&box);
    results = room(&box, 64);
    grant_network(&box, "127.0.0.1:9 127.0.0.1:9/udp", "127.0.0.1:0", "*");
    someone = address(&box, "127.0.0.1", 9);
    stream = open_socket(&box, 4, TCP);
    datagrams = open_socket(&box, 4, UDP);
    not_a_socket(&box, BAD_FD, SWASM_WASI_BADF, "a closed descriptor");
    not_a_socket(&box, 1, SWASM_WASI_NOTSOCK, "a stream of the host");
    outside_of_memory(&box);
    wrong_arguments(&box);
    errors_of_the_kernel(&box);
    a_silent_peer(&box);
    end_network();
    sandbox_end(&box);
}
