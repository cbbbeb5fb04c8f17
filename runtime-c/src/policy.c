/* Reads the grants: the records that were baked into the program, then the SWASM_ variables.
 *
 * Records (little-endian): u32 tag, u32 length, payload padded to 4 bytes; tag 0 ends the list.
 *   1 DIR        u32 flags (1: read-only), u32 length, host path, u32 length, guest path
 *   2 ENV        K=V, or K to pass the variable through from the host
 *   3 FLAGS      u32: 1 sealed: the SWASM_ variables are ignored
 *   4 MAX_MEMORY u64 bytes      5 STACK u64 bytes
 *   6 ARGV0      bytes          7 INVOKE export name          8 INHERIT_ENV empty
 *   9 PROCESSOR  u32 level of the x86-64 psABI that the code needs: 2, 3 or 4
 *   10 HARDEN    u32 SWASM_HARDEN_*
 *   11 LISTEN    HOST:PORT or "fds", and ":nonblock"       12 MAX_FDS u32, not 0
 *   13 TIMEOUT   u64 nanoseconds, not 0       14 DETERMINISTIC u64 seed
 *   15 STREAMS   u32: bit n makes standard stream n /dev/null
 * SWASM_DIR: entries HOST[::GUEST][:ro], separated by newlines or ';'; GUEST is HOST where it is left out.
 * SWASM_ENV: entries K=V or K, separated by newlines. SWASM_LISTEN: as LISTEN, separated by newlines or ';'.
 * SWASM_HARDEN: require or off. SWASM_MAX_FDS: a number. SWASM_TIMEOUT: a number with ms, s, m or h.
 * SWASM_MAX_MEMORY, SWASM_STACK: a number, with K, M, G or T (powers of 1024) and "iB" behind it or not.
 * SWASM_DETERMINISTIC: a seed, or nothing for 0. SWASM_STDIN, SWASM_STDOUT, SWASM_STDERR: inherit or null.
 * Who starts the program adds grants and tightens limits: the lesser of two limits holds, and a program that
 * was compiled to require hardening, to be deterministic or to have a null stream is not talked out of it.
 * Later entries of one name win; the guest never gets a variable whose name begins with SWASM_.
 * What the records say comes from our compiler, but a wrong one must not be half understood: any tag,
 * length or text that does not fit refuses the whole policy.
 */
#include "policy.h"

#include "../abi/swasm_abi.h"
#include "alloc.h"
#include "processor.h"
#include "text.h"

enum { DIR = 1, ENV, FLAGS, MAX_MEMORY, STACK, ARGV0, INVOKE, INHERIT_ENV, PROCESSOR, HARDEN,
       LISTEN, MAX_FDS, TIMEOUT, DETERMINISTIC, STREAMS };

/* Of SWASM_STACK: Policy.stackRange of Sources/Driver/Policy.swift. */
#define MIN_STACK_BYTES (64ull << 10)
#define MAX_STACK_BYTES (64ull << 30)

static const char malformed[] = "the built-in policy is malformed";
static const char no_memory[] = "out of memory";

/* Growing lists that share one error. */
typedef struct builder {
    swasm_grants *grants;
    const char *const *host_env;
    swasm_grant_dir *dirs;
    const char **env;
    const char **listeners;
    size_t dir_capacity, env_capacity, listener_capacity;
    const char *error;
} builder;

typedef struct bytes {
    const uint8_t *at;
    uint64_t left;
} bytes;

/* ---- Pieces ------------------------------------------------------------------------------------- */

static uint32_t take_u32(builder *b, bytes *from)
{
    uint32_t value = 0;
    if (from->left < sizeof value) {
        b->error = malformed;
        return 0;
    }
    __builtin_memcpy(&value, from->at, sizeof value);
    from->at += sizeof value;
    from->left -= sizeof value;
    return value;
}

static uint64_t take_u64(builder *b, bytes *from)
{
    uint64_t low = take_u32(b, from);
    return low | (uint64_t)take_u32(b, from) << 32;
}

