/* Files inside the executable: every call that reads works on them, and no call changes them. */
#include <string.h>

#include "../../abi/swasm_embedded.h"
#include "harness.h"

/* What the compiler makes of a directory:
 *   dir/abs -> /file  dir/deep  dir/up -> ../file   empty/   file ("0123456789")   link -> dir   loop -> loop   out -> .. */
enum { ROOT, DIR, EMPTY, FILE_NODE, LINK, LOOP, OUT, ABSOLUTE, DEEP, UP, NODES };
enum { TEXTS = sizeof(swasm_embedded_header) + NODES * sizeof(swasm_embedded_node) };
#define TEXT "/lib\0dir" "empty" "file" "link" "loop" "out" "deep" "up" "0123456789" "../file" "../.." "abs" "/file"
/* Offsets in TEXT. */
enum { T_LIB = 0, T_DIR = 5, T_EMPTY = 8, T_FILE = 13, T_LINK = 17, T_LOOP = 21, T_OUT = 25, T_DEEP = 28, T_UP = 32,
       T_DIGITS = 34, T_TARGET = 44, T_ABOVE = 51, T_ABS = 56,
       T_ABSOLUTE = 59 };

/* Other suites start without it. */
struct {
    swasm_embedded_header header;
    swasm_embedded_node nodes[NODES];
    char text[sizeof TEXT];
} swasm_embedded = {
    {0, NODES},
    {
        [ROOT] = {SWASM_EMBEDDED_DIRECTORY, TEXTS + T_LIB, 4, ROOT, DIR, 6},
        [DIR] = {SWASM_EMBEDDED_DIRECTORY, TEXTS + T_DIR, 3, ROOT, ABSOLUTE, 3},
        [EMPTY] = {SWASM_EMBEDDED_DIRECTORY, TEXTS + T_EMPTY, 5, ROOT, NODES, 0},
        [FILE_NODE] = {SWASM_EMBEDDED_FILE, TEXTS + T_FILE, 4, ROOT, TEXTS + T_DIGITS, 10},
        [LINK] = {SWASM_EMBEDDED_LINK, TEXTS + T_LINK, 4, ROOT, TEXTS + T_DIR, 3},
        [LOOP] = {SWASM_EMBEDDED_LINK, TEXTS + T_LOOP, 4, ROOT, TEXTS + T_LOOP, 4},
        [OUT] = {SWASM_EMBEDDED_LINK, TEXTS + T_OUT, 3, ROOT, TEXTS + T_ABOVE, 2},
        [ABSOLUTE] = {SWASM_EMBEDDED_LINK, TEXTS + T_ABS, 3, DIR, TEXTS + T_ABSOLUTE, 5},
        [DEEP] = {SWASM_EMBEDDED_FILE, TEXTS + T_DEEP, 4, DIR, TEXTS + T_DIGITS, 3},
        [UP] = {SWASM_EMBEDDED_LINK, TEXTS + T_UP, 2, DIR, TEXTS + T_TARGET, 7},
    },
    TEXT,
};

enum { READS = SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_SEEK | SWASM_RIGHT_FD_TELL | SWASM_RIGHT_FD_FILESTAT_GET |
               SWASM_RIGHT_POLL_FD_READWRITE | SWASM_RIGHT_FD_ADVISE | SWASM_RIGHT_FD_SYNC };
/* GRANTED and READ_ONLY come before it. */
enum { EMBEDDED = 5 };

static uint32_t text(sandbox *box, const char *path) { return at(box, path, (uint32_t)strlen(path)); }

static uint32_t opened(sandbox *box, const char *path)
{
    uint32_t fd = 0;
    expect(open_path(box, EMBEDDED, path, 1, 0, READS, 0, &fd), 0, path);
    return fd;
}

