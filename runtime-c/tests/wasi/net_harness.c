/* See net_harness.h. */
#include "net_harness.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../src/wasi/dns_lookup.h"

enum { MOST_WORDS = 16 };

/* Splits a copy of the text at blanks; the words stay valid. */
static size_t words(const char *text, const char *to[MOST_WORDS])
{
    size_t count = 0;
    char *copy = text ? strdup(text) : NULL;
    for (char *word = copy ? strtok(copy, " ") : NULL; word; word = strtok(NULL, " ")) to[count++] = strdup(word);
    free(copy);
    return count;
}

void grant_network(sandbox *box, const char *connects, const char *listens, const char *resolves)
{
    static const char *lists[3][MOST_WORDS];
    static size_t counts[3];
    for (int i = 0; i < 3; i++)
        while (counts[i]) free((char *)lists[i][--counts[i]]);
    const char *const texts[3] = {connects, listens, resolves};
    for (int i = 0; i < 3; i++) counts[i] = words(texts[i], lists[i]);
    const swasm_grants none = {0};
    swasm_grants grants = {.connects = lists[0], .connect_count = counts[0], .listeners = lists[1],
                           .listener_count = counts[1], .resolves = lists[2], .resolve_count = counts[2]};
    /* The sandbox starts without these grants, because listen.c would open the listeners. */
    if (!sandbox_grant(box, &none) || !swasm_wasi_start_network(&grants)) {
        printf("cannot grant the network: %s\n", last_complaint);
        exit(2);
    }
}

void end_network(void)
{
    const swasm_dns_config nobody = {.attempts = 1};
    swasm_dns_start_with(&nobody);
}

swasm_endpoint endpoint(const char *text, uint16_t port)
{
    swasm_endpoint made = {.port = port, .is_ipv6 = strchr(text, ':') != NULL};
    if (inet_pton(made.is_ipv6 ? AF_INET6 : AF_INET, text, made.host) != 1) exit(2);
    return made;
}

uint32_t address(sandbox *box, const char *text, uint16_t port)
{
    const swasm_endpoint made = endpoint(text, port);
    uint32_t at = room(box, SWASM_ADDRESS_BYTES);
    swasm_endpoint_store(box->memory + at, &made);
    return at;
}

uint16_t port_at(const sandbox *box, uint32_t at) { return load16(box, at + 2); }

bool address_is(const sandbox *box, uint32_t at, const char *text, uint16_t port)
{
    swasm_endpoint found;
    const swasm_endpoint wanted = endpoint(text, port);
    return swasm_endpoint_load(box->memory + at, &found) && swasm_same_host(&found, &wanted) && (!port || found.port == port);
}

uint32_t open_socket(sandbox *box, uint32_t family, uint32_t type)
{
    uint32_t made = room(box, 4);
    expect(swasm_net_open(box->instance, family, type, made), 0, "a socket is made");
    return load32(box, made);
}

uint16_t port_of(sandbox *box, uint32_t fd)
{
    uint32_t at = room(box, SWASM_ADDRESS_BYTES);
    expect(swasm_net_local_address(box->instance, fd, at), 0, "a socket has an address");
    return port_at(box, at);
}

void wait_for(sandbox *box, uint32_t fd, uint8_t type)
{
    uint8_t subscription[48] = {[8] = type};
    memcpy(subscription + 16, &fd, 4);
    uint32_t events = room(box, 32);
    uint32_t error = swasm_wasi_poll_oneoff(box->instance, at(box, subscription, 48), events, 1, room(box, 4));
    check(error == 0 && load16(box, events + 8) == 0, "the descriptor gets ready");
}

int host_peer(int family, int type, uint16_t *port)
{
    struct sockaddr_in6 where = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    struct sockaddr_in where4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t bytes = family == 6 ? sizeof where : sizeof where4;
    void *at = family == 6 ? (void *)&where : &where4;
    int fd = socket(family == 6 ? AF_INET6 : AF_INET, (type == TCP ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, at, bytes) != 0 || (type == TCP && listen(fd, 16) != 0)) exit(2);
    getsockname(fd, at, &bytes);
    *port = ntohs(family == 6 ? where.sin6_port : where4.sin_port);
    return fd;
}