/* A NUL-terminated copy; text with a NUL inside is an error, as the kernel would see less than we do. */
static const char *copy_text(builder *b, const char *text, uint64_t length)
{
    for (uint64_t i = 0; i < length; i++)
        if (!text[i]) b->error = malformed;
    if (b->error) return "";
    char *copy = swasm_allocate(length + 1);
    if (!copy) {
        b->error = no_memory;
        return "";
    }
    if (length) __builtin_memcpy(copy, text, length);
    return copy;
}

static const char *take_text(builder *b, bytes *from, uint64_t length)
{
    if (length > from->left) b->error = malformed;
    if (b->error) return "";
    const char *text = copy_text(b, (const char *)from->at, length);
    from->at += length;
    from->left -= length;
    return text;
}

static bool starts_with(const char *text, const char *prefix)
{
    while (*prefix && *text == *prefix) text++, prefix++;
    return !*prefix;
}

static size_t name_length(const char *variable)
{
    size_t length = 0;
    while (variable[length] && variable[length] != '=') length++;
    return length;
}

static bool same_name(const char *a, const char *b)
{
    size_t length = name_length(a);
    return length == name_length(b) && !__builtin_memcmp(a, b, length);
}

/* Room for one more element in a list that doubles; the old one is left to the arena. */
static void *with_room(builder *b, void *list, size_t count, size_t *capacity, size_t element_bytes)
{
    if (count < *capacity) return list;
    size_t doubled = *capacity ? *capacity * 2 : 8;
    void *larger = swasm_allocate_array(doubled, element_bytes);
    if (!larger) {
        b->error = no_memory;
        return NULL;
    }
    if (count) __builtin_memcpy(larger, list, count * element_bytes);
    *capacity = doubled;
    return larger;
}

/* ---- Grants ------------------------------------------------------------------------------------- */

static void add_dir(builder *b, const char *host, const char *guest, uint32_t flags)
{
    if (b->error) return;
    swasm_grant_dir *dirs = with_room(b, b->dirs, b->grants->dir_count, &b->dir_capacity, sizeof *dirs);
    if (!dirs) return;
    b->dirs = dirs;
    dirs[b->grants->dir_count++] = (swasm_grant_dir){.host = host, .guest = guest, .flags = flags};
}

/* `variable` is K=V; replaces an earlier one of that name. */
static void add_variable(builder *b, const char *variable)
{
    if (starts_with(variable, "SWASM_") || name_length(variable) == 0) return;
    for (size_t i = 0; i < b->grants->env_count; i++)
        if (same_name(b->env[i], variable)) {
            b->env[i] = variable;
            return;
        }
    const char **env = with_room(b, b->env, b->grants->env_count, &b->env_capacity, sizeof *env);
    if (!env) return;
    b->env = env;
    env[b->grants->env_count++] = variable;
}

/* K=V, or K to pass through. */
static void add_env_entry(builder *b, const char *entry)
{
    if (b->error) return;
    if (entry[name_length(entry)] == '=') {
        add_variable(b, entry);
        return;
    }
    for (size_t i = 0; b->host_env[i]; i++)
        if (b->host_env[i][name_length(b->host_env[i])] == '=' && same_name(b->host_env[i], entry))
            add_variable(b, b->host_env[i]);
}

static void add_listener(builder *b, const char *text)
{
    if (b->error) return;
    const char **listeners = with_room(b, b->listeners, b->grants->listener_count, &b->listener_capacity,
                                       sizeof *listeners);
    if (!listeners) return;
    b->listeners = listeners;
    listeners[b->grants->listener_count++] = text;
}

/* 0 is no limit yet, in `*limit` as in `value`. */
static void tighten(uint64_t *limit, uint64_t value)
{
    if (value && (!*limit || value < *limit)) *limit = value;
}

/* ---- The records -------------------------------------------------------------------------------- */

static void read_dir(builder *b, bytes payload)
{
    uint32_t flags = take_u32(b, &payload);
    const char *host = take_text(b, &payload, take_u32(b, &payload));
    const char *guest = take_text(b, &payload, take_u32(b, &payload));
    if (flags & ~(uint32_t)SWASM_DIR_READ_ONLY || !*host || !*guest || payload.left) b->error = malformed;
    add_dir(b, host, guest, flags);
}

