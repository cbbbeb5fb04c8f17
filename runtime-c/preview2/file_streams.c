/* The functions of wasi:io/streams that read and write, in programs that can have streams of files. The
 * compiler takes them instead of those in streams.c if a component imports a function that makes such a
 * stream. */
#include "transfer.h"

#define WITH_FILES(name) P2_EXPORT("wasi:io/streams+files", name)

WITH_FILES("[method]input-stream.read") list_result *p2_read_of_file(p2_stream *self, uint64_t length)
{
    return read_list(self, length, false, true);
}

WITH_FILES("[method]input-stream.blocking-read")
list_result *p2_blocking_read_of_file(p2_stream *self, uint64_t length)
{
    return read_list(self, length, true, true);
}

WITH_FILES("[method]input-stream.skip") number_result *p2_skip_of_file(p2_stream *self, uint64_t length)
{
    return skip(self, length, false, true);
}

WITH_FILES("[method]input-stream.blocking-skip")
number_result *p2_blocking_skip_of_file(p2_stream *self, uint64_t length)
{
    return skip(self, length, true, true);
}

WITH_FILES("[method]output-stream.write")
unit_result *p2_write_of_file(p2_stream *self, const uint8_t *at, uint32_t bytes)
{
    return write(self, at, bytes, PERMITTED_BYTES, true);
}

WITH_FILES("[method]output-stream.blocking-write-and-flush")
unit_result *p2_blocking_write_and_flush_of_file(p2_stream *self, const uint8_t *at, uint32_t bytes)
{
    return write(self, at, bytes, MOST_BLOCKING_BYTES, true);
}

WITH_FILES("[method]output-stream.write-zeroes")
unit_result *p2_write_zeros_of_file(p2_stream *self, uint64_t bytes)
{
    return write_zeros(self, bytes, PERMITTED_BYTES, true);
}

WITH_FILES("[method]output-stream.blocking-write-zeroes-and-flush")
unit_result *p2_blocking_write_zeros_and_flush_of_file(p2_stream *self, uint64_t bytes)
{
    return write_zeros(self, bytes, MOST_BLOCKING_BYTES, true);
}

WITH_FILES("[method]output-stream.splice")
number_result *p2_splice_of_file(p2_stream *self, p2_stream *source, uint64_t length)
{
    return splice(self, source, length, false, true);
}

WITH_FILES("[method]output-stream.blocking-splice")
number_result *p2_blocking_splice_of_file(p2_stream *self, p2_stream *source, uint64_t length)
{
    return splice(self, source, length, true, true);
}
