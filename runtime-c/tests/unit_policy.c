/* policy.c: every record, the environment's additions, and records that are wrong or random. Compiled with
 * the sanitizers; inputs are exact allocations, so that reading one byte too many is found. */
#include <stdlib.h>

#include "../src/policy.h"
#include "check.h"

static uint8_t records[1000];
static size_t record_bytes;
static swasm_grants grants;

static void put_u32(uint32_t value)
{
    memcpy(records + record_bytes, &value, 4);
    record_bytes += 4;
}
static void put_text(const char *text)
{
    memcpy(records + record_bytes, text, strlen(text));
    record_bytes += strlen(text);
}
static void pad(void)
{
    while (record_bytes % 4) records[record_bytes++] = 0;
}
static void put_record(uint32_t tag, const char *payload)
{
    put_u32(tag), put_u32((uint32_t)strlen(payload)), put_text(payload), pad();
}
static void put_dir(uint32_t flags, const char *host, const char *guest)
{
    put_u32(SWASM_POLICY_DIR), put_u32((uint32_t)(12 + strlen(host) + strlen(guest)));
    put_u32(flags), put_u32((uint32_t)strlen(host)), put_text(host), put_u32((uint32_t)strlen(guest)), put_text(guest);
    pad();
}
static void put_switch(uint32_t tag) { put_u32(tag), put_u32(0); }
static void put_number(uint32_t tag, uint64_t value)
{
    put_u32(tag), put_u32(8), put_u32((uint32_t)value), put_u32((uint32_t)(value >> 32));
}

/* Bit n: standard stream n is null. */
static void put_streams(uint32_t mask)
{
    for (uint32_t n = 0; n < 3; n++)
        if (mask >> n & 1) put_number(SWASM_POLICY_STDIN + n, 1);
}

/* Reads the records that were put, from an allocation of exactly their size. */
static const char *read_as(bool sealed, const char *const *envp)
{
    uint8_t *exact = malloc(record_bytes + 1);
    memcpy(exact, records, record_bytes);
    memmove(exact + 1, exact, record_bytes); /* unaligned as well */
    const char *problem = swasm_grants_read(&grants, sealed, exact + 1, record_bytes, "./app", envp);
    free(exact);
    record_bytes = 0;
    return problem;
}

static const char *read_with(const char *const *envp) { return read_as(false, envp); }

static uint32_t null_streams(void)
{
    return (uint32_t)(grants.null_streams[0] | grants.null_streams[1] << 1 | grants.null_streams[2] << 2);
}
static bool is_deterministic(void) { return swasm_is_given(&grants, SWASM_POLICY_DETERMINISTIC); }

static const char *const no_env[] = {NULL};

static bool env_is(size_t i, const char *text) { return i < grants.env_count && !strcmp(grants.env[i], text); }
static bool dir_is(size_t i, const char *host, const char *guest, uint32_t flags)
{
    return i < grants.dir_count && !strcmp(grants.dirs[i].host, host) && !strcmp(grants.dirs[i].guest, guest) &&
           grants.dirs[i].flags == flags;
}

static void nothingIsGrantedByDefault(void)
{
    static const char *const env[] = {"HOME=/root", "PATH=/bin", NULL};
    put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.dir_count == 0 && grants.env_count == 0 && !grants.invoke);
    CHECK(!strcmp(grants.argv0, "./app"));
    CHECK(grants.max_memory_bytes == UINT64_MAX && grants.stack_bytes == 8 << 20);
}

static void everyRecordIsRead(void)
{
    put_dir(0, "/srv/data", "/data"), put_dir(1, "lib", "x");
    put_record(SWASM_POLICY_ENV, "A=1"), put_number(SWASM_POLICY_MAX_MEMORY, 1ull << 33), put_number(SWASM_POLICY_STACK, 1 << 16);
    put_record(SWASM_POLICY_ARGV0, "guest.wasm"), put_record(SWASM_POLICY_INVOKE, "add"), put_switch(SWASM_POLICY_SEALED), put_u32(0);
    CHECK(!read_with(no_env));
    CHECK(grants.dir_count == 2 && dir_is(0, "/srv/data", "/data", 0) && dir_is(1, "lib", "x", 1));
    CHECK(grants.env_count == 1 && env_is(0, "A=1"));
    CHECK(grants.max_memory_bytes == 1ull << 33 && grants.stack_bytes == 1 << 16);
    CHECK(!strcmp(grants.argv0, "guest.wasm") && !strcmp(grants.invoke, "add"));
    CHECK(swasm_is_given(&grants, SWASM_POLICY_SEALED) && !swasm_is_given(&grants, SWASM_POLICY_INHERIT_ENV));
}

