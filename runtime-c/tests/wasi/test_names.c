/* Creating, linking, renaming and removing names. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness.h"

static uint32_t text(sandbox *box, const char *path) { return at(box, path, (uint32_t)strlen(path)); }

static uint32_t make_directory(sandbox *box, uint32_t fd, const char *path)
{
    return swasm_wasi_path_create_directory(box->instance, fd, text(box, path), (uint32_t)strlen(path));
}

static uint32_t remove_directory(sandbox *box, uint32_t fd, const char *path)
{
    return swasm_wasi_path_remove_directory(box->instance, fd, text(box, path), (uint32_t)strlen(path));
}

static uint32_t unlink_file(sandbox *box, uint32_t fd, const char *path)
{
    return swasm_wasi_path_unlink_file(box->instance, fd, text(box, path), (uint32_t)strlen(path));
}

static uint32_t rename_path(sandbox *box, uint32_t fd, const char *old, const char *new)
{
    return swasm_wasi_path_rename(box->instance, fd, text(box, old), (uint32_t)strlen(old), fd,
                                  text(box, new), (uint32_t)strlen(new));
}

static uint32_t link_path(sandbox *box, uint32_t fd, const char *old, const char *new)
{
    return swasm_wasi_path_link(box->instance, fd, 0, text(box, old), (uint32_t)strlen(old), fd,
                                text(box, new), (uint32_t)strlen(new));
}

static uint32_t make_symlink(sandbox *box, uint32_t fd, const char *target, const char *path)
{
    return swasm_wasi_path_symlink(box->instance, text(box, target), (uint32_t)strlen(target), fd,
                                   text(box, path), (uint32_t)strlen(path));
}

static const char long_name[] =
    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
    "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn";

/* Checks that hold for every call that takes one path. */
static void common_errors(sandbox *box, uint32_t (*call)(sandbox *, uint32_t, const char *))
{
    expect(call(box, 70, "x"), SWASM_WASI_BADF, "a closed descriptor");
    uint32_t file = open_file(box, GRANTED, "plain", SWASM_OFLAG_CREAT);
    expect(call(box, file, "x"), SWASM_WASI_NOTDIR, "a file as the directory");
    swasm_wasi_fd_close(box->instance, file);
    expect(call(box, GRANTED, ""), SWASM_WASI_NOENT, "an empty path");
    expect(call(box, GRANTED, "plain/x"), SWASM_WASI_NOTDIR, "a file on the way");
    expect(call(box, GRANTED, "absent/x"), SWASM_WASI_NOENT, "nothing on the way");
    expect(call(box, GRANTED, "ring/x"), SWASM_WASI_LOOP, "a ring of links on the way");
    expect(call(box, GRANTED, long_name), SWASM_WASI_NAMETOOLONG, "a name that is too long");
    expect(call(box, GRANTED, "/x"), SWASM_WASI_NOTCAPABLE, "an absolute path");
    expect(call(box, GRANTED, "../x"), SWASM_WASI_NOTCAPABLE, "a path that leaves");
    expect(call(box, GRANTED, ".."), SWASM_WASI_NOTCAPABLE, "the directory above");
    uint32_t weak = open_file(box, GRANTED, ".", SWASM_OFLAG_DIRECTORY);
    swasm_wasi_fd_fdstat_set_rights(box->instance, weak, 0, 0);
    expect(call(box, weak, "x"), SWASM_WASI_NOTCAPABLE, "a directory without the right");
    swasm_wasi_fd_close(box->instance, weak);
}

