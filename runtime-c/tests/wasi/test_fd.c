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
    expect(write_text(box, fd, "hello world"), 0, "fd_write");
    check(host_file_is(box, "granted/file", "hello world"), "the host has what was written");
    check(reads(box, fd, ""), "reading goes on at the position");
    expect(swasm_wasi_fd_seek(box->instance, fd, 6, 0, result), 0, "fd_seek from the start");
    check(reads(box, fd, "world"), "and so does reading");
    expect(swasm_wasi_fd_tell(box->instance, fd, result), 0, "fd_tell");
    expect_u64(load64(box, result), 11, "tells the end");
    expect(swasm_wasi_fd_seek(box->instance, fd, (uint64_t)-5, 2, result), 0, "fd_seek from the end");
    expect_u64(load64(box, result), 6, "counts back");
    expect(swasm_wasi_fd_seek(box->instance, fd, (uint64_t)-7, 1, result), SWASM_WASI_INVAL, "before the start");
    expect(swasm_wasi_fd_seek(box->instance, fd, 0, 3, result), SWASM_WASI_INVAL, "whence 3");
    expect(swasm_wasi_fd_seek(box->instance, fd, 0, 0, MEMORY_BYTES - 7), SWASM_WASI_FAULT, "result outside");
    expect(swasm_wasi_fd_tell(box->instance, fd, NOWHERE), SWASM_WASI_FAULT, "tell's result outside");
    expect(swasm_wasi_fd_tell(box->instance, 99, result), SWASM_WASI_BADF, "tell of a closed descriptor");
    expect(swasm_wasi_fd_seek(box->instance, 99, 0, 0, result), SWASM_WASI_BADF, "seek of a closed descriptor");
    expect(swasm_wasi_fd_seek(box->instance, GRANTED, 0, 0, result), SWASM_WASI_ISDIR, "seek in a directory");
    expect(swasm_wasi_fd_tell(box->instance, GRANTED, result), SWASM_WASI_ISDIR, "tell of a directory");
    swasm_wasi_fd_seek(box->instance, fd, 0, 0, result);

    uint32_t buffer = room(box, 20), iov = iovec(box, buffer, 5);
    expect(swasm_wasi_fd_pread(box->instance, fd, iov, 1, 6, result), 0, "fd_pread");
    check(memcmp(box->memory + buffer, "world", 5) == 0, "reads at its offset");
    memcpy(box->memory + buffer, "W", 1);
    expect(swasm_wasi_fd_pwrite(box->instance, fd, iovec(box, buffer, 1), 1, 6, result), 0, "fd_pwrite");
    check(reads(box, fd, "hello World"), "both leave the position alone");
    expect(swasm_wasi_fd_pread(box->instance, fd, iov, 1, 1ull << 63, result), SWASM_WASI_INVAL, "offset 2^63");
    expect(swasm_wasi_fd_pwrite(box->instance, fd, iov, 1, 1ull << 63, result), SWASM_WASI_INVAL, "offset 2^63");
    expect(swasm_wasi_fd_pwrite(box->instance, fd, iov, 1, INT64_MAX - 5, result), SWASM_WASI_FBIG, "a huge offset");
    expect(swasm_wasi_fd_pread(box->instance, GRANTED, iov, 1, 0, result), SWASM_WASI_ISDIR, "pread of a directory");
    expect(swasm_wasi_fd_pwrite(box->instance, GRANTED, iov, 1, 0, result), SWASM_WASI_ISDIR, "pwrite to one");
    expect(swasm_wasi_fd_read(box->instance, GRANTED, iov, 1, result), SWASM_WASI_ISDIR, "read of a directory");
    expect(swasm_wasi_fd_write(box->instance, GRANTED, iov, 1, result), SWASM_WASI_ISDIR, "write to one");
    expect(swasm_wasi_fd_read(box->instance, 77, iov, 1, result), SWASM_WASI_BADF, "read of a closed descriptor");
    expect(swasm_wasi_fd_write(box->instance, UINT32_MAX, iov, 1, result), SWASM_WASI_BADF, "write to -1");
    expect(swasm_wasi_fd_pread(box->instance, 77, iov, 1, 0, result), SWASM_WASI_BADF, "pread of a closed one");
    expect(swasm_wasi_fd_pwrite(box->instance, 77, iov, 1, 0, result), SWASM_WASI_BADF, "pwrite to a closed one");
}

