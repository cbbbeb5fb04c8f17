/* path_open and its errors. */
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "harness.h"

enum { FOLLOW = 1, CREAT = SWASM_OFLAG_CREAT, DIRECTORY = SWASM_OFLAG_DIRECTORY };
enum { EXCL = SWASM_OFLAG_EXCL, TRUNC = SWASM_OFLAG_TRUNC };
enum { READ = SWASM_RIGHT_FD_READ, WRITE = SWASM_RIGHT_FD_WRITE };

typedef struct opening {
    const char *path;
    uint32_t lookup, oflags;
    uint64_t rights;
    uint32_t errno_wanted;
} opening;

static const opening openings[] = {
    {"file", 0, 0, READ, 0},
    {"file", 0, 0, READ | WRITE, 0},
    {"file", 0, 0, 0, 0},
    {"file", 0, CREAT, READ | WRITE, 0},
    {"file", 0, CREAT | EXCL, WRITE, SWASM_WASI_EXIST},
    {"file", 0, DIRECTORY, 0, SWASM_WASI_NOTDIR},
    {"file/", 0, 0, READ, SWASM_WASI_NOTDIR},
    {"file///", 0, 0, READ, SWASM_WASI_NOTDIR},
    {"file/below", 0, 0, READ, SWASM_WASI_NOTDIR},
    {"file/..", 0, 0, READ, SWASM_WASI_NOTDIR},
    {"file/.", 0, 0, READ, SWASM_WASI_NOTDIR},
    {"file/", 0, CREAT, READ, SWASM_WASI_ISDIR},
    {"missing", 0, 0, READ, SWASM_WASI_NOENT},
    {"missing/", 0, 0, READ, SWASM_WASI_NOENT},
    {"missing/", 0, CREAT, READ, SWASM_WASI_ISDIR},
    {"missing/file", 0, CREAT, READ, SWASM_WASI_NOENT},
    {"missing/../file", 0, 0, READ, SWASM_WASI_NOENT},
    {"dir", 0, 0, READ, 0},
    {"dir", 0, DIRECTORY, 0, 0},
    {"dir/", 0, 0, READ, 0},
    {"dir///", 0, 0, READ, 0},
    {"dir/.", 0, 0, READ, 0},
    {"dir/..", 0, 0, READ, 0},
    {".", 0, DIRECTORY, 0, 0},
    {"./", 0, 0, 0, 0},
    {"./././dir/./../file", 0, 0, READ, 0},
    {"dir/.//nested/../../dir/nested/../nested///./deep", 0, 0, READ, 0},
    {"dir", 0, 0, READ | WRITE, SWASM_WASI_ISDIR},
    {"dir", 0, CREAT, READ, SWASM_WASI_ISDIR},
    {"dir", 0, TRUNC, READ, SWASM_WASI_ISDIR},
    {".", 0, CREAT, READ, SWASM_WASI_ISDIR},
    {"dir", 0, CREAT | DIRECTORY, READ, SWASM_WASI_INVAL},
    {"file", 2, 0, READ, SWASM_WASI_INVAL},
    {"file", 0, 16, READ, SWASM_WASI_INVAL},
    {"", 0, 0, READ, SWASM_WASI_NOENT},
    {"to-file", 0, 0, READ, SWASM_WASI_LOOP},
    {"to-file", FOLLOW, 0, READ, 0},
    {"to-file/", FOLLOW, 0, READ, SWASM_WASI_NOTDIR},
    {"to-file", FOLLOW, CREAT, READ, 0},
    {"to-file", FOLLOW, CREAT | EXCL, READ, SWASM_WASI_EXIST},
    {"to-dir", 0, DIRECTORY, 0, SWASM_WASI_NOTDIR},
    {"to-dir", FOLLOW, DIRECTORY, 0, 0},
    {"to-dir/", 0, DIRECTORY, 0, 0},
    {"to-dir/nested/deep", 0, 0, READ, 0},
    {"to-dir/../file", 0, 0, READ, 0},
    {"to-nested/../nested/deep", 0, 0, READ, 0},
    {"to-nested/../../file", 0, 0, READ, 0},
    {"dir/up/file", 0, 0, READ, 0},
    {"dir/up/dir/up/dir/up/file", 0, 0, READ, 0},
    {"to-to-file", FOLLOW, 0, READ, 0},
    {"dangling", 0, 0, READ, SWASM_WASI_LOOP},
    {"dangling", FOLLOW, 0, READ, SWASM_WASI_NOENT},
    {"dangling", 0, CREAT, WRITE, SWASM_WASI_LOOP},
    {"loop", FOLLOW, 0, READ, SWASM_WASI_LOOP},
    {"loop/file", 0, 0, READ, SWASM_WASI_LOOP},
    {"self/self/self/file", 0, 0, READ, 0},
    {"closed/file", FOLLOW, 0, READ, 0},
    {"socket", 0, 0, READ, SWASM_WASI_NXIO},
    {"/file", 0, 0, READ, SWASM_WASI_NOTCAPABLE},
    {"/", 0, 0, READ, SWASM_WASI_NOTCAPABLE},
    {"..", 0, 0, READ, SWASM_WASI_NOTCAPABLE},
    {"dir/../..", 0, 0, READ, SWASM_WASI_NOTCAPABLE},
};

