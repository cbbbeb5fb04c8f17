/* See dns_lookup.h. */
#include "dns_lookup.h"

#include "../alloc.h"
#include "../text.h"
#include "clock.h"
#include "context.h"
#include "dns_message.h"
#include "net_rules.h"
#include "socket.h"

enum {
    FIRST_FREE = 3,         /* descriptors below are standard streams */
    MOST_MESSAGES = 64,     /* how many messages of one server are read at a time */
    NAME_BYTES = 253,
    STREAM_BYTES = 2 + 65535, /* a message over TCP, after its length */
    QUESTIONS = 2,
};

typedef struct server {
    swasm_endpoint address;
    int32_t socket; /* UDP, connected; -1 if it could not be made */
} server;

static struct {
    swasm_dns_config config;
    server servers[SWASM_DNS_MOST_SERVERS];
    swasm_lookup *lookups; /* all that are not finished */
} resolver;

typedef struct question {
    swasm_dns_question asked;
    swasm_dns_answer answer;
    bool is_open, needs_tcp;
    swasm_dns_result result; /* of the last answer */
} question;

struct swasm_lookup {
    swasm_lookup *next;
    question questions[QUESTIONS]; /* A, AAAA */
    bool is_finished;
    uint32_t error;      /* if finished: the errno for the guest */
    uint32_t tries;      /* how often a server was asked; tries % server_count is the one that is asked now */
    uint64_t deadline;   /* of this try */
    uint32_t given;      /* how many addresses were taken */
    uint32_t known_count; /* addresses for which no server was asked */
    swasm_endpoint known[8];
    question *by_tcp;    /* the question that is asked over the connection */
    uint8_t *stream;     /* STREAM_BYTES bytes: first what is sent, then what is received */
    size_t stream_count, stream_done; /* how many of them are to be sent or received, and how many were */
    int32_t connection;  /* -1 if there is none */
    bool is_sent;        /* the question over the connection; its answer comes next */
    size_t length;
    char name[NAME_BYTES];
};

/* The host's time, even in a deterministic run: the servers do not follow the guest's clock. */
static uint64_t now(void)
{
    swasm_timespec time = {0, 0};
    swasm_syscall2(SWASM_SYS_CLOCK_GETTIME, SWASM_CLOCK_MONOTONIC, (long)&time);
    return swasm_nanoseconds(time);
}

static uint64_t timeout(void) { return resolver.config.timeout_seconds * 1000000000ull; }

static server *server_of(const swasm_lookup *lookup) { return &resolver.servers[lookup->tries % resolver.config.server_count]; }

/* ---- Starting ----------------------------------------------------------------------------------- */

static int32_t connect_datagrams(const swasm_endpoint *to)
{
    const long flags = SWASM_SOCK_DGRAM | SWASM_SOCK_NONBLOCK | SWASM_SOCK_CLOEXEC;
    const swasm_sockaddr where = swasm_sockaddr_of(to);
    long host = swasm_setup_syscall5(SWASM_SYS_SOCKET, where.family, flags, 0, 0, 0);
    if (swasm_is_error(host)) return -1;
    if (host < FIRST_FREE) {
        long moved = swasm_setup_syscall5(SWASM_SYS_FCNTL, host, SWASM_F_DUPFD_CLOEXEC, FIRST_FREE, 0, 0);
        swasm_setup_syscall5(SWASM_SYS_CLOSE, host, 0, 0, 0, 0);
        if (swasm_is_error(moved)) return -1;
        host = moved;
    }
    if (!swasm_is_error(swasm_setup_syscall5(SWASM_SYS_CONNECT, host, (long)&where, where.bytes, 0, 0))) return (int32_t)host;
    swasm_setup_syscall5(SWASM_SYS_CLOSE, host, 0, 0, 0, 0);
    return -1;
}

bool swasm_dns_start_with(const swasm_dns_config *config)
{
    for (uint32_t i = 0; i < resolver.config.server_count; i++)
        if (resolver.servers[i].socket >= 0) swasm_setup_syscall5(SWASM_SYS_CLOSE, resolver.servers[i].socket, 0, 0, 0, 0);
    resolver.config = *config;
    resolver.lookups = NULL;
    bool any = false;
    for (uint32_t i = 0; i < config->server_count; i++) {
        resolver.servers[i] = (server){config->servers[i], connect_datagrams(&config->servers[i])};
        any |= resolver.servers[i].socket >= 0;
    }
    if (!any) swasm_complain(SWASM_WARNING, "no server of /etc/resolv.conf can be reached: names cannot be looked up", NULL);
    return true;
}

