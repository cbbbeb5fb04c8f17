/* What the grants of the network allow: by address, port and protocol, for connecting, sending, listening and
 * answering. */
#include "net_harness.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../src/wasi/net_filter.h"

/* ---- Rules -------------------------------------------------------------------------------------- */

typedef struct question {
    const char *grants;
    const char *host;
    uint16_t port;
    bool is_udp, is_allowed;
} question;

static const question questions[] = {
    {"", "127.0.0.1", 80, false, false},
    {"127.0.0.1:80", "127.0.0.1", 80, false, true},
    {"127.0.0.1:80", "127.0.0.1", 80, true, false},
    {"127.0.0.1:80/udp", "127.0.0.1", 80, true, true},
    {"127.0.0.1:80/udp", "127.0.0.1", 80, false, false},
    {"127.0.0.1:80", "127.0.0.1", 81, false, false},
    {"127.0.0.1:80", "127.0.0.2", 80, false, false},
    {"127.0.0.1:80", "::1", 80, false, false},
    {"127.0.0.1:80", "::7f00:1", 80, false, false},
    {"10.0.0.0/8:80-90", "10.255.0.1", 90, false, true},
    {"10.0.0.0/8:80-90", "10.255.0.1", 91, false, false},
    {"10.0.0.0/8:80-90", "10.255.0.1", 79, false, false},
    {"10.0.0.0/8:*", "11.0.0.1", 80, false, false},
    {"10.0.0.0/9:*", "10.127.0.1", 1, false, true},
    {"10.0.0.0/9:*", "10.128.0.1", 1, false, false},
    {"0.0.0.0/0:*", "127.0.0.1", 1, false, true},
    {"0.0.0.0/0:*", "::1", 1, false, false},
    {"[fd00::/8]:*", "fdff::1", 1, false, true},
    {"[fd00::/8]:*", "fc00::1", 1, false, false},
    {"[2001:db8::/33]:*", "2001:db8:7fff::", 1, false, true},
    {"[2001:db8::/33]:*", "2001:db8:8000::", 1, false, false},
    {"*:443", "192.0.2.1", 443, false, true},
    {"*:443", "2001:db8::1", 443, false, true},
    {"*:443", "192.0.2.1", 80, false, false},
    {"*:443", "127.0.0.1", 443, false, false},
    {"*:443", "127.9.9.9", 443, false, false},
    {"*:443", "::1", 443, false, false},
    {"*:443", "169.254.169.254", 443, false, false},
    {"*:443", "fe80::1", 443, false, false},
    {"*:443", "febf::1", 443, false, false},
    {"*:443", "fec0::1", 443, false, true},
    {"localhost:9", "127.0.0.1", 9, false, true},
    {"localhost:9", "::1", 9, false, true},
    {"localhost:9", "127.0.0.2", 9, false, false},
    {"example.com:9", "192.0.2.1", 9, false, false},
    {"127.0.0.1:1 [::1]:2 10.0.0.1:3/udp", "10.0.0.1", 3, true, true},
};

static void rules(sandbox *box)
{
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        char what[120];
        const question *q = &questions[i];
        const swasm_endpoint to = endpoint(q->host, q->port);
        grant_network(box, q->grants, NULL, NULL);
        snprintf(what, sizeof what, "grant %s, %s port %u udp %d", q->grants, q->host, q->port, q->is_udp);
        check(swasm_net_may_reach(q->is_udp, &to) == q->is_allowed, what);
    }
}

/* An address that belongs to no host, or is a second spelling of a host's address, is refused whatever is
 * granted. */
