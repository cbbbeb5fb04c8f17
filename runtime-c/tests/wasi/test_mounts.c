/* Calls on our own file systems: one with room for a few pages, a read-only one, and calls between the first
 * and the file system around it. */
#include <string.h>

#include "harness.h"

static void full_file_system(sandbox *box, uint32_t fd)
{
    swasm_instance *i = box->instance;
    uint32_t result = room(box, 8), bytes = 65536, big = iovec(box, 0, bytes);
    uint32_t file = open_file(box, fd, "file", SWASM_OFLAG_CREAT);
    expect(swasm_wasi_fd_write(i, file, big, 1, result), 0, "fd_write for which only a part has room");
    check(load32(box, result) > 0 && load32(box, result) < bytes, "fd_write writes the part that has room");
    expect(swasm_wasi_fd_write(i, file, big, 1, result), SWASM_WASI_NOSPC, "fd_write on a full file system");
    expect(swasm_wasi_fd_pwrite(i, file, big, 1, 1 << 20, result), SWASM_WASI_NOSPC,
           "fd_pwrite on a full file system");
    expect(swasm_wasi_fd_allocate(i, file, 1 << 20, 1 << 20), SWASM_WASI_NOSPC, "fd_allocate on a full file system");
    uint32_t error = 0;
    char name[] = "a0";
    while (!error && ++name[1] < '9') {
        error = swasm_wasi_path_create_directory(i, fd, at(box, name, 2), 2);
    }
    expect(error, SWASM_WASI_NOSPC, "path_create_directory without free inodes");
    expect(swasm_wasi_path_symlink(i, at(box, "file", 4), 4, fd, at(box, "link", 4), 4), SWASM_WASI_NOSPC,
           "path_symlink without free inodes");
    expect(swasm_wasi_path_link(i, fd, 0, at(box, "file", 4), 4, fd, at(box, "more", 4), 4), SWASM_WASI_NOSPC,
           "path_link without free inodes");
    uint32_t opened;
    expect(open_path(box, fd, "new", 0, SWASM_OFLAG_CREAT, SWASM_RIGHTS_ALL, 0, &opened), SWASM_WASI_NOSPC,
           "path_open of a new file without free inodes");
    expect(swasm_wasi_fd_filestat_set_size(i, file, 0), 0, "fd_filestat_set_size frees room");
    for (char *digit = &name[1]; *digit > '0'; --*digit) {
        swasm_wasi_path_remove_directory(i, fd, at(box, name, 2), 2);
    }
    expect(swasm_wasi_path_unlink_file(i, fd, at(box, "file", 4), 4), 0,
           "path_unlink_file after the directories were removed");
    swasm_wasi_fd_close(i, file);
}

static void read_only_file_system(sandbox *box, uint32_t fd)
{
    swasm_instance *i = box->instance;
    uint32_t name = at(box, "file", 4), new = at(box, "new", 3), opened;
    const uint64_t rights = SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_FILESTAT_SET_TIMES;
    expect(open_path(box, fd, "file", 0, 0, rights, 0, &opened), 0,
           "opening a file for reading on a read-only file system");
    expect(swasm_wasi_fd_filestat_set_times(i, opened, 0, 0, 10), SWASM_WASI_ROFS,
           "fd_filestat_set_times on a read-only file system");
    swasm_wasi_fd_close(i, opened);
    expect(open_path(box, fd, "file", 0, 0, SWASM_RIGHTS_ALL, 0, &opened), SWASM_WASI_ROFS,
           "opening a file for writing on a read-only file system");
    expect(open_path(box, fd, "new", 0, SWASM_OFLAG_CREAT, SWASM_RIGHTS_ALL, 0, &opened), SWASM_WASI_ROFS,
           "creating a file on a read-only file system");
    expect(swasm_wasi_path_create_directory(i, fd, new, 3), SWASM_WASI_ROFS,
           "path_create_directory on a read-only file system");
    expect(swasm_wasi_path_symlink(i, name, 4, fd, new, 3), SWASM_WASI_ROFS,
           "path_symlink on a read-only file system");
    expect(swasm_wasi_path_link(i, fd, 0, name, 4, fd, new, 3), SWASM_WASI_ROFS,
           "path_link on a read-only file system");
    expect(swasm_wasi_path_rename(i, fd, name, 4, fd, new, 3), SWASM_WASI_ROFS,
           "path_rename on a read-only file system");
    expect(swasm_wasi_path_unlink_file(i, fd, name, 4), SWASM_WASI_ROFS,
           "path_unlink_file on a read-only file system");
    expect(swasm_wasi_path_filestat_set_times(i, fd, 0, name, 4, 0, 0, 10), SWASM_WASI_ROFS,
           "path_filestat_set_times on a read-only file system");
}

static void between_file_systems(sandbox *box, uint32_t all)
{
    swasm_instance *i = box->instance;
    uint32_t from = at(box, "here", 4), to = at(box, "full/there", 10), full = at(box, "full", 4);
    uint32_t here = open_file(box, all, "here", SWASM_OFLAG_CREAT);
    swasm_wasi_fd_close(i, here);
    expect(swasm_wasi_path_rename(i, all, from, 4, all, to, 10), SWASM_WASI_XDEV,
           "path_rename to another file system");
    expect(swasm_wasi_path_link(i, all, 0, from, 4, all, to, 10), SWASM_WASI_XDEV,
           "path_link to another file system");
    expect(swasm_wasi_path_remove_directory(i, all, full, 4), SWASM_WASI_BUSY,
           "path_remove_directory of a mount point");
    expect(swasm_wasi_path_rename(i, all, full, 4, all, at(box, "other", 5), 5), SWASM_WASI_BUSY,
           "path_rename of a mount point");
    expect(swasm_wasi_path_unlink_file(i, all, from, 4), 0, "the file that could not move is still there");
}

void test_mounts(void)
{
    if (!mounted) return;
    sandbox box;
    char full[120], fixed[120];
    snprintf(full, sizeof full, "%s/full", confined_to);
    snprintf(fixed, sizeof fixed, "%s/fixed", confined_to);
    swasm_grant_dir dirs[] = {{full, "/full", 0}, {fixed, "/fixed", 0}, {confined_to, "/all", 0}};
    sandbox_start_bare(&box);
    check(sandbox_grant(&box, &(swasm_grants){.dirs = dirs, .dir_count = 3}), "three file systems are granted");
    full_file_system(&box, 3);
    read_only_file_system(&box, 4);
    between_file_systems(&box, 5);
    sandbox_end(&box);
}