static void directories(sandbox *box)
{
    common_errors(box, make_directory);
    common_errors(box, remove_directory);
    expect(make_directory(box, GRANTED, "d"), 0, "path_create_directory");
    expect(make_directory(box, GRANTED, "d/e/"), 0, "with a slash after it");
    expect(make_directory(box, GRANTED, "d"), SWASM_WASI_EXIST, "where one is");
    expect(make_directory(box, GRANTED, "d/."), SWASM_WASI_EXIST, "a dot");
    expect(make_directory(box, GRANTED, "d/.."), SWASM_WASI_EXIST, "two dots");
    expect(make_directory(box, GRANTED, "plain"), SWASM_WASI_EXIST, "where a file is");
    expect(remove_directory(box, GRANTED, "d"), SWASM_WASI_NOTEMPTY, "one with entries");
    expect(remove_directory(box, GRANTED, "d/."), SWASM_WASI_INVAL, "removing a dot");
    expect(remove_directory(box, GRANTED, "d/e/.."), SWASM_WASI_INVAL, "removing two dots");
    expect(remove_directory(box, GRANTED, "plain"), SWASM_WASI_NOTDIR, "removing a file");
    expect(remove_directory(box, GRANTED, "plain/"), SWASM_WASI_NOTDIR, "removing a file with a slash");
    expect(remove_directory(box, GRANTED, "absent"), SWASM_WASI_NOENT, "removing nothing");
    host_link(box, "e", "granted/d/l");
    expect(remove_directory(box, GRANTED, "d/l"), SWASM_WASI_NOTDIR, "removing a link to a directory");
    expect(remove_directory(box, GRANTED, "d/l/"), SWASM_WASI_NOTDIR, "and with a slash");
    expect(remove_directory(box, GRANTED, "d/e/"), 0, "path_remove_directory");
    check(!host_exists(box, "granted/d/e"), "it is gone");
}

static void files(sandbox *box)
{
    common_errors(box, unlink_file);
    host_directory(box, "granted/u");
    host_file(box, "granted/u/f", "");
    host_link(box, "f", "granted/u/l");
    expect(unlink_file(box, GRANTED, "u"), SWASM_WASI_ISDIR, "unlinking a directory");
    expect(unlink_file(box, GRANTED, "u/"), SWASM_WASI_ISDIR, "and with a slash");
    expect(unlink_file(box, GRANTED, "u/."), SWASM_WASI_ISDIR, "and a dot");
    expect(unlink_file(box, GRANTED, "u/f/"), SWASM_WASI_NOTDIR, "a file with a slash");
    expect(unlink_file(box, GRANTED, "absent"), SWASM_WASI_NOENT, "unlinking nothing");
    expect(unlink_file(box, GRANTED, "u/l"), 0, "unlinking a link");
    check(host_exists(box, "granted/u/f"), "leaves its file");
    expect(unlink_file(box, GRANTED, "u/f"), 0, "path_unlink_file");
    check(!host_exists(box, "granted/u/f"), "it is gone");
}

static uint32_t rename_from(sandbox *box, uint32_t fd, const char *path)
{
    uint32_t bytes = (uint32_t)strlen(path);
    return swasm_wasi_path_rename(box->instance, fd, text(box, path), bytes, GRANTED, text(box, "to"), 2);
}

static uint32_t rename_to(sandbox *box, uint32_t fd, const char *path)
{
    uint32_t bytes = (uint32_t)strlen(path);
    return swasm_wasi_path_rename(box->instance, GRANTED, text(box, "from"), 4, fd, text(box, path), bytes);
}

static void renames(sandbox *box)
{
    host_file(box, "granted/from", "from");
    common_errors(box, rename_from);
    common_errors(box, rename_to);
    expect(rename_path(box, GRANTED, "from", "to"), 0, "path_rename");
    check(host_file_is(box, "granted/to", "from") && !host_exists(box, "granted/from"), "moves");
    host_file(box, "granted/other", "other");
    expect(rename_path(box, GRANTED, "other", "to"), 0, "onto a file");
    check(host_file_is(box, "granted/to", "other"), "replaces it");
    host_directory(box, "granted/rd");
    host_directory(box, "granted/rd/sub");
    host_directory(box, "granted/empty");
    expect(rename_path(box, GRANTED, "to", "empty"), SWASM_WASI_ISDIR, "a file onto a directory");
    expect(rename_path(box, GRANTED, "empty", "to"), SWASM_WASI_NOTDIR, "a directory onto a file");
    expect(rename_path(box, GRANTED, "empty", "rd"), SWASM_WASI_NOTEMPTY, "onto a directory with entries");
    expect(rename_path(box, GRANTED, "rd", "rd/sub/x"), SWASM_WASI_INVAL, "below itself");
    expect(rename_path(box, GRANTED, "rd/", "empty/"), 0, "slashes after directories");
    expect(rename_path(box, GRANTED, "to/", "x"), SWASM_WASI_NOTDIR, "a slash after a file");
    expect(rename_path(box, GRANTED, "empty/.", "x"), SWASM_WASI_BUSY, "a dot");
    expect(rename_path(box, GRANTED, "to", "empty/.."), SWASM_WASI_BUSY, "two dots");
    expect(rename_path(box, GRANTED, "absent", "x"), SWASM_WASI_NOENT, "nothing");
}