static void no_hosts(sandbox *box)
{
    static const char *const wrong[] = {
        "0.0.0.0", "0.0.0.1", "0.127.0.1", "224.0.0.1", "239.255.255.255", "255.255.255.255", "::", "ff02::1", "ff0e::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "::ffff:0.0.0.0"};
    grant_network(box, "0.0.0.0/0:* [::/0]:* *:* 0.0.0.0/0:*/udp [::/0]:*/udp", "0.0.0.0:0 [::]:0 0.0.0.0:0/udp [::]:0/udp", NULL);
    for (uint32_t type = TCP; type <= UDP; type++) {
        uint32_t four = open_socket(box, 4, type), six = open_socket(box, 6, type);
        for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
            const uint32_t fd = strchr(wrong[i], ':') ? six : four, to = address(box, wrong[i], 9);
            expect(swasm_net_connect(box->instance, fd, to), SWASM_WASI_INVAL, wrong[i]);
            if (type == UDP)
                expect(swasm_net_send_to(box->instance, fd, to, 1, to, room(box, 4)), SWASM_WASI_INVAL, wrong[i]);
            if (strcmp(wrong[i], "0.0.0.0") && strcmp(wrong[i], "::"))
                expect(swasm_net_bind(box->instance, fd, address(box, wrong[i], 0)), SWASM_WASI_INVAL, wrong[i]);
        }
        expect(swasm_net_connect(box->instance, four, address(box, "127.0.0.1", 0)), SWASM_WASI_INVAL, "port 0");
        swasm_wasi_fd_close(box->instance, four);
        swasm_wasi_fd_close(box->instance, six);
    }
}

static void nothing_by_default(sandbox *box)
{
    uint32_t made = room(box, 4);
    grant_network(box, NULL, NULL, "*");
    expect(swasm_net_open(box->instance, 4, TCP, made), SWASM_WASI_ACCES, "no socket without a grant");
    expect(swasm_net_open(box->instance, 6, UDP, made), SWASM_WASI_ACCES, "of either kind");
    grant_network(box, "127.0.0.1:9", NULL, NULL);
    expect(swasm_net_open(box->instance, 4, UDP, made), SWASM_WASI_ACCES, "TCP is not UDP");
    grant_network(box, NULL, "127.0.0.1:0/udp", NULL);
    expect(swasm_net_open(box->instance, 4, TCP, made), SWASM_WASI_ACCES, "nor the other way round");
    expect(swasm_net_open(box->instance, 4, UDP, made), 0, "a grant gives sockets of its protocol");
    expect(swasm_net_resolve(box->instance, at(box, "example.com", 11), 11, made), SWASM_WASI_ACCES, "no name either");
}

/* ---- Connections -------------------------------------------------------------------------------- */

static void exchange(sandbox *box, uint32_t fd, int peer)
{
    char text[8] = "";
    wait_for(box, fd, 2);
    expect(write_text(box, fd, "ping"), 0, "the guest writes");
    check(recv(peer, text, 4, MSG_WAITALL) == 4 && memcmp(text, "ping", 4) == 0, "and the other side gets it");
    check(send(peer, "pong", 4, 0) == 4, "which answers");
    wait_for(box, fd, 1);
    check(reads(box, fd, "pong"), "and the guest reads it");
}

static void client(sandbox *box, uint32_t family, const char *host)
{
    char grant[64];
    uint16_t port;
    swasm_instance *i = box->instance;
    int listener = host_peer((int)family, TCP, &port);
    snprintf(grant, sizeof grant, family == 6 ? "[%s]:%u" : "%s:%u", host, port);
    grant_network(box, grant, NULL, NULL);
    uint32_t fd = open_socket(box, family, TCP), at = room(box, SWASM_ADDRESS_BYTES);
    expect(swasm_net_finish_connect(i, fd), SWASM_WASI_NOTCONN, "nothing was begun");
    expect(swasm_net_peer_address(i, fd, at), SWASM_WASI_NOTCONN, "and there is no peer");
    expect(swasm_net_connect(i, fd, address(box, host, (uint16_t)(port ^ 1))), SWASM_WASI_ACCES, "another port");
    expect(swasm_net_bind(i, fd, address(box, host, port)), SWASM_WASI_ACCES, "a port that was not granted for listening");
    expect(swasm_net_bind(i, fd, address(box, family == 6 ? "::" : "0.0.0.0", 0)), 0, "a port that the kernel chooses");
    expect(swasm_net_listen(i, fd, 1), SWASM_WASI_ACCES, "gives no right to listen");
    uint32_t error = swasm_net_connect(i, fd, address(box, host, port));
    expect(error, SWASM_WASI_INPROGRESS, "connecting begins");
    wait_for(box, fd, 2);
    expect(swasm_net_finish_connect(i, fd), 0, "and ends");
    expect(swasm_net_peer_address(i, fd, at), 0, "with a peer");
    check(address_is(box, at, host, port), "which is the one that was asked for");
    int peer = accept(listener, NULL, NULL);
    exchange(box, fd, peer);
    expect(swasm_net_shutdown(i, fd, 2), 0, "the guest ends its side");
    char byte;
    check(recv(peer, &byte, 1, 0) == 0, "which the other side sees");
    close(peer), close(listener);
    swasm_wasi_fd_close(i, fd);
}

