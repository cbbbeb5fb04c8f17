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
    put_u32(1), put_u32((uint32_t)(12 + strlen(host) + strlen(guest)));
    put_u32(flags), put_u32((uint32_t)strlen(host)), put_text(host), put_u32((uint32_t)strlen(guest)), put_text(guest);
    pad();
}
static void put_u64_record(uint32_t tag, uint64_t value)
{
    put_u32(tag), put_u32(8), put_u32((uint32_t)value), put_u32((uint32_t)(value >> 32));
}

/* Reads what was put, from an allocation of just that size. */
static const char *read_as(uint32_t flags, const char *const *envp)
{
    uint8_t *exact = malloc(record_bytes + 1);
    memcpy(exact, records, record_bytes);
    memmove(exact + 1, exact, record_bytes); /* unaligned as well */
    const char *problem = swasm_grants_read(&grants, flags, exact + 1, record_bytes, "./app", envp);
    free(exact);
    record_bytes = 0;
    return problem;
}

static const char *read_with(const char *const *envp) { return read_as(0, envp); }

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
    put_record(2, "A=1"), put_u64_record(4, 1ull << 33), put_u64_record(5, 1 << 16);
    put_record(6, "guest.wasm"), put_record(7, "add"), put_u32(3), put_u32(4), put_u32(1), put_u32(0);
    CHECK(!read_with(no_env));
    CHECK(grants.dir_count == 2 && dir_is(0, "/srv/data", "/data", 0) && dir_is(1, "lib", "x", 1));
    CHECK(grants.env_count == 1 && env_is(0, "A=1"));
    CHECK(grants.max_memory_bytes == 1ull << 33 && grants.stack_bytes == 1 << 16);
    CHECK(!strcmp(grants.argv0, "guest.wasm") && !strcmp(grants.invoke, "add"));
    CHECK(grants.flags == SWASM_POLICY_SEALED);
}

static void environmentAddsGrantsUnlessSealed(void)
{
    static const char *const env[] = {"SWASM_DIR=/a;/b::/c\n/d::e:ro;;.:ro", "SWASM_ENV=B=2\nA=9\nHOME", "HOME=/root",
                                      NULL};
    put_record(2, "A=1"), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.dir_count == 4);
    CHECK(dir_is(0, "/a", "/a", 0) && dir_is(1, "/b", "/c", 0) && dir_is(2, "/d", "e", 1) && dir_is(3, ".", ".", 1));
    CHECK(grants.env_count == 3 && env_is(0, "A=9") && env_is(1, "B=2") && env_is(2, "HOME=/root"));
    put_record(2, "A=1"), put_u32(3), put_u32(4), put_u32(1), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.dir_count == 0 && grants.env_count == 1 && env_is(0, "A=1"));
}

static void environmentAddsNothingToForeignRights(void)
{
    static const char *const env[] = {"SWASM_DIR=/", "SWASM_ENV=A=9", "SWASM_HARDEN=off", "SWASM_LISTEN=fds", NULL};
    put_dir(0, "/srv", "/data"), put_record(2, "A=1"), put_u32(0);
    CHECK(!read_as(SWASM_POLICY_SEALED, env));
    CHECK(grants.dir_count == 1 && dir_is(0, "/srv", "/data", 0) && grants.env_count == 1 && env_is(0, "A=1"));
    CHECK(grants.harden == SWASM_HARDEN_DEFAULT && grants.listener_count == 0);
}

static void guestNeverSeesOurVariables(void)
{
    static const char *const env[] = {"SWASM_SECRET=1", "A=1", "=odd", "bare", NULL};
    put_record(8, ""), put_record(2, "SWASM_DIR=/"), put_record(2, "SWASM_SECRET"), put_u32(0);
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
    put_record(2, "A=baked"), put_record(8, ""), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.env_count == 3 && env_is(0, "A=baked") && env_is(1, "B=host") && env_is(2, "C=start"));
}

static void passThroughTakesTheHostsValue(void)
{
    static const char *const env[] = {"TERMINAL=no", "TERM=xterm", NULL};
    put_record(2, "TERM"), put_record(2, "ABSENT"), put_u32(0);
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
    put_record(11, "127.0.0.1:80"), put_record(11, "fds"), put_u32(12), put_u32(4), put_u32(9);
    put_u64_record(13, 5000000000), put_u64_record(14, 1ull << 40), put_u32(15), put_u32(4), put_u32(5);
    put_u32(10), put_u32(4), put_u32(SWASM_HARDEN_REQUIRE), put_u32(0);
    CHECK(!read_with(no_env));
    CHECK(grants.listener_count == 2 && !strcmp(grants.listeners[0], "127.0.0.1:80"));
    CHECK(!strcmp(grants.listeners[1], "fds") && grants.host_env == no_env);
    CHECK(grants.max_fds == 9 && grants.timeout_nanoseconds == 5000000000 && grants.null_streams == 5);
    CHECK(grants.deterministic && grants.seed == 1ull << 40 && grants.harden == SWASM_HARDEN_REQUIRE);
    put_u32(0);
    CHECK(!read_with(no_env));
    CHECK(!grants.listener_count && !grants.max_fds && !grants.timeout_nanoseconds && !grants.deterministic);
}

