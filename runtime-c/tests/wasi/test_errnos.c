/* Errnos that the other files do not test: wrong paths for every call that takes a path, strings of 4 GiB,
 * rights that were given up, other users' files, connections that break, and the forms of wasi_unstable.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "observe.h"

enum { CLOSED = 70 };

/* ---- Paths -------------------------------------------------------------------------------------- */

/* A call on one path; `result` is where it may store up to 256 bytes. */
typedef uint32_t (*path_call)(swasm_instance *i, uint32_t fd, uint32_t path, uint32_t bytes, uint32_t result);

static uint32_t open_call(swasm_instance *i, uint32_t fd, uint32_t path, uint32_t bytes, uint32_t result)
{
    return swasm_wasi_path_open(i, fd, 1, path, bytes, 0, SWASM_RIGHT_FD_READ, 0, 0, result);
}
static uint32_t stat_call(swasm_instance *i, uint32_t fd, uint32_t path, uint32_t bytes, uint32_t result)
{
    return swasm_wasi_path_filestat_get(i, fd, 1, path, bytes, result);
}
static uint32_t stat0_call(swasm_instance *i, uint32_t fd, uint32_t path, uint32_t bytes, uint32_t result)
{
    return swasm_wasi0_path_filestat_get(i, fd, 1, path, bytes, result);
}
static uint32_t times_call(swasm_instance *i, uint32_t fd, uint32_t path, uint32_t bytes, uint32_t result)
{
    (void)result;
    return swasm_wasi_path_filestat_set_times(i, fd, 1, path, bytes, 1, 1, 5);
}
static uint32_t create_call(swasm_instance *i, uint32_t fd, uint32_t path, uint32_t bytes, uint32_t result)
{
    (void)result;
    return swasm_wasi_path_create_directory(i, fd, path, bytes);
}
static uint32_t remove_call(swasm_instance *i, uint32_t fd, uint32_t path, uint32_t bytes, uint32_t result)
{
    (void)result;
    return swasm_wasi_path_remove_directory(i, fd, path, bytes);
}
static uint32_t unlink_call(swasm_instance *i, uint32_t fd, uint32_t path, uint32_t bytes, uint32_t result)
{
    (void)result;
    return swasm_wasi_path_unlink_file(i, fd, path, bytes);
}
static uint32_t rename_from_call(swasm_instance *i, uint32_t fd, uint32_t path, uint32_t bytes, uint32_t result)
{
    return swasm_wasi_path_rename(i, fd, path, bytes, GRANTED, result, 3);
}
static uint32_t rename_to_call(swasm_instance *i, uint32_t fd, uint32_t path, uint32_t bytes, uint32_t result)
{
    return swasm_wasi_path_rename(i, GRANTED, result, 4, fd, path, bytes);
}
static uint32_t link_from_call(swasm_instance *i, uint32_t fd, uint32_t path, uint32_t bytes, uint32_t result)
{
    return swasm_wasi_path_link(i, fd, 0, path, bytes, GRANTED, result, 3);
}
static uint32_t link_to_call(swasm_instance *i, uint32_t fd, uint32_t path, uint32_t bytes, uint32_t result)
{
    return swasm_wasi_path_link(i, GRANTED, 0, result, 4, fd, path, bytes);
}
static uint32_t symlink_call(swasm_instance *i, uint32_t fd, uint32_t path, uint32_t bytes, uint32_t result)
{
    return swasm_wasi_path_symlink(i, result, 4, fd, path, bytes);
}
static uint32_t readlink_call(swasm_instance *i, uint32_t fd, uint32_t path, uint32_t bytes, uint32_t result)
{
    return swasm_wasi_path_readlink(i, fd, path, bytes, result, 100, result + 100);
}

static const path_call path_calls[] = {
    open_call, stat_call, stat0_call, times_call, create_call, remove_call, unlink_call, rename_from_call,
    rename_to_call, link_from_call, link_to_call, symlink_call, readlink_call,
};

/* For the calls with two paths, `result` has the name of a file. */
static uint32_t with_path(sandbox *box, path_call call, uint32_t fd, const char *path, uint32_t bytes)
{
    uint32_t result = room(box, 256);
    memcpy(box->memory + result, "file", 4);
    return call(box->instance, fd, at(box, path, bytes), bytes, result);
}