static void server(sandbox *box, uint32_t family, const char *host)
{
    char grant[64];
    swasm_instance *i = box->instance;
    snprintf(grant, sizeof grant, family == 6 ? "[%s]:0" : "%s:0", host);
    grant_network(box, NULL, grant, NULL);
    uint32_t fd = open_socket(box, family, TCP), accepted = room(box, 4), at = room(box, SWASM_ADDRESS_BYTES);
    expect(swasm_net_connect(i, fd, address(box, host, 9)), SWASM_WASI_ACCES, "a server may not connect");
    expect(swasm_net_bind(i, fd, address(box, family == 6 ? "::" : "0.0.0.0", 0)), SWASM_WASI_ACCES, "to every address");
    expect(swasm_net_bind(i, fd, address(box, host, 9)), SWASM_WASI_ACCES, "to another port");
    expect(swasm_net_listen(i, fd, 1), SWASM_WASI_ACCES, "not bound yet");
    expect(swasm_net_bind(i, fd, address(box, host, 0)), 0, "where it may listen");
    expect(swasm_net_accept(i, fd, accepted), SWASM_WASI_INVAL, "not listening yet");
    expect(swasm_net_listen(i, fd, 0), 0, "it listens");
    expect(swasm_net_accept(i, fd, accepted), SWASM_WASI_AGAIN, "nobody is there");
    struct sockaddr_storage where;
    socklen_t bytes = sizeof where;
    getsockname(box->context.fds.entries[fd].host, (struct sockaddr *)&where, &bytes);
    int peer = socket(where.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(connect(peer, (struct sockaddr *)&where, bytes) == 0, "somebody connects");
    wait_for(box, fd, 1);
    expect(swasm_net_accept(i, fd, accepted), 0, "and is accepted");
    const uint32_t connection = load32(box, accepted);
    exchange(box, connection, peer);
    expect(swasm_net_local_address(i, connection, at), 0, "it has an address");
    check(address_is(box, at, host, 0), "of the listener");
    expect(swasm_net_accept(i, connection, accepted), SWASM_WASI_INVAL, "a connection does not listen");
    close(peer);
    swasm_wasi_fd_close(i, connection);
    swasm_wasi_fd_close(i, fd);
}

/* 0.0.0.0 is every address of its family; an IPv6 socket has none of IPv4. */
static void every_address(sandbox *box)
{
    grant_network(box, NULL, "0.0.0.0:0", NULL);
    uint32_t fd = open_socket(box, 4, TCP), six = open_socket(box, 6, TCP);
    expect(swasm_net_bind(box->instance, six, address(box, "::1", 0)), SWASM_WASI_ACCES, "IPv4 is not IPv6");
    expect(swasm_net_bind(box->instance, fd, address(box, "127.0.0.1", 0)), 0, "one of all addresses");
    swasm_wasi_fd_close(box->instance, fd);
    swasm_wasi_fd_close(box->instance, six);
    grant_network(box, NULL, "[::]:0", NULL);
    six = open_socket(box, 6, TCP);
    expect(swasm_net_bind(box->instance, six, address(box, "::", 0)), 0, "every address of IPv6");
    expect(swasm_net_listen(box->instance, six, 9), 0, "listens");
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    where.sin_port = htons(port_of(box, six));
    int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    check(connect(peer, (struct sockaddr *)&where, sizeof where) != 0, "but to IPv6 alone");
    close(peer);
    swasm_wasi_fd_close(box->instance, six);
}

/* Linux takes an automatic port away from a socket whose connection fails and from a listener that is shut
 * down. Then the socket can be bound again. The right to listen is that of its latest address alone. */
static void bound_again(sandbox *box)
{
    char grant[64];
    uint16_t port;
    swasm_instance *i = box->instance;
    close(host_peer(4, TCP, &port));
    snprintf(grant, sizeof grant, "127.0.0.1:%u", port);
    grant_network(box, grant, "127.0.0.1:0", NULL);
    const uint32_t loopback = address(box, "127.0.0.1", 0), everywhere = address(box, "0.0.0.0", 0);
    uint32_t fd = open_socket(box, 4, TCP);
    expect(swasm_net_bind(i, fd, loopback), 0, "where it may listen");
    expect(swasm_net_connect(i, fd, address(box, "127.0.0.1", port)), SWASM_WASI_INPROGRESS, "but it connects");
    wait_for(box, fd, 2);
    expect(swasm_net_finish_connect(i, fd), SWASM_WASI_CONNREFUSED, "to nobody");
    expect(swasm_net_bind(i, fd, everywhere), 0, "it can be bound again");
    expect(swasm_net_listen(i, fd, 1), SWASM_WASI_ACCES, "but may not listen there");
    swasm_wasi_fd_close(i, fd);
    fd = open_socket(box, 4, TCP);
    expect(swasm_net_bind(i, fd, loopback), 0, "where it may listen");
    expect(swasm_net_listen(i, fd, 1), 0, "it listens");
    expect(swasm_net_shutdown(i, fd, 1), 0, "and stops");
    expect(swasm_net_bind(i, fd, everywhere), 0, "it can be bound again");
    expect(swasm_net_listen(i, fd, 1), SWASM_WASI_ACCES, "but may not listen there");
    swasm_wasi_fd_close(i, fd);
}

/* The kernel restricts what has few ports, whatever else is granted. */
static void ports_for_the_kernel(sandbox *box)
{
    enum { BIND = 1, CONNECT = 2, BOTH = 3 };
    end_network();
    grant_network(box, "127.0.0.1:1-4096", "127.0.0.1:80", NULL);
    check(swasm_net_restricted_by_port(BOTH) == BOTH, "4096 ports to connect to, and others to listen at");
    grant_network(box, "127.0.0.1:1-4097", "127.0.0.1:80", NULL);
    check(swasm_net_restricted_by_port(BOTH) == BIND, "too many to connect to");
}

/* ---- Datagrams ---------------------------------------------------------------------------------- */

static uint32_t send_text(sandbox *box, uint32_t fd, const char *text, uint32_t to)
{
    const uint32_t length = (uint32_t)strlen(text);
    return swasm_net_send_to(box->instance, fd, at(box, text, length), length, to, room(box, 4));
}

static uint32_t receive(sandbox *box, uint32_t fd, uint32_t buffer, uint32_t from)
{
    return swasm_net_receive_from(box->instance, fd, buffer, 64, room(box, 4), from);
}

static void send_to_guest(int peer, uint16_t port, const char *text)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    check(sendto(peer, text, strlen(text), 0, (struct sockaddr *)&to, sizeof to) > 0, "the host sends");
}

