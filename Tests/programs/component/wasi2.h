/* Bindings of WASI 0.2 for the components in this directory, as far as they use it. Each function is the
 * core import that the canonical ABI makes of a function of an interface. */
#ifndef WASI2_H
#define WASI2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IMPORT(interface, name) __attribute__((import_module(interface "@0.2.9"), import_name(name))) extern
#define EXPORT(name) __attribute__((export_name(name)))

typedef struct list {
    void *at;
    uint32_t count;
} list;

typedef struct text {
    const char *at;
    uint32_t bytes;
} text;

/* result<list<u8>, stream-error> and result<_, stream-error> */
typedef struct stream_result {
    uint8_t is_error;
    union {
        list bytes;
        struct {
            uint8_t is_closed;
            int32_t error;
        };
    };
} stream_result;

/* result<u64, stream-error> */
typedef struct count_result {
    uint8_t is_error;
    union {
        uint64_t count;
        struct {
            uint8_t is_closed;
            int32_t error;
        };
    };
} count_result;

typedef struct datetime {
    uint64_t seconds;
    uint32_t nanoseconds;
} datetime;

typedef struct optional_handle {
    uint8_t is_some;
    int32_t handle;
} optional_handle;

#define STREAMS "wasi:io/streams"
IMPORT("wasi:cli/stdin", "get-stdin") int32_t get_stdin(void);
IMPORT("wasi:cli/stdout", "get-stdout") int32_t get_stdout(void);
IMPORT("wasi:cli/stderr", "get-stderr") int32_t get_stderr(void);
IMPORT(STREAMS, "[method]input-stream.read") void stream_read(int32_t self, uint64_t bytes, stream_result *result);
IMPORT(STREAMS, "[method]input-stream.blocking-read")
void stream_blocking_read(int32_t self, uint64_t bytes, stream_result *result);
IMPORT(STREAMS, "[method]input-stream.skip") void stream_skip(int32_t self, uint64_t bytes, count_result *result);
IMPORT(STREAMS, "[method]input-stream.blocking-skip")
void stream_blocking_skip(int32_t self, uint64_t bytes, count_result *result);
IMPORT(STREAMS, "[method]input-stream.subscribe") int32_t stream_subscribe(int32_t self);
IMPORT(STREAMS, "[resource-drop]input-stream") void drop_input(int32_t stream);
IMPORT(STREAMS, "[method]output-stream.check-write") void stream_check_write(int32_t self, count_result *result);
IMPORT(STREAMS, "[method]output-stream.write")
void stream_write(int32_t self, const void *at, uint32_t bytes, stream_result *result);
IMPORT(STREAMS, "[method]output-stream.blocking-write-and-flush")
void stream_blocking_write(int32_t self, const void *at, uint32_t bytes, stream_result *result);
IMPORT(STREAMS, "[method]output-stream.flush") void stream_flush(int32_t self, stream_result *result);
IMPORT(STREAMS, "[method]output-stream.blocking-flush") void stream_blocking_flush(int32_t self, stream_result *result);
IMPORT(STREAMS, "[method]output-stream.subscribe") int32_t output_subscribe(int32_t self);
IMPORT(STREAMS, "[method]output-stream.write-zeroes")
void stream_write_zeros(int32_t self, uint64_t bytes, stream_result *result);
IMPORT(STREAMS, "[method]output-stream.blocking-write-zeroes-and-flush")
void stream_blocking_write_zeros(int32_t self, uint64_t bytes, stream_result *result);
IMPORT(STREAMS, "[method]output-stream.splice")
void stream_splice(int32_t self, int32_t source, uint64_t bytes, count_result *result);
IMPORT(STREAMS, "[method]output-stream.blocking-splice")
void stream_blocking_splice(int32_t self, int32_t source, uint64_t bytes, count_result *result);
IMPORT(STREAMS, "[resource-drop]output-stream") void drop_output(int32_t stream);
IMPORT("wasi:io/error", "[method]error.to-debug-string") void error_text(int32_t self, text *result);
IMPORT("wasi:io/error", "[resource-drop]error") void drop_error(int32_t error);
IMPORT("wasi:io/poll", "[method]pollable.ready") int32_t pollable_ready(int32_t self);
IMPORT("wasi:io/poll", "[method]pollable.block") void pollable_block(int32_t self);
IMPORT("wasi:io/poll", "poll") void poll_list(const int32_t *pollables, uint32_t count, list *result);
IMPORT("wasi:io/poll", "[resource-drop]pollable") void drop_pollable(int32_t pollable);

