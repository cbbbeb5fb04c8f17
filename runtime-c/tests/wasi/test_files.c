/* Metadata of open files, and listing directories. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "observe.h"

static uint64_t bytes_of(sandbox *box, uint32_t fd)
{
    uint32_t stat = room(box, 64);
    expect(swasm_wasi_fd_filestat_get(box->instance, fd, stat), 0, "fd_filestat_get");
    return load64(box, stat + 32);
}

static void sizes(sandbox *box, uint32_t fd)
{
    write_text(box, fd, "hello");
    expect_u64(bytes_of(box, fd), 5, "the size of a file is that of what was written");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, fd, 3), 0, "fd_filestat_set_size cuts a file");
    check(host_file_is(box, "granted/meta", "hel"), "a file that was cut keeps its first bytes");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, fd, 10), 0, "fd_filestat_set_size extends a file");
    expect_u64(bytes_of(box, fd), 10, "an extended file has the new size");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, fd, 1ull << 63), SWASM_WASI_INVAL,
           "fd_filestat_set_size to 2^63 bytes");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, fd, INT64_MAX), SWASM_WASI_FBIG,
           "fd_filestat_set_size to more bytes than the file system allows");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, GRANTED, 0), SWASM_WASI_ISDIR,
           "fd_filestat_set_size of a directory");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, 70, 0), SWASM_WASI_BADF,
           "fd_filestat_set_size of a closed descriptor");
    expect(swasm_wasi_fd_allocate(box->instance, fd, 0, 100), 0, "fd_allocate beyond the end");
    expect_u64(bytes_of(box, fd), 100, "fd_allocate extends a file");
    expect(swasm_wasi_fd_allocate(box->instance, fd, 10, 10), 0, "fd_allocate within a file");
    expect_u64(bytes_of(box, fd), 100, "fd_allocate does not cut a file");
    expect(swasm_wasi_fd_allocate(box->instance, fd, 0, 0), SWASM_WASI_INVAL, "fd_allocate of no bytes");
    expect(swasm_wasi_fd_allocate(box->instance, fd, 1ull << 63, 1), SWASM_WASI_INVAL, "fd_allocate at offset 2^63");
    expect(swasm_wasi_fd_allocate(box->instance, fd, 0, INT64_MAX), SWASM_WASI_FBIG,
           "fd_allocate of more bytes than the file system allows");
    expect(swasm_wasi_fd_allocate(box->instance, GRANTED, 0, 1), SWASM_WASI_ISDIR, "fd_allocate of a directory");
    expect(swasm_wasi_fd_allocate(box->instance, 70, 0, 1), SWASM_WASI_BADF, "fd_allocate of a closed descriptor");
    uint32_t reading;
    expect(open_path(box, GRANTED, "meta", 0, 0, SWASM_RIGHTS_ALL & ~SWASM_RIGHT_FD_WRITE, 0, &reading), 0,
           "a file is opened for reading alone");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, reading, 0), SWASM_WASI_NOTCAPABLE,
           "fd_filestat_set_size of a file that is open for reading alone");
    expect(swasm_wasi_fd_allocate(box->instance, reading, 0, 1), SWASM_WASI_NOTCAPABLE,
           "fd_allocate of a file that is open for reading alone");
    swasm_wasi_fd_close(box->instance, reading);
}

static void advice_and_sync(sandbox *box, uint32_t fd)
{
    for (uint32_t advice = 0; advice < 6; advice++) {
        expect(swasm_wasi_fd_advise(box->instance, fd, 0, 0, advice), 0, "fd_advise");
    }
    expect(swasm_wasi_fd_advise(box->instance, fd, 0, 0, 6), SWASM_WASI_INVAL, "fd_advise with unknown advice");
    expect(swasm_wasi_fd_advise(box->instance, fd, 1ull << 63, 0, 0), SWASM_WASI_INVAL, "fd_advise at offset 2^63");
    expect(swasm_wasi_fd_advise(box->instance, 70, 0, 0, 0), SWASM_WASI_BADF, "fd_advise of a closed descriptor");
    expect(swasm_wasi_fd_advise(box->instance, GRANTED, 0, 0, 0), SWASM_WASI_ISDIR, "fd_advise of a directory");
    expect(swasm_wasi_fd_sync(box->instance, fd), 0, "fd_sync");
    expect(swasm_wasi_fd_datasync(box->instance, fd), 0, "fd_datasync");
    expect(swasm_wasi_fd_sync(box->instance, GRANTED), 0, "fd_sync of a directory");
    expect(swasm_wasi_fd_sync(box->instance, 70), SWASM_WASI_BADF, "fd_sync of a closed descriptor");
    uint32_t reader;
    expect(open_path(box, GRANTED, "meta", 0, 0, SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_SYNC, 0, &reader), 0,
           "a file is opened for reading, with FD_SYNC");
    expect(swasm_wasi_fd_datasync(box->instance, reader), 0, "fd_datasync with FD_SYNC alone");
    expect(swasm_wasi_fd_datasync(box->instance, 70), SWASM_WASI_BADF, "fd_datasync of a closed descriptor");
    uint32_t weak = open_file(box, GRANTED, "meta", 0);
    swasm_wasi_fd_fdstat_set_rights(box->instance, weak, 0, 0);
    expect(swasm_wasi_fd_sync(box->instance, weak), SWASM_WASI_NOTCAPABLE, "fd_sync without FD_SYNC");
    expect(swasm_wasi_fd_datasync(box->instance, weak), SWASM_WASI_NOTCAPABLE, "fd_datasync without FD_DATASYNC");
    expect(swasm_wasi_fd_advise(box->instance, weak, 0, 0, 0), SWASM_WASI_NOTCAPABLE, "fd_advise without FD_ADVISE");
    expect(swasm_wasi_fd_filestat_set_times(box->instance, weak, 0, 0, 0), SWASM_WASI_NOTCAPABLE,
           "fd_filestat_set_times without its right");
    swasm_wasi_fd_close(box->instance, weak);
}

/* Nanoseconds since 1970 in 64 bits end in 2554. Not every file system has such dates. */
static void dates_beyond_the_type(sandbox *box, uint32_t fd)
{
    uint32_t stat = room(box, 64);
    const int host = box->context.fds.entries[fd].host;
    struct stat real;
    const struct timespec early[2] = {{-1, 999999999}, {-315619200, 0}};
    check(!futimens(host, early), "the file gets dates before 1970");
    swasm_wasi_fd_filestat_get(box->instance, fd, stat);
    expect_u64(load64(box, stat + 40), 0, "a second before 1970 is the earliest time");
    expect_u64(load64(box, stat + 48), 0, "1960 is the earliest time");
    const struct timespec late[2] = {{18446744073, 709551615}, {18446744074, 0}};
    check(!futimens(host, late) && !fstat(host, &real), "the file gets dates after 2554");
    if (real.st_mtim.tv_sec != late[1].tv_sec) return;
    swasm_wasi_fd_filestat_get(box->instance, fd, stat);
    expect_u64(load64(box, stat + 40), UINT64_MAX, "the latest time is exact");
    expect_u64(load64(box, stat + 48), UINT64_MAX, "a later time is the latest");
}