static void wrong_paths(sandbox *box, path_call call)
{
    static char long_name[5000];
    memset(long_name, 'x', sizeof long_name);
    uint32_t result = room(box, 256);
    memcpy(box->memory + result, "file", 4);
    expect(call(box->instance, GRANTED, NOWHERE - 1, 2, result), SWASM_WASI_FAULT, "a path outside memory");
    expect(with_path(box, call, CLOSED, "dir/x", 5), SWASM_WASI_BADF, "a closed descriptor");
    expect(with_path(box, call, GRANTED, "dir\0x", 5), SWASM_WASI_ILSEQ, "NUL in a path");
    expect(with_path(box, call, GRANTED, "", 0), SWASM_WASI_NOENT, "an empty path");
    expect(with_path(box, call, GRANTED, "none/x", 6), SWASM_WASI_NOENT, "a directory that is not there");
    expect(with_path(box, call, GRANTED, "file/x", 6), SWASM_WASI_NOTDIR, "a file as a directory");
    expect(with_path(box, call, GRANTED, "loop/x", 6), SWASM_WASI_LOOP, "a link to itself");
    expect(with_path(box, call, GRANTED, long_name, 300), SWASM_WASI_NAMETOOLONG, "a long component");
    expect(with_path(box, call, GRANTED, long_name, 5000), SWASM_WASI_NAMETOOLONG, "a long path");
    expect(with_path(box, call, GRANTED, "../x", 4), SWASM_WASI_NOTCAPABLE, "a path that leaves");
    expect(with_path(box, call, GRANTED, "/x", 2), SWASM_WASI_NOTCAPABLE, "an absolute path");
}

/* ---- Other users -------------------------------------------------------------------------------- */

/* Calls as the user nobody. If the process is not root, it calls as its own user, and the mode of the
 * directory refuses the call. */
static void closed_directory(sandbox *box, path_call call)
{
    as_nobody();
    expect(with_path(box, call, GRANTED, "closed/x", 8), SWASM_WASI_ACCES, "a directory that others may not enter");
}

static void files_of_others(sandbox *box)
{
    uint32_t fd = open_file(box, GRANTED, "file", 0), opened;
    if (!as_nobody()) {
        printf("wasi: only root can act as another user: EPERM is tested by injection alone\n");
        return;
    }
    expect(swasm_wasi_fd_filestat_set_times(box->instance, fd, 1, 1, 5), SWASM_WASI_PERM,
           "setting times of a file of another");
    as_nobody();
    expect(swasm_wasi_fd_filestat_set_times(box->instance, fd, 1, 1, 10), SWASM_WASI_ACCES,
           "setting the present time on a file of another that may not be written");
    as_nobody();
    expect(with_path(box, times_call, GRANTED, "file", 4), SWASM_WASI_PERM,
           "setting times of a file of another, by its path");
    as_nobody();
    expect(with_path(box, unlink_call, GRANTED, "sticky/file", 11), SWASM_WASI_PERM,
           "unlinking another's file in a sticky directory");
    as_nobody();
    expect(with_path(box, remove_call, GRANTED, "sticky/dir", 10), SWASM_WASI_PERM,
           "removing another's directory in a sticky directory");
    as_nobody();
    expect(with_path(box, rename_from_call, GRANTED, "sticky/file", 11) != 0, 1,
           "moving another's file out of a sticky directory fails");
    as_nobody();
    expect(open_path(box, GRANTED, "file", 0, 0, SWASM_RIGHTS_ALL, 0, &opened), SWASM_WASI_ACCES,
           "opening another's file for writing");
    swasm_wasi_fd_close(box->instance, fd);
}

static void set_mode(const sandbox *box, const char *path, mode_t mode)
{
    char full[512];
    snprintf(full, sizeof full, "%s/%s", box->base, path);
    if (chmod(full, mode) != 0) check(false, "the host sets the mode of a directory");
}

static void permissions(sandbox *box)
{
    host_directory(box, "granted/closed");
    host_directory(box, "granted/sticky");
    host_directory(box, "granted/sticky/dir");
    host_file(box, "granted/sticky/file", "");
    set_mode(box, "", 0755); /* for as_nobody; mkdtemp made it 0700 */
    set_mode(box, "granted/closed", 0);
    set_mode(box, "granted/sticky", 01777);
    for (size_t n = 0; n < sizeof path_calls / sizeof path_calls[0]; n++) closed_directory(box, path_calls[n]);
    files_of_others(box);
    set_mode(box, "granted/closed", 0755);
}

/* ---- Descriptors -------------------------------------------------------------------------------- */

static void many_strings(sandbox *box)
{
    static const char *const strings[] = {huge_text, huge_text};
    swasm_instance *i = box->instance;
    uint32_t a = room(box, 8), b = room(box, 8);
    swasm_wasi_context was = box->context;
    box->context.args = box->context.env = strings;
    box->context.arg_count = box->context.env_count = 2;
    expect(swasm_wasi_args_sizes_get(i, a, b), SWASM_WASI_OVERFLOW, "args_sizes_get with arguments of 4 GiB");
    expect(swasm_wasi_args_get(i, a, b), SWASM_WASI_OVERFLOW, "args_get with arguments of 4 GiB");
    expect(swasm_wasi_environ_sizes_get(i, a, b), SWASM_WASI_OVERFLOW, "environ_sizes_get with variables of 4 GiB");
    expect(swasm_wasi_environ_get(i, a, b), SWASM_WASI_OVERFLOW, "environ_get with variables of 4 GiB");
    box->context.args = was.args, box->context.env = was.env;
    box->context.arg_count = was.arg_count, box->context.env_count = was.env_count;
}

