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
    expect(make_directory(box, GRANTED, "d/e/"), 0, "path_create_directory with a slash after the name");
    expect(make_directory(box, GRANTED, "d"), SWASM_WASI_EXIST, "path_create_directory where a directory is");
    expect(make_directory(box, GRANTED, "d/."), SWASM_WASI_EXIST, "path_create_directory of a path that ends in .");
    expect(make_directory(box, GRANTED, "d/.."), SWASM_WASI_EXIST, "path_create_directory of a path that ends in ..");
    expect(make_directory(box, GRANTED, "plain"), SWASM_WASI_EXIST, "path_create_directory where a file is");
    expect(remove_directory(box, GRANTED, "d"), SWASM_WASI_NOTEMPTY, "removing a directory with entries");
    expect(remove_directory(box, GRANTED, "d/."), SWASM_WASI_INVAL, "removing a path that ends in .");
    expect(remove_directory(box, GRANTED, "d/e/.."), SWASM_WASI_INVAL, "removing a path that ends in ..");
    expect(remove_directory(box, GRANTED, "plain"), SWASM_WASI_NOTDIR, "removing a file as a directory");
    expect(remove_directory(box, GRANTED, "plain/"), SWASM_WASI_NOTDIR,
           "removing a file as a directory, with a slash");
    expect(remove_directory(box, GRANTED, "absent"), SWASM_WASI_NOENT, "removing a directory that is not there");
    host_link(box, "e", "granted/d/l");
    expect(remove_directory(box, GRANTED, "d/l"), SWASM_WASI_NOTDIR, "removing a link to a directory as a directory");
    expect(remove_directory(box, GRANTED, "d/l/"), SWASM_WASI_NOTDIR,
           "removing a link to a directory as a directory, with a slash");
    expect(remove_directory(box, GRANTED, "d/e/"), 0, "path_remove_directory");
    check(!host_exists(box, "granted/d/e"), "path_remove_directory removes the directory");
}