static void checks_buffers(sandbox *box)
{
    uint32_t fd = open_file(box, GRANTED, "buffers", SWASM_OFLAG_CREAT), result = room(box, 8);
    uint32_t good = at(box, "0123456789", 10);
    uint32_t pairs[] = {good, 10, MEMORY_BYTES - 1, 2};
    uint32_t iovs = at(box, pairs, sizeof pairs);
    expect(swasm_wasi_fd_write(box->instance, fd, iovs, 2, result), SWASM_WASI_FAULT, "the second buffer outside");
    check(host_file_is(box, "granted/buffers", ""), "nothing of the first was written");
    expect(swasm_wasi_fd_read(box->instance, fd, iovs, 2, result), SWASM_WASI_FAULT, "reading likewise");
    expect(swasm_wasi_fd_write(box->instance, fd, iovs, 1, MEMORY_BYTES - 3), SWASM_WASI_FAULT, "result outside");
    check(host_file_is(box, "granted/buffers", ""), "and again nothing was written");
    expect(swasm_wasi_fd_write(box->instance, fd, MEMORY_BYTES - 8, 2, result), SWASM_WASI_FAULT, "the array outside");
    expect(swasm_wasi_fd_write(box->instance, fd, 8, 0x20000001, result), SWASM_WASI_FAULT, "count * 8 above 4 GiB");
    expect(swasm_wasi_fd_write(box->instance, fd, UINT32_MAX, UINT32_MAX, result), SWASM_WASI_FAULT, "all ones");
    expect(swasm_wasi_fd_pread(box->instance, fd, iovs, 2, 0, result), SWASM_WASI_FAULT, "pread likewise");
    expect(swasm_wasi_fd_pwrite(box->instance, fd, iovs, 2, 0, result), SWASM_WASI_FAULT, "pwrite likewise");
    uint32_t wrapping[] = {UINT32_MAX, 2};
    expect(swasm_wasi_fd_write(box->instance, fd, at(box, wrapping, 8), 1, result), SWASM_WASI_FAULT,
           "a buffer past 4 GiB does not wrap");
    expect(swasm_wasi_fd_write(box->instance, fd, MEMORY_BYTES, 0, result), 0, "no buffers at the end of memory");
    expect(load32(box, result), 0, "write nothing");

    enum { MANY = 3000 };
    uint32_t many = 60000;
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t pair[] = {good + i % 10, i % 3 == 0 ? 0 : 1};
        memcpy(box->memory + many + 8 * i, pair, 8);
    }
    expect(swasm_wasi_fd_write(box->instance, fd, many, MANY, result), 0, "3000 buffers");
    expect(load32(box, result), 2000, "are all written");
    uint32_t back = room(box, 2000);
    expect(swasm_wasi_fd_pread(box->instance, fd, iovec(box, back, 2000), 1, 0, result), 0, "and read back");
    unsigned wrong = 0, n = 0;
    for (uint32_t i = 0; i < MANY; i++) {
        if (i % 3) wrong += box->memory[back + n++] != '0' + i % 10;
    }
    expect(wrong, 0, "in order");
    for (uint32_t i = 0; i < MANY; i++) {
        uint32_t pair[] = {10000 + i, 1};
        memcpy(box->memory + many + 8 * i, pair, 8);
    }
    expect(swasm_wasi_fd_pread(box->instance, fd, many, MANY, 0, result), 0, "reading into 3000 buffers");
    expect(load32(box, result), 2000, "stops at the end of the file");
    check(memcmp(box->memory + 10000, box->memory + back, 2000) == 0, "with the same bytes");
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
    check(reads(box, in, "through"), "and reading from it");
    expect(swasm_wasi_fd_seek(box->instance, in, 0, 0, result), SWASM_WASI_SPIPE, "a pipe has no position");
    expect(swasm_wasi_fd_tell(box->instance, in, result), SWASM_WASI_SPIPE, "to tell");
    expect(swasm_wasi_fd_pread(box->instance, in, iov, 1, 0, result), SWASM_WASI_SPIPE, "or to read at");
    expect(swasm_wasi_fd_pwrite(box->instance, out, iov, 1, 0, result), SWASM_WASI_SPIPE, "or to write at");
    expect(swasm_wasi_fd_read(box->instance, out, iov, 1, result), SWASM_WASI_BADF, "the writing end cannot read");
    expect(swasm_wasi_fd_write(box->instance, in, iov, 1, result), SWASM_WASI_BADF, "nor the other write");
    expect(swasm_wasi_fd_fdstat_set_flags(box->instance, in, SWASM_FDFLAG_NONBLOCK), 0, "a pipe without waiting");
    expect(swasm_wasi_fd_read(box->instance, in, iov, 1, result), SWASM_WASI_AGAIN, "has nothing yet");
    expect(swasm_wasi_fd_fdstat_set_flags(box->instance, out, SWASM_FDFLAG_NONBLOCK), 0, "the other end too");
    uint32_t error = 0;
    for (int i = 0; i < 100 && !error; i++) {
        error = swasm_wasi_fd_write(box->instance, out, iovec(box, 0, 65536), 1, result);
    }
    expect(error, SWASM_WASI_AGAIN, "and fills up");
    expect(swasm_wasi_fd_sync(box->instance, in), SWASM_WASI_INVAL, "a pipe cannot be synchronised");
    expect(swasm_wasi_fd_datasync(box->instance, in), SWASM_WASI_INVAL, "nor its data");
    expect(swasm_wasi_fd_close(box->instance, in), 0, "nobody reads any more");
    expect(write_text(box, out, "x"), SWASM_WASI_PIPE, "writing to a closed pipe is EPIPE, not a signal");
    swasm_wasi_fd_close(box->instance, out);
    int full = open("/dev/full", O_WRONLY);
    give(box, 10, full, SWASM_FILETYPE_CHARACTER_DEVICE);
    expect(write_text(box, 10, "x"), SWASM_WASI_NOSPC, "a full device");
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
    expect(a, 5, "descriptors are given out lowest first");
    expect(b, 6, "one after another");
    expect(swasm_wasi_fd_close(box->instance, a), 0, "fd_close");
    expect(swasm_wasi_fd_close(box->instance, a), SWASM_WASI_BADF, "closing twice");
    expect(swasm_wasi_fd_close(box->instance, UINT32_MAX), SWASM_WASI_BADF, "closing -1");
    expect(swasm_wasi_fd_close(box->instance, 1u << 30), SWASM_WASI_BADF, "closing 2^30");
    a = open_file(box, GRANTED, "a", 0);
    expect(a, 5, "a free number is used again");
    write_text(box, a, "in a");
    int host_a = box->context.fds.entries[a].host, host_b = box->context.fds.entries[b].host;
    expect(swasm_wasi_fd_renumber(box->instance, a, b), 0, "fd_renumber");
    expect(write_text(box, a, "x"), SWASM_WASI_BADF, "the old number is closed");
    expect(write_text(box, b, " and more"), 0, "the new one is open");
    check(host_file_is(box, "granted/a", "in a and more"), "and is the same file");
    check(fcntl(host_b, F_GETFD) < 0 && fcntl(host_a, F_GETFD) >= 0, "what it replaced is closed on the host");
    expect(swasm_wasi_fd_renumber(box->instance, b, b), 0, "renumbering onto itself");
    expect(write_text(box, b, ""), 0, "leaves it open");
    expect(swasm_wasi_fd_renumber(box->instance, b, a), SWASM_WASI_BADF, "onto a closed number");
    expect(swasm_wasi_fd_renumber(box->instance, a, b), SWASM_WASI_BADF, "from a closed number");
    expect(swasm_wasi_fd_renumber(box->instance, a, UINT32_MAX), SWASM_WASI_BADF, "numbers at the extremes");
    uint32_t prestat = room(box, 8);
    expect(swasm_wasi_fd_renumber(box->instance, b, READ_ONLY), 0, "onto a preopen");
    expect(swasm_wasi_fd_prestat_get(box->instance, READ_ONLY, prestat), SWASM_WASI_BADF, "which is gone");
    uint32_t c = open_file(box, GRANTED, "c", SWASM_OFLAG_CREAT);
    expect(swasm_wasi_fd_renumber(box->instance, GRANTED, c), 0, "a preopen elsewhere");
    expect(swasm_wasi_fd_prestat_get(box->instance, c, prestat), 0, "stays one");
    expect(swasm_wasi_fd_close(box->instance, c), 0, "and can be closed");
    uint32_t opened;
    expect(open_path(box, c, "a", 0, 0, 0, 0, &opened), SWASM_WASI_BADF, "then nothing can be opened");
}

