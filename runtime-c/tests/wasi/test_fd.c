/* Reading and writing, positions, and the properties of descriptors. */
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "harness.h"

/* Gives the guest a host descriptor as `number`, as if it were inherited. */
static void give(sandbox *box, uint32_t number, int host, uint8_t filetype)
{
    uint64_t rights = swasm_rights_of(host, filetype, (uint32_t)fcntl(host, F_GETFL) & O_ACCMODE);
    swasm_fd_insert(&box->context.fds, number, (swasm_fd){.filetype = filetype, .host = host, .rights = rights});
}

static void reads_and_writes(sandbox *box)
{
    uint32_t fd = open_file(box, GRANTED, "file", SWASM_OFLAG_CREAT), result = room(box, 8);
    expect(write_text(box, fd, "hello world"), 0, "fd_write to a new file");
    check(host_file_is(box, "granted/file", "hello world"), "the host has what was written");
    check(reads(box, fd, ""), "fd_read after fd_write starts at the position, which is the end");
    expect(swasm_wasi_fd_seek(box->instance, fd, 6, 0, result), 0, "fd_seek from the start");
    check(reads(box, fd, "world"), "fd_read after fd_seek starts at the new position");
    expect(swasm_wasi_fd_tell(box->instance, fd, result), 0, "fd_tell after reading to the end");
    expect_u64(load64(box, result), 11, "fd_tell gives the end");
    expect(swasm_wasi_fd_seek(box->instance, fd, (uint64_t)-5, 2, result), 0, "fd_seek from the end");
    expect_u64(load64(box, result), 6, "fd_seek from the end counts back");
    expect(swasm_wasi_fd_seek(box->instance, fd, (uint64_t)-7, 1, result), SWASM_WASI_INVAL,
           "fd_seek to before the start");
    expect(swasm_wasi_fd_seek(box->instance, fd, 0, 3, result), SWASM_WASI_INVAL, "fd_seek with whence 3");
    expect(swasm_wasi_fd_seek(box->instance, fd, 0, 0, MEMORY_BYTES - 7), SWASM_WASI_FAULT,
           "the result of fd_seek lies outside memory");
    expect(swasm_wasi_fd_tell(box->instance, fd, NOWHERE), SWASM_WASI_FAULT,
           "the result of fd_tell lies outside memory");
    expect(swasm_wasi_fd_tell(box->instance, 99, result), SWASM_WASI_BADF, "fd_tell of a closed descriptor");
    expect(swasm_wasi_fd_seek(box->instance, 99, 0, 0, result), SWASM_WASI_BADF, "fd_seek of a closed descriptor");
    expect(swasm_wasi_fd_seek(box->instance, GRANTED, 0, 0, result), SWASM_WASI_ISDIR, "fd_seek in a directory");
    expect(swasm_wasi_fd_tell(box->instance, GRANTED, result), SWASM_WASI_ISDIR, "fd_tell of a directory");
    swasm_wasi_fd_seek(box->instance, fd, 0, 0, result);

    uint32_t buffer = room(box, 20), iov = iovec(box, buffer, 5);
    expect(swasm_wasi_fd_pread(box->instance, fd, iov, 1, 6, result), 0, "fd_pread at offset 6");
    check(memcmp(box->memory + buffer, "world", 5) == 0, "fd_pread reads at its offset");
    memcpy(box->memory + buffer, "W", 1);
    expect(swasm_wasi_fd_pwrite(box->instance, fd, iovec(box, buffer, 1), 1, 6, result), 0, "fd_pwrite at offset 6");
    check(reads(box, fd, "hello World"), "fd_pread and fd_pwrite do not move the position");
    expect(swasm_wasi_fd_pread(box->instance, fd, iov, 1, 1ull << 63, result), SWASM_WASI_INVAL,
           "fd_pread at offset 2^63");
    expect(swasm_wasi_fd_pwrite(box->instance, fd, iov, 1, 1ull << 63, result), SWASM_WASI_INVAL,
           "fd_pwrite at offset 2^63");
    expect(swasm_wasi_fd_pwrite(box->instance, fd, iov, 1, INT64_MAX - 5, result), SWASM_WASI_FBIG,
           "fd_pwrite that ends above 2^63");
    expect(swasm_wasi_fd_pread(box->instance, GRANTED, iov, 1, 0, result), SWASM_WASI_ISDIR,
           "fd_pread of a directory");
    expect(swasm_wasi_fd_pwrite(box->instance, GRANTED, iov, 1, 0, result), SWASM_WASI_ISDIR,
           "fd_pwrite to a directory");
    expect(swasm_wasi_fd_read(box->instance, GRANTED, iov, 1, result), SWASM_WASI_ISDIR, "fd_read of a directory");
    expect(swasm_wasi_fd_write(box->instance, GRANTED, iov, 1, result), SWASM_WASI_ISDIR, "fd_write to a directory");
    expect(swasm_wasi_fd_read(box->instance, 77, iov, 1, result), SWASM_WASI_BADF, "fd_read of a closed descriptor");
    expect(swasm_wasi_fd_write(box->instance, UINT32_MAX, iov, 1, result), SWASM_WASI_BADF,
           "fd_write to descriptor UINT32_MAX");
    expect(swasm_wasi_fd_pread(box->instance, 77, iov, 1, 0, result), SWASM_WASI_BADF,
           "fd_pread of a closed descriptor");
    expect(swasm_wasi_fd_pwrite(box->instance, 77, iov, 1, 0, result), SWASM_WASI_BADF,
           "fd_pwrite to a closed descriptor");
}