static void make_tree(sandbox *box)
{
    host_file(box, "granted/file", "content");
    host_directory(box, "granted/dir");
    host_directory(box, "granted/dir/nested");
    host_directory(box, "granted/closed");
    host_file(box, "granted/closed/file", "");
    host_file(box, "granted/dir/nested/deep", "");
    host_link(box, "file", "granted/to-file");
    host_link(box, "to-file", "granted/to-to-file");
    host_link(box, "dir", "granted/to-dir");
    host_link(box, "dir/nested", "granted/to-nested");
    host_link(box, "..", "granted/dir/up");
    host_link(box, "nowhere", "granted/dangling");
    host_link(box, "loop", "granted/loop");
    host_link(box, ".", "granted/self");
    char name[sizeof ((struct sockaddr_un *)0)->sun_path];
    snprintf(name, sizeof name, "%s/granted/socket", box->base);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, name, sizeof name);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    check(bind(fd, (struct sockaddr *)&address, sizeof address) == 0, "the host makes a socket");
    close(fd);
}

static void opens(sandbox *box)
{
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++) {
        const opening *o = &openings[i];
        uint32_t fd;
        char what[200];
        uint32_t error = open_path(box, GRANTED, o->path, o->lookup, o->oflags, o->rights, 0, &fd);
        snprintf(what, sizeof what, "path_open of '%s', lookup %u, oflags %u, rights %u", o->path, o->lookup,
                 o->oflags, (unsigned)o->rights);
        expect(error, o->errno_wanted, what);
        if (!error) swasm_wasi_fd_close(box->instance, fd);
    }
    check(!host_exists(box, "granted/nowhere"), "CREAT through a link that is not followed creates nothing");
    check(!host_exists(box, "granted/missing"), "CREAT with a slash after a new name creates nothing");
}

static void long_paths(sandbox *box)
{
    static char path[70000];
    uint32_t fd;
    memset(path, 'n', sizeof path);
    path[256] = '\0';
    expect(open_path(box, GRANTED, path, 0, CREAT, WRITE, 0, &fd), SWASM_WASI_NAMETOOLONG, "a name of 256 bytes");
    path[256] = 'n';
    for (size_t i = 0; i < sizeof path - 1; i++) path[i] = i % 2 ? '/' : '.';
    path[4096] = '\0';
    expect(open_path(box, GRANTED, path, 0, 0, 0, 0, &fd), SWASM_WASI_NAMETOOLONG, "a path of 4096 bytes");
    path[4095] = '\0';
    expect(open_path(box, GRANTED, path, 0, 0, 0, 0, &fd), 0, "a path of 4095 bytes");
    uint32_t result = room(box, 4);
    memset(box->memory + 1024, 'x', 60000);
    expect(swasm_wasi_path_open(box->instance, GRANTED, 0, 1024, 60000, 0, 0, 0, 0, result), SWASM_WASI_NAMETOOLONG,
           "a path of 60000 bytes");
    char name[40], target[40];
    host_link(box, "file", "granted/chain0");
    for (int i = 1; i < 42; i++) {
        snprintf(name, sizeof name, "granted/chain%d", i);
        snprintf(target, sizeof target, "chain%d", i - 1);
        host_link(box, target, name);
    }
    expect(open_path(box, GRANTED, "chain39", FOLLOW, 0, READ, 0, &fd), 0, "a path through 40 links");
    expect(open_path(box, GRANTED, "chain40", FOLLOW, 0, READ, 0, &fd), SWASM_WASI_LOOP, "a path through 41 links");
}