bool swasm_dns_start(void)
{
    swasm_dns_config config;
    swasm_dns_read_config("/etc/resolv.conf", &config);
    if (swasm_dns_read_hosts("/etc/hosts")) return swasm_dns_start_with(&config);
    swasm_complain(SWASM_ERROR_OUT_OF_MEMORY, "out of memory", "/etc/hosts");
    return false;
}

bool swasm_dns_server_port(size_t index, uint16_t *port)
{
    if (index >= resolver.config.server_count) return false;
    *port = resolver.servers[index].address.port;
    return true;
}

bool swasm_dns_descriptor(size_t index, uint32_t *descriptor)
{
    for (uint32_t i = 0; i < resolver.config.server_count; i++) {
        if (resolver.servers[i].socket < 0 || index--) continue;
        *descriptor = (uint32_t)resolver.servers[i].socket;
        return true;
    }
    return false;
}

/* ---- The end of a lookup ------------------------------------------------------------------------ */

static void close_connection(swasm_lookup *lookup)
{
    if (lookup->connection >= 0) swasm_syscall1(SWASM_SYS_CLOSE, lookup->connection);
    if (lookup->stream) swasm_unmap(lookup->stream, STREAM_BYTES);
    lookup->connection = -1;
    lookup->stream = NULL;
    lookup->by_tcp = NULL;
}

static void remove_from_list(swasm_lookup *lookup)
{
    for (swasm_lookup **at = &resolver.lookups; *at; at = &(*at)->next) {
        if (*at != lookup) continue;
        *at = lookup->next;
        return;
    }
}

/* Address number `index`: first the known ones, then IPv4, then IPv6. Addresses that no host can have
 * (SWASM_ADDRESS_NO_HOST) are left out. */
static bool address_at(const swasm_lookup *lookup, uint32_t index, swasm_endpoint *address)
{
    if (index < lookup->known_count) {
        *address = lookup->known[index];
        return true;
    }
    index -= lookup->known_count;
    for (int i = 0; i < QUESTIONS; i++) {
        const swasm_dns_answer *answer = &lookup->questions[i].answer;
        for (uint32_t j = 0; j < answer->count; j++) {
            *address = (swasm_endpoint){.is_ipv6 = i == 1};
            __builtin_memcpy(address->host, answer->addresses[j], 16);
            if (swasm_kind_of_address(address) == SWASM_ADDRESS_NO_HOST || index--) continue;
            return true;
        }
    }
    return false;
}

/* Grants the addresses that the servers gave, if they are unicast. With loopback and link-local ones, whoever
 * answers for a name could let the program reach services of this machine. */
static void learn(const swasm_lookup *lookup)
{
    swasm_endpoint address;
    for (uint32_t i = lookup->known_count; address_at(lookup, i, &address); i++)
        if (swasm_kind_of_address(&address) == SWASM_ADDRESS_UNICAST) swasm_net_learn(lookup->name, lookup->length, &address);
}

static void finish(swasm_lookup *lookup)
{
    bool is_open = false, is_refused = false;
    swasm_endpoint any;
    for (int i = 0; i < QUESTIONS; i++) {
        const question *q = &lookup->questions[i];
        is_open |= q->is_open;
        is_refused |= q->is_open && q->result == SWASM_DNS_REFUSED;
    }
    close_connection(lookup);
    remove_from_list(lookup);
    lookup->is_finished = true;
    lookup->error = is_refused ? SWASM_WASI_IO : is_open ? SWASM_WASI_TIMEDOUT : SWASM_WASI_NOENT;
    if (address_at(lookup, 0, &any)) lookup->error = SWASM_WASI_SUCCESS;
    learn(lookup);
}

/* ---- Asking ------------------------------------------------------------------------------------- */

static bool get_random(uint8_t *to, size_t count)
{
    return swasm_syscall3(SWASM_SYS_GETRANDOM, (long)to, (long)count, 0) == (long)count;
}