static void environmentAddsGrantsUnlessSealed(void)
{
    static const char *const env[] = {"SWASM_DIR=/a;/b::/c\n/d::e:ro;;.:ro", "SWASM_ENV=B=2\nA=9\nHOME", "HOME=/root",
                                      NULL};
    put_record(SWASM_POLICY_ENV, "A=1"), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.dir_count == 4);
    CHECK(dir_is(0, "/a", "/a", 0) && dir_is(1, "/b", "/c", 0) && dir_is(2, "/d", "e", 1) && dir_is(3, ".", ".", 1));
    CHECK(grants.env_count == 3 && env_is(0, "A=9") && env_is(1, "B=2") && env_is(2, "HOME=/root"));
    put_record(SWASM_POLICY_ENV, "A=1"), put_switch(SWASM_POLICY_SEALED), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.dir_count == 0 && grants.env_count == 1 && env_is(0, "A=1"));
}

static void environmentAddsNothingToForeignRights(void)
{
    static const char *const env[] = {"SWASM_DIR=/", "SWASM_ENV=A=9", "SWASM_HARDEN=off", "SWASM_LISTEN=fds", NULL};
    put_dir(0, "/srv", "/data"), put_record(SWASM_POLICY_ENV, "A=1"), put_u32(0);
    CHECK(!read_as(true, env));
    CHECK(grants.dir_count == 1 && dir_is(0, "/srv", "/data", 0) && grants.env_count == 1 && env_is(0, "A=1"));
    CHECK(grants.harden == SWASM_HARDEN_DEFAULT && grants.listener_count == 0);
}

static void guestNeverSeesOurVariables(void)
{
    static const char *const env[] = {"SWASM_PROFILE=1", "A=1", "=odd", "bare", NULL};
    put_switch(SWASM_POLICY_INHERIT_ENV), put_record(SWASM_POLICY_ENV, "SWASM_DIR=/"), put_record(SWASM_POLICY_ENV, "SWASM_PROFILE"), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.env_count == 1 && env_is(0, "A=1"));
}

static void whoStartsItHasNoNamesOfOurs(void)
{
    static const char *const entries[] = {"=x", "=", "SWASM_X=1", "SWASM_SECRET", "SWASM_=", "A=1\n=x", "A=1\nSWASM_DIR=/\nB=2"};
    for (size_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        char variable[64];
        snprintf(variable, sizeof variable, "SWASM_ENV=%s", entries[i]);
        const char *const env[] = {variable, "SWASM_SECRET=1", NULL};
        put_u32(0);
        const char *problem = read_with(env);
        CHECK(problem && strstr(problem, "SWASM_ENV"));
    }
}

static void namedVariablesWinOverInheritedOnes(void)
{
    static const char *const env[] = {"A=host", "B=host", "C=host", "SWASM_ENV=C=start", NULL};
    put_record(SWASM_POLICY_ENV, "A=baked"), put_switch(SWASM_POLICY_INHERIT_ENV), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.env_count == 3 && env_is(0, "A=baked") && env_is(1, "B=host") && env_is(2, "C=start"));
}

static void passThroughTakesTheHostsValue(void)
{
    static const char *const env[] = {"TERMINAL=no", "TERM=xterm", NULL};
    put_record(SWASM_POLICY_ENV, "TERM"), put_record(SWASM_POLICY_ENV, "ABSENT"), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.env_count == 1 && env_is(0, "TERM=xterm"));
}

static void emptyDirectoryNamesAreRefused(void)
{
    static const char *const wrong[] = {"SWASM_DIR=::/x", "SWASM_DIR=/x::", "SWASM_DIR=:ro", "SWASM_DIR=/a;/x:::ro"};
    for (size_t i = 0; i < 4; i++) {
        const char *const env[] = {wrong[i], NULL};
        put_u32(0);
        CHECK(read_with(env) != NULL);
    }
}

