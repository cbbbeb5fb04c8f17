/* Tries every method of wasi:filesystem's descriptors in the granted directories, and prints what happened. */
#include "wasi2.h"
#include "files.h"

static int32_t out;

static void say(const char *what)
{
    print(out, what);
    print(out, "\n");
}

static void number(const char *what, uint64_t value)
{
    print(out, what);
    print(out, " ");
    print_number(out, value);
    print(out, "\n");
}

/* Prints 0 for success, or 1000 and the error's number added. */
static void done(const char *what, const void *result)
{
    const uint8_t *bytes = result;
    if (bytes[0]) number(what, 1000 + (uint64_t)bytes[1]);
    else number(what, 0);
}

#define PATH(name) name, sizeof name - 1

static int32_t open_file(int32_t directory, const char *path, uint32_t flags, uint32_t how)
{
    handle_result result;
    open_at(directory, 1, path, length_of(path), how, flags, &result);
    if (!result.is_error) return result.handle;
    print(out, "open ");
    print(out, path);
    number(" fails", result.error);
    return -1;
}

static void write_file(int32_t directory)
{
    int32_t file = open_file(directory, "a.txt", WRITE | READ, CREATE | TRUNCATE);
    size_result written;
    file_write(file, PATH("hello world"), 0, &written);
    number("wrote", written.is_error ? 99 : written.bytes);
    file_write(file, PATH("W"), 6, &written);
    read_result got;
    file_read(file, 100, 0, &got);
    print_bytes(out, got.bytes.at, got.bytes.count);
    number(" end", got.is_end);
    file_read(file, 100, 11, &got);
    number("at the end", got.bytes.count * 10 + got.is_end);
    byte_result result;
    set_size(file, 5, &result);
    done("set-size", &result);
    handle_result stream;
    append_via_stream(file, &stream);
    print(stream.handle, "+appended");
    drop_output(stream.handle);
    write_via_stream(file, 0, &stream);
    print(stream.handle, "J");
    print(stream.handle, "E");
    drop_output(stream.handle);
    file_write(file, PATH("L"), 2, &written);
    read_via_stream(file, 1, &stream);
    stream_result part;
    stream_read(stream.handle, 100, &part);
    print_bytes(out, part.bytes.at, part.bytes.count);
    print(out, "\n");
    stream_read(stream.handle, 100, &part);
    number("closed", part.is_error && part.is_closed);
    stream_read(stream.handle, 100, &part);
    number("closed", part.is_error && part.is_closed);
    int32_t pollable = stream_subscribe(stream.handle);
    number("ready", (uint64_t)pollable_ready(pollable));
    drop_pollable(pollable);
    drop_descriptor(file); /* the stream still has the file */
    stream_read(stream.handle, 100, &part);
    drop_input(stream.handle);
    file = open_file(directory, "a.txt", READ, 0);
    file_write(file, PATH("no"), 0, &written);
    number("write to a file for reading", written.is_error * 1000 + written.error);
    write_via_stream(file, 0, &stream);
    number("stream to it", stream.is_error * 1000u + stream.error);
    get_flags(file, &result);
    number("flags", result.value);
    get_type(file, &result);
    number("type", result.value);
    get_type(directory, &result);
    number("type", result.value);
    advise(file, 0, 10, 1, &result);
    done("advise", &result);
    sync(file, &result);
    done("sync", &result);
    sync_data(file, &result);
    done("sync-data", &result);
    drop_descriptor(file);
}

static void metadata(int32_t directory)
{
    stat_result status;
    stat_at(directory, 1, PATH("a.txt"), &status);
    number("size", status.bytes);
    number("links", status.links);
    number("type", status.type);
    number("time", status.modification.is_some && status.modification.time.seconds > 1700000000);
    stat_at(directory, 1, PATH("missing"), &status);
    number("missing", status.is_error * 1000u + status.type);
    byte_result result;
    set_times_at(directory, 1, PATH("a.txt"), 2, 1000, 5, 2, 2000, 7, &result);
    done("set-times-at", &result);
    stat_at(directory, 1, PATH("a.txt"), &status);
    number("access", status.access.time.seconds);
    number("modification", status.modification.time.seconds * 1000 + status.modification.time.nanoseconds);
    set_times_at(directory, 1, PATH("a.txt"), 2, UINT64_MAX, 0, 0, 0, 0, &result);
    done("a time that is too late", &result);
    int32_t file = open_file(directory, "a.txt", WRITE, 0), same = open_file(directory, "a.txt", READ, 0);
    set_times(file, 0, 0, 0, 2, 3000, 1, &result);
    done("set-times", &result);
    file_stat(file, &status);
    number("modification", status.modification.time.seconds);
    number("same", (uint64_t)is_same_object(file, same));
    number("same", (uint64_t)is_same_object(file, directory));
    hash_result one, two;
    metadata_hash(file, &one);
    metadata_hash_at(directory, 1, PATH("a.txt"), &two);
    number("hash", one.lower == two.lower && one.upper == two.upper && one.lower != one.upper);
    size_result written;
    file_write(file, PATH("change"), 0, &written);
    metadata_hash(file, &two);
    number("hash", one.lower == two.lower);
    drop_descriptor(file);
    drop_descriptor(same);
}