static void files(sandbox *box)
{
    common_errors(box, unlink_file);
    host_directory(box, "granted/u");
    host_file(box, "granted/u/f", "");
    host_link(box, "f", "granted/u/l");
    expect(unlink_file(box, GRANTED, "u"), SWASM_WASI_ISDIR, "unlinking a directory");
    expect(unlink_file(box, GRANTED, "u/"), SWASM_WASI_ISDIR, "unlinking a directory, with a slash");
    expect(unlink_file(box, GRANTED, "u/."), SWASM_WASI_ISDIR, "unlinking a directory, with a dot");
    expect(unlink_file(box, GRANTED, "u/f/"), SWASM_WASI_NOTDIR, "unlinking a file, with a slash");
    expect(unlink_file(box, GRANTED, "absent"), SWASM_WASI_NOENT, "unlinking a file that is not there");
    expect(unlink_file(box, GRANTED, "u/l"), 0, "unlinking a link");
    check(host_exists(box, "granted/u/f"), "unlinking a link leaves its file");
    expect(unlink_file(box, GRANTED, "u/f"), 0, "path_unlink_file");
    check(!host_exists(box, "granted/u/f"), "path_unlink_file removes the file");
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
    expect(rename_path(box, GRANTED, "from", "to"), 0, "path_rename of a file");
    check(host_file_is(box, "granted/to", "from") && !host_exists(box, "granted/from"), "path_rename moves the file");
    host_file(box, "granted/other", "other");
    expect(rename_path(box, GRANTED, "other", "to"), 0, "path_rename onto a file");
    check(host_file_is(box, "granted/to", "other"), "path_rename onto a file replaces it");
    host_directory(box, "granted/rd");
    host_directory(box, "granted/rd/sub");
    host_directory(box, "granted/empty");
    expect(rename_path(box, GRANTED, "to", "empty"), SWASM_WASI_ISDIR, "path_rename of a file onto a directory");
    expect(rename_path(box, GRANTED, "empty", "to"), SWASM_WASI_NOTDIR, "path_rename of a directory onto a file");
    expect(rename_path(box, GRANTED, "empty", "rd"), SWASM_WASI_NOTEMPTY,
           "path_rename onto a directory with entries");
    expect(rename_path(box, GRANTED, "rd", "rd/sub/x"), SWASM_WASI_INVAL,
           "path_rename of a directory to below itself");
    expect(rename_path(box, GRANTED, "rd/", "empty/"), 0, "path_rename of directories with slashes");
    expect(rename_path(box, GRANTED, "to/", "x"), SWASM_WASI_NOTDIR, "path_rename of a file with a slash");
    expect(rename_path(box, GRANTED, "empty/.", "x"), SWASM_WASI_BUSY, "path_rename from a path that ends in .");
    expect(rename_path(box, GRANTED, "to", "empty/.."), SWASM_WASI_BUSY, "path_rename to a path that ends in ..");
    expect(rename_path(box, GRANTED, "absent", "x"), SWASM_WASI_NOENT, "path_rename of a file that is not there");
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
    expect(link_path(box, GRANTED, "first", "second"), 0, "path_link of a file");
    check(host_file_is(box, "granted/second", "first"), "path_link gives a second name");
    expect(link_path(box, GRANTED, "first", "second"), SWASM_WASI_EXIST, "path_link to a name that exists");
    expect(link_path(box, GRANTED, "first", "first"), SWASM_WASI_EXIST, "path_link of a file onto itself");
    expect(link_path(box, GRANTED, "first", "u/."), SWASM_WASI_EXIST, "path_link onto a path that ends in .");
    expect(link_path(box, GRANTED, "u", "third"), SWASM_WASI_PERM, "path_link of a directory");
    expect(link_path(box, GRANTED, "u/", "third"), SWASM_WASI_PERM, "path_link of a directory, with a slash");
    expect(link_path(box, GRANTED, "u/.", "third"), SWASM_WASI_PERM, "path_link of a directory, with a dot");
    expect(link_path(box, GRANTED, "first/", "third"), SWASM_WASI_NOTDIR, "path_link of a file with a slash");
    expect(link_path(box, GRANTED, "first", "third/"), SWASM_WASI_NOENT, "path_link to a new name with a slash");
    expect(link_path(box, GRANTED, "absent", "third"), SWASM_WASI_NOENT, "path_link of a file that is not there");
    host_link(box, "absent", "granted/hanging");
    expect(link_path(box, GRANTED, "hanging", "hanging2"), 0,
           "path_link of a dangling link, which gets a second name");
    host_link(box, "../outside", "granted/out");
    expect(link_path(box, GRANTED, "out/", "third"), SWASM_WASI_NOTCAPABLE,
           "path_link of a link that leads out, with a slash");
    expect(read_link(box, GRANTED, "out/"), SWASM_WASI_NOTCAPABLE,
           "path_readlink of a link that leads out, with a slash");
    expect(read_link(box, GRANTED, "out"), 0, "path_readlink of a link that leads out");
    expect(swasm_wasi_path_link(box->instance, GRANTED, 1, text(box, "first"), 5, GRANTED, text(box, "x"), 1),
           SWASM_WASI_INVAL, "path_link with SYMLINK_FOLLOW");
}

static uint32_t symlink_at(sandbox *box, uint32_t fd, const char *path) { return make_symlink(box, fd, "t", path); }