static void read_processor(builder *b, uint32_t level)
{
    static const char *const refusals[] = {
        "this program was compiled for x86-64-v2, which this processor is not",
        "this program was compiled for x86-64-v3, which this processor is not",
        "this program was compiled for x86-64-v4, which this processor is not",
    };
    if (level < 2 || level > 4)
        b->error = malformed;
    else if (level > swasm_processor_level())
        b->error = refusals[level - 2];
}

static void read_record(builder *b, uint32_t tag, bytes payload)
{
    swasm_grants *grants = b->grants;
    switch (tag) {
    case DIR:
        read_dir(b, payload);
        return;
    case ENV:
        add_env_entry(b, take_text(b, &payload, payload.left));
        return;
    case FLAGS: {
        uint32_t flags = take_u32(b, &payload);
        if (flags & ~(uint32_t)SWASM_POLICY_SEALED) b->error = malformed;
        grants->flags |= flags;
        break;
    }
    case MAX_MEMORY:
        grants->max_memory_bytes = take_u64(b, &payload);
        break;
    case STACK:
        grants->stack_bytes = take_u64(b, &payload);
        if (!grants->stack_bytes) b->error = malformed;
        break;
    case ARGV0:
        grants->argv0 = take_text(b, &payload, payload.left);
        return;
    case INVOKE:
        grants->invoke = take_text(b, &payload, payload.left);
        return;
    case INHERIT_ENV:
        grants->flags |= SWASM_POLICY_INHERIT_ENV;
        break;
    case PROCESSOR:
        read_processor(b, take_u32(b, &payload));
        break;
    case HARDEN:
        grants->harden = take_u32(b, &payload);
        if (grants->harden > SWASM_HARDEN_OFF) b->error = malformed;
        break;
    case LISTEN:
        add_listener(b, take_text(b, &payload, payload.left));
        return;
    case MAX_FDS:
        grants->max_fds = take_u32(b, &payload);
        if (!grants->max_fds) b->error = malformed;
        break;
    case TIMEOUT:
        grants->timeout_nanoseconds = take_u64(b, &payload);
        if (!grants->timeout_nanoseconds) b->error = malformed;
        break;
    case DETERMINISTIC:
        grants->deterministic = 1;
        grants->seed = take_u64(b, &payload);
        break;
    case STREAMS:
        grants->null_streams = take_u32(b, &payload);
        if (grants->null_streams > 7) b->error = malformed;
        break;
    default: /* a grant or a restriction that this runtime does not know */
        b->error = malformed;
        return;
    }
    if (payload.left) b->error = malformed;
}

/* Calls `read_record` for the records whose being INHERIT_ENV is `inherit`: those come first, so that the
 * variables that were named win over the ones that were inherited. */
static void read_records(builder *b, bytes records, bool inherit)
{
    while (!b->error) {
        uint32_t tag = take_u32(b, &records);
        if (b->error || tag == 0) return;
        uint64_t length = take_u32(b, &records), padded = (length + 3) & ~3ull;
        if (padded > records.left) b->error = malformed;
        if (b->error) return;
        if ((tag == INHERIT_ENV) == inherit) read_record(b, tag, (bytes){.at = records.at, .left = length});
        records.at += padded;
        records.left -= padded;
    }
}

/* ---- What the person who starts the program adds ------------------------------------------------ */

static void read_dir_entry(builder *b, const char *entry, uint64_t length)
{
    uint32_t flags = 0;
    if (length >= 3 && !__builtin_memcmp(entry + length - 3, ":ro", 3)) {
        flags = SWASM_DIR_READ_ONLY;
        length -= 3;
    }
    uint64_t host_length = 0;
    while (host_length < length && !(host_length + 1 < length && entry[host_length] == ':' && entry[host_length + 1] == ':'))
        host_length++;
    const char *guest = entry;
    uint64_t guest_length = host_length;
    if (host_length < length) {
        guest = entry + host_length + 2;
        guest_length = length - host_length - 2;
    }
    if (!host_length || !guest_length) {
        b->error = "SWASM_DIR: an entry is HOST[::GUEST][:ro], and neither name may be empty";
        return;
    }
    const char *host = copy_text(b, entry, host_length);
    add_dir(b, host, copy_text(b, guest, guest_length), flags);
}