/* Makes the question number `type` of a lookup. If another lookup asks the same server about the same name,
 * it is the same question: with many ids for one name, it would be easier to forge an answer. */
static bool make_question(const swasm_lookup *lookup, size_t type, swasm_dns_question *made)
{
    static const uint16_t types[QUESTIONS] = {SWASM_DNS_A, SWASM_DNS_AAAA};
    uint8_t random[34];
    for (const swasm_lookup *other = resolver.lookups; other; other = other->next) {
        if (other == lookup || server_of(other) != server_of(lookup) || !other->questions[type].is_open) continue;
        if (!swasm_name_matches(other->name, other->length, lookup->name, lookup->length)) continue;
        *made = other->questions[type].asked;
        return true;
    }
    if (!get_random(random, sizeof random)) return false;
    swasm_dns_ask(made, lookup->name, lookup->length, types[type], random);
    return true;
}

static bool ask(const swasm_lookup *lookup, question *q)
{
    uint8_t bytes[SWASM_DNS_QUESTION_BYTES];
    const server *to = server_of(lookup);
    q->needs_tcp = false;
    if (to->socket < 0 || !make_question(lookup, (size_t)(q - lookup->questions), &q->asked)) return false;
    const size_t count = swasm_dns_write(&q->asked, bytes);
    const long flags = SWASM_MSG_DONTWAIT | SWASM_MSG_NOSIGNAL;
    long sent = -SWASM_ECONNREFUSED; /* the error of an earlier datagram, which the socket tells once */
    for (int i = 0; i < 2 && sent == -SWASM_ECONNREFUSED; i++)
        sent = swasm_syscall6(SWASM_SYS_SENDTO, to->socket, (long)bytes, (long)count, flags, 0, 0);
    return sent == (long)count;
}

/* Asks the server whose turn it is the questions that are open. If it cannot be asked, it is the next one's
 * turn. After the last try the lookup is finished. */
static void ask_server(swasm_lookup *lookup)
{
    const uint32_t most = resolver.config.attempts * resolver.config.server_count;
    close_connection(lookup);
    for (; lookup->tries < most; lookup->tries++) {
        bool asked = true;
        for (int i = 0; i < QUESTIONS; i++)
            if (lookup->questions[i].is_open) asked &= ask(lookup, &lookup->questions[i]);
        if (!asked) continue;
        lookup->deadline = now() + timeout();
        return;
    }
    finish(lookup);
}

static void ask_next_server(swasm_lookup *lookup)
{
    lookup->tries++;
    ask_server(lookup);
}

/* Takes an answer to an open question. */
static void take(swasm_lookup *lookup, question *q, swasm_dns_result result)
{
    q->result = result;
    q->is_open = result == SWASM_DNS_TRY_OTHERS || result == SWASM_DNS_REFUSED;
    if (q->is_open) ask_next_server(lookup);
    else if (!lookup->questions[0].is_open && !lookup->questions[1].is_open) finish(lookup);
}

/* ---- Datagrams ---------------------------------------------------------------------------------- */

static void take_datagram(const server *from, const uint8_t *message, size_t count)
{
    for (swasm_lookup *lookup = resolver.lookups; lookup; lookup = lookup->next) {
        if (server_of(lookup) != from) continue;
        for (int i = 0; i < QUESTIONS; i++) {
            question *q = &lookup->questions[i];
            swasm_dns_answer answer;
            if (!q->is_open || q->needs_tcp) continue;
            swasm_dns_result result = swasm_dns_read(message, count, false, &q->asked, &answer);
            if (result == SWASM_DNS_NOT_OURS) continue;
            if (result == SWASM_DNS_ASK_BY_TCP) {
                q->needs_tcp = true;
            } else {
                q->answer = answer;
                take(lookup, q, result);
            }
            return;
        }
    }
}

/* Nobody receives datagrams at this server. */
static void refused_by(const server *from)
{
    for (swasm_lookup *lookup = resolver.lookups, *next; lookup; lookup = next) {
        next = lookup->next;
        if (server_of(lookup) == from && lookup->connection < 0) ask_next_server(lookup);
    }
}