static void rights_given_away(sandbox *box)
{
    swasm_instance *i = box->instance;
    uint32_t fd = open_file(box, GRANTED, "file", 0), n = room(box, 64), iov = iovec(box, n, 4);
    expect(swasm_wasi_fd_read(i, fd, iov, 1, n), 0, "fd_read");
    swasm_wasi_fd_fdstat_set_rights(i, fd, SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_WRITE, 0);
    expect(swasm_wasi_fd_pread(i, fd, iov, 1, 0, n), SWASM_WASI_NOTCAPABLE, "fd_pread without FD_SEEK");
    expect(swasm_wasi_fd_pwrite(i, fd, iov, 1, 0, n), SWASM_WASI_NOTCAPABLE, "fd_pwrite without FD_SEEK");
    expect(swasm_wasi_fd_seek(i, fd, 1, 0, n), SWASM_WASI_NOTCAPABLE, "fd_seek without FD_SEEK");
    expect(swasm_wasi0_fd_seek(i, fd, 1, 2, n), SWASM_WASI_NOTCAPABLE, "fd_seek of wasi_unstable without FD_SEEK");
    expect(swasm_wasi0_fd_filestat_get(i, fd, n), SWASM_WASI_NOTCAPABLE, "fd_filestat_get without its right");
    swasm_wasi_fd_close(i, fd);
    expect(swasm_wasi_fd_prestat_get(i, GRANTED, NOWHERE - 7), SWASM_WASI_FAULT,
           "the result of fd_prestat_get lies outside memory");
    expect(swasm_wasi_fd_prestat_dir_name(i, GRANTED, NOWHERE, 1), SWASM_WASI_FAULT,
           "the name of a grant goes outside memory");
    expect(swasm_wasi0_path_filestat_get(i, GRANTED, 2, at(box, "file", 4), 4, n), SWASM_WASI_INVAL,
           "path_filestat_get of wasi_unstable with unknown lookup flags");
    expect(swasm_wasi0_fd_seek(i, CLOSED, 0, 0, n), SWASM_WASI_BADF,
           "fd_seek of wasi_unstable on a closed descriptor");
    expect(swasm_wasi0_fd_seek(i, GRANTED, 0, 0, n), SWASM_WASI_ISDIR, "a directory");
    expect(swasm_wasi0_fd_seek(i, GRANTED, 0, 0, NOWHERE - 7), SWASM_WASI_FAULT,
           "the result of fd_seek of wasi_unstable lies outside memory");
    uint32_t directory = open_file(box, GRANTED, "dir", SWASM_OFLAG_DIRECTORY);
    swasm_wasi_fd_fdstat_set_rights(i, directory, 0, 0);
    for (size_t call = 0; call < sizeof path_calls / sizeof path_calls[0]; call++) {
        expect(with_path(box, path_calls[call], directory, "x", 1), SWASM_WASI_NOTCAPABLE, "a directory without rights");
    }
    swasm_wasi_fd_close(i, directory);
}

static void give(sandbox *box, uint32_t number, int host, uint8_t filetype)
{
    uint64_t rights = swasm_rights_of(host, filetype, O_RDWR);
    swasm_fd_insert(&box->context.fds, number, (swasm_fd){.filetype = filetype, .host = host, .rights = rights});
}

/* A connection whose other side sends a reset; `stay` is the guest's descriptor. */
static bool broken_connection(sandbox *box, uint32_t stay)
{
    struct sockaddr_in where = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct linger at_once = {1, 0};
    socklen_t bytes = sizeof where;
    int listening = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listening, (void *)&where, bytes) || listen(listening, 1)) return false;
    getsockname(listening, (void *)&where, &bytes);
    if (connect(client, (void *)&where, sizeof where)) return false;
    int server = accept(listening, NULL, NULL);
    setsockopt(server, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(server), close(listening);
    give(box, stay, client, SWASM_FILETYPE_SOCKET_STREAM);
    return true;
}