static void checks_buffers(sandbox *box)
{
    uint32_t fd = open_file(box, GRANTED, "buffers", SWASM_OFLAG_CREAT), result = room(box, 8);
    uint32_t good = at(box, "0123456789", 10);
    uint32_t pairs[] = {good, 10, MEMORY_BYTES - 1, 2};
    uint32_t iovs = at(box, pairs, sizeof pairs);
    expect(swasm_wasi_fd_write(box->instance, fd, iovs, 2, result), SWASM_WASI_FAULT,
           "fd_write whose second buffer lies outside memory");
    check(host_file_is(box, "granted/buffers", ""), "fd_write with a wrong buffer writes nothing of the first");
    expect(swasm_wasi_fd_read(box->instance, fd, iovs, 2, result), SWASM_WASI_FAULT,
           "fd_read whose second buffer lies outside memory");
    expect(swasm_wasi_fd_write(box->instance, fd, iovs, 1, MEMORY_BYTES - 3), SWASM_WASI_FAULT,
           "the result of fd_write lies outside memory");
    check(host_file_is(box, "granted/buffers", ""), "fd_write with a wrong result writes nothing");
    expect(swasm_wasi_fd_write(box->instance, fd, MEMORY_BYTES - 8, 2, result), SWASM_WASI_FAULT,
           "the array of buffers reaches past the end of memory");
    expect(swasm_wasi_fd_write(box->instance, fd, 8, 0x20000001, result), SWASM_WASI_FAULT,
           "count * 8 exceeds 4 GiB");
    expect(swasm_wasi_fd_write(box->instance, fd, UINT32_MAX, UINT32_MAX, result), SWASM_WASI_FAULT,
           "the array of buffers and the count are UINT32_MAX");
    expect(swasm_wasi_fd_pread(box->instance, fd, iovs, 2, 0, result), SWASM_WASI_FAULT,
           "fd_pread whose second buffer lies outside memory");
    expect(swasm_wasi_fd_pwrite(box->instance, fd, iovs, 2, 0, result), SWASM_WASI_FAULT,
           "fd_pwrite whose second buffer lies outside memory");
    uint32_t wrapping[] = {UINT32_MAX, 2};
    expect(swasm_wasi_fd_write(box->instance, fd, at(box, wrapping, 8), 1, result), SWASM_WASI_FAULT,
           "a buffer past 4 GiB does not wrap");
    expect(swasm_wasi_fd_write(box->instance, fd, MEMORY_BYTES, 0, result), 0,
           "fd_write of no buffers, with the array at the end of memory");
    expect(load32(box, result), 0, "fd_write of no buffers writes nothing");

    enum { MANY = 3000 };
    uint32_t many = 60000;
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t pair[] = {good + i % 10, i % 3 == 0 ? 0 : 1};
        memcpy(box->memory + many + 8 * i, pair, 8);
    }
    expect(swasm_wasi_fd_write(box->instance, fd, many, MANY, result), 0, "fd_write of 3000 buffers");
    expect(load32(box, result), 2000, "fd_write writes all 3000 buffers");
    uint32_t back = room(box, 2000);
    expect(swasm_wasi_fd_pread(box->instance, fd, iovec(box, back, 2000), 1, 0, result), 0,
           "what 3000 buffers wrote is read back");
    unsigned wrong = 0, n = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        if (i % 3) wrong += box->memory[back + n++] != '0' + i % 10;
    }
    expect(wrong, 0, "3000 buffers are written in order");
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t pair[] = {10000 + i, 1};
        memcpy(box->memory + many + 8 * i, pair, 8);
    }
    expect(swasm_wasi_fd_pread(box->instance, fd, many, MANY, 0, result), 0, "fd_pread into 3000 buffers");
    expect(load32(box, result), 2000, "fd_pread into 3000 buffers stops at the end of the file");
    check(memcmp(box->memory + 10000, box->memory + back, 2000) == 0,
          "fd_pread into 3000 buffers reads what was written");
}

