/* Metadata of open files, and listing directories. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static uint64_t bytes_of(sandbox *box, uint32_t fd)
{
    uint32_t stat = room(box, 64);
    expect(swasm_wasi_fd_filestat_get(box->instance, fd, stat), 0, "fd_filestat_get");
    return load64(box, stat + 32);
}

static void sizes(sandbox *box, uint32_t fd)
{
    write_text(box, fd, "hello");
    expect_u64(bytes_of(box, fd), 5, "the size of what was written");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, fd, 3), 0, "fd_filestat_set_size cuts");
    check(host_file_is(box, "granted/meta", "hel"), "the file");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, fd, 10), 0, "and extends");
    expect_u64(bytes_of(box, fd), 10, "with zeros");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, fd, 1ull << 63), SWASM_WASI_INVAL, "2^63 bytes");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, fd, INT64_MAX), SWASM_WASI_FBIG, "too many bytes");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, GRANTED, 0), SWASM_WASI_ISDIR, "of a directory");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, 70, 0), SWASM_WASI_BADF, "of a closed descriptor");
    expect(swasm_wasi_fd_allocate(box->instance, fd, 0, 100), 0, "fd_allocate");
    expect_u64(bytes_of(box, fd), 100, "extends");
    expect(swasm_wasi_fd_allocate(box->instance, fd, 10, 10), 0, "within the file");
    expect_u64(bytes_of(box, fd), 100, "it does not cut");
    expect(swasm_wasi_fd_allocate(box->instance, fd, 0, 0), SWASM_WASI_INVAL, "no bytes");
    expect(swasm_wasi_fd_allocate(box->instance, fd, 1ull << 63, 1), SWASM_WASI_INVAL, "at 2^63");
    expect(swasm_wasi_fd_allocate(box->instance, fd, 0, INT64_MAX), SWASM_WASI_FBIG, "too many bytes to allocate");
    expect(swasm_wasi_fd_allocate(box->instance, GRANTED, 0, 1), SWASM_WASI_ISDIR, "for a directory");
    expect(swasm_wasi_fd_allocate(box->instance, 70, 0, 1), SWASM_WASI_BADF, "for a closed descriptor");
    uint32_t reading;
    expect(open_path(box, GRANTED, "meta", 0, 0, SWASM_RIGHTS_ALL & ~SWASM_RIGHT_FD_WRITE, 0, &reading), 0,
           "opened for reading");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, reading, 0), SWASM_WASI_NOTCAPABLE, "it is not cut");
    expect(swasm_wasi_fd_allocate(box->instance, reading, 0, 1), SWASM_WASI_NOTCAPABLE, "or extended");
    swasm_wasi_fd_close(box->instance, reading);
}

static void advice_and_sync(sandbox *box, uint32_t fd)
{
    for (uint32_t advice = 0; advice < 6; advice++) {
        expect(swasm_wasi_fd_advise(box->instance, fd, 0, 0, advice), 0, "fd_advise");
    }
    expect(swasm_wasi_fd_advise(box->instance, fd, 0, 0, 6), SWASM_WASI_INVAL, "unknown advice");
    expect(swasm_wasi_fd_advise(box->instance, fd, 1ull << 63, 0, 0), SWASM_WASI_INVAL, "an offset of 2^63");
    expect(swasm_wasi_fd_advise(box->instance, 70, 0, 0, 0), SWASM_WASI_BADF, "advice on a closed descriptor");
    expect(swasm_wasi_fd_advise(box->instance, GRANTED, 0, 0, 0), SWASM_WASI_ISDIR, "advice on a directory");
    expect(swasm_wasi_fd_sync(box->instance, fd), 0, "fd_sync");
    expect(swasm_wasi_fd_datasync(box->instance, fd), 0, "fd_datasync");
    expect(swasm_wasi_fd_sync(box->instance, GRANTED), 0, "fd_sync of a directory");
    expect(swasm_wasi_fd_sync(box->instance, 70), SWASM_WASI_BADF, "fd_sync of a closed descriptor");
    uint32_t reader;
    expect(open_path(box, GRANTED, "meta", 0, 0, SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_SYNC, 0, &reader), 0, "for reading");
    expect(swasm_wasi_fd_datasync(box->instance, reader), 0, "fd_datasync with FD_SYNC alone");
    expect(swasm_wasi_fd_datasync(box->instance, 70), SWASM_WASI_BADF, "fd_datasync of a closed descriptor");
    uint32_t weak = open_file(box, GRANTED, "meta", 0);
    swasm_wasi_fd_fdstat_set_rights(box->instance, weak, 0, 0);
    expect(swasm_wasi_fd_sync(box->instance, weak), SWASM_WASI_NOTCAPABLE, "without FD_SYNC");
    expect(swasm_wasi_fd_datasync(box->instance, weak), SWASM_WASI_NOTCAPABLE, "without FD_DATASYNC");
    expect(swasm_wasi_fd_advise(box->instance, weak, 0, 0, 0), SWASM_WASI_NOTCAPABLE, "without FD_ADVISE");
    expect(swasm_wasi_fd_filestat_set_times(box->instance, weak, 0, 0, 0), SWASM_WASI_NOTCAPABLE, "without its right");
    swasm_wasi_fd_close(box->instance, weak);
}

static void times(sandbox *box, uint32_t fd)
{
    uint32_t stat = room(box, 64);
    expect(swasm_wasi_fd_filestat_set_times(box->instance, fd, 1500000000123456789u, 77, 1 | 4), 0, "set_times");
    swasm_wasi_fd_filestat_get(box->instance, fd, stat);
    expect_u64(load64(box, stat + 40), 1500000000123456789u, "time of access");
    expect_u64(load64(box, stat + 48), 77, "time of modification");
    expect(swasm_wasi_fd_filestat_set_times(box->instance, fd, 5, 6, 2), 0, "access NOW, modification untouched");
    swasm_wasi_fd_filestat_get(box->instance, fd, stat);
    check(load64(box, stat + 40) > 1500000000123456789u, "access is now");
    expect_u64(load64(box, stat + 48), 77, "modification is as it was");
    expect(swasm_wasi_fd_filestat_set_times(box->instance, fd, 0, 0, 1 | 2), SWASM_WASI_INVAL, "given and NOW");
    expect(swasm_wasi_fd_filestat_set_times(box->instance, fd, 0, 0, 4 | 8), SWASM_WASI_INVAL, "likewise modified");
    expect(swasm_wasi_fd_filestat_set_times(box->instance, fd, 0, 0, 16), SWASM_WASI_INVAL, "an unknown flag");
    expect(swasm_wasi_fd_filestat_set_times(box->instance, 70, 0, 0, 0), SWASM_WASI_BADF, "a closed descriptor");
    expect(box->memory[stat + 16], SWASM_FILETYPE_REGULAR_FILE, "a regular file");
    expect_u64(load64(box, stat + 24), 1, "with one name");
    expect(swasm_wasi_fd_filestat_get(box->instance, 70, stat), SWASM_WASI_BADF, "filestat of a closed descriptor");
    expect(swasm_wasi_fd_filestat_get(box->instance, fd, MEMORY_BYTES - 63), SWASM_WASI_FAULT, "filestat outside");
}

static void path_times(sandbox *box)
{
    uint32_t path = at(box, "meta", 4), link = at(box, "link", 4), stat = room(box, 64);
    host_link(box, "meta", "granted/link");
    expect(swasm_wasi_path_filestat_set_times(box->instance, GRANTED, 0, path, 4, 11, 22, 5), 0, "by path");
    expect(swasm_wasi_path_filestat_get(box->instance, GRANTED, 0, path, 4, stat), 0, "path_filestat_get");
    expect_u64(load64(box, stat + 40), 11, "time of access by path");
    expect_u64(load64(box, stat + 48), 22, "time of modification by path");
    expect(swasm_wasi_path_filestat_set_times(box->instance, GRANTED, 1, link, 4, 33, 44, 5), 0, "through a link");
    swasm_wasi_path_filestat_get(box->instance, GRANTED, 0, path, 4, stat);
    expect_u64(load64(box, stat + 40), 33, "sets the file's");
    expect(swasm_wasi_path_filestat_set_times(box->instance, GRANTED, 0, link, 4, 55, 66, 5), 0, "of a link");
    swasm_wasi_path_filestat_get(box->instance, GRANTED, 0, path, 4, stat);
    expect_u64(load64(box, stat + 40), 33, "leaves the file's");
    swasm_wasi_path_filestat_get(box->instance, GRANTED, 0, link, 4, stat);
    expect_u64(load64(box, stat + 48), 66, "and sets the link's");
    expect(box->memory[stat + 16], SWASM_FILETYPE_SYMBOLIC_LINK, "which is a symbolic link");
    swasm_wasi_path_filestat_get(box->instance, GRANTED, 1, link, 4, stat);
    expect(box->memory[stat + 16], SWASM_FILETYPE_REGULAR_FILE, "and followed a file");
    expect(swasm_wasi_path_filestat_get(box->instance, GRANTED, 2, path, 4, stat), SWASM_WASI_INVAL, "lookup 2");
    expect(swasm_wasi_path_filestat_set_times(box->instance, GRANTED, 2, path, 4, 0, 0, 0), SWASM_WASI_INVAL, "lookup 2");
    expect(swasm_wasi_path_filestat_set_times(box->instance, GRANTED, 0, path, 4, 0, 0, 3), SWASM_WASI_INVAL, "given and NOW");
    expect(swasm_wasi_path_filestat_get(box->instance, GRANTED, 0, path, 4, NOWHERE - 60), SWASM_WASI_FAULT, "outside");
}

void test_metadata(void)
{
    sandbox box;
    sandbox_start(&box);
    uint32_t fd = open_file(&box, GRANTED, "meta", SWASM_OFLAG_CREAT);
    sizes(&box, fd);
    advice_and_sync(&box, fd);
    times(&box, fd);
    path_times(&box);
    sandbox_end(&box);
}

/* Lists fd with a buffer of `buffer_bytes` and returns how many entries there are; names go to `names`, one
 * after another with a slash before each. */