static uint32_t link_from(sandbox *box, uint32_t fd, const char *path)
{
    uint32_t bytes = (uint32_t)strlen(path);
    return swasm_wasi_path_link(box->instance, fd, 0, text(box, path), bytes, GRANTED, text(box, "made"), 4);
}

static uint32_t link_to(sandbox *box, uint32_t fd, const char *path)
{
    uint32_t bytes = (uint32_t)strlen(path);
    return swasm_wasi_path_link(box->instance, GRANTED, 0, text(box, "first"), 5, fd, text(box, path), bytes);
}

static uint32_t read_link(sandbox *box, uint32_t fd, const char *path)
{
    uint32_t buffer = room(box, 100), used = room(box, 4);
    return swasm_wasi_path_readlink(box->instance, fd, text(box, path), (uint32_t)strlen(path), buffer, 100, used);
}

static void links(sandbox *box)
{
    host_file(box, "granted/first", "first");
    common_errors(box, link_from);
    common_errors(box, link_to);
    expect(link_path(box, GRANTED, "first", "second"), 0, "path_link");
    check(host_file_is(box, "granted/second", "first"), "gives a second name");
    expect(link_path(box, GRANTED, "first", "second"), SWASM_WASI_EXIST, "where something is");
    expect(link_path(box, GRANTED, "first", "first"), SWASM_WASI_EXIST, "onto itself");
    expect(link_path(box, GRANTED, "first", "u/."), SWASM_WASI_EXIST, "onto a dot");
    expect(link_path(box, GRANTED, "u", "third"), SWASM_WASI_PERM, "of a directory");
    expect(link_path(box, GRANTED, "u/", "third"), SWASM_WASI_PERM, "and with a slash");
    expect(link_path(box, GRANTED, "u/.", "third"), SWASM_WASI_PERM, "and a dot");
    expect(link_path(box, GRANTED, "first/", "third"), SWASM_WASI_NOTDIR, "a slash after a file");
    expect(link_path(box, GRANTED, "first", "third/"), SWASM_WASI_NOENT, "a slash after the new name");
    expect(link_path(box, GRANTED, "absent", "third"), SWASM_WASI_NOENT, "of nothing");
    host_link(box, "absent", "granted/hanging");
    expect(link_path(box, GRANTED, "hanging", "hanging2"), 0, "of a dangling link, the link");
    host_link(box, "../outside", "granted/out");
    expect(link_path(box, GRANTED, "out/", "third"), SWASM_WASI_NOTCAPABLE, "a slash after a link that leaves");
    expect(read_link(box, GRANTED, "out/"), SWASM_WASI_NOTCAPABLE, "which readlink does not follow either");
    expect(read_link(box, GRANTED, "out"), 0, "without the slash it is read");
    expect(swasm_wasi_path_link(box->instance, GRANTED, 1, text(box, "first"), 5, GRANTED, text(box, "x"), 1),
           SWASM_WASI_INVAL, "SYMLINK_FOLLOW is not supported");
}

static uint32_t symlink_at(sandbox *box, uint32_t fd, const char *path) { return make_symlink(box, fd, "t", path); }

