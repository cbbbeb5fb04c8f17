/* Arguments choose what is tried; prints what happened. */
#include "wasi2.h"

static int32_t out;

static bool is(text given, const char *name)
{
    for (uint32_t i = 0; i < given.bytes; i++) {
        if (given.at[i] != name[i]) return false;
    }
    return name[given.bytes] == 0;
}

static void say(const char *what, uint64_t number)
{
    print(out, what);
    print(out, " ");
    print_number(out, number);
    print(out, "\n");
}

/* Copies the standard input to the standard output. */
static int32_t copy(void)
{
    int32_t in = get_stdin();
    for (;;) {
        stream_result result;
        stream_blocking_read(in, 100000, &result);
        if (result.is_error) {
            drop_input(in);
            if (result.is_closed) return 0;
            print(get_stderr(), "reading failed\n");
            return 1;
        }
        if (!print_bytes(out, result.bytes.at, result.bytes.count)) {
            print(get_stderr(), "writing failed\n");
            return 1;
        }
    }
}

/* The same by splice. */
static int32_t splice(void)
{
    int32_t in = get_stdin();
    for (;;) {
        count_result result;
        stream_blocking_splice(out, in, 100000, &result);
        if (result.is_error) return result.is_closed ? 0 : 1;
    }
}

/* Says how many bytes come, skipping the first. */
static int32_t skip(void)
{
    int32_t in = get_stdin();
    count_result result;
    stream_blocking_skip(in, 1, &result);
    say("skipped", result.is_error ? 99 : result.count);
    uint64_t total = 0;
    for (;;) {
        stream_blocking_skip(in, 1000, &result);
        if (result.is_error) break;
        total += result.count;
    }
    say("then", total);
    return 0;
}

/* A read that does not wait, while nothing comes. Then waits for either the input or the time. */
static int32_t poll(void)
{
    int32_t in = get_stdin();
    stream_result result;
    stream_read(in, 10, &result);
    say("read", result.is_error ? 99 : result.bytes.count);
    int32_t pollables[3] = {stream_subscribe(in), subscribe_duration(20000000), output_subscribe(out)};
    say("input ready", (uint64_t)pollable_ready(pollables[0]));
    list ready;
    poll_list(pollables, 2, &ready);
    say("ready", ready.count);
    say("first", *(uint32_t *)ready.at);
    pollable_block(pollables[2]);
    poll_list(pollables, 3, &ready);
    say("ready", ready.count);
    pollable_block(pollables[1]);
    for (int i = 0; i < 3; i++) drop_pollable(pollables[i]);
    return 0;
}

static int32_t write_all(uint64_t total)
{
    static uint8_t bytes[65536];
    while (total > 0) {
        count_result permitted;
        stream_check_write(out, &permitted);
        if (permitted.is_error) return 1;
        uint32_t piece = total < sizeof bytes ? (uint32_t)total : sizeof bytes;
        if (piece > permitted.count) piece = (uint32_t)permitted.count;
        __builtin_memset(bytes, 'x', piece);
        stream_result result;
        stream_write(out, bytes, piece, &result);
        if (result.is_error) {
            text why = {"closed", 6};
            if (!result.is_closed) {
                error_text(result.error, &why);
                drop_error(result.error);
            }
            int32_t err = get_stderr();
            print_bytes(err, why.at, why.bytes);
            print(err, "\n");
            stream_check_write(out, &permitted);
            if (!permitted.is_error || !permitted.is_closed) print(err, "still open\n");
            return 1;
        }
        total -= piece;
    }
    stream_result result;
    stream_flush(out, &result);
    return result.is_error;
}

static int32_t zeros(void)
{
    stream_result result;
    stream_write_zeros(out, 5, &result);
    if (result.is_error) return 1;
    stream_blocking_write_zeros(out, 3, &result);
    if (result.is_error) return 1;
    stream_blocking_flush(out, &result);
    return result.is_error;
}

static int32_t terminals(void)
{
    optional_handle terminal;
    get_terminal_stdin(&terminal);
    say("stdin", terminal.is_some);
    get_terminal_stdout(&terminal);
    say("stdout", terminal.is_some);
    return 0;
}