static unsigned list(sandbox *box, uint32_t fd, uint32_t buffer_bytes, char *names)
{
    unsigned count = 0;
    uint64_t cookie = 0;
    uint32_t buffer = room(box, buffer_bytes), result = room(box, 4);
    names[0] = '\0';
    for (;;) {
        uint32_t error = swasm_wasi_fd_readdir(box->instance, fd, buffer, buffer_bytes, cookie, result);
        if (error) return 10000 + error;
        uint32_t used = load32(box, result), at_byte = 0;
        while (at_byte + 24 <= used) {
            uint32_t length = load32(box, buffer + at_byte + 16);
            if (at_byte + 24 + length > used) break;
            cookie = load64(box, buffer + at_byte);
            sprintf(names + strlen(names), "/%.*s", (int)length, (char *)box->memory + buffer + at_byte + 24);
            at_byte += 24 + length;
            count++;
        }
        if (used < buffer_bytes) return count;
        if (at_byte == 0) return 20000;
    }
}

/* The name of entry `index` in the result of list(). */
static const char *nth(const char *names, int index)
{
    for (; index > 0; index--) names = strchr(names + 1, '/');
    return names + 1;
}

static void errors(sandbox *box)
{
    uint32_t buffer = room(box, 100), result = room(box, 4), file, opened;
    expect(swasm_wasi_fd_readdir(box->instance, 70, buffer, 100, 0, result), SWASM_WASI_BADF, "a closed descriptor");
    file = open_file(box, GRANTED, "a", 0);
    expect(swasm_wasi_fd_readdir(box->instance, file, buffer, 100, 0, result), SWASM_WASI_NOTDIR, "a file");
    expect(swasm_wasi_fd_readdir(box->instance, GRANTED, MEMORY_BYTES - 99, 100, 0, result), SWASM_WASI_FAULT, "buffer outside");
    expect(swasm_wasi_fd_readdir(box->instance, GRANTED, buffer, 100, 0, NOWHERE), SWASM_WASI_FAULT, "used outside");
    expect(swasm_wasi_fd_readdir(box->instance, GRANTED, buffer, 100, UINT64_MAX, result), SWASM_WASI_INVAL, "cookie -1");
    open_path(box, GRANTED, "sub", 0, SWASM_OFLAG_DIRECTORY, 0, 0, &opened);
    expect(swasm_wasi_fd_readdir(box->instance, opened, buffer, 100, 0, result), SWASM_WASI_NOTCAPABLE, "without FD_READDIR");
    swasm_wasi_fd_close(box->instance, opened);
    opened = open_file(box, GRANTED, "gone", SWASM_OFLAG_DIRECTORY);
    uint32_t path = at(box, "gone", 4);
    expect(swasm_wasi_path_remove_directory(box->instance, GRANTED, path, 4), 0, "removing a directory that is open");
    expect(swasm_wasi_fd_readdir(box->instance, opened, buffer, 100, 0, result), SWASM_WASI_NOENT, "a removed directory");
    expect(swasm_wasi_fd_readdir(box->instance, GRANTED, buffer, 0, 0, result), 0, "a buffer of 0 bytes");
    expect(load32(box, result), 0, "is full");
    swasm_wasi_fd_close(box->instance, file);
}

