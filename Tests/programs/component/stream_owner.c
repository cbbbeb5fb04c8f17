/* Makes streams of the file `data` at places of its own, and hands them to another component (streams_between.wit). */
#include "files.h"

#define READER(name) __attribute__((import_module("test:programs/reader"), import_name(name))) extern

READER("read") void read_five(int32_t stream, list *bytes);
READER("put") void put(int32_t stream);

int32_t run(void)
{
    list directories, bytes;
    handle_result file, stream;
    get_directories(&directories);
    open_at(((preopen *)directories.at)[0].descriptor, 1, "data", 4, 0, READ | WRITE, &file);
    if (file.is_error) return 1;
    read_via_stream(file.handle, 3, &stream);
    read_five(stream.handle, &bytes);
    print_bytes(get_stdout(), bytes.at, bytes.count);
    write_via_stream(file.handle, 20, &stream);
    put(stream.handle);
    append_via_stream(file.handle, &stream);
    put(stream.handle);
    return 0;
}