struct entries {
    uint64_t count, sum;
};

/* Reads a directory whose files have numbers for names, like f007. Returns how many there are, and the sum of
 * their numbers. */
static struct entries entries(int32_t directory)
{
    struct entries result = {0, 0};
    handle_result stream;
    read_directory(directory, &stream);
    for (;;) {
        entry_result entry;
        read_directory_entry(stream.handle, &entry);
        if (entry.is_error || !entry.is_some) break;
        result.count++;
        const char *digits = entry.name.at + 1;
        result.sum += (uint64_t)((digits[0] - '0') * 100 + (digits[1] - '0') * 10 + digits[2] - '0');
        if (entry.type != 6 || entry.name.bytes != 4) number("strange type", entry.type);
    }
    drop_entries(stream.handle);
    return result;
}

static void names(int32_t directory)
{
    byte_result result;
    create_directory_at(directory, PATH("d"), &result);
    done("create-directory-at", &result);
    create_directory_at(directory, PATH("d"), &result);
    done("again", &result);
    link_at(directory, 0, PATH("a.txt"), directory, PATH("d/linked"), &result);
    done("link-at", &result);
    int32_t inner = open_file(directory, "d", READ | MUTATE, DIRECTORY);
    rename_at(inner, PATH("linked"), directory, PATH("renamed"), &result);
    done("rename-at", &result);
    symlink_at(directory, PATH("a.txt"), PATH("s"), &result);
    done("symlink-at", &result);
    symlink_at(directory, PATH("/etc/passwd"), PATH("t"), &result);
    done("symlink-at an absolute path", &result);
    text_result target;
    readlink_at(directory, PATH("s"), &target);
    print_bytes(out, target.text.at, target.text.bytes);
    print(out, "\n");
    unlink_file_at(directory, PATH("d"), &result);
    done("unlink-file-at a directory", &result);
    number("entries of an empty directory", entries(inner).count);
    for (int i = 0; i < 200; i++) {
        char name[8] = {'f', (char)('0' + i / 100), (char)('0' + i / 10 % 10), (char)('0' + i % 10)};
        drop_descriptor(open_file(inner, name, WRITE, CREATE | EXCLUSIVE));
    }
    number("entries", entries(inner).count);
    number("sum", entries(inner).sum);
    remove_directory_at(directory, PATH("d"), &result);
    done("remove-directory-at a full one", &result);
    for (int i = 0; i < 200; i++) {
        char name[4] = {'f', (char)('0' + i / 100), (char)('0' + i / 10 % 10), (char)('0' + i % 10)};
        unlink_file_at(inner, name, 4, &result);
        if (result.is_error) done("unlink-file-at", &result);
    }
    drop_descriptor(inner);
    remove_directory_at(directory, PATH("d"), &result);
    done("remove-directory-at", &result);
    unlink_file_at(directory, PATH("s"), &result);
    unlink_file_at(directory, PATH("renamed"), &result);
    done("unlink-file-at", &result);
}

static void limits(int32_t directory)
{
    open_file(directory, "../outside", READ, 0);
    open_file(directory, "/etc/passwd", READ, 0);
    open_file(directory, "missing/x", READ, 0);
    open_file(directory, "a.txt", READ, CREATE | EXCLUSIVE);
    open_file(directory, "a.txt", READ, DIRECTORY);
    open_file(directory, ".", WRITE, 0);
    int32_t plain = open_file(directory, ".", READ, DIRECTORY);
    byte_result result;
    create_directory_at(plain, PATH("d"), &result);
    done("create-directory-at without mutate-directory", &result);
    remove_directory_at(plain, PATH("d"), &result);
    int32_t file = open_file(plain, "a.txt", READ, 0);
    set_times(file, 1, 0, 0, 0, 0, 0, &result);
    done("set-times of a file for reading", &result);
    handle_result stream;
    read_directory(file, &stream);
    number("read-directory of a file", stream.is_error * 1000u + stream.error);
    read_via_stream(plain, 0, &stream);
    number("read-via-stream of a directory", stream.is_error * 1000u + stream.error);
    drop_descriptor(file);
    drop_descriptor(plain);
}

int32_t run(void)
{
    out = get_stdout();
    list directories;
    get_directories(&directories);
    number("directories", directories.count);
    preopen *list = directories.at;
    for (uint32_t i = 0; i < directories.count; i++) {
        print_bytes(out, list[i].name.at, list[i].name.bytes);
        print(out, "\n");
        byte_result result;
        get_flags(list[i].descriptor, &result);
        write_file(list[i].descriptor);
        metadata(list[i].descriptor);
        names(list[i].descriptor);
        limits(list[i].descriptor);
        drop_descriptor(list[i].descriptor);
    }
    say("done");
    return 0;
}