static int32_t times(void)
{
    datetime wall;
    wall_now(&wall);
    say("wall", wall.seconds > 1700000000 && wall.nanoseconds < 1000000000);
    wall_resolution(&wall);
    say("wall resolution", wall.seconds == 0 && wall.nanoseconds > 0);
    uint64_t start = monotonic_now();
    int32_t pollable = subscribe_instant(start + 5000000);
    pollable_block(pollable);
    say("waited", monotonic_now() >= start + 5000000);
    say("ready", (uint64_t)pollable_ready(pollable));
    say("resolution", monotonic_resolution() > 0);
    int32_t never = subscribe_duration(UINT64_MAX);
    say("never", (uint64_t)pollable_ready(never));
    return 0;
}

/* Many objects that stay, between values of all sizes that are passed. No object may change. */
static int32_t many(void)
{
    enum { COUNT = 4000 };
    static int32_t pollables[COUNT];
    uint64_t state = 1, wrong = 0, bytes = 0;
    for (uint32_t i = 0; i < COUNT; i++) pollables[i] = subscribe_instant(i % 2 ? UINT64_MAX : 0);
    for (uint32_t i = 0; i < 20000; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        uint32_t at = (uint32_t)(state >> 40) % COUNT;
        drop_pollable(pollables[at]);
        pollables[at] = subscribe_instant(at % 2 ? UINT64_MAX : 0);
        if (i % 10) continue;
        list got;
        heap_end = NULL; /* the bytes of the last time are not needed */
        random_bytes((state >> 33) % (i % 100 ? 300 : 100000), &got);
        bytes += got.count;
        list ready;
        poll_list(pollables, COUNT / 2 + i % 100, &ready);
        const uint32_t *indices = ready.at;
        for (uint32_t j = 0; j < ready.count; j++) wrong += indices[j] != 2 * j;
    }
    for (uint32_t i = 0; i < COUNT; i++) wrong += pollable_ready(pollables[i]) != (i % 2 == 0);
    say("wrong", wrong);
    say("bytes", bytes > 1000000);
    return 0;
}

static int32_t random(void)
{
    list bytes;
    random_bytes(100000, &bytes);
    uint64_t sum = 0;
    for (uint32_t i = 0; i < bytes.count; i++) sum += ((uint8_t *)bytes.at)[i];
    say("bytes", bytes.count);
    say("mean", sum > 12000000 && sum < 13500000);
    say("numbers differ", random_number() != random_number());
    uint64_t seed[2];
    insecure_seed(seed);
    say("seed", seed[0] != seed[1]);
    return 0;
}

static void environment(void)
{
    list variables;
    get_environment(&variables);
    text *texts = variables.at;
    for (uint32_t i = 0; i < variables.count; i++) {
        print_bytes(out, texts[2 * i].at, texts[2 * i].bytes);
        print(out, " is ");
        print_bytes(out, texts[2 * i + 1].at, texts[2 * i + 1].bytes);
        print(out, "\n");
    }
}

int32_t run(void)
{
    out = get_stdout();
    list arguments;
    get_arguments(&arguments);
    text *texts = arguments.at;
    text what = arguments.count > 1 ? texts[1] : (text){"", 0};
    if (is(what, "copy")) return copy();
    if (is(what, "splice")) return splice();
    if (is(what, "skip")) return skip();
    if (is(what, "poll")) return poll();
    if (is(what, "write")) return write_all(300000);
    if (is(what, "too-much")) {
        static uint8_t bytes[5000];
        stream_result result;
        stream_blocking_write(out, bytes, sizeof bytes, &result);
    }
    if (is(what, "poll-nothing")) poll_list(NULL, 0, &arguments);
    if (is(what, "zeros")) return zeros();
    if (is(what, "terminals")) return terminals();
    if (is(what, "times")) return times();
    if (is(what, "random")) return random();
    if (is(what, "many")) return many();
    if (is(what, "fail")) return 1;
    if (is(what, "exit-ok")) exit_with_result(0);
    if (is(what, "exit-error")) exit_with_result(1);
    if (is(what, "environment")) environment();
    for (uint32_t i = 0; i < arguments.count; i++) {
        print(out, "argument ");
        print_bytes(out, texts[i].at, texts[i].bytes);
        print(out, "\n");
    }
    return 0;
}
