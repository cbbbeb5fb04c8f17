/* Drops files while streams of them are left, and opens other files, which could get the same descriptors and
 * the same memory. Prints what the streams read. */
#include "files.h"

static int32_t directory;

static int32_t opened(int32_t at, const char *path, uint32_t flags, uint32_t how)
{
    handle_result result;
    open_at(at, 1, path, length_of(path), how, flags, &result);
    if (result.is_error) __builtin_trap();
    return result.handle;
}

static void write_file(int32_t at, const char *path, const char *words)
{
    size_result written;
    int32_t file = opened(at, path, WRITE, CREATE);
    file_write(file, words, length_of(words), 0, &written);
    drop_descriptor(file);
}

static void say(const char *what, list bytes)
{
    int32_t out = get_stdout();
    print(out, what);
    print_bytes(out, bytes.at, bytes.count);
    print(out, "\n");
    drop_output(out);
}

static list contents(const char *path)
{
    read_result got;
    int32_t file = opened(directory, path, READ, 0);
    file_read(file, 100, 0, &got);
    drop_descriptor(file);
    return got.bytes;
}

static void input_streams(void)
{
    handle_result stream;
    stream_result got;
    int32_t file = opened(directory, "first", READ, 0);
    read_via_stream(file, 0, &stream);
    drop_descriptor(file);
    int32_t other = opened(directory, "second", READ, 0);
    int32_t pollable = stream_subscribe(stream.handle);
    stream_read(stream.handle, 100, &got);
    say("read ", got.bytes);
    drop_input(stream.handle);
    if (!pollable_ready(pollable)) __builtin_trap();
    drop_pollable(pollable);
    drop_descriptor(other);
}

static void output_streams(void)
{
    handle_result stream;
    int32_t file = opened(directory, "first", WRITE, 0);
    write_via_stream(file, 0, &stream);
    drop_descriptor(file);
    int32_t other = opened(directory, "second", WRITE, 0);
    print(stream.handle, "FIRST");
    drop_output(stream.handle);
    drop_descriptor(other);
    say("wrote ", contents("first"));
    say("and left ", contents("second"));
}

static void entries(void)
{
    byte_result result;
    handle_result stream;
    entry_result entry;
    create_directory_at(directory, "one", 3, &result);
    create_directory_at(directory, "two", 3, &result);
    int32_t one = opened(directory, "one", READ | MUTATE, DIRECTORY);
    int32_t two = opened(directory, "two", READ | MUTATE, DIRECTORY);
    write_file(one, "in-one", "");
    write_file(two, "in-two", "");
    drop_descriptor(two);
    read_directory(one, &stream);
    drop_descriptor(one);
    two = opened(directory, "two", READ | MUTATE, DIRECTORY);
    read_directory_entry(stream.handle, &entry);
    say("found ", (list){(void *)entry.name.at, entry.name.bytes});
    drop_entries(stream.handle);
    unlink_file_at(two, "in-two", 6, &result);
    drop_descriptor(two);
}

int32_t run(void)
{
    list directories;
    get_directories(&directories);
    directory = ((preopen *)directories.at)[0].descriptor;
    write_file(directory, "first", "first");
    write_file(directory, "second", "second");
    input_streams();
    output_streams();
    entries();
    return 0;
}