static void read_datagrams(const server *from)
{
    uint8_t message[SWASM_DNS_QUESTION_BYTES];
    for (int i = 0; i < MOST_MESSAGES; i++) {
        long count = swasm_syscall6(SWASM_SYS_RECVFROM, from->socket, (long)message, sizeof message, SWASM_MSG_DONTWAIT, 0, 0);
        if (count == -SWASM_ECONNREFUSED) refused_by(from);
        if (count == -SWASM_EAGAIN) return;
        if (!swasm_is_error(count)) take_datagram(from, message, (size_t)count);
    }
}

/* ---- A connection, for answers that were cut or may be forged --------------------------------------- */

static void begin_connection(swasm_lookup *lookup, question *q)
{
    const swasm_sockaddr where = swasm_sockaddr_of(&server_of(lookup)->address);
    lookup->stream = swasm_map(STREAM_BYTES);
    long host = -SWASM_ENOMEM;
    if (lookup->stream)
        host = swasm_syscall3(SWASM_SYS_SOCKET, where.family, SWASM_SOCK_STREAM | SWASM_SOCK_NONBLOCK | SWASM_SOCK_CLOEXEC, 0);
    if (!swasm_is_error(host) && host < FIRST_FREE) {
        long moved = swasm_syscall3(SWASM_SYS_FCNTL, host, SWASM_F_DUPFD_CLOEXEC, FIRST_FREE);
        swasm_syscall1(SWASM_SYS_CLOSE, host);
        host = moved;
    }
    lookup->connection = swasm_is_error(host) ? -1 : (int32_t)host;
    lookup->by_tcp = q;
    lookup->is_sent = false;
    lookup->stream_done = 0;
    lookup->deadline = now() + timeout();
    if (lookup->connection < 0) {
        ask_next_server(lookup);
        return;
    }
    const size_t count = swasm_dns_write(&q->asked, lookup->stream + 2);
    lookup->stream[0] = (uint8_t)(count >> 8), lookup->stream[1] = (uint8_t)count;
    lookup->stream_count = 2 + count;
    long status = swasm_syscall3(SWASM_SYS_CONNECT, host, (long)&where, where.bytes);
    if (swasm_is_error(status) && status != -SWASM_EINPROGRESS) ask_next_server(lookup);
}

/* Sends or receives what is possible now. False: the connection has to be waited for, or it failed and the
 * next server was asked. */
static bool move_stream(swasm_lookup *lookup)
{
    uint8_t *at = lookup->stream + lookup->stream_done;
    const size_t left = lookup->stream_count - lookup->stream_done;
    long moved;
    if (lookup->is_sent) {
        moved = swasm_syscall6(SWASM_SYS_RECVFROM, lookup->connection, (long)at, (long)left, SWASM_MSG_DONTWAIT, 0, 0);
    } else {
        const long flags = SWASM_MSG_DONTWAIT | SWASM_MSG_NOSIGNAL;
        moved = swasm_syscall6(SWASM_SYS_SENDTO, lookup->connection, (long)at, (long)left, flags, 0, 0);
    }
    if (moved == -SWASM_EAGAIN) return false;
    if (moved == -SWASM_EINTR) return true;
    if (swasm_is_error(moved) || moved == 0) {
        ask_next_server(lookup);
        return false;
    }
    lookup->stream_done += (size_t)moved;
    return true;
}

static void take_stream(swasm_lookup *lookup)
{
    question *q = lookup->by_tcp;
    swasm_dns_answer answer;
    swasm_dns_result result = swasm_dns_read(lookup->stream + 2, lookup->stream_count - 2, true, &q->asked, &answer);
    close_connection(lookup);
    q->answer = answer;
    q->needs_tcp = false;
    take(lookup, q, result == SWASM_DNS_NOT_OURS ? SWASM_DNS_TRY_OTHERS : result);
}

static void go_on_by_tcp(swasm_lookup *lookup)
{
    while (lookup->stream_done < lookup->stream_count) {
        if (!move_stream(lookup)) return;
        if (lookup->stream_done < lookup->stream_count) continue;
        if (!lookup->is_sent) {
            lookup->is_sent = true;
            lookup->stream_count = 2;
            lookup->stream_done = 0;
        } else if (lookup->stream_count == 2) {
            lookup->stream_count += (size_t)lookup->stream[0] << 8 | lookup->stream[1];
        }
    }
    take_stream(lookup);
}