static void whatSurroundsARunIsRead(void)
{
    put_record(SWASM_POLICY_LISTEN, "127.0.0.1:80"), put_record(SWASM_POLICY_LISTEN, "fds"), put_number(SWASM_POLICY_MAX_FDS, 9);
    put_number(SWASM_POLICY_TIMEOUT, 5000000000), put_number(SWASM_POLICY_DETERMINISTIC, 1ull << 40), put_streams(5);
    put_number(SWASM_POLICY_HARDEN, SWASM_HARDEN_REQUIRE), put_u32(0);
    CHECK(!read_with(no_env));
    CHECK(grants.listener_count == 2 && !strcmp(grants.listeners[0], "127.0.0.1:80"));
    CHECK(!strcmp(grants.listeners[1], "fds") && grants.host_env == no_env);
    CHECK(grants.max_fds == 9 && grants.timeout_nanoseconds == 5000000000 && null_streams() == 5);
    CHECK(is_deterministic() && grants.seed == 1ull << 40 && grants.harden == SWASM_HARDEN_REQUIRE);
    put_u32(0);
    CHECK(!read_with(no_env));
    CHECK(!grants.listener_count && !grants.max_fds && !grants.timeout_nanoseconds && !is_deterministic());
}

static void whoStartsItTightensLimits(void)
{
    static const char *const more[] = {"SWASM_MAX_FDS=10", "SWASM_TIMEOUT=2m", "SWASM_HARDEN=off",
                                       "SWASM_LISTEN=[::1]:80;localhost:81", NULL};
    static const char *const less[] = {"SWASM_MAX_FDS=8", "SWASM_TIMEOUT=900ms", NULL};
    put_number(SWASM_POLICY_MAX_FDS, 9), put_number(SWASM_POLICY_TIMEOUT, 1000000000);
    put_number(SWASM_POLICY_HARDEN, SWASM_HARDEN_REQUIRE), put_u32(0);
    CHECK(!read_with(more));
    CHECK(grants.max_fds == 9 && grants.timeout_nanoseconds == 1000000000 && grants.harden == SWASM_HARDEN_REQUIRE);
    CHECK(grants.listener_count == 2 && !strcmp(grants.listeners[0], "[::1]:80"));
    put_number(SWASM_POLICY_MAX_FDS, 9), put_number(SWASM_POLICY_TIMEOUT, 1000000000), put_u32(0);
    CHECK(!read_with(less));
    CHECK(grants.max_fds == 8 && grants.timeout_nanoseconds == 900000000);
    put_u32(0);
    CHECK(!read_with(more));
    CHECK(grants.max_fds == 10 && grants.timeout_nanoseconds == 120000000000 && grants.harden == SWASM_HARDEN_OFF);
    put_switch(SWASM_POLICY_SEALED), put_u32(0);
    CHECK(!read_with(more));
    CHECK(!grants.max_fds && !grants.timeout_nanoseconds && !grants.harden && !grants.listener_count);
}

static void whoStartsItTightensMemoryAndStack(void)
{
    static const char *const env[] = {"SWASM_MAX_MEMORY=2GiB", "SWASM_STACK=1M", NULL};
    static const char *const nothing[] = {"SWASM_MAX_MEMORY=0", "SWASM_STACK=64k", NULL};
    put_number(SWASM_POLICY_MAX_MEMORY, 1 << 20), put_number(SWASM_POLICY_STACK, 1 << 16), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.max_memory_bytes == 1 << 20 && grants.stack_bytes == 1 << 16);
    put_number(SWASM_POLICY_MAX_MEMORY, 1ull << 40), put_number(SWASM_POLICY_STACK, 1 << 30), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.max_memory_bytes == 2ull << 30 && grants.stack_bytes == 1 << 20);
    put_u32(0);
    CHECK(!read_with(nothing));
    CHECK(grants.max_memory_bytes == 0 && grants.stack_bytes == 64 << 10);
    put_switch(SWASM_POLICY_SEALED), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.max_memory_bytes == UINT64_MAX && grants.stack_bytes == 8 << 20);
}