static void asks(sandbox *box)
{
    char grant[64], text[16];
    uint16_t port, other_port;
    swasm_instance *i = box->instance;
    int peer = host_peer(4, UDP, &port), stranger = host_peer(4, UDP, &other_port);
    snprintf(grant, sizeof grant, "127.0.0.1:%u/udp", port);
    grant_network(box, grant, NULL, NULL);
    uint32_t fd = open_socket(box, 4, UDP), buffer = room(box, 64), from = room(box, SWASM_ADDRESS_BYTES);
    const uint32_t to = address(box, "127.0.0.1", port);
    expect(send_text(box, fd, "x", address(box, "127.0.0.1", other_port)), SWASM_WASI_ACCES, "to a stranger");
    expect(swasm_net_bind(i, fd, address(box, "127.0.0.1", 0)), 0, "whoever sends may bind");
    expect(send_text(box, fd, "x", 0), SWASM_WASI_DESTADDRREQ, "to nobody");
    expect(send_text(box, fd, "ask", to), 0, "to the one that was granted");
    check(recv(peer, text, sizeof text, 0) == 3, "which gets it");
    const uint16_t own = port_of(box, fd);
    expect(receive(box, fd, buffer, from), SWASM_WASI_AGAIN, "nothing is there");
    send_to_guest(stranger, own, "forged");
    memset(box->memory + buffer, 0, 64);
    expect(receive(box, fd, buffer, from), SWASM_WASI_AGAIN, "a stranger is not heard");
    check(box->memory[buffer] == 0, "and nothing of it comes into memory");
    send_to_guest(stranger, own, "forged");
    send_to_guest(peer, own, "answer");
    wait_for(box, fd, 1);
    expect(receive(box, fd, buffer, from), 0, "the answer");
    check(memcmp(box->memory + buffer, "answer", 6) == 0 && address_is(box, from, "127.0.0.1", port), "comes, with its sender");
    expect(swasm_net_connect(i, fd, address(box, "127.0.0.1", other_port)), SWASM_WASI_ACCES, "no connection to a stranger");
    expect(swasm_net_connect(i, fd, to), 0, "a peer for all datagrams");
    expect(send_text(box, fd, "more", 0), 0, "needs no address");
    check(recv(peer, text, sizeof text, 0) == 4, "and gets them");
    expect(swasm_wasi_fd_read(i, fd, iovec(box, buffer, 9), 1, from), SWASM_WASI_BADF, "fd_read would hear strangers");
    expect(write_text(box, fd, "x"), SWASM_WASI_BADF, "and fd_write has no rules");
    expect(swasm_wasi_sock_recv(i, fd, iovec(box, buffer, 9), 1, 0, from, from), SWASM_WASI_BADF, "as sock_recv");
    expect(swasm_net_disconnect(i, fd), 0, "until it is forgotten");
    expect(swasm_net_peer_address(i, fd, from), SWASM_WASI_NOTCONN, "then there is none");
    check(port_of(box, fd) == own, "and the socket keeps its port");
    expect(swasm_net_connect(i, fd, to), 0, "a peer");
    expect(swasm_net_shutdown(i, fd, 2), 0, "that gets no more");
    expect(send_text(box, fd, "x", 0), SWASM_WASI_PIPE, "gets no more");
    swasm_wasi_fd_close(i, fd);
    close(peer), close(stranger);
}