static void pipes(sandbox *box)
{
    int ends[2];
    if (pipe(ends) != 0) return;
    give(box, 8, ends[0], SWASM_FILETYPE_UNKNOWN);
    give(box, 9, ends[1], SWASM_FILETYPE_UNKNOWN);
    uint32_t in = 8, out = 9, result = room(box, 8), buffer = room(box, 8);
    uint32_t iov = iovec(box, buffer, 8);
    expect(write_text(box, out, "through"), 0, "writing to a pipe");
    check(reads(box, in, "through"), "what was written to a pipe is read from it");
    expect(swasm_wasi_fd_seek(box->instance, in, 0, 0, result), SWASM_WASI_SPIPE, "fd_seek of a pipe");
    expect(swasm_wasi_fd_tell(box->instance, in, result), SWASM_WASI_SPIPE, "fd_tell of a pipe");
    expect(swasm_wasi_fd_pread(box->instance, in, iov, 1, 0, result), SWASM_WASI_SPIPE, "fd_pread of a pipe");
    expect(swasm_wasi_fd_pwrite(box->instance, out, iov, 1, 0, result), SWASM_WASI_SPIPE, "fd_pwrite to a pipe");
    expect(swasm_wasi_fd_read(box->instance, out, iov, 1, result), SWASM_WASI_BADF,
           "the writing end of a pipe cannot be read");
    expect(swasm_wasi_fd_write(box->instance, in, iov, 1, result), SWASM_WASI_BADF,
           "the reading end of a pipe cannot be written");
    expect(swasm_wasi_fd_fdstat_set_flags(box->instance, in, SWASM_FDFLAG_NONBLOCK), 0,
           "the reading end of a pipe becomes nonblocking");
    expect(swasm_wasi_fd_read(box->instance, in, iov, 1, result), SWASM_WASI_AGAIN,
           "reading an empty nonblocking pipe");
    expect(swasm_wasi_fd_fdstat_set_flags(box->instance, out, SWASM_FDFLAG_NONBLOCK), 0,
           "the writing end of a pipe becomes nonblocking");
    uint32_t error = 0;
    for (int i = 0; i < 100 && !error; i++) {
        error = swasm_wasi_fd_write(box->instance, out, iovec(box, 0, 65536), 1, result);
    }
    expect(error, SWASM_WASI_AGAIN, "writing to a full nonblocking pipe");
    expect(swasm_wasi_fd_sync(box->instance, in), SWASM_WASI_INVAL, "fd_sync of a pipe");
    expect(swasm_wasi_fd_datasync(box->instance, in), SWASM_WASI_INVAL, "fd_datasync of a pipe");
    expect(swasm_wasi_fd_close(box->instance, in), 0, "closing the reading end of a pipe");
    expect(write_text(box, out, "x"), SWASM_WASI_PIPE, "writing to a pipe that nobody reads is EPIPE, not a signal");
    swasm_wasi_fd_close(box->instance, out);
    int full = open("/dev/full", O_WRONLY);
    give(box, 10, full, SWASM_FILETYPE_CHARACTER_DEVICE);
    expect(write_text(box, 10, "x"), SWASM_WASI_NOSPC, "writing to a full device");
    swasm_wasi_fd_close(box->instance, 10);
}