static void times(sandbox *box, uint32_t fd)
{
    uint32_t stat = room(box, 64);
    expect(swasm_wasi_fd_filestat_set_times(box->instance, fd, 1500000000123456789u, 77, 1 | 4), 0,
           "fd_filestat_set_times with two given times");
    swasm_wasi_fd_filestat_get(box->instance, fd, stat);
    expect_u64(load64(box, stat + 40), 1500000000123456789u, "the time of access is the given one");
    expect_u64(load64(box, stat + 48), 77, "the time of modification is the given one");
    expect(swasm_wasi_fd_filestat_set_times(box->instance, fd, 5, 6, 2), 0,
           "fd_filestat_set_times with access NOW and modification untouched");
    swasm_wasi_fd_filestat_get(box->instance, fd, stat);
    check(load64(box, stat + 40) > 1500000000123456789u, "the time of access is now");
    expect_u64(load64(box, stat + 48), 77, "the time of modification is untouched");
    expect(swasm_wasi_fd_filestat_set_times(box->instance, fd, 0, 0, 1 | 2), SWASM_WASI_INVAL,
           "a time of access that is given and NOW");
    expect(swasm_wasi_fd_filestat_set_times(box->instance, fd, 0, 0, 4 | 8), SWASM_WASI_INVAL,
           "a time of modification that is given and NOW");
    expect(swasm_wasi_fd_filestat_set_times(box->instance, fd, 0, 0, 16), SWASM_WASI_INVAL,
           "fd_filestat_set_times with an unknown flag");
    dates_beyond_the_type(box, fd);
    expect(swasm_wasi_fd_filestat_set_times(box->instance, 70, 0, 0, 0), SWASM_WASI_BADF,
           "fd_filestat_set_times of a closed descriptor");
    expect(box->memory[stat + 16], SWASM_FILETYPE_REGULAR_FILE, "the type of a regular file");
    expect_u64(load64(box, stat + 24), 1, "the file has one name");
    expect(swasm_wasi_fd_filestat_get(box->instance, 70, stat), SWASM_WASI_BADF,
           "fd_filestat_get of a closed descriptor");
    expect(swasm_wasi_fd_filestat_get(box->instance, fd, MEMORY_BYTES - 63), SWASM_WASI_FAULT,
           "the result of fd_filestat_get lies outside memory");
}