/* A server of UDP answers those who asked it, and nobody else. */
static void answers(sandbox *box)
{
    char text[16];
    uint16_t port, other_port;
    swasm_instance *i = box->instance;
    int peer = host_peer(4, UDP, &port), stranger = host_peer(4, UDP, &other_port);
    grant_network(box, NULL, "127.0.0.1:0/udp", NULL);
    uint32_t fd = open_socket(box, 4, UDP), buffer = room(box, 64), from = room(box, SWASM_ADDRESS_BYTES);
    expect(send_text(box, fd, "x", address(box, "127.0.0.1", port)), SWASM_WASI_ACCES, "it asked nothing yet");
    expect(swasm_net_bind(i, fd, address(box, "127.0.0.1", 0)), 0, "where it may listen");
    send_to_guest(peer, port_of(box, fd), "ask");
    wait_for(box, fd, 1);
    expect(receive(box, fd, buffer, from), 0, "a question");
    check(address_is(box, from, "127.0.0.1", port), "of somebody");
    expect(send_text(box, fd, "answer", from), 0, "is answered");
    check(recv(peer, text, sizeof text, 0) == 6, "to whom asked");
    expect(send_text(box, fd, "x", address(box, "127.0.0.1", other_port)), SWASM_WASI_ACCES, "but nobody else");
    uint32_t second = open_socket(box, 4, UDP);
    expect(send_text(box, second, "x", from), SWASM_WASI_ACCES, "nor from another socket");
    for (int n = 0; n < 700; n++) { /* many who ask; the ring forgets the first */
        uint16_t any;
        int asker = host_peer(4, UDP, &any);
        send_to_guest(asker, port_of(box, fd), "ask");
        if (receive(box, fd, buffer, from)) check(false, "many ask");
        close(asker);
    }
    expect(send_text(box, fd, "x", from), 0, "the last one is known");
    expect(send_text(box, fd, "x", address(box, "127.0.0.1", port)), SWASM_WASI_ACCES, "the first one is forgotten");
    swasm_wasi_fd_close(i, second);
    expect(swasm_wasi_fd_renumber(i, fd, 0), 0, "under another number");
    expect(send_text(box, 0, "x", from), 0, "it still knows them");
    swasm_wasi_fd_close(i, 0);
    close(peer), close(stranger);
}