static void symlinks(sandbox *box)
{
    common_errors(box, symlink_at);
    common_errors(box, read_link);
    expect(make_symlink(box, GRANTED, "first", "soft"), 0, "path_symlink");
    expect(make_symlink(box, GRANTED, "../../up", "upward"), 0, "of a target above");
    expect(make_symlink(box, GRANTED, "/etc/passwd", "absolute"), SWASM_WASI_NOTCAPABLE, "of an absolute one");
    check(!host_exists(box, "granted/absolute"), "makes nothing");
    expect(make_symlink(box, GRANTED, "", "nothing"), SWASM_WASI_NOENT, "of an empty one");
    expect(make_symlink(box, GRANTED, "x", "soft"), SWASM_WASI_EXIST, "where something is");
    expect(make_symlink(box, GRANTED, "x", "fresh/"), SWASM_WASI_NOENT, "a slash after a new name");
    expect(make_symlink(box, GRANTED, "x", "u/"), SWASM_WASI_EXIST, "a slash after a directory");
    expect(make_symlink(box, GRANTED, "x", "first/"), SWASM_WASI_EXIST, "a slash after a file");

    uint32_t buffer = room(box, 10), used = room(box, 4), path = text(box, "soft");
    memset(box->memory + buffer, 0, 10);
    expect(swasm_wasi_path_readlink(box->instance, GRANTED, path, 4, buffer, 10, used), 0, "path_readlink");
    expect(load32(box, used), 5, "the bytes used");
    check(memcmp(box->memory + buffer, "first\0\0\0\0", 10) == 0, "the target, not terminated");
    memset(box->memory + buffer, 0, 10);
    expect(swasm_wasi_path_readlink(box->instance, GRANTED, path, 4, buffer, 3, used), 0, "a smaller buffer");
    check(load32(box, used) == 3 && memcmp(box->memory + buffer, "fir\0", 4) == 0, "cuts it");
    expect(swasm_wasi_path_readlink(box->instance, GRANTED, path, 4, NOWHERE - 4, 5, used), SWASM_WASI_FAULT, "outside");
    expect(swasm_wasi_path_readlink(box->instance, GRANTED, path, 4, buffer, 5, NOWHERE - 3), SWASM_WASI_FAULT, "used outside");
    expect(read_link(box, GRANTED, "first"), SWASM_WASI_INVAL, "readlink of a file");
    expect(read_link(box, GRANTED, "u"), SWASM_WASI_INVAL, "of a directory");
    expect(read_link(box, GRANTED, "u/"), SWASM_WASI_INVAL, "and with a slash");
    expect(read_link(box, GRANTED, "u/.."), SWASM_WASI_INVAL, "of two dots");
    expect(read_link(box, GRANTED, "soft/"), SWASM_WASI_NOTDIR, "a slash after a link to a file");
    expect(read_link(box, GRANTED, "absent"), SWASM_WASI_NOENT, "of nothing");
}

void test_names(void)
{
    sandbox box;
    sandbox_start(&box);
    host_link(&box, "ring", "granted/ring");
    directories(&box);
    files(&box);
    renames(&box);
    links(&box);
    symlinks(&box);
    uint32_t nul = at(&box, "a\0b", 3);
    expect(swasm_wasi_path_create_directory(box.instance, GRANTED, nul, 3), SWASM_WASI_ILSEQ, "mkdir with NUL");
    expect(swasm_wasi_path_remove_directory(box.instance, GRANTED, nul, 3), SWASM_WASI_ILSEQ, "rmdir with NUL");
    expect(swasm_wasi_path_unlink_file(box.instance, GRANTED, nul, 3), SWASM_WASI_ILSEQ, "unlink with NUL");
    expect(swasm_wasi_path_rename(box.instance, GRANTED, nul, 3, GRANTED, nul, 1), SWASM_WASI_ILSEQ, "rename with NUL");
    expect(swasm_wasi_path_link(box.instance, GRANTED, 0, nul, 3, GRANTED, nul, 1), SWASM_WASI_ILSEQ, "link with NUL");
    expect(swasm_wasi_path_symlink(box.instance, nul, 3, GRANTED, nul, 1), SWASM_WASI_ILSEQ, "a target with NUL");
    expect(swasm_wasi_path_symlink(box.instance, nul, 1, GRANTED, nul, 3), SWASM_WASI_ILSEQ, "symlink with NUL");
    expect(swasm_wasi_path_readlink(box.instance, GRANTED, nul, 3, 0, 1, 8), SWASM_WASI_ILSEQ, "readlink with NUL");
    sandbox_end(&box);
}