/* A directory with more entries than the descriptor has positions for. For old cookies entries are counted
 * again. */
static void large_directory(sandbox *box)
{
    enum { FILES = 6000, ENTRIES = FILES + 2 };
    static char names[200000], again[200000], path[64];
    static const uint64_t cookies[] = {0, 1, 4095, 4096, 4097, 5000, 4600, 5999, 4097, 100, ENTRIES - 1};
    host_directory(box, "granted/large");
    for (int i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "granted/large/%d", i);
        host_file(box, path, "");
    }
    uint32_t fd = open_file(box, GRANTED, "large", SWASM_OFLAG_DIRECTORY), buffer = room(box, 100), used = room(box, 4);
    expect(list(box, fd, 1000, names), ENTRIES, "six thousand entries");
    expect(list(box, fd, 33333, again), ENTRIES, "are listed again");
    check(strcmp(names, again) == 0, "each once and in the same order");
    for (size_t i = 0; i < sizeof cookies / sizeof cookies[0]; i++) {
        const char *name = nth(names, (int)cookies[i]);
        expect(swasm_wasi_fd_readdir(box->instance, fd, buffer, 100, cookies[i], used), 0, "from any cookie");
        uint32_t length = load32(box, buffer + 16);
        check(load64(box, buffer) == cookies[i] + 1 && strncmp((char *)box->memory + buffer + 24, name, length) == 0 &&
                  (name[length] == '/' || name[length] == '\0'), "it goes on with its entry");
    }
    expect(swasm_wasi_fd_readdir(box->instance, fd, buffer, 100, ENTRIES, used), 0, "from the last cookie");
    expect(load32(box, used), 0, "there is nothing");
    expect(swasm_wasi_fd_readdir(box->instance, fd, buffer, 100, ENTRIES + 1, used), SWASM_WASI_INVAL, "nor a cookie");
    check(box->context.fds.entries[fd].position_capacity <= 4608, "what is remembered has a bound");
    swasm_wasi_fd_close(box->instance, fd);
}