static void read_env_entry(builder *b, const char *entry, uint64_t length)
{
    const char *copy = copy_text(b, entry, length);
    if (!b->error && (starts_with(copy, "SWASM_") || name_length(copy) == 0))
        b->error = "SWASM_ENV: an entry is K=V or K, where K is not empty and does not begin with SWASM_";
    add_env_entry(b, copy);
}

static void read_listen_entry(builder *b, const char *entry, uint64_t length)
{
    add_listener(b, copy_text(b, entry, length));
}

/* Decimal digits from `text` on; *rest is what follows them. False without digits or beyond 64 bits. */
static bool read_number(const char *text, uint64_t *number, const char **rest)
{
    *number = 0;
    for (*rest = text; **rest >= '0' && **rest <= '9'; ++*rest) {
        if (__builtin_mul_overflow(*number, 10, number)) return false;
        if (__builtin_add_overflow(*number, (uint64_t)(**rest - '0'), number)) return false;
    }
    return *rest != text;
}

static void read_timeout(builder *b, const char *text)
{
    static const struct {
        const char *name;
        uint64_t nanoseconds;
    } units[] = {{"", 1000000000u}, {"s", 1000000000u}, {"ms", 1000000u}, {"m", 60000000000u}, {"h", 3600000000000u}};
    uint64_t number, value = 0;
    const char *rest;
    bool good = read_number(text, &number, &rest);
    for (size_t i = 0; good && i < sizeof units / sizeof units[0]; i++)
        if (swasm_text_equal(rest, units[i].name)) good = !__builtin_mul_overflow(number, units[i].nanoseconds, &value);
    if (good && value) tighten(&b->grants->timeout_nanoseconds, value);
    else b->error = "SWASM_TIMEOUT is a number above 0 with a unit: ms, s, m or h";
}

static void read_max_fds(builder *b, const char *text)
{
    uint64_t number, limit = b->grants->max_fds;
    const char *rest;
    if (!read_number(text, &number, &rest) || *rest || !number || number > UINT32_MAX) {
        b->error = "SWASM_MAX_FDS is a number above 0";
        return;
    }
    tighten(&limit, number);
    b->grants->max_fds = (uint32_t)limit;
}

/* As Sources/Driver/ByteSize.swift reads it. */
static bool read_size(const char *text, uint64_t *bytes)
{
    static const struct {
        const char *name;
        uint32_t shift;
    } units[] = {{"", 0},     {"B", 0},  {"K", 10},   {"k", 10}, {"KiB", 10}, {"M", 20},
                 {"MiB", 20}, {"G", 30}, {"GiB", 30}, {"T", 40}, {"TiB", 40}};
    uint64_t number;
    const char *rest;
    if (!read_number(text, &number, &rest)) return false;
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (swasm_text_equal(rest, units[i].name)) return !__builtin_mul_overflow(number, 1ull << units[i].shift, bytes);
    return false;
}

/* 0 is a limit here: memories that cannot grow from nothing. */
static void read_max_memory(builder *b, const char *text)
{
    uint64_t bytes;
    if (!read_size(text, &bytes)) b->error = "SWASM_MAX_MEMORY is a size, as 512M or 2GiB";
    else if (bytes < b->grants->max_memory_bytes) b->grants->max_memory_bytes = bytes;
}

static void read_stack(builder *b, const char *text)
{
    uint64_t bytes;
    if (read_size(text, &bytes) && bytes >= MIN_STACK_BYTES && bytes <= MAX_STACK_BYTES)
        tighten(&b->grants->stack_bytes, bytes);
    else b->error = "SWASM_STACK is a size from 64K to 64G";
}

static void read_deterministic(builder *b, const char *text)
{
    uint64_t seed = 0;
    const char *rest = text;
    if (*text && (!read_number(text, &seed, &rest) || *rest)) {
        b->error = "SWASM_DETERMINISTIC is a number, or nothing";
        return;
    }
    b->grants->deterministic = 1;
    b->grants->seed = seed;
}

static void read_stream(builder *b, const char *text, uint32_t stream)
{
    if (swasm_text_equal(text, "null")) b->grants->null_streams |= 1u << stream;
    else if (!swasm_text_equal(text, "inherit")) b->error = "SWASM_STDIN, SWASM_STDOUT and SWASM_STDERR are inherit or null";
}