static void whoStartsItMakesItDeterministicAndTakesStreams(void)
{
    static const char *const env[] = {"SWASM_DETERMINISTIC=7", "SWASM_STDIN=null", "SWASM_STDOUT=inherit",
                                      "SWASM_STDERR=null", NULL};
    static const char *const empty[] = {"SWASM_DETERMINISTIC=", "SWASM_STDOUT=null", NULL};
    put_streams(2), put_u32(0);
    CHECK(!read_with(env));
    CHECK(is_deterministic() && grants.seed == 7 && null_streams() == 7);
    put_u32(0);
    CHECK(!read_with(empty));
    CHECK(is_deterministic() && grants.seed == 0 && null_streams() == 2);
    put_number(SWASM_POLICY_DETERMINISTIC, 9), put_u32(0);
    CHECK(!read_with(env));
    CHECK(is_deterministic() && grants.seed == 7 && null_streams() == 5);
    put_switch(SWASM_POLICY_SEALED), put_u32(0);
    CHECK(!read_with(env));
    CHECK(!is_deterministic() && !null_streams());
}

static void wrongVariablesAreRefused(void)
{
    static const char *const wrong[] = {"SWASM_TIMEOUT=", "SWASM_TIMEOUT=0", "SWASM_TIMEOUT=1d", "SWASM_TIMEOUT=-1s",
                                        "SWASM_TIMEOUT=18446744073709551616", "SWASM_TIMEOUT=18446744073709551615s",
                                        "SWASM_MAX_FDS=0", "SWASM_MAX_FDS=4294967296", "SWASM_MAX_FDS=9x",
                                        "SWASM_HARDEN=ON", "SWASM_HARDEN=", "SWASM_TIMEOUT", "SWASM_DIR", "SWASM_STDIN",
                                        "SWASM_MAX_MEMORY=", "SWASM_MAX_MEMORY=1MB", "SWASM_MAX_MEMORY=-1",
                                        "SWASM_MAX_MEMORY=16777216T", "SWASM_MAX_MEMORY=18446744073709551616",
                                        "SWASM_STACK=", "SWASM_STACK=0", "SWASM_STACK=65535", "SWASM_STACK=65G",
                                        "SWASM_STACK=M", "SWASM_DETERMINISTIC=off", "SWASM_DETERMINISTIC=1x",
                                        "SWASM_DETERMINISTIC=-1", "SWASM_DETERMINISTIC=18446744073709551616",
                                        "SWASM_STDIN=", "SWASM_STDOUT=NULL", "SWASM_STDERR=nothing"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        const char *const env[] = {wrong[i], NULL};
        put_u32(0);
        CHECK(read_with(env) != NULL);
    }
}

static void malformedRecordsAreRefused(void)
{
    put_number(SWASM_POLICY_MAX_FDS, 0), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* no descriptors at all */
    put_number(SWASM_POLICY_TIMEOUT, 0), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* no time at all */
    put_number(SWASM_POLICY_STDOUT, 2), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* another kind of stream */
    put_number(SWASM_POLICY_HARDEN, 3), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* unknown hardening */
    CHECK(read_with(no_env) != NULL); /* no end */
    put_u32(99), put_u32(0), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* unknown tag */
    put_u32(2), put_u32(400), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* longer than what there is */
    put_u32(2), put_u32(0xffffffff), put_u32(0);
    CHECK(read_with(no_env) != NULL);
    put_u32(4), put_u32(4), put_u32(1), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* short number */
    put_number(SWASM_POLICY_SEALED, 1), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* a switch has no payload */
    put_dir(2, "a", "b"), put_u32(0);
    CHECK(read_with(no_env) != NULL);
    put_dir(0, "", "b"), put_u32(0);
    CHECK(read_with(no_env) != NULL);
    put_u32(1), put_u32(12), put_u32(0), put_u32(0xfffffff0), put_u32(0), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* inner length beyond the record */
    put_u32(2), put_u32(4), put_text("A=\0b"), record_bytes += 2, pad(), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* a NUL inside */
}