static void path_times(sandbox *box)
{
    uint32_t path = at(box, "meta", 4), link = at(box, "link", 4), stat = room(box, 64);
    host_link(box, "meta", "granted/link");
    expect(swasm_wasi_path_filestat_set_times(box->instance, GRANTED, 0, path, 4, 11, 22, 5), 0,
           "path_filestat_set_times of a file");
    expect(swasm_wasi_path_filestat_get(box->instance, GRANTED, 0, path, 4, stat), 0, "path_filestat_get");
    expect_u64(load64(box, stat + 40), 11, "path_filestat_set_times sets the time of access");
    expect_u64(load64(box, stat + 48), 22, "path_filestat_set_times sets the time of modification");
    expect(swasm_wasi_path_filestat_set_times(box->instance, GRANTED, 1, link, 4, 33, 44, 5), 0,
           "path_filestat_set_times follows a link");
    swasm_wasi_path_filestat_get(box->instance, GRANTED, 0, path, 4, stat);
    expect_u64(load64(box, stat + 40), 33, "following a link, the call sets the file's time of access");
    expect(swasm_wasi_path_filestat_set_times(box->instance, GRANTED, 0, link, 4, 55, 66, 5), 0,
           "path_filestat_set_times of the link itself");
    swasm_wasi_path_filestat_get(box->instance, GRANTED, 0, path, 4, stat);
    expect_u64(load64(box, stat + 40), 33, "setting a link's times leaves the file's time of access");
    swasm_wasi_path_filestat_get(box->instance, GRANTED, 0, link, 4, stat);
    expect_u64(load64(box, stat + 48), 66, "setting a link's times sets its time of modification");
    expect(box->memory[stat + 16], SWASM_FILETYPE_SYMBOLIC_LINK,
           "path_filestat_get of the link itself gives the type of a link");
    swasm_wasi_path_filestat_get(box->instance, GRANTED, 1, link, 4, stat);
    expect(box->memory[stat + 16], SWASM_FILETYPE_REGULAR_FILE,
           "path_filestat_get that follows the link gives the type of a file");
    expect(swasm_wasi_path_filestat_get(box->instance, GRANTED, 2, path, 4, stat), SWASM_WASI_INVAL,
           "path_filestat_get with unknown lookup flags");
    expect(swasm_wasi_path_filestat_set_times(box->instance, GRANTED, 2, path, 4, 0, 0, 0), SWASM_WASI_INVAL,
           "path_filestat_set_times with unknown lookup flags");
    expect(swasm_wasi_path_filestat_set_times(box->instance, GRANTED, 0, path, 4, 0, 0, 3), SWASM_WASI_INVAL,
           "path_filestat_set_times with a time that is given and NOW");
    expect(swasm_wasi_path_filestat_get(box->instance, GRANTED, 0, path, 4, NOWHERE - 60), SWASM_WASI_FAULT,
           "the result of path_filestat_get lies outside memory");
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
    expect(swasm_wasi_fd_readdir(box->instance, 70, buffer, 100, 0, result), SWASM_WASI_BADF,
           "fd_readdir of a closed descriptor");
    file = open_file(box, GRANTED, "a", 0);
    expect(swasm_wasi_fd_readdir(box->instance, file, buffer, 100, 0, result), SWASM_WASI_NOTDIR,
           "fd_readdir of a file");
    expect(swasm_wasi_fd_readdir(box->instance, GRANTED, MEMORY_BYTES - 99, 100, 0, result), SWASM_WASI_FAULT,
           "the buffer of fd_readdir reaches past the end of memory");
    expect(swasm_wasi_fd_readdir(box->instance, GRANTED, buffer, 100, 0, NOWHERE), SWASM_WASI_FAULT,
           "the result of fd_readdir lies outside memory");
    expect(swasm_wasi_fd_readdir(box->instance, GRANTED, buffer, 100, UINT64_MAX, result), SWASM_WASI_INVAL,
           "fd_readdir with cookie UINT64_MAX");
    open_path(box, GRANTED, "sub", 0, SWASM_OFLAG_DIRECTORY, 0, 0, &opened);
    expect(swasm_wasi_fd_readdir(box->instance, opened, buffer, 100, 0, result), SWASM_WASI_NOTCAPABLE,
           "fd_readdir without FD_READDIR");
    swasm_wasi_fd_close(box->instance, opened);
    opened = open_file(box, GRANTED, "gone", SWASM_OFLAG_DIRECTORY);
    uint32_t path = at(box, "gone", 4);
    expect(swasm_wasi_path_remove_directory(box->instance, GRANTED, path, 4), 0, "removing a directory that is open");
    expect(swasm_wasi_fd_readdir(box->instance, opened, buffer, 100, 0, result), SWASM_WASI_NOENT,
           "fd_readdir of a removed directory");
    expect(swasm_wasi_fd_readdir(box->instance, GRANTED, buffer, 0, 0, result), 0,
           "fd_readdir with a buffer of 0 bytes");
    expect(load32(box, result), 0, "fd_readdir uses 0 bytes of a buffer of 0 bytes");
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
    expect(list(box, fd, 1000, names), ENTRIES, "all entries of a large directory are listed");
    expect(list(box, fd, 33333, again), ENTRIES, "all entries of a large directory are listed with a large buffer");
    check(strcmp(names, again) == 0, "both lists of a large directory have the same order");
    for (size_t i = 0; i < sizeof cookies / sizeof cookies[0]; i++) {
        const char *name = nth(names, (int)cookies[i]);
        expect(swasm_wasi_fd_readdir(box->instance, fd, buffer, 100, cookies[i], used), 0,
               "fd_readdir of a large directory from any cookie");
        uint32_t length = load32(box, buffer + 16);
        check(load64(box, buffer) == cookies[i] + 1 && strncmp((char *)box->memory + buffer + 24, name, length) == 0 &&
                  (name[length] == '/' || name[length] == '\0'), "the first entry is that of the cookie");
    }
    expect(swasm_wasi_fd_readdir(box->instance, fd, buffer, 100, ENTRIES, used), 0,
           "fd_readdir from the cookie after the last entry");
    expect(load32(box, used), 0, "no entry follows the last one");
    expect(swasm_wasi_fd_readdir(box->instance, fd, buffer, 100, ENTRIES + 1, used), SWASM_WASI_INVAL,
           "fd_readdir with a cookie beyond the end");
    check(box->context.fds.entries[fd].position_capacity <= 4608, "the number of remembered positions is bounded");
    swasm_wasi_fd_close(box->instance, fd);
}

