/* wasi:io/streams and wasi:io/error. Nothing is buffered: what was written is with the host. An operation that cannot
 * finish at once waits. Spec: wasi-io, streams.wit. */
#include "preview2.h"

#define STREAMS(name) P2_EXPORT("wasi:io/streams", name)

enum {
    MOST_READ_BYTES = 65536,
    /* What check-write permits, and what the blocking functions take. */
    PERMITTED_BYTES = 1 << 20,
    /* The same for a connection that is ready: Linux has room for so much then. */
    PERMITTED_SOCKET_BYTES = 16384,
    MOST_BLOCKING_BYTES = 4096,
};

/* variant stream-error */
enum { LAST_OPERATION_FAILED = 0, CLOSED = 1 };
typedef struct stream_error {
    uint8_t tag;
    p2_error *error;
} stream_error;

/* result<list<u8>, stream-error> */
typedef struct list_result {
    uint8_t tag;
    union {
        p2_list ok;
        stream_error error;
    };
} list_result;

/* result<u64, stream-error> */
typedef struct number_result {
    uint8_t tag;
    union {
        uint64_t ok;
        stream_error error;
    };
} number_result;

/* result<_, stream-error> */
typedef struct unit_result {
    uint8_t tag;
    stream_error error;
} unit_result;

/* ---- Errors ---- */

P2_EXPORT("wasi:io/error", "[dtor]error") void p2_drop_error(p2_error *error) { p2_free(error); }

/* The name of the errno. */
P2_EXPORT("wasi:io/error", "[method]error.to-debug-string") p2_string *p2_error_text(p2_error *self)
{
    p2_string *result = p2_allocate(sizeof *result);
    uint8_t *text = p2_allocate(16);
    __builtin_memcpy(text, "WASI errno ", 11);
    uint32_t length = 11;
    if (self->code >= 10) text[length++] = (uint8_t)('0' + self->code / 10 % 10);
    text[length++] = (uint8_t)('0' + self->code % 10);
    *result = (p2_string){text, length};
    return result;
}

/* The error of an operation. The stream is closed from now on. An errno of 0 says that it has ended. That of a
 * connection also ends if its other side, or `shutdown`, ends it. */
static stream_error failed(p2_stream *stream, p1_errno code)
{
    stream->is_closed = true;
    bool is_over = code == P1_PIPE && stream->file->filetype == P1_SOCKET_STREAM;
    if (code == 0 || is_over) return (stream_error){.tag = CLOSED};
    p2_error *error = p2_new(sizeof *error);
    error->code = code;
    return (stream_error){.tag = LAST_OPERATION_FAILED, .error = error};
}

/* ---- Streams ---- */

p2_stream *p2_new_stream(p2_file *file, p2_position position, uint64_t offset)
{
    p2_stream *stream = p2_new(sizeof *stream);
    *stream = (p2_stream){.file = file, .position = position, .offset = offset};
    p2_retain(file);
    return stream;
}

static void drop(p2_stream *stream)
{
    p2_release(stream->file);
    p2_free(stream);
}

STREAMS("[dtor]input-stream") void p2_drop_input(p2_stream *stream) { drop(stream); }
STREAMS("[dtor]output-stream") void p2_drop_output(p2_stream *stream) { drop(stream); }

static p2_pollable *subscribe(const p2_stream *stream, p2_event event)
{
    bool waits = stream->position == P2_SEQUENTIAL && !stream->is_closed;
    return p2_new_pollable(waits ? event : P2_ALWAYS, stream->file->fd, 0);
}

/* ---- Reading ---- */