static void counts(sandbox *box)
{
    uint32_t fd = 0, opened = 0, error = 0;
    box->context.fds.limit = 100;
    for (opened = 0; opened < 200 && !error; opened++) {
        error = open_path(box, GRANTED, "many", 0, SWASM_OFLAG_CREAT, SWASM_RIGHT_FD_WRITE, 0, &fd);
    }
    expect(error, SWASM_WASI_MFILE, "descriptors run out");
    expect(opened, 100 - 5 + 1, "at the limit");
    error = open_path(box, GRANTED, "one-more", 0, SWASM_OFLAG_CREAT, SWASM_RIGHT_FD_WRITE, 0, &fd);
    check(error == SWASM_WASI_MFILE && !host_exists(box, "granted/one-more"), "before anything is created");
    expect(fd, 99, "the last number");
    for (uint32_t number = 5; number < 100; number++) swasm_wasi_fd_close(box->instance, number);
    int probe = dup(0);
    close(probe);
    for (uint32_t i = 0; i < 500; i++) swasm_wasi_fd_close(box->instance, open_file(box, GRANTED, "many", 0));
    int later = dup(0);
    close(later);
    expect((uint32_t)later, (uint32_t)probe, "no host descriptor leaks");
    expect(open_path(box, GRANTED, "none", 0, 0, 0, 0, &fd), SWASM_WASI_NOENT, "a failed open");
    later = dup(0);
    close(later);
    expect((uint32_t)later, (uint32_t)probe, "leaks none either");
}

