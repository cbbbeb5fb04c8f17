/* In a read-only grant everything can be read, and no call can change anything. */
#include <string.h>
#include <unistd.h>

#include "harness.h"

static uint32_t text(sandbox *box, const char *path) { return at(box, path, (uint32_t)strlen(path)); }

/* Tries every call that changes something through the directory `fd`, which has "file", "dir", "link". */
static void nothing_changes(sandbox *box, uint32_t fd)
{
    swasm_instance *i = box->instance;
    uint32_t opened, file = text(box, "file"), dir = text(box, "dir"), new = text(box, "new");
    const uint64_t read = SWASM_RIGHT_FD_READ, write = SWASM_RIGHT_FD_WRITE;
    expect(open_path(box, fd, "file", 0, 0, write, 0, &opened), SWASM_WASI_ROFS, "opening a file for writing");
    expect(open_path(box, fd, "file", 0, 0, read | write, 0, &opened), SWASM_WASI_ROFS,
           "opening a file for reading and writing");
    expect(open_path(box, fd, "file", 0, 0, write, SWASM_FDFLAG_APPEND, &opened), SWASM_WASI_ROFS,
           "opening a file for appending");
    expect(open_path(box, fd, "file", 0, SWASM_OFLAG_TRUNC, read, 0, &opened), SWASM_WASI_ROFS,
           "opening a file with TRUNC");
    expect(open_path(box, fd, "file", 0, SWASM_OFLAG_CREAT, read, 0, &opened), SWASM_WASI_ROFS,
           "opening a file with CREAT");
    expect(open_path(box, fd, "new", 0, SWASM_OFLAG_CREAT, read, 0, &opened), SWASM_WASI_ROFS, "creating a file");
    expect(swasm_wasi_path_create_directory(i, fd, new, 3), SWASM_WASI_ROFS, "making a directory");
    expect(swasm_wasi_path_remove_directory(i, fd, dir, 3), SWASM_WASI_ROFS, "removing a directory");
    expect(swasm_wasi_path_unlink_file(i, fd, file, 4), SWASM_WASI_ROFS, "unlinking a file");
    expect(swasm_wasi_path_symlink(i, file, 4, fd, new, 3), SWASM_WASI_ROFS, "making a link");
    expect(swasm_wasi_path_rename(i, fd, file, 4, fd, new, 3), SWASM_WASI_ROFS, "renaming inside");
    expect(swasm_wasi_path_rename(i, fd, file, 4, GRANTED, new, 3), SWASM_WASI_ROFS, "renaming out of it");
    expect(swasm_wasi_path_rename(i, GRANTED, file, 4, fd, file, 4), SWASM_WASI_ROFS, "renaming into it");
    expect(swasm_wasi_path_link(i, fd, 0, file, 4, fd, new, 3), SWASM_WASI_ROFS, "linking inside");
    expect(swasm_wasi_path_link(i, fd, 0, file, 4, GRANTED, new, 3), SWASM_WASI_ROFS, "linking out of it");
    expect(swasm_wasi_path_link(i, GRANTED, 0, file, 4, fd, new, 3), SWASM_WASI_ROFS, "linking into it");
    expect(swasm_wasi_path_filestat_set_times(i, fd, 0, file, 4, 1, 1, 5), SWASM_WASI_ROFS, "setting times");
    expect(swasm_wasi_fd_filestat_set_times(i, fd, 1, 1, 5), SWASM_WASI_ROFS, "setting the directory's times");
}

static void file_stays(sandbox *box, uint32_t fd)
{
    swasm_instance *i = box->instance;
    uint32_t result = room(box, 8), iov = iovec(box, 0, 4);
    expect(swasm_wasi_fd_write(i, fd, iov, 1, result), SWASM_WASI_BADF, "writing to an open file");
    expect(swasm_wasi_fd_pwrite(i, fd, iov, 1, 0, result), SWASM_WASI_BADF, "writing to an open file at an offset");
    expect(swasm_wasi_fd_filestat_set_size(i, fd, 0), SWASM_WASI_NOTCAPABLE, "setting the size of an open file");
    expect(swasm_wasi_fd_allocate(i, fd, 0, 100), SWASM_WASI_NOTCAPABLE, "allocating space for an open file");
    expect(swasm_wasi_fd_filestat_set_times(i, fd, 1, 1, 5), SWASM_WASI_ROFS, "setting times of an open file");
}

void test_read_only(void)
{
    sandbox box;
    sandbox_start(&box);
    host_file(&box, "readonly/file", "stays");
    host_directory(&box, "readonly/dir");
    host_file(&box, "readonly/dir/file", "stays");
    host_directory(&box, "readonly/dir/dir");
    host_link(&box, "file", "readonly/link");
    host_file(&box, "granted/file", "granted");

    nothing_changes(&box, READ_ONLY);
    uint32_t dir = open_file(&box, READ_ONLY, "dir", SWASM_OFLAG_DIRECTORY);
    nothing_changes(&box, dir);
    uint32_t deeper = open_file(&box, dir, ".", SWASM_OFLAG_DIRECTORY), fd, stat = room(&box, 64);
    nothing_changes(&box, deeper);
    swasm_wasi_fd_close(box.instance, GRANTED);
    expect(swasm_wasi_fd_renumber(box.instance, deeper, dir), 0, "renumbering a directory of the read-only grant");
    expect(open_path(&box, dir, "file", 0, 0, SWASM_RIGHT_FD_WRITE, 0, &fd), SWASM_WASI_ROFS,
           "a directory that was renumbered stays read-only");

    expect(open_path(&box, READ_ONLY, "link", 1, 0, SWASM_RIGHTS_ALL & ~SWASM_RIGHT_FD_WRITE, 0, &fd), 0,
           "opening a file for reading");
    check(reads(&box, fd, "stays"), "reading a file");
    file_stays(&box, fd);
    expect(swasm_wasi_path_filestat_get(box.instance, READ_ONLY, 0, text(&box, "file"), 4, stat), 0,
           "path_filestat_get");
    uint32_t used = room(&box, 4), buffer = room(&box, 500);
    expect(swasm_wasi_fd_readdir(box.instance, READ_ONLY, buffer, 500, 0, used), 0, "fd_readdir");
    expect(swasm_wasi_path_readlink(box.instance, READ_ONLY, text(&box, "link"), 4, buffer, 10, used), 0,
           "path_readlink");
    check(host_file_is(&box, "readonly/file", "stays") && host_file_is(&box, "readonly/dir/file", "stays"),
          "all files are as they were");
    check(!host_exists(&box, "readonly/new") && !host_exists(&box, "readonly/dir/new"), "no file is new");
    sandbox_end(&box);
}