static void arguments(sandbox *box)
{
    uint32_t result = room(box, 4), path = at(box, "file", 4), nul = at(box, "fi\0e", 4), fd;
    expect(swasm_wasi_path_open(box->instance, GRANTED, 0, nul, 4, 0, 0, 0, 0, result), SWASM_WASI_ILSEQ,
           "a path with a NUL inside");
    expect(swasm_wasi_path_open(box->instance, GRANTED, 0, nul, 3, 0, 0, 0, 0, result), SWASM_WASI_ILSEQ,
           "a path with a NUL at the end");
    expect(swasm_wasi_path_open(box->instance, GRANTED, 0, MEMORY_BYTES - 3, 4, 0, 0, 0, 0, result), SWASM_WASI_FAULT,
           "a path that reaches past the end of memory");
    expect(swasm_wasi_path_open(box->instance, GRANTED, 0, path, 4, CREAT, 0, 0, 0, NOWHERE), SWASM_WASI_FAULT,
           "the result of path_open lies outside memory");
    expect(swasm_wasi_path_open(box->instance, GRANTED, 0, path, 4, 0, 0, 0, 32, result), SWASM_WASI_INVAL,
           "path_open with unknown fdflags");
    expect(swasm_wasi_path_open(box->instance, 70, 0, path, 4, 0, 0, 0, 0, result), SWASM_WASI_BADF,
           "path_open in a closed directory");
    expect(open_path(box, GRANTED, "file", 0, 0, READ | WRITE, 0, &fd), 0, "path_open of a file");
    expect(swasm_wasi_path_open(box->instance, fd, 0, path, 4, 0, 0, 0, 0, result), SWASM_WASI_NOTDIR,
           "path_open in a file");
    expect(swasm_wasi_path_open(box->instance, fd, 0, at(box, ".", 1), 1, 0, 0, 0, 0, result), SWASM_WASI_NOTDIR,
           "path_open of . in a file");
}

static void truncates(sandbox *box)
{
    uint32_t fd;
    expect(open_path(box, GRANTED, "file", 0, TRUNC, 0, 0, &fd), 0, "path_open with TRUNC");
    check(host_file_is(box, "granted/file", ""), "path_open with TRUNC cuts the file");
    host_file(box, "granted/file", "content");
    expect(open_path(box, GRANTED, "new", 0, CREAT | EXCL, WRITE, 0, &fd), 0, "path_open with CREAT and EXCL");
    check(host_file_is(box, "granted/new", ""), "path_open with CREAT and EXCL makes a file");
    expect(open_path(box, GRANTED, "dangling", FOLLOW, CREAT, WRITE, 0, &fd), 0,
           "path_open with CREAT through a dangling link");
    check(host_file_is(box, "granted/nowhere", ""),
          "path_open with CREAT through a dangling link makes the link's target");
    for (uint32_t number = 5; number < 16; number++) swasm_wasi_fd_close(box->instance, number);
}

static void inherits_rights(sandbox *box)
{
    uint32_t directory, fd, stat = room(box, 24), result = room(box, 4), path = at(box, "dir", 3);
    uint64_t base = SWASM_RIGHT_PATH_OPEN;
    expect(swasm_wasi_path_open(box->instance, GRANTED, 0, path, 3, DIRECTORY, base, READ, 0, result), 0,
           "a directory is opened with FD_READ to pass on");
    directory = load32(box, result);
    swasm_wasi_fd_fdstat_get(box->instance, directory, stat);
    expect_u64(load64(box, stat + 8), base, "the directory has the rights that were asked for");
    expect_u64(load64(box, stat + 16), READ, "the directory has no other rights to pass on");
    expect(open_path(box, directory, "nested/deep", 0, 0, READ, 0, &fd), 0,
           "a file below it may be opened for reading");
    swasm_wasi_fd_fdstat_get(box->instance, fd, stat);
    expect_u64(load64(box, stat + 8), READ, "the file below it has no other right");
    expect(open_path(box, directory, "nested/deep", 0, 0, READ | WRITE, 0, &fd), SWASM_WASI_NOTCAPABLE,
           "a file below it may not be opened for writing");
    expect(open_path(box, directory, "new", 0, CREAT, READ, 0, &fd), SWASM_WASI_NOTCAPABLE,
           "no file below it may be created");
    expect(open_path(box, directory, "nested/deep", 0, TRUNC, READ, 0, &fd), SWASM_WASI_NOTCAPABLE,
           "no file below it may be cut");
    expect(swasm_wasi_path_filestat_get(box->instance, directory, 0, path, 3, 0), SWASM_WASI_NOTCAPABLE,
           "path_filestat_get without its right");
    swasm_wasi_fd_fdstat_set_rights(box->instance, directory, 0, 0);
    expect(open_path(box, directory, "nested", 0, 0, 0, 0, &fd), SWASM_WASI_NOTCAPABLE,
           "path_open without PATH_OPEN");
    expect(open_path(box, GRANTED, "dir", 0, DIRECTORY, SWASM_RIGHT_FD_SEEK, 0, &fd), 0,
           "a directory is opened with FD_SEEK");
    swasm_wasi_fd_fdstat_get(box->instance, fd, stat);
    expect_u64(load64(box, stat + 8), 0, "a directory does not get FD_SEEK");
}

void test_paths(void)
{
    sandbox box;
    sandbox_start(&box);
    make_tree(&box);
    opens(&box);
    truncates(&box);
    arguments(&box);
    long_paths(&box);
    inherits_rights(&box);
    sandbox_end(&box);
}