/* On another link, the same address is somebody else's. */
static void answers_on_its_link(sandbox *box)
{
    uint16_t port;
    swasm_instance *i = box->instance;
    int peer = host_peer(6, UDP, &port);
    grant_network(box, NULL, "[::1]:0/udp", NULL);
    uint32_t fd = open_socket(box, 6, UDP), buffer = room(box, 64), from = room(box, SWASM_ADDRESS_BYTES);
    expect(swasm_net_bind(i, fd, address(box, "::1", 0)), 0, "where it may listen");
    const struct sockaddr_in6 to = {.sin6_family = AF_INET6, .sin6_port = htons(port_of(box, fd)), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    check(sendto(peer, "ask", 3, 0, (const void *)&to, sizeof to) == 3, "the host sends");
    wait_for(box, fd, 1);
    expect(receive(box, fd, buffer, from), 0, "a question");
    expect(send_text(box, fd, "answer", from), 0, "is answered");
    box->memory[from + 8] = 7;
    expect(send_text(box, fd, "answer", from), SWASM_WASI_ACCES, "but not on another link");
    swasm_wasi_fd_close(i, fd);
    close(peer);
}

static void options(sandbox *box)
{
    grant_network(box, "127.0.0.1:9 127.0.0.1:9/udp", NULL, NULL);
    swasm_instance *i = box->instance;
    const uint64_t second = 1000000000;
    const struct { uint32_t option; uint64_t set, got; } rows[] = {
        {0, 1, 1}, {0, 0, 0}, {1, 1, second}, {1, 7 * second, 7 * second}, {1, 7 * second + 1, 8 * second},
        {1, UINT64_MAX, 32767 * second}, {2, 3 * second, 3 * second}, {3, 4, 4}, {3, UINT64_MAX, 127}, {4, 9, 9},
        {4, 1000, 255}, {5, 65536, 65536}, {6, 65536, 65536}};
    for (uint32_t family = 4; family <= 6; family += 2) {
        uint32_t fd = open_socket(box, family, TCP), value = room(box, 8);
        for (size_t n = 0; n < sizeof rows / sizeof rows[0]; n++) {
            expect(swasm_net_set_option(i, fd, rows[n].option, rows[n].set), 0, "an option is set");
            expect(swasm_net_get_option(i, fd, rows[n].option, value), 0, "and read");
            expect_u64(load64(box, value), rows[n].got, "as it was set");
        }
        expect(swasm_net_set_option(i, fd, 5, UINT64_MAX), 0, "a huge buffer is made smaller");
        for (uint32_t option = 1; option < 7; option++)
            expect(swasm_net_set_option(i, fd, option, 0), SWASM_WASI_INVAL, "0 is no value");
        expect(swasm_net_set_option(i, fd, 7, 1), SWASM_WASI_INVAL, "no such option");
        expect(swasm_net_get_option(i, fd, UINT32_MAX, value), SWASM_WASI_INVAL, "no such option");
        swasm_wasi_fd_close(i, fd);
        fd = open_socket(box, family, UDP);
        for (uint32_t option = 0; option < 4; option++) {
            expect(swasm_net_set_option(i, fd, option, 1), SWASM_WASI_NOTSUP, "UDP has no connection to keep alive");
            expect(swasm_net_get_option(i, fd, option, value), SWASM_WASI_NOTSUP, "UDP has no connection to keep alive");
        }
        expect(swasm_net_set_option(i, fd, 4, 3), 0, "but a hop limit");
        swasm_wasi_fd_close(i, fd);
    }
}

void test_net(void)
{
    sandbox box;
    sandbox_start(&box);
    rules(&box);
    no_hosts(&box);
    nothing_by_default(&box);
    client(&box, 4, "127.0.0.1");
    client(&box, 6, "::1");
    server(&box, 4, "127.0.0.1");
    server(&box, 6, "::1");
    every_address(&box);
    bound_again(&box);
    ports_for_the_kernel(&box);
    asks(&box);
    answers(&box);
    answers_on_its_link(&box);
    options(&box);
    end_network();
    sandbox_end(&box);
}
