/* Reads from and writes to streams that another component has made (streams_between.wit). */
#include "wasi2.h"

static list bytes;

EXPORT("test:programs/reader#read") list *read_five(int32_t stream)
{
    stream_result read;
    stream_blocking_read(stream, 5, &read);
    if (read.is_error) __builtin_trap();
    bytes = read.bytes;
    drop_input(stream);
    return &bytes;
}

EXPORT("test:programs/reader#put") void put(int32_t stream)
{
    print(stream, "XYZ");
    drop_output(stream);
}