void test_io(void)
{
    sandbox box;
    sandbox_start(&box);
    reads_and_writes(&box);
    checks_buffers(&box);
    pipes(&box);
    sandbox_end(&box);
}

static void closes_and_renumbers(sandbox *box)
{
    uint32_t a = open_file(box, GRANTED, "a", SWASM_OFLAG_CREAT);
    uint32_t b = open_file(box, GRANTED, "b", SWASM_OFLAG_CREAT);
    expect(a, 5, "the first opened file gets the lowest free number");
    expect(b, 6, "the second opened file gets the next number");
    expect(swasm_wasi_fd_close(box->instance, a), 0, "fd_close");
    expect(swasm_wasi_fd_close(box->instance, a), SWASM_WASI_BADF, "fd_close of a closed descriptor");
    expect(swasm_wasi_fd_close(box->instance, UINT32_MAX), SWASM_WASI_BADF, "fd_close of UINT32_MAX");
    expect(swasm_wasi_fd_close(box->instance, 1u << 30), SWASM_WASI_BADF, "fd_close of 2^30");
    a = open_file(box, GRANTED, "a", 0);
    expect(a, 5, "a free number is used again");
    write_text(box, a, "in a");
    int host_a = box->context.fds.entries[a].host, host_b = box->context.fds.entries[b].host;
    expect(swasm_wasi_fd_renumber(box->instance, a, b), 0, "fd_renumber");
    expect(write_text(box, a, "x"), SWASM_WASI_BADF, "fd_renumber closes the old number");
    expect(write_text(box, b, " and more"), 0, "fd_renumber opens the new number");
    check(host_file_is(box, "granted/a", "in a and more"), "the new number is the same file");
    check(fcntl(host_b, F_GETFD) < 0 && fcntl(host_a, F_GETFD) >= 0,
          "fd_renumber closes on the host only the file that it replaces");
    expect(swasm_wasi_fd_renumber(box->instance, b, b), 0, "fd_renumber of a descriptor to itself");
    expect(write_text(box, b, ""), 0, "fd_renumber to itself leaves the descriptor open");
    expect(swasm_wasi_fd_renumber(box->instance, b, a), SWASM_WASI_BADF, "fd_renumber to a closed number");
    expect(swasm_wasi_fd_renumber(box->instance, a, b), SWASM_WASI_BADF, "fd_renumber from a closed number");
    expect(swasm_wasi_fd_renumber(box->instance, a, UINT32_MAX), SWASM_WASI_BADF, "fd_renumber to UINT32_MAX");
    uint32_t prestat = room(box, 8);
    expect(swasm_wasi_fd_renumber(box->instance, b, READ_ONLY), 0, "fd_renumber to a preopen");
    expect(swasm_wasi_fd_prestat_get(box->instance, READ_ONLY, prestat), SWASM_WASI_BADF,
           "a preopen that was replaced is gone");
    uint32_t c = open_file(box, GRANTED, "c", SWASM_OFLAG_CREAT);
    expect(swasm_wasi_fd_renumber(box->instance, GRANTED, c), 0, "fd_renumber of a preopen");
    expect(swasm_wasi_fd_prestat_get(box->instance, c, prestat), 0, "a preopen stays one under its new number");
    expect(swasm_wasi_fd_close(box->instance, c), 0, "a preopen can be closed");
    uint32_t opened;
    expect(open_path(box, c, "a", 0, 0, 0, 0, &opened), SWASM_WASI_BADF, "path_open in a closed preopen");
}