/* Reads at least one byte, unless the stream ends or `waits` is false and nothing is there yet. Returns an errno. */
static p1_errno read(p2_stream *stream, void *at, uint32_t bytes, bool waits, uint32_t *got)
{
    const p1_buffer buffer = {at, bytes};
    uint32_t fd = stream->file->fd;
    *got = 0;
    if (stream->file->ends_reading) stream->is_closed = true;
    if (stream->is_closed || bytes == 0) return 0;
    if (stream->position != P2_SEQUENTIAL) {
        p1_errno error = p1_fd_pread(fd, &buffer, 1, stream->offset, got);
        if (!error) stream->offset += *got;
        if (!error && *got == 0) stream->is_closed = true;
        return error;
    }
    if (!waits && !p2_is_ready(P2_READABLE, fd)) return 0;
    p1_errno error;
    while ((error = p1_fd_read(fd, &buffer, 1, got)) == P1_AGAIN) {
        if (!waits) return 0;
        p2_wait(P2_READABLE, fd);
    }
    if (!error && *got == 0) stream->is_closed = true;
    return error;
}

static uint32_t clamped(uint64_t bytes, uint32_t most) { return bytes < most ? (uint32_t)bytes : most; }

static list_result *read_list(p2_stream *stream, uint64_t length, bool waits)
{
    list_result *result = p2_allocate(sizeof *result);
    uint32_t bytes = clamped(length, MOST_READ_BYTES), got;
    void *at = p2_allocate(bytes);
    p1_errno error = read(stream, at, bytes, waits, &got);
    if (error || stream->is_closed) {
        *result = (list_result){.tag = P2_ERROR, .error = failed(stream, error)};
    } else {
        *result = (list_result){.tag = P2_OK, .ok = {at, got}};
    }
    return result;
}

static number_result *skip(p2_stream *stream, uint64_t length, bool waits)
{
    number_result *result = p2_allocate(sizeof *result);
    uint32_t bytes = clamped(length, MOST_READ_BYTES), got;
    p1_errno error = read(stream, p2_allocate(bytes), bytes, waits, &got);
    if (error || stream->is_closed) {
        *result = (number_result){.tag = P2_ERROR, .error = failed(stream, error)};
    } else {
        *result = (number_result){.tag = P2_OK, .ok = got};
    }
    return result;
}

STREAMS("[method]input-stream.read") list_result *p2_read(p2_stream *self, uint64_t length)
{
    return read_list(self, length, false);
}

STREAMS("[method]input-stream.blocking-read") list_result *p2_blocking_read(p2_stream *self, uint64_t length)
{
    return read_list(self, length, true);
}

STREAMS("[method]input-stream.skip") number_result *p2_skip(p2_stream *self, uint64_t length)
{
    return skip(self, length, false);
}

STREAMS("[method]input-stream.blocking-skip") number_result *p2_blocking_skip(p2_stream *self, uint64_t length)
{
    return skip(self, length, true);
}

STREAMS("[method]input-stream.subscribe") p2_pollable *p2_subscribe_input(p2_stream *self)
{
    return subscribe(self, P2_READABLE);
}

/* ---- Writing ---- */

/* Writes part of a buffer. */
static p1_errno write_some(p2_stream *stream, const p1_buffer *buffer, uint32_t *written)
{
    p2_file *file = stream->file;
    bool appends = stream->position == P2_APPENDING;
    if (stream->position == P2_SEQUENTIAL) return p1_fd_write(file->fd, buffer, 1, written);
    p1_errno error = p2_set_appends(file, appends);
    if (error) return error;
    if (appends) return p1_fd_write(file->fd, buffer, 1, written);
    error = p1_fd_pwrite(file->fd, buffer, 1, stream->offset, written);
    if (!error) stream->offset += *written;
    return error;
}

/* Writes all bytes. Returns an errno. */
static p1_errno write_all(p2_stream *stream, const uint8_t *at, uint32_t bytes)
{
    while (bytes > 0) {
        const p1_buffer buffer = {at, bytes};
        uint32_t written = 0;
        p1_errno error = write_some(stream, &buffer, &written);
        if (error == P1_AGAIN) {
            p2_wait(P2_WRITABLE, stream->file->fd);
            continue;
        }
        if (error) return error;
        if (written == 0) return P1_IO;
        at += written;
        bytes -= written;
    }
    return 0;
}