static void states(sandbox *box)
{
    uint32_t stat = room(box, 24), fd = 0;
    expect(swasm_wasi_fd_fdstat_get(box->instance, GRANTED, stat), 0, "fd_fdstat_get of a directory");
    expect(box->memory[stat], SWASM_FILETYPE_DIRECTORY, "is a directory");
    check((load64(box, stat + 8) & SWASM_RIGHT_FD_FILESTAT_SET_SIZE) == 0, "has no right to be cut");
    check(load64(box, stat + 16) & SWASM_RIGHT_FD_FILESTAT_SET_SIZE, "but passes it on");
    expect(swasm_wasi_fd_fdstat_get(box->instance, 55, stat), SWASM_WASI_BADF, "of a closed descriptor");
    expect(swasm_wasi_fd_fdstat_get(box->instance, GRANTED, MEMORY_BYTES - 23), SWASM_WASI_FAULT, "result outside");

    expect(open_path(box, GRANTED, "flags", 0, SWASM_OFLAG_CREAT, SWASM_RIGHTS_ALL,
                     SWASM_FDFLAG_APPEND | SWASM_FDFLAG_SYNC, &fd), 0, "opening with flags");
    swasm_wasi_fd_fdstat_get(box->instance, fd, stat);
    expect(load16(box, stat + 2), SWASM_FDFLAG_APPEND | SWASM_FDFLAG_SYNC, "they show");
    expect(box->memory[stat], SWASM_FILETYPE_REGULAR_FILE, "on a regular file");
    write_text(box, fd, "one");
    swasm_wasi_fd_seek(box->instance, fd, 0, 0, room(box, 8));
    write_text(box, fd, "two");
    check(host_file_is(box, "granted/flags", "onetwo"), "APPEND appends");
    expect(swasm_wasi_fd_fdstat_set_flags(box->instance, fd, 0), SWASM_WASI_NOTSUP, "SYNC cannot be taken off");
    expect(swasm_wasi_fd_fdstat_set_flags(box->instance, fd, SWASM_FDFLAG_SYNC), 0, "APPEND can");
    swasm_wasi_fd_fdstat_get(box->instance, fd, stat);
    expect(load16(box, stat + 2), SWASM_FDFLAG_SYNC, "and is off");
    swasm_wasi_fd_seek(box->instance, fd, 0, 0, room(box, 8));
    write_text(box, fd, "ONE");
    check(host_file_is(box, "granted/flags", "ONEtwo"), "so writing overwrites");
    expect(swasm_wasi_fd_fdstat_set_flags(box->instance, fd, 32), SWASM_WASI_INVAL, "an unknown flag");
    expect(swasm_wasi_fd_fdstat_set_flags(box->instance, 55, 0), SWASM_WASI_BADF, "a closed descriptor");

    expect(swasm_wasi_fd_fdstat_set_rights(box->instance, fd, SWASM_RIGHT_FD_SEEK, 0), 0, "rights can be dropped");
    expect(write_text(box, fd, "x"), SWASM_WASI_BADF, "then writing fails");
    check(!reads(box, fd, ""), "and reading");
    expect(swasm_wasi_fd_fdstat_set_flags(box->instance, fd, 0), SWASM_WASI_NOTCAPABLE, "and setting flags");
    expect(swasm_wasi_fd_tell(box->instance, fd, stat), SWASM_WASI_NOTCAPABLE, "and telling");
    expect(swasm_wasi_fd_filestat_get(box->instance, fd, 0), SWASM_WASI_NOTCAPABLE, "and the filestat");
    expect(swasm_wasi_fd_fdstat_set_rights(box->instance, fd, SWASM_RIGHT_FD_WRITE, 0), SWASM_WASI_NOTCAPABLE,
           "they do not come back");
    expect(swasm_wasi_fd_fdstat_set_rights(box->instance, fd, 0, 1), SWASM_WASI_NOTCAPABLE, "nor to pass on");
    expect(swasm_wasi_fd_fdstat_set_rights(box->instance, 55, 0, 0), SWASM_WASI_BADF, "of a closed descriptor");
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
           "the times of what is only read stay");
    check(reads(box, 0, "secret"), "it can be read");
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
    expect(swasm_wasi_fd_close(box.instance, 0), 0, "stdin can be closed");
    uint32_t stat = room(&box, 24);
    expect(swasm_wasi_fd_fdstat_get(box.instance, 0, stat), SWASM_WASI_BADF, "and is gone");
    expect(swasm_wasi_fd_fdstat_get(box.instance, 1, stat), 0, "stdout is still there");
    sandbox_end(&box);
}