IMPORT("wasi:cli/environment", "get-environment") void get_environment(list *result);
IMPORT("wasi:cli/environment", "get-arguments") void get_arguments(list *result);
IMPORT("wasi:cli/exit", "exit") void exit_with_result(int32_t is_error);
IMPORT("wasi:cli/terminal-stdin", "get-terminal-stdin") void get_terminal_stdin(optional_handle *result);
IMPORT("wasi:cli/terminal-stdout", "get-terminal-stdout") void get_terminal_stdout(optional_handle *result);

IMPORT("wasi:clocks/monotonic-clock", "now") uint64_t monotonic_now(void);
IMPORT("wasi:clocks/monotonic-clock", "resolution") uint64_t monotonic_resolution(void);
IMPORT("wasi:clocks/monotonic-clock", "subscribe-duration") int32_t subscribe_duration(uint64_t nanoseconds);
IMPORT("wasi:clocks/monotonic-clock", "subscribe-instant") int32_t subscribe_instant(uint64_t when);
IMPORT("wasi:clocks/wall-clock", "now") void wall_now(datetime *result);
IMPORT("wasi:clocks/wall-clock", "resolution") void wall_resolution(datetime *result);
IMPORT("wasi:random/random", "get-random-bytes") void random_bytes(uint64_t bytes, list *result);
IMPORT("wasi:random/random", "get-random-u64") uint64_t random_number(void);
IMPORT("wasi:random/insecure-seed", "insecure-seed") void insecure_seed(uint64_t *result);

/* Memory for results: never freed. */
static uint8_t *heap_end;
extern uint8_t __heap_base;
EXPORT("cabi_realloc") void *cabi_realloc(void *old, size_t old_bytes, size_t alignment, size_t bytes)
{
    if (!heap_end) heap_end = &__heap_base;
    uint8_t *at = (uint8_t *)(((uintptr_t)heap_end + alignment - 1) & ~(alignment - 1));
    heap_end = at + bytes;
    size_t pages = ((uintptr_t)heap_end + 65535) / 65536;
    size_t have = __builtin_wasm_memory_size(0);
    if (pages > have && __builtin_wasm_memory_grow(0, pages - have) == (size_t)-1) __builtin_trap();
    if (old) __builtin_memcpy(at, old, old_bytes);
    return at;
}

static inline uint32_t length_of(const char *string)
{
    uint32_t length = 0;
    while (string[length]) length++;
    return length;
}

/* Writes everything, in the pieces that the function takes. Returns whether that worked. */
static inline bool print_bytes(int32_t stream, const void *at, uint32_t bytes)
{
    const uint8_t *next = at;
    while (bytes > 0) {
        uint32_t piece = bytes < 4096 ? bytes : 4096;
        stream_result result;
        stream_blocking_write(stream, next, piece, &result);
        if (result.is_error) return false;
        next += piece;
        bytes -= piece;
    }
    return true;
}

static inline bool print(int32_t stream, const char *string)
{
    return print_bytes(stream, string, length_of(string));
}

static inline bool print_number(int32_t stream, uint64_t number)
{
    char digits[20];
    uint32_t first = sizeof digits;
    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return print_bytes(stream, digits + first, sizeof digits - first);
}

/* The program. Returns 0 if it succeeded. */
EXPORT("wasi:cli/run@0.2.9#run") int32_t run(void);

#endif