void test_directories(void)
{
    sandbox box;
    static char names[40000], again[40000], path[64];
    sandbox_start(&box);
    expect(list(&box, GRANTED, 4096, names), 2, "an empty directory has two entries");
    host_file(&box, "granted/a", "");
    host_directory(&box, "granted/sub");
    host_directory(&box, "granted/gone");
    host_link(&box, "a", "granted/link");
    errors(&box);
    expect(list(&box, GRANTED, 4096, names), 5, "entries come and go");
    check(strstr(names, "/a") && strstr(names, "/sub") && strstr(names, "/link") && strstr(names, "/.."), "by name");

    uint32_t buffer = room(&box, 4096), result = room(&box, 4), stat = room(&box, 64);
    swasm_wasi_fd_readdir(box.instance, GRANTED, buffer, 4096, 0, result);
    swasm_wasi_fd_filestat_get(box.instance, GRANTED, stat);
    unsigned right = 0;
    for (uint32_t i = 0; i < load32(&box, result); i += 24 + load32(&box, buffer + i + 16)) {
        const char *name = (char *)box.memory + buffer + i + 24;
        uint8_t type = box.memory[buffer + i + 20];
        uint64_t inode = load64(&box, buffer + i + 8);
        if (name[0] == '.') right += type == SWASM_FILETYPE_DIRECTORY && inode == load64(&box, stat + 8);
        if (name[0] == 'a') right += type == SWASM_FILETYPE_REGULAR_FILE;
        if (name[0] == 's') right += type == SWASM_FILETYPE_DIRECTORY;
        if (name[0] == 'l') right += type == SWASM_FILETYPE_SYMBOLIC_LINK;
    }
    expect(right, 5, "types are right, and .. shows nothing from above");

    for (int i = 0; i < 1000; i++) {
        snprintf(path, sizeof path, "granted/sub/file.%d", i);
        host_file(&box, path, "");
    }
    uint32_t sub = open_file(&box, GRANTED, "sub", SWASM_OFLAG_DIRECTORY);
    expect(list(&box, sub, 40000, names), 1002, "a thousand entries in one buffer");
    expect(list(&box, sub, 256, again), 1002, "and with a small one");
    check(strcmp(names, again) == 0, "in the same order");
    expect(list(&box, sub, 40, again), 1002, "and with one that holds little more than one");
    expect(list(&box, sub, 24, again), 20000, "but not with one that holds no name");
    uint32_t middle = room(&box, 300);
    expect(swasm_wasi_fd_readdir(box.instance, sub, middle, 300, 500, result), 0, "from a cookie in the middle");
    check(strncmp((char *)box.memory + middle + 24, nth(names, 500), load32(&box, middle + 16)) == 0, "its entry");
    expect_u64(load64(&box, middle), 501, "whose cookie fits the guest's long");
    expect(swasm_wasi_fd_readdir(box.instance, sub, middle, 300, 1003, result), SWASM_WASI_INVAL, "a cookie too far");
    host_remove(&box, strncmp(nth(names, 500), "file.7/", 7) ? "granted/sub/file.7" : "granted/sub/file.8");
    expect(swasm_wasi_fd_readdir(box.instance, sub, middle, 300, 500, result), 0, "after an entry has vanished");
    check(strncmp((char *)box.memory + middle + 24, nth(names, 500), load32(&box, middle + 16)) == 0, "still its entry");
    large_directory(&box);
    sandbox_end(&box);
}
