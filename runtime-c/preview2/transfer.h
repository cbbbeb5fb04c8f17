/* Reading and writing by streams. A stream of a file needs calls of preview 1 that other streams do not need,
 * and a program without such streams shall not contain them. So each function has two forms: `files` says
 * whether the program can have streams of files. */
#ifndef PREVIEW2_TRANSFER_H
#define PREVIEW2_TRANSFER_H

#include "preview2.h"

enum {
    MOST_READ_BYTES = 65536,
    /* The most that `write` and `write-zeroes` take. check-write permits as much, unless it is a connection. */
    PERMITTED_BYTES = 1 << 20,
    /* What check-write permits for a connection that is ready. Linux usually has room for so much then. */
    PERMITTED_SOCKET_BYTES = 16384,
    MOST_BLOCKING_BYTES = 4096, /* the most that a blocking function writes, by streams.wit */
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

/* Closes the stream after an operation that failed, and makes its error. The error is `closed` if `code` is
 * 0, or if it is EPIPE and the stream is a connection. EPIPE says that the other side or `shutdown` ended it. */
stream_error p2_failed(p2_stream *stream, p1_errno code);
/* The result of an operation without a value. */
unit_result *p2_unit(p2_stream *stream, p1_errno error);

/* ---- Reading ---- */

/* Reads at least one byte, unless the stream ends, `bytes` is 0, or `waits` is false and nothing is there
 * yet. Returns an errno. */
__attribute__((always_inline))
static inline p1_errno read(p2_stream *stream, void *at, uint32_t bytes, bool waits, bool files, uint32_t *got)
{
    const p1_buffer buffer = {at, bytes};
    uint32_t fd = stream->file->fd;
    *got = 0;
    if (stream->file->ends_reading) stream->is_closed = true;
    if (stream->is_closed || bytes == 0) return 0;
    if (files && stream->position != P2_SEQUENTIAL) {
        p1_errno error = p1_fd_pread(fd, &buffer, 1, stream->offset, got);
        if (!error) stream->offset += *got;
        if (!error && *got == 0) stream->is_closed = true;
        return error;
    }
    if (!waits && !p2_is_ready(P2_READABLE, stream->file)) return 0;
    p1_errno error;
    while ((error = p1_fd_read(fd, &buffer, 1, got)) == P1_AGAIN) {
        if (!waits) return 0;
        p2_wait(P2_READABLE, stream->file);
    }
    if (!error && *got == 0) stream->is_closed = true;
    return error;
}

__attribute__((always_inline))
static inline uint32_t clamped(uint64_t bytes, uint32_t most) { return bytes < most ? (uint32_t)bytes : most; }

__attribute__((always_inline))
static inline list_result *read_list(p2_stream *stream, uint64_t length, bool waits, bool files)
{
    list_result *result = p2_allocate(sizeof *result);
    uint32_t bytes = clamped(length, MOST_READ_BYTES), got;
    void *at = p2_allocate(bytes);
    p1_errno error = read(stream, at, bytes, waits, files, &got);
    if (error || stream->is_closed) {
        *result = (list_result){.tag = P2_ERROR, .error = p2_failed(stream, error)};
    } else {
        *result = (list_result){.tag = P2_OK, .ok = {at, got}};
    }
    return result;
}

__attribute__((always_inline))
static inline number_result *skip(p2_stream *stream, uint64_t length, bool waits, bool files)
{
    number_result *result = p2_allocate(sizeof *result);
    uint32_t bytes = clamped(length, MOST_READ_BYTES), got;
    p1_errno error = read(stream, p2_allocate(bytes), bytes, waits, files, &got);
    if (error || stream->is_closed) {
        *result = (number_result){.tag = P2_ERROR, .error = p2_failed(stream, error)};
    } else {
        *result = (number_result){.tag = P2_OK, .ok = got};
    }
    return result;
}

/* ---- Writing ---- */

/* Writes a buffer, or as much of it as the host takes at once. Returns an errno. */
__attribute__((always_inline))
static inline p1_errno write_some(p2_stream *stream, const p1_buffer *buffer, bool files,
                                  uint32_t *written)
{
    p2_file *file = stream->file;
    bool appends = stream->position == P2_APPENDING;
    if (!files || stream->position == P2_SEQUENTIAL) return p1_fd_write(file->fd, buffer, 1, written);
    p1_errno error = p2_set_appends(file, appends);
    if (error) return error;
    if (appends) return p1_fd_write(file->fd, buffer, 1, written);
    error = p1_fd_pwrite(file->fd, buffer, 1, stream->offset, written);
    if (!error) stream->offset += *written;
    return error;
}

/* Writes all bytes, and waits until the host has taken them. Returns an errno. */
__attribute__((always_inline))
static inline p1_errno write_all(p2_stream *stream, const uint8_t *at, uint32_t bytes, bool files)
{
    while (bytes > 0) {
        const p1_buffer buffer = {at, bytes};
        uint32_t written = 0;
        p1_errno error = write_some(stream, &buffer, files, &written);
        if (error == P1_AGAIN) {
            p2_wait(P2_WRITABLE, stream->file);
            continue;
        }
        if (error) return error;
        if (written == 0) return P1_IO;
        at += written;
        bytes -= written;
    }
    return 0;
}

__attribute__((always_inline))
static inline unit_result *write(p2_stream *stream, const uint8_t *at, uint32_t bytes, uint32_t most, bool files)
{
    if (bytes > most) p2_trap();
    return p2_unit(stream, stream->is_closed ? 0 : write_all(stream, at, bytes, files));
}

__attribute__((always_inline))
static inline unit_result *write_zeros(p2_stream *stream, uint64_t bytes, uint32_t most, bool files)
{
    if (bytes > most) p2_trap();
    if (stream->is_closed) return p2_unit(stream, 0);
    const uint8_t *zeros = __builtin_memset(p2_allocate((size_t)bytes), 0, (size_t)bytes);
    return write(stream, zeros, (uint32_t)bytes, most, files);
}

/* ---- From one stream to another ---- */

__attribute__((always_inline))
static inline number_result *splice(p2_stream *self, p2_stream *source, uint64_t length, bool waits, bool files)
{
    number_result *result = p2_allocate(sizeof *result);
    uint32_t bytes = clamped(length, MOST_READ_BYTES), got = 0;
    void *at = p2_allocate(bytes);
    p2_stream *failing = self;
    p1_errno error = 0;
    if (!self->is_closed) {
        failing = source;
        error = read(source, at, bytes, waits, files, &got);
    }
    if (!failing->is_closed && !error) {
        failing = self;
        error = write_all(self, at, got, files);
    }
    *result = (number_result){.tag = P2_OK, .ok = got};
    if (error || failing->is_closed) *result = (number_result){.tag = P2_ERROR, .error = p2_failed(failing, error)};
    return result;
}

#endif