/* Numbers that exceed a limit of the row by one, on each side, and a number of another width. */
static void recordsKeepTheLimitsOfTheTable(void)
{
    for (uint32_t tag = 1; tag < SWASM_POLICY_TAGS; tag++) {
        const swasm_policy_option *option = swasm_policy_option_of(tag);
        CHECK(option && swasm_policy_refusal(option)[option->variable_bytes] == ' ');
        if (option->kind < SWASM_KIND_NUMBER) continue;
        if (option->least) {
            put_number(tag, option->least - 1), put_u32(0);
            CHECK(read_with(no_env) != NULL);
        }
        if (option->most < UINT64_MAX) {
            put_number(tag, option->most + 1), put_u32(0);
            CHECK(read_with(no_env) != NULL);
        }
        put_u32(tag), put_u32(12), put_u32((uint32_t)option->least), put_u32(0), put_u32(0), put_u32(0);
        CHECK(read_with(no_env) != NULL);
        put_number(tag, option->least), put_u32(0);
        CHECK(!read_with(no_env) && swasm_is_given(&grants, tag) && !grants.no_number);
    }
    CHECK(!swasm_policy_option_of(0) && !swasm_policy_option_of(SWASM_POLICY_TAGS) && !swasm_policy_option_of(UINT32_MAX));
}

/* An option that can only be compiled in has no variable. A variable's name must match exactly. */
static void namesThatNoOptionHas(void)
{
    static const char *const ours[] = {"SWASM_SEALED=1", "SWASM_ARGV0=x", "SWASM_INVOKE=f", "SWASM_INHERIT_ENV=",
                                       "SWASM_PROCESSOR=4", "SWASM_TIMEOUTS=1s", "SWASM_TIMOUT=1s", "SWASM_DIRS=/",
                                       "SWASM_DI=/", "SWASM_TIEMOUT"};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        const char *const env[] = {"A=1", ours[i], NULL};
        put_u32(0);
        const char *problem = read_with(env);
        CHECK(problem && !strncmp(problem, ours[i], strcspn(ours[i], "=")));
        put_switch(SWASM_POLICY_SEALED), put_u32(0);
        CHECK(!read_as(true, env));
    }
    static const char *const others[] = {"A=1", "XSWASM_TIMEOUT=1s", "TIMEOUT=1s", "SWASM=1", "SWASMC_LINKER=x", "SWASM",
                                         "SWASM_PROFILE=p", NULL};
    put_u32(0);
    CHECK(!read_with(others));
    CHECK(!grants.given && !grants.dir_count && !grants.env_count && !grants.invoke && !grants.timeout_nanoseconds);
    static const char *const strange[] = {"SWASM_=/", "SWASM_", "SWASM_SOMETHING=x", "SWASM_PROFILES=x"};
    for (size_t i = 0; i < sizeof strange / sizeof strange[0]; i++) {
        const char *const env[] = {strange[i], "SWASM_OTHER_THING", NULL};
        put_u32(0);
        CHECK(!read_with(env) && !strncmp(grants.unknown_variable, strange[i], strlen(grants.unknown_variable)));
        put_switch(SWASM_POLICY_SEALED), put_u32(0);
        CHECK(!read_as(true, env) && !grants.unknown_variable);
    }
    const char *const misspelt[] = {"SWASM_TIEMOUT=1s", NULL}, *const baked[] = {"SWASM_SEALED=1", NULL};
    put_u32(0);
    CHECK(!strcmp(read_with(misspelt), "SWASM_TIEMOUT is unknown; did you mean SWASM_TIMEOUT?"));
    put_u32(0);
    CHECK(!strcmp(read_with(baked), "SWASM_SEALED is unknown"));
}

/* Many variables, each of them twice. The host's order and its doubles stay, except for a variable that was
 * named. */
static void inheritsManyVariables(void)
{
    enum { COUNT = 100000 };
    static char names[COUNT][16];
    static const char *env[COUNT + 1];
    for (uint32_t i = 0; i < COUNT; i++) {
        snprintf(names[i], sizeof names[i], "V%u=%u", i % (COUNT / 2), i);
        env[i] = names[i];
    }
    put_switch(SWASM_POLICY_INHERIT_ENV), put_record(SWASM_POLICY_ENV, "V8=named"), put_u32(0);
    CHECK(!read_with(env) && grants.env_count == COUNT - 1);
    CHECK(!strcmp(grants.env[7], "V7=7") && !strcmp(grants.env[8], "V8=named"));
    CHECK(!strcmp(grants.env[COUNT / 2 + 7], "V7=50007") && !strcmp(grants.env[COUNT / 2 + 8], "V9=50009"));
}