static void counts(sandbox *box)
{
    uint32_t fd = 0, opened = 0, error = 0;
    box->context.fds.limit = 100;
    for (opened = 0; opened < 200 && !error; opened++) {
        error = open_path(box, GRANTED, "many", 0, SWASM_OFLAG_CREAT, SWASM_RIGHT_FD_WRITE, 0, &fd);
    }
    expect(error, SWASM_WASI_MFILE, "descriptors run out");
    expect(opened, 100 - 5 + 1, "the limit of descriptors decides how many files are open");
    error = open_path(box, GRANTED, "one-more", 0, SWASM_OFLAG_CREAT, SWASM_RIGHT_FD_WRITE, 0, &fd);
    check(error == SWASM_WASI_MFILE && !host_exists(box, "granted/one-more"),
          "path_open without a free descriptor creates nothing");
    expect(fd, 99, "the last descriptor has the number 99");
    for (uint32_t number = 5; number < 100; number++) swasm_wasi_fd_close(box->instance, number);
    int probe = dup(0);
    close(probe);
    for (uint32_t i = 0; i < 500; i++) swasm_wasi_fd_close(box->instance, open_file(box, GRANTED, "many", 0));
    int later = dup(0);
    close(later);
    expect((uint32_t)later, (uint32_t)probe, "opening and closing leaks no host descriptor");
    expect(open_path(box, GRANTED, "none", 0, 0, 0, 0, &fd), SWASM_WASI_NOENT, "path_open of a missing file");
    later = dup(0);
    close(later);
    expect((uint32_t)later, (uint32_t)probe, "a failed path_open leaks no host descriptor");
}