static void symlinks(sandbox *box)
{
    common_errors(box, symlink_at);
    common_errors(box, read_link);
    expect(make_symlink(box, GRANTED, "first", "soft"), 0, "path_symlink to a file");
    expect(make_symlink(box, GRANTED, "../../up", "upward"), 0, "path_symlink to a target above the grant");
    expect(make_symlink(box, GRANTED, "/etc/passwd", "absolute"), SWASM_WASI_NOTCAPABLE,
           "path_symlink to an absolute target");
    check(!host_exists(box, "granted/absolute"), "path_symlink to an absolute target makes nothing");
    expect(make_symlink(box, GRANTED, "", "nothing"), SWASM_WASI_NOENT, "path_symlink to an empty target");
    expect(make_symlink(box, GRANTED, "x", "soft"), SWASM_WASI_EXIST, "path_symlink where a name exists");
    expect(make_symlink(box, GRANTED, "x", "fresh/"), SWASM_WASI_NOENT, "path_symlink to a new name with a slash");
    expect(make_symlink(box, GRANTED, "x", "u/"), SWASM_WASI_EXIST,
           "path_symlink where a directory is, with a slash");
    expect(make_symlink(box, GRANTED, "x", "first/"), SWASM_WASI_EXIST, "path_symlink where a file is, with a slash");

    uint32_t buffer = room(box, 10), used = room(box, 4), path = text(box, "soft");
    memset(box->memory + buffer, 0, 10);
    expect(swasm_wasi_path_readlink(box->instance, GRANTED, path, 4, buffer, 10, used), 0, "path_readlink");
    expect(load32(box, used), 5, "path_readlink gives the bytes used");
    check(memcmp(box->memory + buffer, "first\0\0\0\0", 10) == 0, "path_readlink gives the target without a NUL");
    memset(box->memory + buffer, 0, 10);
    expect(swasm_wasi_path_readlink(box->instance, GRANTED, path, 4, buffer, 3, used), 0,
           "path_readlink with a buffer smaller than the target");
    check(load32(box, used) == 3 && memcmp(box->memory + buffer, "fir\0", 4) == 0,
          "path_readlink cuts the target to the buffer");
    expect(swasm_wasi_path_readlink(box->instance, GRANTED, path, 4, NOWHERE - 4, 5, used), SWASM_WASI_FAULT,
           "the buffer of path_readlink reaches past the end of memory");
    expect(swasm_wasi_path_readlink(box->instance, GRANTED, path, 4, buffer, 5, NOWHERE - 3), SWASM_WASI_FAULT,
           "the result of path_readlink lies outside memory");
    expect(read_link(box, GRANTED, "first"), SWASM_WASI_INVAL, "path_readlink of a file");
    expect(read_link(box, GRANTED, "u"), SWASM_WASI_INVAL, "path_readlink of a directory");
    expect(read_link(box, GRANTED, "u/"), SWASM_WASI_INVAL, "path_readlink of a directory, with a slash");
    host_link(box, "../first", "granted/u/up");
    expect(read_link(box, GRANTED, "u/up/"), SWASM_WASI_NOTDIR, "path_readlink of a link to a file above, with a slash");
    host_link(box, "../u", "granted/u/self");
    expect(read_link(box, GRANTED, "u/self/"), SWASM_WASI_INVAL, "path_readlink of a link to a directory above, with a slash");
    expect(read_link(box, GRANTED, "u/.."), SWASM_WASI_INVAL, "path_readlink of a path that ends in ..");
    expect(read_link(box, GRANTED, "soft/"), SWASM_WASI_NOTDIR, "path_readlink of a link to a file, with a slash");
    expect(read_link(box, GRANTED, "absent"), SWASM_WASI_NOENT, "path_readlink of a name that is not there");
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
    expect(swasm_wasi_path_create_directory(box.instance, GRANTED, nul, 3), SWASM_WASI_ILSEQ,
           "path_create_directory with a NUL");
    expect(swasm_wasi_path_remove_directory(box.instance, GRANTED, nul, 3), SWASM_WASI_ILSEQ,
           "path_remove_directory with a NUL");
    expect(swasm_wasi_path_unlink_file(box.instance, GRANTED, nul, 3), SWASM_WASI_ILSEQ,
           "path_unlink_file with a NUL");
    expect(swasm_wasi_path_rename(box.instance, GRANTED, nul, 3, GRANTED, nul, 1), SWASM_WASI_ILSEQ,
           "path_rename with a NUL");
    expect(swasm_wasi_path_link(box.instance, GRANTED, 0, nul, 3, GRANTED, nul, 1), SWASM_WASI_ILSEQ,
           "path_link with a NUL");
    expect(swasm_wasi_path_symlink(box.instance, nul, 3, GRANTED, nul, 1), SWASM_WASI_ILSEQ,
           "path_symlink with a NUL in the target");
    expect(swasm_wasi_path_symlink(box.instance, nul, 1, GRANTED, nul, 3), SWASM_WASI_ILSEQ,
           "path_symlink with a NUL in the name");
    expect(swasm_wasi_path_readlink(box.instance, GRANTED, nul, 3, 0, 1, 8), SWASM_WASI_ILSEQ,
           "path_readlink with a NUL");
    sandbox_end(&box);
}