static void sockets(sandbox *box)
{
    swasm_instance *i = box->instance;
    uint32_t n = room(box, 8), iov = iovec(box, n, 4);
    int pair[2], plain = socket(AF_INET, SOCK_STREAM, 0);
    if (!broken_connection(box, 12) || !broken_connection(box, 13) || socketpair(AF_UNIX, SOCK_STREAM, 0, pair)) exit(2);
    expect(swasm_wasi_sock_recv(i, 12, iov, 1, 0, n, n), SWASM_WASI_CONNRESET, "receiving after a reset");
    expect(swasm_wasi_fd_read(i, 13, iov, 1, n), SWASM_WASI_CONNRESET, "reading after a reset");
    give(box, 14, plain, SWASM_FILETYPE_SOCKET_STREAM);
    expect(swasm_wasi_fd_read(i, 14, iov, 1, n), SWASM_WASI_NOTCONN, "reading without a connection");
    expect(swasm_wasi_sock_shutdown(i, 14, 1), SWASM_WASI_NOTCONN, "shutting down a socket without a connection");
    expect(swasm_wasi0_fd_seek(i, 14, 0, 0, n), SWASM_WASI_SPIPE, "a socket has no position");
    give(box, 15, pair[0], SWASM_FILETYPE_SOCKET_STREAM);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    uint32_t error = 0, big = iovec(box, 0, 65536);
    for (int round = 0; round < 1000 && !error; round++) error = swasm_wasi_sock_send(i, 15, big, 1, 0, n);
    expect(error, SWASM_WASI_AGAIN, "sending without waiting until there is no room");
    for (uint32_t fd = 12; fd <= 15; fd++) swasm_wasi_fd_close(i, fd);
    close(pair[1]);
}

/* ---- poll_oneoff of wasi_unstable ---------------------------------------------------------------- */

enum { CLOCK = 0, POLL_READ = 1 };

static uint32_t poll_one(sandbox *box, uint8_t type, uint32_t fd_or_clock, uint32_t out)
{
    uint8_t subscription[56] = {[8] = type};
    memcpy(subscription + (type == CLOCK ? 24 : 16), &fd_or_clock, 4);
    return swasm_wasi0_poll_oneoff(box->instance, at(box, subscription, 56), out, 1, room(box, 4));
}

static void older_poll(sandbox *box)
{
    swasm_instance *i = box->instance;
    uint32_t fd = open_file(box, GRANTED, "file", 0), out = room(box, 32), in = room(box, 56);
    memset(box->memory + in, 0, 56);
    expect(poll_one(box, POLL_READ, CLOSED, out), 0, "polling a closed descriptor succeeds");
    expect_event(box, out, SWASM_WASI_BADF, "polling a closed descriptor gives an event with EBADF");
    expect(poll_one(box, POLL_READ, GRANTED, out), 0, "a directory");
    expect_event(box, out, SWASM_WASI_ISDIR, "polling a directory gives an event with EISDIR");
    swasm_wasi_fd_fdstat_set_rights(i, fd, SWASM_RIGHT_FD_READ, 0);
    expect(poll_one(box, POLL_READ, fd, out), 0, "polling without the right succeeds");
    expect_event(box, out, SWASM_WASI_NOTCAPABLE, "polling without the right gives an event with ENOTCAPABLE");
    expect(poll_one(box, CLOCK, 2, out), 0, "polling processor time succeeds");
    expect_event(box, out, SWASM_WASI_NOTSUP, "polling processor time gives an event with ENOTSUP");
    expect(poll_one(box, CLOCK, 9, out), 0, "polling an unknown clock succeeds");
    expect_event(box, out, SWASM_WASI_INVAL, "polling an unknown clock gives an event with EINVAL");
    expect(poll_one(box, 3, 0, out), SWASM_WASI_INVAL, "an unknown type of subscription fails the call");
    expect(swasm_wasi0_poll_oneoff(i, in, out, 0, in), SWASM_WASI_INVAL, "poll_oneoff without subscriptions");
    expect(swasm_wasi0_poll_oneoff(i, NOWHERE - 55, out, 1, in), SWASM_WASI_FAULT,
           "the subscriptions lie outside memory");
    expect(swasm_wasi0_poll_oneoff(i, in, NOWHERE - 31, 1, in), SWASM_WASI_FAULT, "the events go outside memory");
    expect(swasm_wasi0_poll_oneoff(i, in, out, 1, NOWHERE - 3), SWASM_WASI_FAULT,
           "the number of events goes outside memory");
    swasm_wasi_fd_close(i, fd);
}

void test_errnos(void)
{
    sandbox box;
    sandbox_start(&box);
    host_file(&box, "granted/file", "content");
    host_directory(&box, "granted/dir");
    host_link(&box, "loop", "granted/loop");
    for (size_t n = 0; n < sizeof path_calls / sizeof path_calls[0]; n++) wrong_paths(&box, path_calls[n]);
    permissions(&box);
    many_strings(&box);
    rights_given_away(&box);
    sockets(&box);
    older_poll(&box);
    sandbox_end(&box);
}