static void states(sandbox *box)
{
    uint32_t stat = room(box, 24), fd = 0;
    expect(swasm_wasi_fd_fdstat_get(box->instance, GRANTED, stat), 0, "fd_fdstat_get of a directory");
    expect(box->memory[stat], SWASM_FILETYPE_DIRECTORY, "the type of a directory");
    check((load64(box, stat + 8) & SWASM_RIGHT_FD_FILESTAT_SET_SIZE) == 0,
          "a directory lacks the right to set a size");
    check(load64(box, stat + 16) & SWASM_RIGHT_FD_FILESTAT_SET_SIZE,
          "files opened in a directory may have the right to set a size");
    expect(swasm_wasi_fd_fdstat_get(box->instance, 55, stat), SWASM_WASI_BADF,
           "fd_fdstat_get of a closed descriptor");
    expect(swasm_wasi_fd_fdstat_get(box->instance, GRANTED, MEMORY_BYTES - 23), SWASM_WASI_FAULT,
           "the result of fd_fdstat_get lies outside memory");

    expect(open_path(box, GRANTED, "flags", 0, SWASM_OFLAG_CREAT, SWASM_RIGHTS_ALL,
                     SWASM_FDFLAG_APPEND | SWASM_FDFLAG_SYNC, &fd), 0, "path_open with APPEND and SYNC");
    swasm_wasi_fd_fdstat_get(box->instance, fd, stat);
    expect(load16(box, stat + 2), SWASM_FDFLAG_APPEND | SWASM_FDFLAG_SYNC, "fd_fdstat_get shows APPEND and SYNC");
    expect(box->memory[stat], SWASM_FILETYPE_REGULAR_FILE, "the type of a regular file");
    write_text(box, fd, "one");
    swasm_wasi_fd_seek(box->instance, fd, 0, 0, room(box, 8));
    write_text(box, fd, "two");
    check(host_file_is(box, "granted/flags", "onetwo"), "a file with APPEND is written at its end");
    expect(swasm_wasi_fd_fdstat_set_flags(box->instance, fd, 0), SWASM_WASI_NOTSUP, "SYNC cannot be taken off");
    expect(swasm_wasi_fd_fdstat_set_flags(box->instance, fd, SWASM_FDFLAG_SYNC), 0, "APPEND can be taken off");
    swasm_wasi_fd_fdstat_get(box->instance, fd, stat);
    expect(load16(box, stat + 2), SWASM_FDFLAG_SYNC, "fd_fdstat_get no longer shows APPEND");
    swasm_wasi_fd_seek(box->instance, fd, 0, 0, room(box, 8));
    write_text(box, fd, "ONE");
    check(host_file_is(box, "granted/flags", "ONEtwo"), "a file without APPEND is written at the position");
    expect(swasm_wasi_fd_fdstat_set_flags(box->instance, fd, 32), SWASM_WASI_INVAL,
           "fd_fdstat_set_flags with an unknown flag");
    expect(swasm_wasi_fd_fdstat_set_flags(box->instance, 55, 0), SWASM_WASI_BADF,
           "fd_fdstat_set_flags of a closed descriptor");

    expect(swasm_wasi_fd_fdstat_set_rights(box->instance, fd, SWASM_RIGHT_FD_SEEK, 0), 0,
           "fd_fdstat_set_rights gives up rights");
    expect(write_text(box, fd, "x"), SWASM_WASI_BADF, "fd_write without its right");
    check(!reads(box, fd, ""), "fd_read without its right");
    expect(swasm_wasi_fd_fdstat_set_flags(box->instance, fd, 0), SWASM_WASI_NOTCAPABLE,
           "fd_fdstat_set_flags without its right");
    expect(swasm_wasi_fd_tell(box->instance, fd, stat), SWASM_WASI_NOTCAPABLE, "fd_tell without its right");
    expect(swasm_wasi_fd_filestat_get(box->instance, fd, 0), SWASM_WASI_NOTCAPABLE,
           "fd_filestat_get without its right");
    expect(swasm_wasi_fd_fdstat_set_rights(box->instance, fd, SWASM_RIGHT_FD_WRITE, 0), SWASM_WASI_NOTCAPABLE,
           "a right that was given up does not come back");
    expect(swasm_wasi_fd_fdstat_set_rights(box->instance, fd, 0, 1), SWASM_WASI_NOTCAPABLE,
           "a right to pass on does not come back");
    expect(swasm_wasi_fd_fdstat_set_rights(box->instance, 55, 0, 0), SWASM_WASI_BADF,
           "fd_fdstat_set_rights of a closed descriptor");
    swasm_wasi_fd_close(box->instance, fd);
}

/* As in `program <outside/secret`. */
static void times_of_stdin_stay(sandbox *box)
{
    char path[200];
    snprintf(path, sizeof path, "%s/outside/secret", box->base);
    int kept = dup(0), file = open(path, O_RDONLY);
    dup2(file, 0);
    sandbox_restart(box);
    expect(swasm_wasi_fd_filestat_set_times(box->instance, 0, 1, 1, 5), SWASM_WASI_NOTCAPABLE,
           "standard input cannot have its times set");
    check(reads(box, 0, "secret"), "standard input can be read");
    dup2(kept, 0), close(kept), close(file);
}

void test_descriptors(void)
{
    sandbox box;
    sandbox_start(&box);
    closes_and_renumbers(&box);
    sandbox_end(&box);
    sandbox_start(&box);
    counts(&box);
    states(&box);
    times_of_stdin_stay(&box);
    sandbox_end(&box);
    sandbox_start_bare(&box);
    expect(swasm_wasi_fd_close(box.instance, 0), 0, "fd_close of standard input");
    uint32_t stat = room(&box, 24);
    expect(swasm_wasi_fd_fdstat_get(box.instance, 0, stat), SWASM_WASI_BADF, "standard input is closed");
    expect(swasm_wasi_fd_fdstat_get(box.instance, 1, stat), 0, "standard output is still open");
    sandbox_end(&box);
}