/* Sets every limit by its variable, to more than was compiled in, to the same, and to less. A variable never
 * grants more than was compiled in. */
static void variablesOnlyTighten(void)
{
    static const uint32_t lesser[] = {SWASM_POLICY_MAX_MEMORY, SWASM_POLICY_STACK, SWASM_POLICY_MAX_FDS, SWASM_POLICY_TIMEOUT};
    static const char *const names[] = {"MAX_MEMORY", "STACK", "MAX_FDS", "TIMEOUT"};
    const uint64_t *const numbers[] = {&grants.max_memory_bytes, &grants.stack_bytes, &grants.max_fds, &grants.timeout_nanoseconds};
    for (size_t i = 0; i < 4; i++) {
        const uint64_t scale = lesser[i] == SWASM_POLICY_TIMEOUT ? 1000000000 : 1;
        for (uint64_t baked = 100000; baked <= 300000; baked += 100000) {
            char variable[64];
            snprintf(variable, sizeof variable, "SWASM_%s=200000", names[i]);
            const char *const env[] = {variable, NULL};
            put_number(lesser[i], baked * scale), put_u32(0);
            CHECK(!read_with(env) && *numbers[i] == (baked < 200000 ? baked : 200000) * scale);
        }
    }
}

static bool is_address(const char *text)
{
    swasm_policy_address address;
    char *exact = malloc(strlen(text) + 1); /* one more than is read: 0 bytes have no address of their own */
    memcpy(exact + 1, text, strlen(text));
    bool good = swasm_policy_read_address(exact + 1, strlen(text), &address);
    free(exact);
    return good;
}

static void addressesHaveOneForm(void)
{
    static const char *const good[] = {"127.0.0.1:80", "0.0.0.0:0", "[::1]:65535", "[::]:1", "[2001:db8::7]:443", "[1:2:3:4:5:6:7::]:1",
                                       "[1:2:3:4:5:6:7:8]:1", "localhost:8080", "fds", "fds:nonblock", "[::1]:80:nonblock",
                                       "[::]:53/udp", "localhost:1/udp"};
    static const char *const wrong[] = {"", ":", "fds/udp", "/udp", "127.0.0.1:80/tcp", "127.0.0.1:80/udp/udp", "127.0.0.1:80/udp:nonblock", "127.0.0.1:80:nonblock/udp", ":80", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:080", "127.0.0.1:00", "127.0.0.1:+1", "127.1:80",
                                        "127.0.0.01:80", "127.0.0.00:80", "0127.0.0.1:80", "[00001::]:80", "::1:80", "[::1]", "[]:80",
                                        "[127.0.0.1]:80", "[::ffff:127.0.0.1]:80", "[1:2:3:4:5:6:7:8::]:1", "[::1%1]:80", "FDS",
                                        "localhos:80", "localhostx:80", ":nonblock", "80:nonblock", "fds:nonblock:nonblock", "fdsx"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) CHECK(is_address(good[i]));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) CHECK(!is_address(wrong[i]));
    swasm_policy_address address;
    CHECK(swasm_policy_read_address("[1:2::7fff]:258:nonblock", 24, &address) && address.is_ipv6 && address.is_nonblocking);
    CHECK(address.port == 258 && address.host[1] == 1 && address.host[3] == 2 && address.host[4] == 0 && address.host[14] == 0x7f);
    CHECK(swasm_policy_read_address("localhost:1", 11, &address) && !address.is_ipv6 && address.host[0] == 127 && address.host[3] == 1);
    CHECK(!address.is_udp && swasm_policy_read_address("0.0.0.0:53/udp", 14, &address) && address.is_udp && address.port == 53);
}

static bool is_destination(const char *text)
{
    swasm_policy_destination to;
    char *exact = malloc(strlen(text) + 1); /* as in is_address */
    memcpy(exact + 1, text, strlen(text));
    bool is = swasm_policy_read_destination(exact + 1, strlen(text), &to);
    free(exact);
    return is;
}