static void whoStartsItTightensLimits(void)
{
    static const char *const more[] = {"SWASM_MAX_FDS=10", "SWASM_TIMEOUT=2m", "SWASM_HARDEN=off",
                                       "SWASM_LISTEN=[::1]:80;localhost:81", NULL};
    static const char *const less[] = {"SWASM_MAX_FDS=8", "SWASM_TIMEOUT=900ms", NULL};
    put_u32(12), put_u32(4), put_u32(9), put_u64_record(13, 1000000000);
    put_u32(10), put_u32(4), put_u32(SWASM_HARDEN_REQUIRE), put_u32(0);
    CHECK(!read_with(more));
    CHECK(grants.max_fds == 9 && grants.timeout_nanoseconds == 1000000000 && grants.harden == SWASM_HARDEN_REQUIRE);
    CHECK(grants.listener_count == 2 && !strcmp(grants.listeners[0], "[::1]:80"));
    put_u32(12), put_u32(4), put_u32(9), put_u64_record(13, 1000000000), put_u32(0);
    CHECK(!read_with(less));
    CHECK(grants.max_fds == 8 && grants.timeout_nanoseconds == 900000000);
    put_u32(0);
    CHECK(!read_with(more));
    CHECK(grants.max_fds == 10 && grants.timeout_nanoseconds == 120000000000 && grants.harden == SWASM_HARDEN_OFF);
    put_u32(3), put_u32(4), put_u32(1), put_u32(0);
    CHECK(!read_with(more));
    CHECK(!grants.max_fds && !grants.timeout_nanoseconds && !grants.harden && !grants.listener_count);
}

static void whoStartsItTightensMemoryAndStack(void)
{
    static const char *const env[] = {"SWASM_MAX_MEMORY=2GiB", "SWASM_STACK=1M", NULL};
    static const char *const nothing[] = {"SWASM_MAX_MEMORY=0", "SWASM_STACK=64k", NULL};
    put_u64_record(4, 1 << 20), put_u64_record(5, 1 << 16), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.max_memory_bytes == 1 << 20 && grants.stack_bytes == 1 << 16);
    put_u64_record(4, 1ull << 40), put_u64_record(5, 1 << 30), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.max_memory_bytes == 2ull << 30 && grants.stack_bytes == 1 << 20);
    put_u32(0);
    CHECK(!read_with(nothing));
    CHECK(grants.max_memory_bytes == 0 && grants.stack_bytes == 64 << 10);
    put_u32(3), put_u32(4), put_u32(1), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.max_memory_bytes == UINT64_MAX && grants.stack_bytes == 8 << 20);
}

static void whoStartsItMakesItDeterministicAndTakesStreams(void)
{
    static const char *const env[] = {"SWASM_DETERMINISTIC=7", "SWASM_STDIN=null", "SWASM_STDOUT=inherit",
                                      "SWASM_STDERR=null", NULL};
    static const char *const empty[] = {"SWASM_DETERMINISTIC=", "SWASM_STDOUT=null", NULL};
    put_u32(15), put_u32(4), put_u32(2), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.deterministic && grants.seed == 7 && grants.null_streams == 7);
    put_u32(0);
    CHECK(!read_with(empty));
    CHECK(grants.deterministic && grants.seed == 0 && grants.null_streams == 2);
    put_u64_record(14, 9), put_u32(0);
    CHECK(!read_with(env));
    CHECK(grants.deterministic && grants.seed == 7 && grants.null_streams == 5);
    put_u32(3), put_u32(4), put_u32(1), put_u32(0);
    CHECK(!read_with(env));
    CHECK(!grants.deterministic && !grants.null_streams);
}

static void wrongVariablesAreRefused(void)
{
    static const char *const wrong[] = {"SWASM_TIMEOUT=", "SWASM_TIMEOUT=0", "SWASM_TIMEOUT=1d", "SWASM_TIMEOUT=-1s",
                                        "SWASM_TIMEOUT=18446744073709551616", "SWASM_TIMEOUT=18446744073709551615s",
                                        "SWASM_MAX_FDS=0", "SWASM_MAX_FDS=4294967296", "SWASM_MAX_FDS=9x",
                                        "SWASM_HARDEN=on", "SWASM_HARDEN=",
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
    put_u32(12), put_u32(4), put_u32(0), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* no descriptors at all */
    put_u64_record(13, 0), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* no time at all */
    put_u32(15), put_u32(4), put_u32(8), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* a fourth stream */
    put_u32(10), put_u32(4), put_u32(3), put_u32(0);
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
    put_u32(3), put_u32(4), put_u32(6), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* unknown flag */
    put_dir(2, "a", "b"), put_u32(0);
    CHECK(read_with(no_env) != NULL);
    put_dir(0, "", "b"), put_u32(0);
    CHECK(read_with(no_env) != NULL);
    put_u32(1), put_u32(12), put_u32(0), put_u32(0xfffffff0), put_u32(0), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* inner length beyond the record */
    put_u32(2), put_u32(4), put_text("A=\0b"), record_bytes += 2, pad(), put_u32(0);
    CHECK(read_with(no_env) != NULL); /* a NUL inside */
}

static void randomRecordsNeverReadBeyond(void)
{
    uint64_t seed = 3;
    static const char *const env[] = {"SWASM_DIR=a::b:ro", "K=V", NULL};
    for (int i = 0; i < 30000; i++) {
        put_dir(next_random(&seed) & 1, "host", "guest"), put_record(2, "A=1"), put_record(2, "K");
        put_u64_record(5, 100), put_record(7, "f"), put_u32(0);
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
    RUN(randomRecordsNeverReadBeyond);
    return finish();
}
