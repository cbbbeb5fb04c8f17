/* wasi:io/streams and wasi:io/error; transfer.h has reading and writing. Nothing is buffered: a write waits
 * until the host has taken all bytes. A read that is not a blocking one returns what is there.
 * Spec: wasi-io, streams.wit. */
#include "transfer.h"

#define STREAMS(name) P2_EXPORT("wasi:io/streams", name)

/* ---- Errors ---- */

P2_EXPORT("wasi:io/error", "[dtor]error") void p2_drop_error(p2_error *error) { p2_free(error); }

/* "WASI errno " and the number of the errno, which has at most two digits. */
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

stream_error p2_failed(p2_stream *stream, p1_errno code)
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
    return p2_new_pollable(waits ? event : P2_ALWAYS, stream->file, 0);
}

unit_result *p2_unit(p2_stream *stream, p1_errno error)
{
    unit_result *result = p2_allocate(sizeof *result);
    *result = (unit_result){.tag = P2_OK};
    if (error || stream->is_closed) *result = (unit_result){.tag = P2_ERROR, .error = p2_failed(stream, error)};
    return result;
}

STREAMS("[method]input-stream.subscribe") p2_pollable *p2_subscribe_input(p2_stream *self)
{
    return subscribe(self, P2_READABLE);
}

STREAMS("[method]output-stream.subscribe") p2_pollable *p2_subscribe_output(p2_stream *self)
{
    return subscribe(self, P2_WRITABLE);
}

STREAMS("[method]output-stream.check-write") number_result *p2_check_write(p2_stream *self)
{
    number_result *result = p2_allocate(sizeof *result);
    *result = (number_result){.tag = P2_OK, .ok = PERMITTED_BYTES};
    if (self->file->filetype == P1_SOCKET_STREAM)
        result->ok = p2_is_ready(P2_WRITABLE, self->file) ? PERMITTED_SOCKET_BYTES : 0;
    if (self->is_closed) *result = (number_result){.tag = P2_ERROR, .error = p2_failed(self, 0)};
    return result;
}

STREAMS("[method]output-stream.flush") unit_result *p2_flush(p2_stream *self) { return p2_unit(self, 0); }
STREAMS("[method]output-stream.blocking-flush") unit_result *p2_blocking_flush(p2_stream *self)
{
    return p2_unit(self, 0);
}

/* ---- Reading and writing in programs without streams of files ---- */

STREAMS("[method]input-stream.read") list_result *p2_read(p2_stream *self, uint64_t length)
{
    return read_list(self, length, false, false);
}

STREAMS("[method]input-stream.blocking-read")
list_result *p2_blocking_read(p2_stream *self, uint64_t length)
{
    return read_list(self, length, true, false);
}

STREAMS("[method]input-stream.skip") number_result *p2_skip(p2_stream *self, uint64_t length)
{
    return skip(self, length, false, false);
}

STREAMS("[method]input-stream.blocking-skip")
number_result *p2_blocking_skip(p2_stream *self, uint64_t length)
{
    return skip(self, length, true, false);
}

STREAMS("[method]output-stream.write")
unit_result *p2_write(p2_stream *self, const uint8_t *at, uint32_t bytes)
{
    return write(self, at, bytes, PERMITTED_BYTES, false);
}

STREAMS("[method]output-stream.blocking-write-and-flush")
unit_result *p2_blocking_write_and_flush(p2_stream *self, const uint8_t *at, uint32_t bytes)
{
    return write(self, at, bytes, MOST_BLOCKING_BYTES, false);
}

STREAMS("[method]output-stream.write-zeroes")
unit_result *p2_write_zeros(p2_stream *self, uint64_t bytes)
{
    return write_zeros(self, bytes, PERMITTED_BYTES, false);
}

STREAMS("[method]output-stream.blocking-write-zeroes-and-flush")
unit_result *p2_blocking_write_zeros_and_flush(p2_stream *self, uint64_t bytes)
{
    return write_zeros(self, bytes, MOST_BLOCKING_BYTES, false);
}

STREAMS("[method]output-stream.splice")
number_result *p2_splice(p2_stream *self, p2_stream *source, uint64_t length)
{
    return splice(self, source, length, false, false);
}

STREAMS("[method]output-stream.blocking-splice")
number_result *p2_blocking_splice(p2_stream *self, p2_stream *source, uint64_t length)
{
    return splice(self, source, length, true, false);
}
