/* See dns_config.h. Lines that are too long or not understood are left out, as by other resolvers. */
#include "dns_config.h"

#include "../alloc.h"
#include "../policy_text.h"
#include "net_rules.h"

enum { LINE_BYTES = 4096, MOST_TIMEOUT = 30, MOST_ATTEMPTS = 5 };

/* ---- Lines and words ---------------------------------------------------------------------------- */

typedef struct lines {
    long file;
    size_t start, end; /* of what is left in the buffer */
    bool is_cut;       /* the line began before the buffer did */
    char buffer[LINE_BYTES];
} lines;

typedef struct words {
    const char *at, *end;
} words;

/* Moves what is left to the start of the buffer, and reads behind it. False at the end of the file. */
static bool fill(lines *l)
{
    const size_t kept = l->end - l->start;
    __builtin_memmove(l->buffer, l->buffer + l->start, kept);
    l->start = 0, l->end = kept;
    long count = swasm_setup_syscall5(SWASM_SYS_READ, l->file, (long)(l->buffer + kept), (long)(LINE_BYTES - kept), 0, 0);
    if (swasm_is_error(count) || count == 0) return false;
    l->end += (size_t)count;
    return true;
}

/* The next line without its end and without a comment. */
static bool next_line(lines *l, words *line)
{
    for (;;) {
        size_t end = l->start;
        while (end < l->end && l->buffer[end] != '\n') end++;
        const bool is_whole = end < l->end, was_cut = l->is_cut;
        if (is_whole || l->end - l->start == LINE_BYTES) {
            *line = (words){l->buffer + l->start, l->buffer + end};
            l->start = end + is_whole;
            l->is_cut = !is_whole;
            if (!is_whole || was_cut) continue;
            break;
        }
        if (fill(l)) continue;
        if (l->start == l->end || was_cut) return false;
        *line = (words){l->buffer + l->start, l->buffer + l->end};
        l->start = l->end;
        break;
    }
    for (const char *c = line->at; c < line->end; c++)
        if (*c == '#' || *c == ';') line->end = c;
    return true;
}

static bool open_lines(const char *path, lines *l)
{
    l->file = swasm_setup_syscall5(SWASM_SYS_OPENAT, SWASM_AT_FDCWD, (long)path, SWASM_O_RDONLY | SWASM_O_CLOEXEC, 0, 0);
    l->start = l->end = 0;
    l->is_cut = false;
    return !swasm_is_error(l->file);
}

static void close_lines(const lines *l) { swasm_setup_syscall5(SWASM_SYS_CLOSE, l->file, 0, 0, 0, 0); }

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

static bool next_word(words *line, words *word)
{
    while (line->at < line->end && is_blank(*line->at)) line->at++;
    word->at = line->at;
    while (line->at < line->end && !is_blank(*line->at)) line->at++;
    word->end = line->at;
    return word->at < word->end;
}

static bool is(words word, const char *text, size_t length)
{
    return (size_t)(word.end - word.at) == length && !__builtin_memcmp(word.at, text, length);
}

/* ---- /etc/resolv.conf --------------------------------------------------------------------------- */

/* ADDRESS, or [ADDRESS] with :PORT or without. */
static bool read_server(words word, swasm_endpoint *server)
{
    const char *first = word.at, *last = word.end;
    if (*first == '[') {
        for (last = ++first; last < word.end && *last != ']';) last++;
        if (last == word.end) return false;
        const char *port = last + 1;
        if (port < word.end && (*port != ':' || !swasm_read_port(port + 1, word.end, &server->port) || !server->port))
            return false;
    }
    return swasm_policy_read_ip(first, (size_t)(last - first), server->host, &server->is_ipv6);
}

static void add_server(swasm_dns_config *config, words word)
{
    swasm_endpoint server = {.port = SWASM_DNS_PORT};
    if (config->server_count < SWASM_DNS_MOST_SERVERS && read_server(word, &server))
        config->servers[config->server_count++] = server;
}

/* Reads NAME:NUMBER if its NAME and colon are `name`. A number below 1 becomes 1; one above `most`,
 * `most`. */
static void read_setting(words word, const char *name, size_t length, uint32_t most, uint32_t *setting)
{
    if ((size_t)(word.end - word.at) <= length || __builtin_memcmp(word.at, name, length)) return;
    uint32_t number = 0;
    for (const char *c = word.at + length; c < word.end; c++) {
        if (*c < '0' || *c > '9') return;
        number = number * 10 + (uint32_t)(*c - '0');
        if (number > most) number = most;
    }
    *setting = number ? number : 1;
}

void swasm_dns_read_config(const char *path, swasm_dns_config *config)
{
    *config = (swasm_dns_config){.timeout_seconds = 5, .attempts = 2};
    lines l;
    words line, word;
    if (open_lines(path, &l)) {
        while (next_line(&l, &line)) {
            if (!next_word(&line, &word)) continue;
            const bool is_server = is(word, "nameserver", 10), is_setting = is(word, "options", 7);
            while ((is_server || is_setting) && next_word(&line, &word)) {
                if (is_server) add_server(config, word);
                if (is_server) break;
                read_setting(word, "timeout:", 8, MOST_TIMEOUT, &config->timeout_seconds);
                read_setting(word, "attempts:", 9, MOST_ATTEMPTS, &config->attempts);
            }
        }
        close_lines(&l);
    }
    if (!config->server_count)
        config->servers[config->server_count++] = (swasm_endpoint){.host = {127, 0, 0, 1}, .port = SWASM_DNS_PORT};
}

/* ---- /etc/hosts --------------------------------------------------------------------------------- */

typedef struct host {
    swasm_endpoint address;
    const char *name;
    size_t length;
} host;

static host *hosts;
static size_t host_count, host_capacity;

static bool add_host(const swasm_endpoint *address, words word)
{
    const size_t length = (size_t)(word.end - word.at);
    if (!swasm_policy_is_host_name(word.at, length) || !swasm_net_may_resolve(word.at, length)) return true;
    if (host_count == host_capacity) {
        size_t capacity = host_capacity ? 2 * host_capacity : 16;
        host *larger = swasm_allocate_array(capacity, sizeof *larger);
        if (!larger) return false;
        if (host_count) __builtin_memcpy(larger, hosts, host_count * sizeof *larger);
        hosts = larger, host_capacity = capacity;
    }
    char *name = swasm_allocate(length);
    if (!name) return false;
    __builtin_memcpy(name, word.at, length);
    hosts[host_count++] = (host){*address, name, length};
    return true;
}

bool swasm_dns_read_hosts(const char *path)
{
    lines l;
    words line, word;
    bool done = true;
    host_count = 0;
    if (!open_lines(path, &l)) return true;
    while (done && next_line(&l, &line)) {
        swasm_endpoint address = {.port = 0};
        if (!next_word(&line, &word)) continue;
        if (!swasm_policy_read_ip(word.at, (size_t)(word.end - word.at), address.host, &address.is_ipv6)) continue;
        if (swasm_kind_of_address(&address) == SWASM_ADDRESS_NO_HOST) continue;
        while (done && next_word(&line, &word)) done = add_host(&address, word);
    }
    close_lines(&l);
    return done;
}

bool swasm_dns_find_host(const char *name, size_t length, size_t index, swasm_endpoint *address)
{
    for (size_t i = 0; i < host_count; i++) {
        if (!swasm_name_matches(hosts[i].name, hosts[i].length, name, length) || index--) continue;
        *address = hosts[i].address;
        return true;
    }
    return false;
}