static void destinationsHaveOneForm(void)
{
    static const char *const good[] = {"127.0.0.1:80", "10.0.0.0/8:443", "0.0.0.0/0:*", "10.0.0.0/8:1-65535/udp", "[::1]:8000-8080", "[fd00::/8]:*",
                                       "[::/0]:1", "[::1/128]:1", "localhost:1", "example.com:443", "*.example.com:443/udp", "*:*", "*:53/udp",
                                       "a_b.c-d:1", "1a:1", "x.y.z:7-7"};
    static const char *const wrong[] = {"", ":", "*", ":80", "80", "example.com", "example.com:", "example.com:0", "example.com:0-9", "example.com:65536",
                                        "example.com:9-8", "example.com:-8", "example.com:8-", "example.com:1-2-3", "example.com:080", "example.com:1/tcp",
                                        "example.com:1/udp/udp", "10.0.0.1/8:1", "10.0.0.0/33:1", "10.0.0.0/08:1", "10.0.0.0/:1", "10.0.0.0/8/8:1",
                                        "[10.0.0.0]:1", "::1:80", "[::1:80", "[fd00::1/8]:1", "[fd00::/129]:1", "[::]/0:1", "127.1:1", "1.2.3:1", "0x7f.1:1",
                                        "*x.com:1", "a*.com:1", "*.:1", "**:1", "*.*:1", "a..b:1", ".a:1", "a.:1", "a b:1", "a/b:1", "\xc3\xa4.de:1", "[*]:1"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) CHECK(is_destination(good[i]));
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) CHECK(!is_destination(wrong[i]));
    swasm_policy_destination to;
    CHECK(swasm_policy_read_destination("[fd00::/8]:1-2/udp", 18, &to) && to.form == SWASM_HOST_RANGE && to.is_ipv6 && to.is_udp);
    CHECK(to.prefix_bits == 8 && to.host[0] == 0xfd && to.first_port == 1 && to.last_port == 2);
    CHECK(swasm_policy_read_destination("10.1.2.3:*", 10, &to) && to.form == SWASM_HOST_RANGE && !to.is_ipv6 && !to.is_udp);
    CHECK(to.prefix_bits == 32 && to.host[0] == 10 && to.host[3] == 3 && to.first_port == 1 && to.last_port == 65535);
    CHECK(swasm_policy_read_destination("*.a.b:9", 7, &to) && to.form == SWASM_HOST_NAME && to.name_length == 5);
    CHECK(swasm_policy_read_destination("*:9", 3, &to) && to.form == SWASM_HOST_ANY);
}

static void namesHaveOneForm(void)
{
    char label[300];
    memset(label, 'a', sizeof label);
    CHECK(swasm_policy_read_name("*", 1) && swasm_policy_read_name("*.com", 5) && swasm_policy_read_name("a", 1));
    CHECK(!swasm_policy_read_name("*.", 2) && !swasm_policy_read_name("a.*", 3) && !swasm_policy_read_name("1", 1));
    CHECK(swasm_policy_read_name(label, 63) && !swasm_policy_read_name(label, 64));
    for (size_t i = 49; i < sizeof label; i += 50) label[i] = '.';
    CHECK(swasm_policy_read_name(label, 253) && !swasm_policy_read_name(label, 254));
}

static void whoStartsItGrantsTheNetwork(void)
{
    static const char *const env[] = {"SWASM_CONNECT=a.b:1;10.0.0.0/8:*", "SWASM_RESOLVE=*.c\n*", NULL};
    put_record(SWASM_POLICY_CONNECT, "*:53/udp"), put_record(SWASM_POLICY_RESOLVE, "x"), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.connect_count == 3 && !strcmp(grants.connects[0], "*:53/udp") && !strcmp(grants.connects[2], "10.0.0.0/8:*"));
    CHECK(grants.resolve_count == 3 && !strcmp(grants.resolves[0], "x") && !strcmp(grants.resolves[2], "*"));
    put_record(SWASM_POLICY_CONNECT, "*:53/udp"), put_switch(SWASM_POLICY_SEALED), put_u32(0);
    CHECK(!read_with(env) && grants.connect_count == 1 && !grants.resolve_count);
    swasm_grants_forget(&grants);
    CHECK(!grants.connects[0][0]);
}