static void paths(sandbox *box)
{
    static const struct {
        const char *path;
        uint32_t follows, oflags, wanted;
    } cases[] = {
        {"file", 1, 0, 0}, {"./dir/../file", 1, 0, 0}, {"link/deep", 0, 0, 0}, {"link/up", 1, 0, 0},
        {"dir//deep", 1, 0, 0}, {".", 1, 0, 0}, {"link/", 0, SWASM_OFLAG_DIRECTORY, 0}, {"empty", 1, 0, 0},
        {"none", 1, 0, SWASM_WASI_NOENT}, {"fil", 1, 0, SWASM_WASI_NOENT}, {"file0", 1, 0, SWASM_WASI_NOENT},
        {"empty/x", 1, 0, SWASM_WASI_NOENT}, {"file/x", 1, 0, SWASM_WASI_NOTDIR}, {"file/", 1, 0, SWASM_WASI_NOTDIR},
        {"file", 1, SWASM_OFLAG_DIRECTORY, SWASM_WASI_NOTDIR}, {"link", 0, 0, SWASM_WASI_LOOP},
        {"loop", 1, 0, SWASM_WASI_LOOP}, {"loop/x", 0, 0, SWASM_WASI_LOOP}, {"..", 1, 0, SWASM_WASI_NOTCAPABLE},
        {"dir/../..", 1, 0, SWASM_WASI_NOTCAPABLE}, {"out", 1, 0, SWASM_WASI_NOTCAPABLE},
        {"/file", 1, 0, SWASM_WASI_NOTCAPABLE}, {"dir/abs", 1, 0, SWASM_WASI_NOTCAPABLE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t fd;
        uint32_t got = open_path(box, EMBEDDED, cases[i].path, cases[i].follows, cases[i].oflags, 0, 0, &fd);
        expect(got, cases[i].wanted, cases[i].path);
        if (!got) expect(swasm_wasi_fd_close(box->instance, fd), 0, "closing it");
    }
    char longest[300];
    memset(longest, 'a', sizeof longest);
    longest[256] = '\0';
    uint32_t fd;
    expect(open_path(box, EMBEDDED, longest, 1, 0, 0, 0, &fd), SWASM_WASI_NAMETOOLONG, "a long name");
    expect(open_path(box, EMBEDDED, "dir", 1, 0, 0, SWASM_RIGHT_FD_READ, &fd), 0, "a directory below");
}

static void reading(sandbox *box)
{
    swasm_instance *i = box->instance;
    uint32_t fd = opened(box, "file"), buffer = at(box, "................", 16), result = at(box, "........", 8);
    uint32_t iovs[4] = {buffer, 4, buffer + 4, 3};
    uint32_t array = at(box, iovs, sizeof iovs);
    expect(swasm_wasi_fd_read(i, fd, array, 2, result), 0, "reading");
    check(!memcmp(box->memory + buffer, "0123456.", 8), "seven bytes in two buffers");
    expect(swasm_wasi_fd_pread(i, fd, array, 1, 8, result), 0, "pread");
    check(!memcmp(box->memory + buffer, "89234", 5) && box->memory[result] == 2, "pread stops at the end");
    expect(swasm_wasi_fd_tell(i, fd, result), 0, "tell");
    check(box->memory[result] == 7, "pread leaves the position alone");
    expect(swasm_wasi_fd_pread(i, fd, array, 1, UINT64_MAX, result), SWASM_WASI_INVAL, "pread at a negative place");
    expect(swasm_wasi_fd_pread(i, fd, array, 1, INT64_MAX, result), 0, "pread far behind the end");
    check(box->memory[result] == 0, "nothing is there");
    expect(swasm_wasi_fd_seek(i, fd, (uint64_t)-1, 2, result), 0, "seeking from the end");
    expect(swasm_wasi_fd_read(i, fd, array, 2, result), 0, "reading the last byte");
    check(box->memory[result] == 1 && box->memory[buffer] == '9', "it is the last");
    expect(swasm_wasi_fd_read(i, fd, array, 2, result), 0, "reading at the end");
    check(box->memory[result] == 0, "0 bytes");
    expect(swasm_wasi_fd_seek(i, fd, (uint64_t)-11, 2, result), SWASM_WASI_INVAL, "seeking before the start");
    expect(swasm_wasi_fd_seek(i, fd, INT64_MAX, 2, result), SWASM_WASI_INVAL, "seeking too far");
    expect(swasm_wasi_fd_seek(i, fd, INT64_MAX, 0, result), 0, "seeking behind the end");
    expect(swasm_wasi_fd_read(i, fd, array, 2, result), 0, "reading there");
    check(box->memory[result] == 0, "0 bytes");
    expect(swasm_wasi_fd_advise(i, fd, 0, 0, 0), 0, "advise");
    expect(swasm_wasi_fd_sync(i, fd), 0, "sync");
    expect(swasm_wasi_fd_datasync(i, fd), 0, "datasync");
    expect(swasm_wasi_fd_write(i, fd, array, 1, result), SWASM_WASI_BADF, "writing");
    expect(swasm_wasi_fd_filestat_set_size(i, fd, 0), SWASM_WASI_NOTCAPABLE, "cutting");
    expect(swasm_wasi_fd_fdstat_set_flags(i, fd, 0), SWASM_WASI_NOTCAPABLE, "setting flags");
    expect(swasm_wasi_fd_renumber(i, fd, opened(box, "dir/deep")), 0, "renumbering");
    expect(swasm_wasi_fd_close(i, fd), SWASM_WASI_BADF, "the old number is closed");
}

static uint64_t inode(sandbox *box, const char *path, uint32_t follows)
{
    uint32_t stat = at(box, (char[64]){0}, 64);
    uint32_t name = text(box, path);
    expect(swasm_wasi_path_filestat_get(box->instance, EMBEDDED, follows, name, (uint32_t)strlen(path), stat), 0, path);
    uint64_t number;
    memcpy(&number, box->memory + stat + 8, 8);
    return number;
}

static void metadata(sandbox *box)
{
    swasm_instance *i = box->instance;
    uint32_t fd = opened(box, "link/up"), stat = at(box, (char[64]){0}, 64);
    expect(swasm_wasi_fd_filestat_get(i, fd, stat), 0, "filestat of a file");
    uint64_t size;
    memcpy(&size, box->memory + stat + 32, 8);
    check(box->memory[stat + 16] == SWASM_FILETYPE_REGULAR_FILE && size == 10, "its type and size");
    check(inode(box, "file", 1) == inode(box, "dir/up", 1), "a link leads to the same inode");
    check(inode(box, "file", 1) != inode(box, "dir/up", 0), "the link has its own");
    expect(swasm_wasi_fd_fdstat_get(i, fd, stat), 0, "fdstat");
    check(box->memory[stat] == SWASM_FILETYPE_REGULAR_FILE, "its type");
    uint32_t used = at(box, "....", 4), buffer = at(box, "..........", 10);
    expect(swasm_wasi_path_readlink(i, EMBEDDED, text(box, "dir/up"), 6, buffer, 9, used), 0, "readlink");
    check(!memcmp(box->memory + buffer, "../file..", 9) && box->memory[used] == 7, "its target");
    expect(swasm_wasi_path_readlink(i, EMBEDDED, text(box, "file"), 4, buffer, 9, used), SWASM_WASI_INVAL,
           "readlink of a file");
    expect(swasm_wasi_fd_prestat_get(i, EMBEDDED, stat), 0, "prestat");
    expect(swasm_wasi_fd_prestat_dir_name(i, EMBEDDED, buffer, 4), 0, "its name");
    check(!memcmp(box->memory + buffer, "/lib", 4), "the name of the guest");
    expect(swasm_wasi0_fd_filestat_get(i, fd, stat), 0, "filestat of wasi_unstable");
    swasm_wasi_fd_close(i, fd);
}

/* The names that fd_readdir gives, with a buffer of `bytes`, each followed by a slash. */
static void list(sandbox *box, uint32_t bytes, char names[100])
{
    uint32_t buffer = at(box, (char[200]){0}, 200), used_at = at(box, "....", 4), used, length;
    uint64_t cookie = 0;
    names[0] = '\0';
    do {
        expect(swasm_wasi_fd_readdir(box->instance, EMBEDDED, buffer, bytes, cookie, used_at), 0, "readdir");
        memcpy(&used, box->memory + used_at, 4);
        for (uint32_t offset = 0; offset + 24 <= used; offset += 24 + length) {
            memcpy(&length, box->memory + buffer + offset + 16, 4);
            if (offset + 24 + length > used) break;
            memcpy(&cookie, box->memory + buffer + offset, 8);
            strncat(names, (char *)box->memory + buffer + offset + 24, length);
            strcat(names, "/");
        }
    } while (used == bytes);
}

static void listing(sandbox *box)
{
    char names[100];
    list(box, 200, names);
    check(!strcmp(names, "./../dir/empty/file/link/loop/out/"), "all entries at once");
    list(box, 30, names);
    check(!strcmp(names, "./../dir/empty/file/link/loop/out/"), "one entry at a time");
    uint32_t used = at(box, "....", 4);
    expect(swasm_wasi_fd_readdir(box->instance, EMBEDDED, used, 4, 8, used), 0, "the last cookie");
    expect(swasm_wasi_fd_readdir(box->instance, EMBEDDED, used, 4, 9, used), SWASM_WASI_INVAL, "a cookie behind it");
    expect(swasm_wasi_fd_readdir(box->instance, EMBEDDED, used, 4, UINT64_MAX, used), SWASM_WASI_INVAL, "the largest");
}

static void waiting(sandbox *box)
{
    uint8_t subscription[48] = {0};
    uint32_t fd = opened(box, "file"), event = at(box, (char[32]){0}, 32), stored = at(box, "....", 4);
    subscription[8] = 1; /* fd_read */
    memcpy(subscription + 16, &fd, 4);
    uint32_t in = at(box, subscription, sizeof subscription);
    expect(swasm_wasi_poll_oneoff(box->instance, in, event, 1, stored), 0, "polling a file");
    check(box->memory[stored] == 1 && box->memory[event + 16] == 10, "it is ready, with ten bytes");
    swasm_wasi_fd_close(box->instance, fd);
}

static void nothing_changes(sandbox *box)
{
    swasm_instance *i = box->instance;
    uint32_t fd, file = text(box, "file"), new = text(box, "new");
    const uint32_t refused = SWASM_WASI_ROFS;
    expect(open_path(box, EMBEDDED, "file", 1, 0, SWASM_RIGHT_FD_WRITE, 0, &fd), refused, "opening for writing");
    expect(open_path(box, EMBEDDED, "new", 1, SWASM_OFLAG_CREAT, READS, 0, &fd), refused, "creating");
    expect(open_path(box, EMBEDDED, "file", 1, SWASM_OFLAG_TRUNC, READS, 0, &fd), refused, "truncating");
    expect(swasm_wasi_path_create_directory(i, EMBEDDED, new, 3), refused, "mkdir");
    expect(swasm_wasi_path_unlink_file(i, EMBEDDED, file, 4), refused, "unlink");
    expect(swasm_wasi_path_symlink(i, file, 4, EMBEDDED, new, 3), refused, "symlink");
    expect(swasm_wasi_path_rename(i, EMBEDDED, file, 4, GRANTED, new, 3), refused, "rename out of it");
    expect(swasm_wasi_path_rename(i, GRANTED, file, 4, EMBEDDED, new, 3), refused, "rename into it");
    expect(swasm_wasi_path_link(i, EMBEDDED, 0, file, 4, GRANTED, new, 3), refused, "link out of it");
    expect(swasm_wasi_path_filestat_set_times(i, EMBEDDED, 0, file, 4, 1, 1, 5), refused, "setting times");
    expect(swasm_wasi_fd_filestat_set_times(i, EMBEDDED, 1, 1, 5), refused, "setting the directory's times");
    expect(swasm_wasi_path_remove_directory(i, EMBEDDED, text(box, "empty"), 5), refused, "rmdir");
    expect(swasm_wasi_sock_shutdown(i, EMBEDDED, 1), SWASM_WASI_NOTSOCK, "it is no socket");
}

void test_embedded(void)
{
    sandbox box;
    swasm_embedded.header.root_count = 1;
    sandbox_start(&box);
    paths(&box);
    reading(&box);
    metadata(&box);
    listing(&box);
    waiting(&box);
    nothing_changes(&box);
    sandbox_end(&box);
    swasm_embedded.header.root_count = 0;
}
