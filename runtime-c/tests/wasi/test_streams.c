/* The standard streams that a program gets when it is started: files opened for appending, closed streams,
 * and sockets and files that are open for reading and writing. */
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/resource.h>
#include <unistd.h>

#include "harness.h"

/* Restarts the sandbox while `path` beneath base is standard output. */
static void restart_with_output(sandbox *box, const char *path, int flags)
{
    char full[256];
    snprintf(full, sizeof full, "%s/%s", box->base, path);
    fflush(stdout);
    int file = open(full, flags | O_CLOEXEC), kept = fcntl(1, F_DUPFD_CLOEXEC, 200);
    dup2(file, 1);
    close(file);
    sandbox_restart(box);
    dup2(kept, 1);
    close(kept);
}

static void appended_to(sandbox *box)
{
    swasm_instance *i = box->instance;
    uint32_t position = room(box, 8), n = room(box, 4), iov = iovec(box, at(box, "new\n", 4), 4);
    host_file(box, "log", "old\n");
    restart_with_output(box, "log", O_WRONLY | O_APPEND);
    expect(swasm_wasi_fd_fdstat_set_flags(i, 1, 0), SWASM_WASI_PERM, "APPEND cannot be taken off standard output");
    expect(swasm_wasi_fd_fdstat_set_flags(i, 1, SWASM_FDFLAG_APPEND | SWASM_FDFLAG_NONBLOCK), 0,
           "NONBLOCK can be set on standard output");
    expect(swasm_wasi_fd_filestat_set_size(i, 1, 0), SWASM_WASI_NOTCAPABLE, "standard output with APPEND is not cut");
    expect(swasm_wasi_fd_allocate(i, 1, 0, 100), SWASM_WASI_NOTCAPABLE,
           "standard output with APPEND is not extended");
    expect(swasm_wasi_fd_seek(i, 1, 0, 0, position), 0, "fd_seek of standard output with APPEND");
    expect(swasm_wasi_fd_write(i, 1, iov, 1, n), 0, "fd_write to standard output with APPEND");
    expect(swasm_wasi_fd_pwrite(i, 1, iov, 1, 0, n), 0, "fd_pwrite to standard output with APPEND");
    check(host_file_is(box, "log", "old\nnew\nnew\n"), "all that is written comes after what was there");
    expect(swasm_wasi_fd_renumber(i, 1, 2), 0, "standard output with APPEND gets another number");
    expect(swasm_wasi_fd_fdstat_set_flags(i, 2, 0), SWASM_WASI_PERM,
           "APPEND cannot be taken off under the other number");
    host_file(box, "output", "old\n");
    restart_with_output(box, "output", O_WRONLY);
    expect(swasm_wasi_fd_filestat_set_size(i, 1, 0), 0, "a file that is not appended to may be cut");
}

/* Restarts the sandbox. All standard streams are the descriptor `host`, which is open for reading and
 * writing. */
static void restart_with_streams(sandbox *box, int host)
{
    int kept[3];
    fflush(stdout);
    for (int fd = 0; fd < 3; fd++) kept[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 200), dup2(host, fd);
    sandbox_restart(box);
    for (int fd = 0; fd < 3; fd++) dup2(kept[fd], fd), close(kept[fd]);
}

/* Input can only be read, and the other streams can only be written, whatever they are and whatever their
 * number. */
static void expect_roles(sandbox *box, int host, const char *what)
{
    swasm_instance *i = box->instance;
    uint32_t n = room(box, 8), iov = iovec(box, at(box, "x", 1), 1);
    for (uint32_t fd = 1; fd < 3; fd++) {
        restart_with_streams(box, host);
        expect(swasm_wasi_fd_write(i, 0, iov, 1, n), SWASM_WASI_BADF, what);
        expect(swasm_wasi_fd_read(i, fd, iov, 1, n), SWASM_WASI_BADF, what);
        expect(swasm_wasi_fd_write(i, fd, iov, 1, n), 0, what);
        expect(swasm_wasi_fd_renumber(i, fd, 0), 0, "an output gets the number of standard input");
        expect(swasm_wasi_fd_read(i, 0, iov, 1, n), SWASM_WASI_BADF,
               "an output with the number of standard input cannot be read");
        restart_with_streams(box, host);
        expect(swasm_wasi_fd_renumber(i, 0, fd), 0, "standard input gets the number of an output");
        expect(swasm_wasi_fd_write(i, fd, iov, 1, n), SWASM_WASI_BADF,
               "standard input with the number of an output cannot be written");
    }
    restart_with_streams(box, host);
    check(swasm_wasi_fd_filestat_set_times(i, 0, 0, 0, SWASM_FSTFLAG_MTIM_NOW) == SWASM_WASI_NOTCAPABLE,
          "the times of standard input cannot be set");
}

static void open_both_ways(sandbox *box)
{
    uint32_t n = room(box, 8), flags = room(box, 4), iov = iovec(box, at(box, "x", 1), 1);
    int pair[2];
    check(!socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), "the host makes a pair of sockets");
    expect_roles(box, pair[0], "a socket as every standard stream");
    expect(swasm_wasi_sock_send(box->instance, 0, iov, 1, 0, n), SWASM_WASI_BADF, "sock_send to standard input");
    expect(swasm_wasi_sock_recv(box->instance, 1, iov, 1, 0, n, flags), SWASM_WASI_BADF,
           "sock_recv from standard output");
    expect(swasm_wasi_sock_shutdown(box->instance, 0, 2), SWASM_WASI_BADF,
           "sock_shutdown of writing on standard input");
    expect(swasm_wasi_sock_shutdown(box->instance, 1, 1), SWASM_WASI_BADF,
           "sock_shutdown of reading on standard output");
    close(pair[0]), close(pair[1]);
    host_file(box, "both", "text");
    char path[256];
    snprintf(path, sizeof path, "%s/both", box->base);
    int file = open(path, O_RDWR | O_CLOEXEC);
    expect_roles(box, file, "a file as every standard stream");
    expect(swasm_wasi_fd_filestat_set_size(box->instance, 0, 0), SWASM_WASI_NOTCAPABLE,
           "the size of standard input cannot be set");
    close(file);
}

/* The process has no free descriptor except 0. If a guest's file got that number, it would get the stream's
 * data. */
static void full_process(sandbox *box)
{
    uint32_t fd;
    struct rlimit before, limit;
    sandbox_restart(box);
    host_file(box, "granted/file", "file");
    expect(open_path(box, GRANTED, "none", 0, 0, SWASM_RIGHT_FD_READ, 0, &fd), SWASM_WASI_NOENT,
           "path_open of a missing file before all descriptors are used");
    int kept = fcntl(0, F_DUPFD_CLOEXEC, 200);
    close(0);
    getrlimit(RLIMIT_NOFILE, &before);
    limit = (struct rlimit){3, before.rlim_max};
    setrlimit(RLIMIT_NOFILE, &limit);
    uint32_t error = open_path(box, GRANTED, "file", 0, 0, SWASM_RIGHT_FD_READ, 0, &fd);
    setrlimit(RLIMIT_NOFILE, &before);
    check(fcntl(0, F_GETFD) == -1, "no file takes the number of a closed stream");
    dup2(kept, 0);
    close(kept);
    expect(error, SWASM_WASI_MFILE, "path_open fails if only the number of a closed stream is free");
}

void test_streams(void)
{
    sandbox box;
    sandbox_start(&box);
    appended_to(&box);
    open_both_ways(&box);
    full_process(&box);
    sandbox_end(&box);
}