/* Going on where the last call ended needs no seek, also if an entry was cut. */
static void going_on(sandbox *box, uint32_t fd)
{
    static const long seek[3] = {SYS_lseek};
    static char names[20000];
    unsigned all = list(box, fd, 33333, names), seen = 0;
    for (uint32_t bytes = 60; bytes < 400; bytes += 109) {
        uint32_t buffer = room(box, 400), result = room(box, 4), used = bytes;
        uint64_t cookie = 0;
        for (seen = 0; used == bytes;) {
            if (cookie > 0 && can_inject()) inject(EIO, seek);
            expect(swasm_wasi_fd_readdir(box->instance, fd, buffer, bytes, cookie, result), 0, "fd_readdir goes on without a seek");
            used = load32(box, result);
            for (uint32_t at_byte = 0; at_byte + 24 <= used; seen++) {
                uint32_t length = load32(box, buffer + at_byte + 16);
                if (at_byte + 24 + length > used) break;
                check(!strncmp((char *)box->memory + buffer + at_byte + 24, nth(names, (int)seen), length), "the entries are in order");
                cookie = load64(box, buffer + at_byte);
                at_byte += 24 + length;
            }
        }
        expect(seen, all, "all entries are listed without a seek");
    }
    host_file(box, "granted/sub/later", "");
    expect(list(box, fd, 300, names), all + 1, "a listing from the start has new entries");
    host_remove(box, "granted/sub/later");
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
    expect(list(&box, GRANTED, 4096, names), 5, "fd_readdir lists what the host has added and removed");
    check(strstr(names, "/a") && strstr(names, "/sub") && strstr(names, "/link") && strstr(names, "/.."),
          "fd_readdir gives the names of entries");

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
    expect(right, 5, "fd_readdir gives the types of entries, and .. shows nothing from above");

    for (int i = 0; i < 1000; i++) {
        snprintf(path, sizeof path, "granted/sub/file.%d", i);
        host_file(&box, path, "");
    }
    uint32_t sub = open_file(&box, GRANTED, "sub", SWASM_OFLAG_DIRECTORY);
    expect(list(&box, sub, 40000, names), 1002, "1,000 entries are listed in one buffer");
    expect(list(&box, sub, 256, again), 1002, "1,000 entries are listed with a small buffer");
    check(strcmp(names, again) == 0, "both lists have the same order");
    expect(list(&box, sub, 40, again), 1002,
           "1,000 entries are listed with a buffer that holds little more than one");
    expect(list(&box, sub, 24, again), 20000, "a buffer that holds no name never reaches the end");
    uint32_t middle = room(&box, 300);
    expect(swasm_wasi_fd_readdir(box.instance, sub, middle, 300, 500, result), 0,
           "fd_readdir from a cookie in the middle");
    check(strncmp((char *)box.memory + middle + 24, nth(names, 500), load32(&box, middle + 16)) == 0,
          "the first entry is that of the cookie in the middle");
    expect_u64(load64(&box, middle), 501, "the next cookie is a small number, which fits the guest's long");
    expect(swasm_wasi_fd_readdir(box.instance, sub, middle, 300, 1003, result), SWASM_WASI_INVAL,
           "fd_readdir with a cookie too far");
    host_remove(&box, strncmp(nth(names, 500), "file.7/", 7) ? "granted/sub/file.7" : "granted/sub/file.8");
    expect(swasm_wasi_fd_readdir(box.instance, sub, middle, 300, 500, result), 0,
           "fd_readdir after an entry has vanished");
    check(strncmp((char *)box.memory + middle + 24, nth(names, 500), load32(&box, middle + 16)) == 0,
          "a cookie keeps its entry after another one has vanished");
    going_on(&box, sub);
    large_directory(&box);
    sandbox_end(&box);
}
