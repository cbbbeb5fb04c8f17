/* Lookups of names, with servers that the test itself plays: they answer, cut, refuse, forge or are
 * silent. */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../../src/wasi/determinism.h"
#include "../../src/wasi/dns_lookup.h"
#include "net_harness.h"

enum { SERVERS = 2, NO_ANSWER = -1, NO_ERROR = 0, SERVER_FAILURE = 2, NO_NAME = 3, REFUSED = 5, CUT = 0x100, OTHER_CASE = 0x200 };

typedef struct played {
    int datagrams, listener;
    uint16_t port;
    struct sockaddr_in asker;
    uint8_t bytes[600];
    size_t count; /* of a question, or of an answer to it */
} played;

static played servers[SERVERS];

/* ---- Servers ------------------------------------------------------------------------------------ */

/* UDP and TCP at the same port. */
static void play(played *server)
{
    for (;;) {
        server->datagrams = host_peer(4, UDP, &server->port);
        server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        const struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(server->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        if (bind(server->listener, (const void *)&at, sizeof at) == 0 && listen(server->listener, 4) == 0) return;
        close(server->datagrams), close(server->listener);
    }
}

static void start_with_timeout(sandbox *box, const char *connects, const char *resolves, uint32_t count, uint32_t seconds)
{
    grant_network(box, connects, NULL, resolves);
    swasm_dns_config config = {.server_count = count, .timeout_seconds = seconds, .attempts = 2};
    for (uint32_t i = 0; i < count; i++) config.servers[i] = endpoint("127.0.0.1", servers[i].port);
    check(swasm_dns_start_with(&config), "the servers are known");
}

/* A busy machine must not make a server look silent. */
static void start(sandbox *box, const char *connects, const char *resolves, uint32_t count)
{
    start_with_timeout(box, connects, resolves, count, 3600);
}

/* Takes a question; false if there is none. */
static bool take_question(played *server)
{
    socklen_t bytes = sizeof server->asker;
    ssize_t count = recvfrom(server->datagrams, server->bytes, sizeof server->bytes, MSG_DONTWAIT, (void *)&server->asker, &bytes);
    server->count = count > 0 ? (size_t)count : 0;
    return count > 0;
}

/* Takes a question that was sent. The kernel may deliver it a moment later. */
static void wait_question(played *server)
{
    struct pollfd socket = {.fd = server->datagrams, .events = POLLIN};
    check(poll(&socket, 1, 60000) == 1 && take_question(server), "a question comes");
}

static bool asks_for_ipv6(const played *server) { return server->bytes[server->count - 3] == 28; }

/* Makes an answer of a question. `text` is an address, or NULL. */
static void make_answer(played *server, int code, const char *text)
{
    server->bytes[2] = code & CUT ? 0x83 : 0x81;
    server->bytes[3] = (uint8_t)(0x80 | (code & 15));
    if (code & OTHER_CASE)
        for (size_t i = 12; i < server->count - 5; i++) server->bytes[i] = (uint8_t)tolower(server->bytes[i]);
    if (!text) return;
    const swasm_endpoint at = endpoint(text, 0);
    const uint8_t head[] = {0xc0, 12, 0, at.is_ipv6 ? 28 : 1, 0, 1, 0, 0, 0, 60, 0, at.is_ipv6 ? 16 : 4};
    server->bytes[7]++;
    memcpy(server->bytes + server->count, head, sizeof head);
    memcpy(server->bytes + server->count + sizeof head, at.host, head[11]);
    server->count += sizeof head + head[11];
}

static void send_answer(const played *server)
{
    check(sendto(server->datagrams, server->bytes, server->count, 0, (const void *)&server->asker, sizeof server->asker) > 0,
          "the server answers");
}

/* Answers every question that is there. Returns how many there were. */
static unsigned answer_all(played *server, int code, const char *ipv4, const char *ipv6)
{
    unsigned count = 0;
    for (; take_question(server); count++) {
        if (code == NO_ANSWER) continue;
        make_answer(server, code, asks_for_ipv6(server) ? ipv6 : ipv4);
        send_answer(server);
    }
    return count;
}

/* Continues a lookup until it connects to the server. It may get the answer that makes it connect a moment
 * later. */
static int accept_from(sandbox *box, uint32_t lookup, played *server)
{
    struct pollfd listener = {.fd = server->listener, .events = POLLIN};
    const uint32_t result = room(box, SWASM_ADDRESS_BYTES);
    expect(swasm_net_resolve_next(box->instance, lookup, result), SWASM_WASI_AGAIN, "the lookup goes on by TCP");
    bool comes = poll(&listener, 1, 10) == 1;
    for (int tries = 0; !comes && tries < 6000; tries++) {
        swasm_net_resolve_next(box->instance, lookup, result);
        comes = poll(&listener, 1, 10) == 1;
    }
    check(comes, "a connection is made");
    return comes ? accept(server->listener, NULL, NULL) : -1;
}

/* Takes a question over a connection and answers it in small pieces. */
static void answer_by_tcp(sandbox *box, uint32_t lookup, played *server, int code, const char *text)
{
    uint8_t length[2];
    uint32_t result = room(box, SWASM_ADDRESS_BYTES);
    int connection = accept_from(box, lookup, server);
    swasm_net_resolve_next(box->instance, lookup, result); /* sends the question */
    check(recv(connection, length, 2, MSG_WAITALL) == 2, "a question comes over the connection");
    server->count = (size_t)(length[0] << 8 | length[1]);
    check(recv(connection, server->bytes, server->count, MSG_WAITALL) == (ssize_t)server->count, "of this length");
    make_answer(server, code, text);
    uint8_t all[700] = {(uint8_t)(server->count >> 8), (uint8_t)server->count};
    memcpy(all + 2, server->bytes, server->count);
    for (size_t sent = 0; sent < server->count + 2;) {
        size_t some = sent == 0 ? 1 : server->count + 2 - sent < 9 ? server->count + 2 - sent : 9;
        send(connection, all + sent, some, MSG_NOSIGNAL);
        sent += some;
        if (sent < server->count + 2)
            expect(swasm_net_resolve_next(box->instance, lookup, result), SWASM_WASI_AGAIN, "a part is no answer");
    }
    close(connection);
}

/* ---- The guest ---------------------------------------------------------------------------------- */

static uint32_t look_up(sandbox *box, const char *name, uint32_t wanted)
{
    const uint32_t length = (uint32_t)strlen(name), made = room(box, 4);
    uint32_t error = swasm_net_resolve(box->instance, at(box, name, length), length, made);
    expect(error, wanted, name);
    return error ? BAD_FD : load32(box, made);
}

static uint32_t next(sandbox *box, uint32_t fd, uint32_t result) { return swasm_net_resolve_next(box->instance, fd, result); }

/* Waits for the answer, and compares all addresses, which are separated by blanks. Ends the lookup. */
static void finds(sandbox *box, uint32_t fd, const char *addresses)
{
    uint32_t result = room(box, SWASM_ADDRESS_BYTES);
    wait_for(box, fd, 1);
    char copy[200];
    snprintf(copy, sizeof copy, "%s", addresses);
    for (char *text = strtok(copy, " "); text; text = strtok(NULL, " ")) {
        expect(next(box, fd, result), 0, text);
        check(address_is(box, result, text, 0) && port_at(box, result) == 0, text);
    }
    expect(next(box, fd, result), 0, "after the last address");
    expect(load16(box, result), 0, "there is none");
    swasm_wasi_fd_close(box->instance, fd);
}

static void fails(sandbox *box, uint32_t fd, uint32_t wanted, const char *what)
{
    wait_for(box, fd, 1);
    expect(next(box, fd, room(box, SWASM_ADDRESS_BYTES)), wanted, what);
    swasm_wasi_fd_close(box->instance, fd);
}

static bool reaches(const char *host, uint16_t port, bool is_udp)
{
    const swasm_endpoint to = endpoint(host, port);
    return swasm_net_may_reach(is_udp, &to);
}

/* ---- Tests -------------------------------------------------------------------------------------- */

static void names(sandbox *box)
{
    start(box, "api.example.com:443 *.wild.net:80/udp", "plain.org *.below.org", 1);
    static const char *const wrong[] = {"", ".", "a..b", "a b", "127.1", "1.2.3.4.5", "[::1]", "x/y", "\xc3\xa4.de"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        look_up(box, wrong[i], SWASM_WASI_INVAL);
    char longest[300];
    memset(longest, 'a', sizeof longest);
    for (size_t i = 49; i < sizeof longest; i += 50) longest[i] = '.';
    longest[254] = 0;
    look_up(box, longest, SWASM_WASI_INVAL);
    static const char *const denied[] = {"example.com", "xapi.example.com", "api.example.com.evil.net", "wild.net", "xwild.net",
                                         "below.org", "xplain.org", "localhost"};
    for (size_t i = 0; i < sizeof denied / sizeof denied[0]; i++) look_up(box, denied[i], SWASM_WASI_ACCES);
    static const char *const granted[] = {"api.example.com", "API.Example.COM", "api.example.com.", "a.b.wild.net", "plain.org",
                                          "x.below.org"};
    for (size_t i = 0; i < sizeof granted / sizeof granted[0]; i++) {
        uint32_t fd = look_up(box, granted[i], 0);
        expect(next(box, fd, room(box, SWASM_ADDRESS_BYTES)), SWASM_WASI_AGAIN, "the server has not answered");
        expect(swasm_wasi_fd_close(box->instance, fd), 0, "a lookup can be given up");
    }
    expect(answer_all(&servers[0], NO_ERROR, "192.0.2.1", NULL), 12, "two questions for each name");
    finds(box, look_up(box, "192.0.2.7", 0), "192.0.2.7");
    finds(box, look_up(box, "2001:db8::7", 0), "2001:db8::7");
    expect(answer_all(&servers[0], NO_ERROR, NULL, NULL), 0, "nobody is asked for a number");
}

static void answers(sandbox *box)
{
    start(box, "api.example.com:443 *.example.com:53/udp", "other.org", 1);
    check(!reaches("192.0.2.1", 443, false), "a name is not known before it is looked up");
    uint32_t fd = look_up(box, "api.example.com", 0);
    answer_all(&servers[0], NO_ERROR, "192.0.2.1", "2001:db8::1");
    finds(box, fd, "192.0.2.1 2001:db8::1");
    check(reaches("192.0.2.1", 443, false) && reaches("2001:db8::1", 443, false), "then its addresses may be reached");
    check(reaches("192.0.2.1", 53, true), "by each grant that names it");
    check(!reaches("192.0.2.1", 80, false) && !reaches("192.0.2.2", 443, false) && !reaches("192.0.2.1", 443, true),
          "at these ports, and nobody else");
    fd = look_up(box, "other.org", 0);
    answer_all(&servers[0], NO_ERROR, "192.0.2.9", NULL);
    finds(box, fd, "192.0.2.9");
    check(!reaches("192.0.2.9", 443, false), "a name without a destination grants no address");
    fd = look_up(box, "www.example.com", 0);
    answer_all(&servers[0], NO_ERROR, "192.0.2.10", NULL);
    finds(box, fd, "192.0.2.10");
    check(reaches("192.0.2.10", 53, true) && !reaches("192.0.2.10", 443, false), "each name has its own grants");
}

/* Many lookups of one name ask one question: with an id for each, an answer would be easier to forge. */
static void one_question(sandbox *box)
{
    uint8_t first[2][600];
    start(box, NULL, "example.com", 1);
    uint32_t fds[3];
    for (size_t i = 0; i < 3; i++) fds[i] = look_up(box, i == 1 ? "EXAMPLE.com" : "example.com", 0);
    for (size_t i = 0; i < 6; i++) {
        check(take_question(&servers[0]), "each of them asks");
        if (i < 2) memcpy(first[i], servers[0].bytes, servers[0].count);
        else check(memcmp(first[i % 2], servers[0].bytes, servers[0].count) == 0, "the same question");
        make_answer(&servers[0], NO_ERROR, asks_for_ipv6(&servers[0]) ? NULL : "192.0.2.1");
        send_answer(&servers[0]);
    }
    for (size_t i = 0; i < 3; i++) finds(box, fds[i], "192.0.2.1");
}

/* Who answers for a name does not choose what on this machine is reached. */
static void rebinding(sandbox *box)
{
    static const char *const own[][2] = {{"127.0.0.1", "::1"}, {"169.254.169.254", "fe80::1"}, {"0.0.0.0", "::"}};
    start(box, "evil.net:80", NULL, 1);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
        uint32_t fd = look_up(box, "evil.net", 0);
        char both[80];
        snprintf(both, sizeof both, "%s %s", own[i][0], own[i][1]);
        answer_all(&servers[0], NO_ERROR, own[i][0], own[i][1]);
        finds(box, fd, both);
        check(!reaches(own[i][0], 80, false) && !reaches(own[i][1], 80, false), both);
    }
    uint32_t fd = look_up(box, "evil.net", 0);
    answer_all(&servers[0], NO_ERROR, "255.255.255.255", "::ffff:127.0.0.1");
    fails(box, fd, SWASM_WASI_NOENT, "addresses of no host are left out");
}

static void failures(sandbox *box)
{
    start(box, NULL, "*", 1);
    uint32_t fd = look_up(box, "none.org", 0);
    expect(answer_all(&servers[0], NO_NAME, NULL, NULL), 2, "two questions");
    fails(box, fd, SWASM_WASI_NOENT, "no such name");
    fd = look_up(box, "empty.org", 0);
    answer_all(&servers[0], NO_ERROR, NULL, NULL);
    fails(box, fd, SWASM_WASI_NOENT, "no address");
    uint32_t result = room(box, SWASM_ADDRESS_BYTES);
    static const struct { int code; uint32_t error; } rows[] = {{SERVER_FAILURE, SWASM_WASI_TIMEDOUT}, {REFUSED, SWASM_WASI_IO}};
    for (size_t i = 0; i < 2; i++) {
        fd = look_up(box, "failing.org", 0);
        unsigned asked = 0;
        while (next(box, fd, result) == SWASM_WASI_AGAIN) asked += answer_all(&servers[0], rows[i].code, NULL, NULL);
        check(asked >= 2 && asked <= 4, "a server is asked as often as its settings say");
        fails(box, fd, rows[i].error, "a server that fails");
    }
    fd = look_up(box, "half.org", 0); /* one family fails, and the other has an answer */
    while (next(box, fd, result) == SWASM_WASI_AGAIN)
        while (take_question(&servers[0])) {
            make_answer(&servers[0], asks_for_ipv6(&servers[0]) ? SERVER_FAILURE : NO_ERROR,
                        asks_for_ipv6(&servers[0]) ? NULL : "192.0.2.3");
            send_answer(&servers[0]);
        }
    check(address_is(box, result, "192.0.2.3", 0), "the address of one family is found although the other fails");
    swasm_wasi_fd_close(box->instance, fd);
}

static void other_servers(sandbox *box)
{
    start(box, NULL, "*", 2);
    uint32_t fd = look_up(box, "a.org", 0), result = room(box, SWASM_ADDRESS_BYTES);
    expect(answer_all(&servers[0], SERVER_FAILURE, NULL, NULL), 2, "the first server is asked");
    expect(next(box, fd, result), SWASM_WASI_AGAIN, "it fails");
    check(answer_all(&servers[1], NO_ERROR, "192.0.2.5", NULL) >= 2, "so the second is asked");
    finds(box, fd, "192.0.2.5");
    answer_all(&servers[0], NO_ANSWER, NULL, NULL);
    start_with_timeout(box, NULL, "*", 2, 1);
    fd = look_up(box, "b.org", 0); /* a silent server: the wait itself ends, and asks the next one */
    expect(answer_all(&servers[0], NO_ANSWER, NULL, NULL), 2, "the first server is silent");
    uint8_t subscriptions[96] = {[8] = 1, [16] = (uint8_t)fd, [48 + 8] = 0, [48 + 16] = 1};
    const uint64_t long_enough = 1100000000;
    memcpy(subscriptions + 48 + 24, &long_enough, 8);
    uint32_t events = room(box, 64), stored = room(box, 4);
    expect(swasm_wasi_poll_oneoff(box->instance, at(box, subscriptions, 96), events, 2, stored), 0, "waiting with a clock");
    check(load32(box, stored) == 1 && box->memory[events + 10] == 0, "the clock comes first");
    unsigned asked = 0;
    while (next(box, fd, result) == SWASM_WASI_AGAIN) asked += answer_all(&servers[1], NO_ERROR, "192.0.2.6", NULL);
    check(asked >= 2 && address_is(box, result, "192.0.2.6", 0), "the second server was asked, and answers");
    swasm_wasi_fd_close(box->instance, fd);
    answer_all(&servers[0], NO_ANSWER, NULL, NULL);
    uint16_t port;
    int nobody = host_peer(4, UDP, &port);
    close(nobody); /* nobody is there */
    const uint16_t was = servers[0].port;
    servers[0].port = port;
    start(box, NULL, "*", 1);
    fails(box, look_up(box, "c.org", 0), SWASM_WASI_TIMEDOUT, "no server at all");
    servers[0].port = was;
}

static void connections(sandbox *box)
{
    const int reasons[] = {CUT, OTHER_CASE};
    start(box, "big.org:1", "*", 1);
    for (size_t i = 0; i < 2; i++) {
        uint32_t fd = look_up(box, "big.org", 0);
        wait_question(&servers[0]);
        make_answer(&servers[0], reasons[i], asks_for_ipv6(&servers[0]) ? NULL : "192.0.2.66"); /* not to be believed */
        send_answer(&servers[0]);
        wait_question(&servers[0]);
        make_answer(&servers[0], NO_NAME, NULL);
        send_answer(&servers[0]);
        answer_by_tcp(box, fd, &servers[0], NO_ERROR, "192.0.2.8");
        finds(box, fd, "192.0.2.8");
        check(!reaches("192.0.2.66", 1, false), "what was cut or forged grants nothing");
    }
    check(reaches("192.0.2.8", 1, false), "the answer of the connection does");
    uint32_t fd = look_up(box, "big.org", 0);
    answer_all(&servers[0], CUT, NULL, NULL);
    close(accept_from(box, fd, &servers[0])); /* and broken off */
    wait_for(box, look_up(box, "192.0.2.1", 0), 1);
    swasm_wasi_fd_close(box->instance, fd);
    fd = look_up(box, "big.org", 0);
    answer_all(&servers[0], CUT, NULL, NULL);
    answer_by_tcp(box, fd, &servers[0], SERVER_FAILURE, NULL);
    expect(next(box, fd, room(box, SWASM_ADDRESS_BYTES)), SWASM_WASI_AGAIN, "a failure leads to the next try");
    swasm_wasi_fd_close(box->instance, fd);
    answer_all(&servers[0], NO_ANSWER, NULL, NULL);
}

static void forged_answers(sandbox *box)
{
    start(box, "a.org:1", NULL, 1);
    uint32_t fd = look_up(box, "a.org", 0), result = room(box, SWASM_ADDRESS_BYTES);
    uint8_t kept[2][600];
    size_t counts[2];
    for (int i = 0; i < 2; i++) {
        wait_question(&servers[0]);
        memcpy(kept[i], servers[0].bytes, counts[i] = servers[0].count);
        make_answer(&servers[0], NO_ERROR, "192.0.2.13");
        servers[0].bytes[1] ^= 1;
        send_answer(&servers[0]); /* of another id */
    }
    servers[0].bytes[1] ^= 1;
    uint16_t port;
    int stranger = host_peer(4, UDP, &port);
    sendto(stranger, servers[0].bytes, servers[0].count, 0, (void *)&servers[0].asker, sizeof servers[0].asker);
    for (int i = 0; i < 100; i++) sendto(servers[0].datagrams, "noise", i % 6, 0, (void *)&servers[0].asker, sizeof servers[0].asker);
    for (int i = 0; i < 4; i++) expect(next(box, fd, result), SWASM_WASI_AGAIN, "none of it is an answer");
    for (int i = 0; i < 2; i++) {
        memcpy(servers[0].bytes, kept[i], servers[0].count = counts[i]);
        make_answer(&servers[0], NO_ERROR, asks_for_ipv6(&servers[0]) ? NULL : "192.0.2.14");
        send_answer(&servers[0]);
    }
    finds(box, fd, "192.0.2.14");
    check(!reaches("192.0.2.13", 1, false), "and grants nothing");
    close(stranger);
}

/* Lookups that go on at the same time; each question has an id of its own. */
static void many(sandbox *box)
{
    enum { COUNT = 40 };
    uint32_t fds[COUNT];
    start(box, NULL, "*", 1);
    for (int i = 0; i < COUNT; i++) {
        char name[20];
        snprintf(name, sizeof name, "n%d.org", i);
        fds[i] = look_up(box, name, 0);
    }
    for (int i = 0; i < COUNT; i += 3) swasm_wasi_fd_close(box->instance, fds[i]);
    uint8_t ids[2 * COUNT][2];
    unsigned asked = 0, same = 0;
    for (; take_question(&servers[0]) && asked < 2 * COUNT; asked++) {
        memcpy(ids[asked], servers[0].bytes, 2);
        for (unsigned i = 0; i < asked; i++) same += !memcmp(ids[i], ids[asked], 2);
        char text[40];
        snprintf(text, sizeof text, "192.0.2.%d", atoi((char *)servers[0].bytes + 14));
        make_answer(&servers[0], NO_ERROR, asks_for_ipv6(&servers[0]) ? NULL : text);
        send_answer(&servers[0]);
    }
    check(asked == 2 * COUNT && same < 4, "ids are random");
    for (int i = 0; i < COUNT; i++) {
        char text[40];
        snprintf(text, sizeof text, "192.0.2.%d", i);
        if (i % 3) finds(box, fds[i], text);
    }
}

static void hosts_file(sandbox *box)
{
    char path[200];
    host_file(box, "hosts", "192.0.2.1 one one.alias # comment\n\n#192.0.2.9 one\n::ffff:127.0.0.1 one\n127.0.0.5\tOne  two\n"
                            "nonsense three\n2001:db8::2 one\n192.0.2.3 secret\n192.0.2.4 last");
    snprintf(path, sizeof path, "%s/hosts", box->base);
    start(box, "one:1 last:2 localhost:3", "*.localhost", 1);
    check(swasm_dns_read_hosts(path), "the file is read");
    finds(box, look_up(box, "ONE.", 0), "192.0.2.1 127.0.0.5 2001:db8::2");
    finds(box, look_up(box, "last", 0), "192.0.2.4");
    check(reaches("127.0.0.5", 1, false) && reaches("192.0.2.4", 2, false), "this machine's own file grants its addresses");
    finds(box, look_up(box, "localhost", 0), "127.0.0.1 ::1");
    finds(box, look_up(box, "a.LOCALHOST.", 0), "127.0.0.1 ::1");
    swasm_endpoint found;
    check(!swasm_dns_find_host("secret", 6, 0, &found) && !swasm_dns_find_host("two", 3, 0, &found), "other names are not kept");
    expect(answer_all(&servers[0], NO_ERROR, NULL, NULL), 0, "no server was asked");
    check(swasm_dns_read_hosts("/nowhere/hosts") && !swasm_dns_find_host("one", 3, 0, &found), "there may be no file");
}

static void config_file(sandbox *box)
{
    char path[200], text[9000];
    swasm_dns_config config;
    snprintf(path, sizeof path, "%s/config", box->base);
    host_file(box, "config", "# x\nsearch a.b\nnameserver 192.0.2.1\n nameserver\t2001:db8::1 # y\nnameserver [127.0.0.1]:5353\n"
                             "nameserver 192.0.2.4\noptions ndots:2 timeout:99 attempts:0 timeout:x rotate");
    swasm_dns_read_config(path, &config);
    check(config.server_count == 3 && config.timeout_seconds == 30 && config.attempts == 1, "servers and settings");
    check(config.servers[0].host[0] == 192 && config.servers[0].port == 53 && config.servers[1].is_ipv6, "addresses");
    check(config.servers[2].host[0] == 127 && config.servers[2].port == 5353, "and a port");
    host_file(box, "config", "nameserver\nnameserver x\nnameserver [::1\nnameserver [::1]:0\nnameserver [::1]:x\nnameserver []\n"
                             "nameserver fe80::1%eth0\nserver 192.0.2.1\nnameserverx 192.0.2.1");
    swasm_dns_read_config(path, &config);
    check(config.server_count == 1 && config.servers[0].host[0] == 127 && config.servers[0].port == 53, "no server that is one");
    memset(text, 'x', sizeof text);
    memcpy(text, "nameserver 192.0.2.1 ", 21);
    memcpy(text + 8000, "\nnameserver 192.0.2.2\n", 22);
    text[8022] = 0;
    host_file(box, "config", text);
    swasm_dns_read_config(path, &config);
    check(config.server_count == 1 && config.servers[0].host[3] == 2, "a line that is too long is left out");
    swasm_dns_read_config("/nowhere", &config);
    check(config.server_count == 1 && config.timeout_seconds == 5 && config.attempts == 2, "no file");
}

static void as_a_descriptor(sandbox *box)
{
    swasm_instance *i = box->instance;
    start(box, NULL, "*", 1);
    uint32_t fd = look_up(box, "a.org", 0), result = room(box, 64);
    expect(swasm_wasi_fd_read(i, fd, iovec(box, result, 9), 1, result), SWASM_WASI_BADF, "a lookup is not read");
    expect(swasm_wasi_fd_write(i, fd, iovec(box, result, 9), 1, result), SWASM_WASI_BADF, "nor written");
    expect(swasm_net_bind(i, fd, address(box, "127.0.0.1", 0)), SWASM_WASI_NOTSOCK, "it is no socket");
    expect(swasm_wasi_sock_recv(i, fd, iovec(box, result, 9), 1, 0, result, result), SWASM_WASI_NOTSOCK, "for nobody");
    expect(swasm_wasi_fd_renumber(i, fd, 0), 0, "it may have another number");
    answer_all(&servers[0], NO_ERROR, "192.0.2.1", NULL);
    swasm_deterministic = (swasm_determinism){.on = true};
    wait_for(box, 0, 1);
    swasm_deterministic.on = false;
    expect(next(box, 0, result), 0, "and is found there");
    expect(swasm_wasi_fd_close(i, 0), 0, "until it is closed");
    expect(next(box, 0, result), SWASM_WASI_BADF, "then it is gone");
    if (!can_inject()) return;
    inject(ENOMEM, (const long[3]){SYS_mmap, ODD_SIZE});
    look_up(box, "a.org", SWASM_WASI_NOMEM);
}

void test_lookups(void)
{
    sandbox box;
    sandbox_start(&box);
    for (int i = 0; i < SERVERS; i++) play(&servers[i]);
    names(&box);
    answers(&box);
    one_question(&box);
    rebinding(&box);
    failures(&box);
    other_servers(&box);
    connections(&box);
    forged_answers(&box);
    many(&box);
    hosts_file(&box);
    config_file(&box);
    as_a_descriptor(&box);
    end_network();
    for (int i = 0; i < SERVERS; i++) close(servers[i].datagrams), close(servers[i].listener);
    sandbox_end(&box);
}