/* ---- Going on ----------------------------------------------------------------------------------- */

static void go_on(swasm_lookup *lookup)
{
    for (int i = 0; i < QUESTIONS && !lookup->is_finished && !lookup->by_tcp; i++)
        if (lookup->questions[i].is_open && lookup->questions[i].needs_tcp) begin_connection(lookup, &lookup->questions[i]);
    if (!lookup->is_finished && lookup->by_tcp) go_on_by_tcp(lookup);
    if (!lookup->is_finished && now() >= lookup->deadline) ask_next_server(lookup);
}

/* Takes what the servers have sent, for all lookups. */
static void go_on_with_all(void)
{
    if (!resolver.lookups) return;
    for (uint32_t i = 0; i < resolver.config.server_count; i++)
        if (resolver.servers[i].socket >= 0) read_datagrams(&resolver.servers[i]);
    for (swasm_lookup *lookup = resolver.lookups, *next; lookup; lookup = next) {
        next = lookup->next;
        go_on(lookup);
    }
}

/* ---- For the calls ------------------------------------------------------------------------------ */

static swasm_lookup *make(void)
{
    swasm_lookup *lookup = swasm_map(sizeof *lookup);
    if (lookup) lookup->connection = -1;
    return lookup;
}

swasm_lookup *swasm_lookup_of_address(const swasm_endpoint *address)
{
    swasm_lookup *lookup = make();
    if (!lookup) return NULL;
    lookup->is_finished = true;
    lookup->known[lookup->known_count++] = *address;
    return lookup;
}

/* Addresses for which no server is asked: those of localhost and of /etc/hosts. */
static void look_at_host(swasm_lookup *lookup)
{
    const uint32_t most = sizeof lookup->known / sizeof lookup->known[0];
    if (swasm_is_localhost(lookup->name, lookup->length)) {
        lookup->known[0] = (swasm_endpoint){.host = {127, 0, 0, 1}};
        lookup->known[1] = (swasm_endpoint){.host = {[15] = 1}, .is_ipv6 = true};
        lookup->known_count = 2;
        return;
    }
    swasm_endpoint *next = lookup->known;
    while (lookup->known_count < most && swasm_dns_find_host(lookup->name, lookup->length, lookup->known_count, next)) {
        swasm_net_learn(lookup->name, lookup->length, next++);
        lookup->known_count++;
    }
}

swasm_lookup *swasm_lookup_begin(const char *name, size_t length)
{
    swasm_lookup *lookup = make();
    if (!lookup) return NULL;
    lookup->length = length;
    __builtin_memcpy(lookup->name, name, length);
    look_at_host(lookup);
    lookup->is_finished = lookup->known_count > 0;
    if (lookup->is_finished) return lookup;
    for (int i = 0; i < QUESTIONS; i++) lookup->questions[i].is_open = true;
    lookup->next = resolver.lookups;
    resolver.lookups = lookup;
    ask_server(lookup);
    return lookup;
}

void swasm_lookup_end(swasm_lookup *lookup)
{
    close_connection(lookup);
    remove_from_list(lookup);
    swasm_unmap(lookup, sizeof *lookup);
}

uint32_t swasm_lookup_next(swasm_lookup *lookup, swasm_endpoint *address, bool *is_last)
{
    if (!lookup->is_finished) go_on_with_all();
    if (!lookup->is_finished) return SWASM_WASI_AGAIN;
    if (lookup->error) return lookup->error;
    *is_last = !address_at(lookup, lookup->given, address);
    if (!*is_last) lookup->given++;
    return SWASM_WASI_SUCCESS;
}

bool swasm_lookup_wait(const swasm_lookup *lookup, swasm_pollfd *wait, uint64_t *left)
{
    if (!lookup->is_finished) go_on_with_all();
    *wait = (swasm_pollfd){-1, 0, 0};
    *left = 0;
    if (lookup->is_finished) return false;
    const uint64_t time = now();
    *left = lookup->deadline > time ? lookup->deadline - time : 0;
    *wait = (swasm_pollfd){server_of(lookup)->socket, SWASM_POLLIN, 0};
    if (lookup->by_tcp) *wait = (swasm_pollfd){lookup->connection, lookup->is_sent ? SWASM_POLLIN : SWASM_POLLOUT, 0};
    return true;
}