static void read_stdin(builder *b, const char *text) { read_stream(b, text, 0); }
static void read_stdout(builder *b, const char *text) { read_stream(b, text, 1); }
static void read_stderr(builder *b, const char *text) { read_stream(b, text, 2); }

static void read_harden(builder *b, const char *text)
{
    uint32_t *harden = &b->grants->harden;
    if (swasm_text_equal(text, "require")) *harden = SWASM_HARDEN_REQUIRE;
    else if (!swasm_text_equal(text, "off")) b->error = "SWASM_HARDEN is require or off";
    else if (*harden != SWASM_HARDEN_REQUIRE) *harden = SWASM_HARDEN_OFF;
}

/* Calls `read` for each part of `list`; empty parts are skipped. */
static void split(builder *b, const char *list, const char *separators,
                  void (*read)(builder *, const char *, uint64_t))
{
    while (*list && !b->error) {
        size_t length = 0;
        while (list[length] && list[length] != separators[0] && list[length] != separators[1]) length++;
        if (length) read(b, list, length);
        list += length + (list[length] != 0);
    }
}

static void read_variable(builder *b, const char *variable)
{
    static const struct {
        const char *prefix;
        void (*read)(builder *, const char *);
        const char *separators;
        void (*read_entry)(builder *, const char *, uint64_t);
    } variables[] = {
        {"SWASM_DIR=", NULL, "\n;", read_dir_entry},      {"SWASM_ENV=", NULL, "\n\n", read_env_entry},
        {"SWASM_LISTEN=", NULL, "\n;", read_listen_entry}, {"SWASM_TIMEOUT=", read_timeout, NULL, NULL},
        {"SWASM_MAX_FDS=", read_max_fds, NULL, NULL},      {"SWASM_HARDEN=", read_harden, NULL, NULL},
        {"SWASM_STACK=", read_stack, NULL, NULL},          {"SWASM_MAX_MEMORY=", read_max_memory, NULL, NULL},
        {"SWASM_STDIN=", read_stdin, NULL, NULL},          {"SWASM_STDOUT=", read_stdout, NULL, NULL},
        {"SWASM_STDERR=", read_stderr, NULL, NULL},        {"SWASM_DETERMINISTIC=", read_deterministic, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof variables / sizeof variables[0]; i++) {
        if (!starts_with(variable, variables[i].prefix)) continue;
        const char *value = variable + swasm_text_length(variables[i].prefix);
        if (variables[i].read) variables[i].read(b, value);
        else split(b, value, variables[i].separators, variables[i].read_entry);
    }
}

const char *swasm_grants_read(swasm_grants *grants, uint32_t flags, const uint8_t *records, uint64_t record_bytes,
                              const char *argv0, const char *const *envp)
{
    *grants = (swasm_grants){
        .flags = flags,
        .max_memory_bytes = UINT64_MAX, .argv0 = argv0,
    };
    builder b = {.grants = grants, .host_env = envp};
    bytes all = {.at = records, .left = record_bytes};
    read_records(&b, all, true);
    if (grants->flags & SWASM_POLICY_INHERIT_ENV)
        for (size_t i = 0; envp[i] && !b.error; i++)
            if (envp[i][name_length(envp[i])] == '=') add_variable(&b, envp[i]);
    read_records(&b, all, false);
    if (!(grants->flags & SWASM_POLICY_SEALED))
        for (size_t i = 0; envp[i] && !b.error; i++) read_variable(&b, envp[i]);
    if (!grants->stack_bytes) grants->stack_bytes = SWASM_DEFAULT_STACK_BYTES;
    grants->dirs = b.dirs;
    grants->env = b.env;
    grants->listeners = b.listeners;
    grants->host_env = envp;
    return b.error;
}

/* All of these are copies of our own (copy_text), none the host's or a constant. */
void swasm_grants_forget(swasm_grants *grants)
{
    for (size_t i = 0; i < grants->dir_count; i++)
        __builtin_memset((char *)grants->dirs[i].host, 0, swasm_text_length(grants->dirs[i].host));
    for (size_t i = 0; i < grants->listener_count; i++)
        __builtin_memset((char *)grants->listeners[i], 0, swasm_text_length(grants->listeners[i]));
}