static void everyWordIsRead(void)
{
    static const swasm_policy_tag tags[] = {SWASM_POLICY_HARDEN, SWASM_POLICY_STDIN, SWASM_POLICY_BACKTRACE};
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        const swasm_policy_option *option = swasm_policy_option_of(tags[i]);
        uint64_t number, count = 0;
        for (const char *word; (word = swasm_policy_word(option->kind, count)); count++)
            CHECK(swasm_policy_read_number(option, word, strlen(word), &number) && number == count);
        CHECK(count == option->most + 1);
    }
    CHECK(!strcmp(swasm_policy_says(swasm_policy_option_of(SWASM_POLICY_STACK)), "a size from 64K to 64G"));
}

static void whoStartsItChoosesTheBacktrace(void)
{
    static const char *const off[] = {"SWASM_BACKTRACE=0", NULL}, *const on[] = {"SWASM_BACKTRACE=1", NULL};
    static const char *const wrong[] = {"SWASM_BACKTRACE=2", NULL}, *const empty[] = {"SWASM_BACKTRACE=", NULL};
    put_u32(0);
    CHECK(!read_with(off) && grants.backtrace == SWASM_BACKTRACE_OFF);
    put_number(SWASM_POLICY_BACKTRACE, SWASM_BACKTRACE_FULL), put_u32(0);
    CHECK(!read_with(on) && grants.backtrace == SWASM_BACKTRACE_ON);
    put_number(SWASM_POLICY_BACKTRACE, SWASM_BACKTRACE_FULL), put_switch(SWASM_POLICY_SEALED), put_u32(0);
    CHECK(!read_with(off) && grants.backtrace == SWASM_BACKTRACE_FULL);
    put_u32(0);
    CHECK(read_with(wrong));
    put_u32(0);
    CHECK(read_with(empty));
}

static void randomRecordsNeverReadBeyond(void)
{
    uint64_t seed = 3;
    static const char *const env[] = {"SWASM_DIR=a::b:ro", "K=V", NULL};
    for (int i = 0; i < 30000; i++) {
        put_dir(next_random(&seed) & 1, "host", "guest"), put_record(SWASM_POLICY_ENV, "A=1"), put_record(SWASM_POLICY_ENV, "K");
        put_number(SWASM_POLICY_STACK, 65536), put_record(SWASM_POLICY_INVOKE, "f"), put_u32(0);
        size_t changes = 1 + next_random(&seed) % 4;
        while (changes--) records[next_random(&seed) % record_bytes] = (uint8_t)(next_random(&seed) >> 20);
        record_bytes = next_random(&seed) % 8 ? record_bytes : next_random(&seed) % record_bytes;
        read_with(env);
        CHECK(grants.dir_count <= 3 && grants.env_count <= 3);
    }
}

int main(void)
{
    RUN(nothingIsGrantedByDefault);
    RUN(everyRecordIsRead);
    RUN(environmentAddsGrantsUnlessSealed);
    RUN(environmentAddsNothingToForeignRights);
    RUN(guestNeverSeesOurVariables);
    RUN(whoStartsItHasNoNamesOfOurs);
    RUN(namedVariablesWinOverInheritedOnes);
    RUN(passThroughTakesTheHostsValue);
    RUN(emptyDirectoryNamesAreRefused);
    RUN(whatSurroundsARunIsRead);
    RUN(whoStartsItTightensLimits);
    RUN(whoStartsItTightensMemoryAndStack);
    RUN(whoStartsItMakesItDeterministicAndTakesStreams);
    RUN(wrongVariablesAreRefused);
    RUN(malformedRecordsAreRefused);
    RUN(recordsKeepTheLimitsOfTheTable);
    RUN(namesThatNoOptionHas);
    RUN(inheritsManyVariables);
    RUN(variablesOnlyTighten);
    RUN(addressesHaveOneForm);
    RUN(destinationsHaveOneForm);
    RUN(namesHaveOneForm);
    RUN(whoStartsItGrantsTheNetwork);
    RUN(everyWordIsRead);
    RUN(whoStartsItChoosesTheBacktrace);
    RUN(randomRecordsNeverReadBeyond);
    return finish();
}