static unit_result *unit(p2_stream *stream, p1_errno error)
{
    unit_result *result = p2_allocate(sizeof *result);
    *result = (unit_result){.tag = P2_OK};
    if (error || stream->is_closed) *result = (unit_result){.tag = P2_ERROR, .error = failed(stream, error)};
    return result;
}

static unit_result *write(p2_stream *stream, const uint8_t *at, uint32_t bytes, uint32_t most)
{
    if (bytes > most) p2_trap();
    return unit(stream, stream->is_closed ? 0 : write_all(stream, at, bytes));
}

static unit_result *write_zeros(p2_stream *stream, uint64_t bytes, uint32_t most)
{
    if (bytes > most) p2_trap();
    if (stream->is_closed) return unit(stream, 0);
    const uint8_t *zeros = __builtin_memset(p2_allocate((size_t)bytes), 0, (size_t)bytes);
    return write(stream, zeros, (uint32_t)bytes, most);
}

STREAMS("[method]output-stream.check-write") number_result *p2_check_write(p2_stream *self)
{
    number_result *result = p2_allocate(sizeof *result);
    *result = (number_result){.tag = P2_OK, .ok = PERMITTED_BYTES};
    if (self->file->filetype == P1_SOCKET_STREAM)
        result->ok = p2_is_ready(P2_WRITABLE, self->file->fd) ? PERMITTED_SOCKET_BYTES : 0;
    if (self->is_closed) *result = (number_result){.tag = P2_ERROR, .error = failed(self, 0)};
    return result;
}

STREAMS("[method]output-stream.write") unit_result *p2_write(p2_stream *self, const uint8_t *at, uint32_t bytes)
{
    return write(self, at, bytes, PERMITTED_BYTES);
}

STREAMS("[method]output-stream.blocking-write-and-flush")
unit_result *p2_blocking_write_and_flush(p2_stream *self, const uint8_t *at, uint32_t bytes)
{
    return write(self, at, bytes, MOST_BLOCKING_BYTES);
}

STREAMS("[method]output-stream.flush") unit_result *p2_flush(p2_stream *self) { return unit(self, 0); }
STREAMS("[method]output-stream.blocking-flush") unit_result *p2_blocking_flush(p2_stream *self)
{
    return unit(self, 0);
}

STREAMS("[method]output-stream.subscribe") p2_pollable *p2_subscribe_output(p2_stream *self)
{
    return subscribe(self, P2_WRITABLE);
}

STREAMS("[method]output-stream.write-zeroes") unit_result *p2_write_zeros(p2_stream *self, uint64_t bytes)
{
    return write_zeros(self, bytes, PERMITTED_BYTES);
}

STREAMS("[method]output-stream.blocking-write-zeroes-and-flush")
unit_result *p2_blocking_write_zeros_and_flush(p2_stream *self, uint64_t bytes)
{
    return write_zeros(self, bytes, MOST_BLOCKING_BYTES);
}

/* ---- From one to another ---- */

static number_result *splice(p2_stream *self, p2_stream *source, uint64_t length, bool waits)
{
    number_result *result = p2_allocate(sizeof *result);
    uint32_t bytes = clamped(length, MOST_READ_BYTES), got = 0;
    void *at = p2_allocate(bytes);
    p2_stream *failing = self;
    p1_errno error = 0;
    if (!self->is_closed) {
        failing = source;
        error = read(source, at, bytes, waits, &got);
    }
    if (!failing->is_closed && !error) {
        failing = self;
        error = write_all(self, at, got);
    }
    *result = (number_result){.tag = P2_OK, .ok = got};
    if (error || failing->is_closed) *result = (number_result){.tag = P2_ERROR, .error = failed(failing, error)};
    return result;
}

STREAMS("[method]output-stream.splice")
number_result *p2_splice(p2_stream *self, p2_stream *source, uint64_t length)
{
    return splice(self, source, length, false);
}

STREAMS("[method]output-stream.blocking-splice")
number_result *p2_blocking_splice(p2_stream *self, p2_stream *source, uint64_t length)
{
    return splice(self, source, length, true);
}
