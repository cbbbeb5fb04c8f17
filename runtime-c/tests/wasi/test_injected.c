/* Tests every errno that the kernel can return, by a filter that makes the system call fail. The guest gets
 * the errno of the same name, both with openat2 and with the component walk. The other files test the errnos
 * that can be caused without a filter.
 */
#include <errno.h>
#include <sys/syscall.h>

#include "observe.h"

typedef struct injection {
    const char *name;
    uint32_t (*call)(sandbox *box);
    long numbers[3];
    int errors[16];
} injection;

static uint32_t file;    /* a file that is open for reading and writing */
static uint32_t results; /* 256 bytes in memory */

/* A path in a directory, so that the parent is resolved. */
static uint32_t name_of(sandbox *box, uint32_t *bytes)
{
    *bytes = 8;
    return at(box, "dir/name", 8);
}

/* A list of one buffer with a byte. */
static uint32_t one_byte(sandbox *box)
{
    return iovec(box, results + 100, 1);
}

/* ---- Calls that succeed when nothing is injected ------------------------------------------------- */

static uint32_t set_flags(sandbox *box) { return swasm_wasi_fd_fdstat_set_flags(box->instance, file, 0); }
static uint32_t stat_file(sandbox *box) { return swasm_wasi_fd_filestat_get(box->instance, file, results); }
static uint32_t stat_file0(sandbox *box) { return swasm_wasi0_fd_filestat_get(box->instance, file, results); }
static uint32_t set_size(sandbox *box) { return swasm_wasi_fd_filestat_set_size(box->instance, file, 1); }
static uint32_t set_times(sandbox *box) { return swasm_wasi_fd_filestat_set_times(box->instance, file, 0, 0, 10); }
static uint32_t allocate(sandbox *box) { return swasm_wasi_fd_allocate(box->instance, file, 0, 1); }
static uint32_t sync_file(sandbox *box) { return swasm_wasi_fd_sync(box->instance, file); }
static uint32_t datasync(sandbox *box) { return swasm_wasi_fd_datasync(box->instance, file); }
static uint32_t read_file(sandbox *box)
{
    const uint32_t two[] = {results + 100, 1, results + 101, 1}; /* for readv: the number of read is 0 */
    return swasm_wasi_fd_read(box->instance, file, at(box, two, sizeof two), 2, results);
}
static uint32_t write_file(sandbox *box)
{
    return swasm_wasi_fd_write(box->instance, file, one_byte(box), 1, results);
}
static uint32_t pread_file(sandbox *box)
{
    return swasm_wasi_fd_pread(box->instance, file, one_byte(box), 1, 0, results);
}
static uint32_t pwrite_file(sandbox *box)
{
    return swasm_wasi_fd_pwrite(box->instance, file, one_byte(box), 1, 0, results);
}
static uint32_t list(sandbox *box)
{
    return swasm_wasi_fd_readdir(box->instance, GRANTED, results, 200, 0, results + 200);
}
static uint32_t open_it(sandbox *box)
{
    uint32_t opened, error = open_path(box, GRANTED, "dir/name", 0, 0, SWASM_RIGHT_FD_READ, 0, &opened);
    if (!error) swasm_wasi_fd_close(box->instance, opened);
    return error;
}
static uint32_t stat_path(sandbox *box)
{
    uint32_t bytes, path = name_of(box, &bytes);
    return swasm_wasi_path_filestat_get(box->instance, GRANTED, 0, path, bytes, results);
}
static uint32_t stat_path0(sandbox *box)
{
    uint32_t bytes, path = name_of(box, &bytes);
    return swasm_wasi0_path_filestat_get(box->instance, GRANTED, 0, path, bytes, results);
}
static uint32_t set_path_times(sandbox *box)
{
    uint32_t bytes, path = name_of(box, &bytes);
    return swasm_wasi_path_filestat_set_times(box->instance, GRANTED, 0, path, bytes, 0, 0, 10);
}
static uint32_t make_directory(sandbox *box)
{
    return swasm_wasi_path_create_directory(box->instance, GRANTED, at(box, "dir/new", 7), 7);
}
static uint32_t remove_directory(sandbox *box)
{
    return swasm_wasi_path_remove_directory(box->instance, GRANTED, at(box, "dir/empty", 9), 9);
}
static uint32_t unlink_file(sandbox *box)
{
    uint32_t bytes, path = name_of(box, &bytes);
    return swasm_wasi_path_unlink_file(box->instance, GRANTED, path, bytes);
}
static uint32_t rename_file(sandbox *box)
{
    uint32_t bytes, path = name_of(box, &bytes);
    return swasm_wasi_path_rename(box->instance, GRANTED, path, bytes, GRANTED, at(box, "dir/other", 9), 9);
}
static uint32_t link_file(sandbox *box)
{
    uint32_t bytes, path = name_of(box, &bytes);
    return swasm_wasi_path_link(box->instance, GRANTED, 0, path, bytes, GRANTED, at(box, "dir/other", 9), 9);
}
static uint32_t make_link(sandbox *box)
{
    return swasm_wasi_path_symlink(box->instance, at(box, "name", 4), 4, GRANTED, at(box, "dir/other", 9), 9);
}
static uint32_t read_link(sandbox *box)
{
    return swasm_wasi_path_readlink(box->instance, GRANTED, at(box, "dir/link", 8), 8, results, 100, results + 100);
}
static uint32_t random_bytes(sandbox *box) { return swasm_wasi_random_get(box->instance, results, 8); }
/* Before the runtime asks the kernel, it looks only at the kind of the descriptor. */
static uint32_t with_socket(sandbox *box, uint32_t (*call)(sandbox *box, uint32_t fd))
{
    swasm_fd was = box->context.fds.entries[file];
    box->context.fds.entries[file].filetype = SWASM_FILETYPE_SOCKET_STREAM;
    box->context.fds.entries[file].rights = SWASM_RIGHTS_SOCKET;
    uint32_t error = call(box, file);
    box->context.fds.entries[file] = was;
    return error;
}
static uint32_t accept_from(sandbox *box, uint32_t fd) { return swasm_wasi_sock_accept(box->instance, fd, 0, results); }
static uint32_t receive_from(sandbox *box, uint32_t fd)
{
    return swasm_wasi_sock_recv(box->instance, fd, one_byte(box), 1, 0, results, results + 4);
}
static uint32_t send_to(sandbox *box, uint32_t fd)
{
    return swasm_wasi_sock_send(box->instance, fd, one_byte(box), 1, 0, results);
}
static uint32_t shut_down(sandbox *box, uint32_t fd) { return swasm_wasi_sock_shutdown(box->instance, fd, 3); }
static uint32_t accept_it(sandbox *box) { return with_socket(box, accept_from); }
static uint32_t receive(sandbox *box) { return with_socket(box, receive_from); }
static uint32_t send_it(sandbox *box) { return with_socket(box, send_to); }
static uint32_t shut(sandbox *box) { return with_socket(box, shut_down); }

/* ---- The failures ------------------------------------------------------------------------------- */

static const injection injections[] = {
    {"fd_fdstat_set_flags", set_flags, {SYS_fcntl}, {EPERM}},
    {"fd_filestat_get", stat_file, {SYS_statx}, {EIO}},
    {"wasi_unstable fd_filestat_get", stat_file0, {SYS_statx}, {EIO}},
    {"fd_filestat_set_size", set_size, {SYS_ftruncate}, {EDQUOT, EFBIG, EINVAL, EIO, ENOSPC, EPERM}},
    {"fd_filestat_set_times", set_times, {SYS_utimensat}, {EACCES, EIO, EPERM, EROFS}},
    {"fd_allocate", allocate, {SYS_fallocate}, {EDQUOT, EFBIG, EIO, ENODEV, ENOSPC, EOPNOTSUPP, EPERM}},
    {"fd_sync", sync_file, {SYS_fsync}, {EDQUOT, EINVAL, EIO, ENOSPC}},
    {"fd_datasync", datasync, {SYS_fdatasync}, {EDQUOT, EINVAL, EIO, ENOSPC}},
    {"fd_read", read_file, {SYS_readv}, {EAGAIN, ECONNREFUSED, EHOSTUNREACH, ECONNRESET, EIO, EISDIR, ENOTCONN, ETIMEDOUT}},
    {"fd_write", write_file, {SYS_write, SYS_writev}, {EAGAIN, ECONNREFUSED, EHOSTUNREACH, ECONNRESET, EDQUOT, EFBIG, EIO, ENOSPC, EPERM, EPIPE}},
    {"fd_pread", pread_file, {SYS_pread64}, {EIO, ESPIPE}},
    {"fd_pwrite", pwrite_file, {SYS_pwrite64, SYS_pwritev}, {EDQUOT, EFBIG, EIO, ENOSPC, EPERM, ESPIPE}},
    {"fd_readdir", list, {SYS_getdents64}, {EIO, ENOENT}},
    {"path_open", open_it, {SYS_openat2, SYS_openat},
     {EACCES, EDQUOT, EIO, EMFILE, ENFILE, ENODEV, ENOMEM, ENOSPC, ENXIO, EPERM, EROFS, ETXTBSY}},
    {"path_filestat_get", stat_path, {SYS_openat2, SYS_openat}, {EACCES, EIO, EMFILE, ENFILE, ENOMEM}},
    {"wasi_unstable path_filestat_get", stat_path0, {SYS_openat2, SYS_openat}, {EACCES, EIO, EMFILE, ENFILE, ENOMEM}},
    {"path_filestat_set_times", set_path_times, {SYS_openat2, SYS_openat}, {EACCES, EIO, EMFILE, ENFILE, ENOMEM}},
    {"path_filestat_set_times", set_path_times, {SYS_utimensat}, {EACCES, EIO, EPERM, EROFS}},
    {"path_create_directory", make_directory, {SYS_openat2, SYS_openat}, {EACCES, EIO, EMFILE, ENFILE, ENOMEM}},
    {"path_create_directory", make_directory, {SYS_mkdirat},
     {EACCES, EDQUOT, EIO, EMLINK, ENOMEM, ENOSPC, EPERM, EROFS}},
    {"path_remove_directory", remove_directory, {SYS_openat2, SYS_openat}, {EACCES, EIO, EMFILE, ENFILE, ENOMEM}},
    {"path_remove_directory", remove_directory, {SYS_unlinkat}, {EACCES, EBUSY, EIO, ENOMEM, EPERM, EROFS}},
    {"path_unlink_file", unlink_file, {SYS_openat2, SYS_openat}, {EACCES, EIO, EMFILE, ENFILE, ENOMEM}},
    {"path_unlink_file", unlink_file, {SYS_unlinkat}, {EACCES, EBUSY, EIO, ENOMEM, EPERM, EROFS}},
    {"path_rename", rename_file, {SYS_openat2, SYS_openat}, {EACCES, EIO, EMFILE, ENFILE, ENOMEM}},
    {"path_rename", rename_file, {SYS_renameat2},
     {EACCES, EBUSY, EDQUOT, EIO, EMLINK, ENOMEM, ENOSPC, EPERM, EROFS, EXDEV}},
    {"path_link", link_file, {SYS_openat2, SYS_openat}, {EACCES, EIO, EMFILE, ENFILE, ENOMEM}},
    {"path_link", link_file, {SYS_linkat}, {EACCES, EDQUOT, EIO, EMLINK, ENOMEM, ENOSPC, EPERM, EROFS, EXDEV}},
    {"path_symlink", make_link, {SYS_openat2, SYS_openat}, {EACCES, EIO, EMFILE, ENFILE, ENOMEM}},
    {"path_symlink", make_link, {SYS_symlinkat}, {EACCES, EDQUOT, EIO, ENOMEM, ENOSPC, EPERM, EROFS}},
    {"path_readlink", read_link, {SYS_openat2, SYS_openat}, {EACCES, EIO, EMFILE, ENFILE, ENOMEM}},
    {"path_readlink", read_link, {SYS_readlinkat}, {EACCES, EIO, ENOMEM}},
    {"random_get", random_bytes, {SYS_getrandom}, {ENOSYS}},
    {"sock_accept", accept_it, {SYS_accept4},
     {ECONNABORTED, EMFILE, ENFILE, ENOBUFS, ENOMEM, EPERM, EPROTO}},
    {"sock_recv", receive, {SYS_recvmsg}, {ECONNREFUSED, ECONNRESET, ENOMEM, ENOTCONN, ETIMEDOUT}},
    {"sock_send", send_it, {SYS_sendmsg}, {ECONNREFUSED, ECONNRESET, EMSGSIZE, ENOBUFS, ENOMEM, ENOTCONN, EPIPE}},
    {"sock_shutdown", shut, {SYS_shutdown}, {ENOTCONN}},
};

typedef struct translation {
    int host;
    uint32_t guest;
} translation;

static uint32_t errno_of(int host)
{
    static const translation table[] = {
        {EACCES, SWASM_WASI_ACCES}, {EAGAIN, SWASM_WASI_AGAIN}, {EBUSY, SWASM_WASI_BUSY},
        {ECONNABORTED, SWASM_WASI_CONNABORTED}, {ECONNREFUSED, SWASM_WASI_CONNREFUSED},
        {ECONNRESET, SWASM_WASI_CONNRESET}, {EHOSTUNREACH, SWASM_WASI_HOSTUNREACH}, {EDQUOT, SWASM_WASI_DQUOT}, {EFBIG, SWASM_WASI_FBIG},
        {EINVAL, SWASM_WASI_INVAL}, {EIO, SWASM_WASI_IO}, {EISDIR, SWASM_WASI_ISDIR}, {EMFILE, SWASM_WASI_MFILE},
        {EMLINK, SWASM_WASI_MLINK}, {EMSGSIZE, SWASM_WASI_MSGSIZE}, {ENFILE, SWASM_WASI_NFILE},
        {ENOBUFS, SWASM_WASI_NOBUFS}, {ENODEV, SWASM_WASI_NODEV}, {ENOENT, SWASM_WASI_NOENT},
        {ENOMEM, SWASM_WASI_NOMEM}, {ENOSPC, SWASM_WASI_NOSPC}, {ENOSYS, SWASM_WASI_NOSYS},
        {ENOTCONN, SWASM_WASI_NOTCONN}, {ENXIO, SWASM_WASI_NXIO}, {EOPNOTSUPP, SWASM_WASI_NOTSUP},
        {EPERM, SWASM_WASI_PERM}, {EPIPE, SWASM_WASI_PIPE}, {EPROTO, SWASM_WASI_PROTO}, {EROFS, SWASM_WASI_ROFS},
        {ESPIPE, SWASM_WASI_SPIPE}, {ETIMEDOUT, SWASM_WASI_TIMEDOUT}, {ETXTBSY, SWASM_WASI_TXTBSY},
        {EXDEV, SWASM_WASI_XDEV},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        if (table[i].host == host) return table[i].guest;
    }
    return UINT32_MAX;
}

static void prepare(sandbox *box)
{
    host_directory(box, "granted/dir");
    host_directory(box, "granted/dir/empty");
    host_file(box, "granted/dir/name", "content");
    host_link(box, "name", "granted/dir/link");
    file = open_file(box, GRANTED, "file", SWASM_OFLAG_CREAT);
    results = room(box, 256);
}

/* Without memory, poll_oneoff, fd_readdir and a new descriptor fail. */
static void without_memory(sandbox *box)
{
    static const long map[3] = {SYS_mmap};
    uint32_t many = 8192, out = 65536, stored = results;
    for (uint32_t i = 0; i < 1000; i++) box->memory[many + 56 * i + 8] = 0;
    inject(ENOMEM, map);
    expect(swasm_wasi_poll_oneoff(box->instance, many, out, 1000, stored), SWASM_WASI_NOMEM, "poll_oneoff without memory");
    inject(ENOMEM, map);
    expect(swasm_wasi0_poll_oneoff(box->instance, many, out, 1000, stored), SWASM_WASI_NOMEM,
           "poll_oneoff of wasi_unstable without memory");
    uint32_t directory = open_file(box, GRANTED, "dir", SWASM_OFLAG_DIRECTORY);
    inject(ENOMEM, map);
    expect(swasm_wasi_fd_readdir(box->instance, directory, results, 200, 0, results + 200), SWASM_WASI_NOMEM,
           "fd_readdir without memory for the positions of entries");
    while (box->context.fds.capacity == SWASM_FD_INLINE_COUNT) {
        uint32_t number, opened;
        if (swasm_fd_reserve(&box->context.fds, 0, &number) == 0 && number == SWASM_FD_INLINE_COUNT - 1) break;
        if (open_path(box, GRANTED, "file", 0, 0, SWASM_RIGHT_FD_READ, 0, &opened) != 0) break;
    }
    open_file(box, GRANTED, "file", 0);
    inject(ENOMEM, map);
    expect(open_it(box), SWASM_WASI_NOMEM, "path_open without memory for a larger table of descriptors");
    expect(open_it(box), 0, "path_open with memory for a larger table of descriptors");
}

static void failing_close(sandbox *box)
{
    static const long close_call[3] = {SYS_close};
    static const int errors[] = {EDQUOT, EIO, ENOSPC};
    for (size_t e = 0; e < sizeof errors / sizeof errors[0]; e++) {
        uint32_t fd = open_file(box, GRANTED, "file", 0);
        inject(errors[e], close_call);
        expect(swasm_wasi_fd_close(box->instance, fd), errno_of(errors[e]),
               "fd_close returns the error of the kernel");
        expect(swasm_wasi_fd_close(box->instance, fd), SWASM_WASI_BADF,
               "a descriptor whose fd_close failed is closed");
    }
}

void test_injected(void)
{
    sandbox box;
    sandbox_start(&box);
    prepare(&box);
    for (size_t i = 0; i < sizeof injections / sizeof injections[0]; i++) {
        const injection *row = &injections[i];
        for (size_t e = 0; row->errors[e]; e++) {
            char what[80];
            snprintf(what, sizeof what, "%s where system call %ld gives error %d", row->name, row->numbers[0],
                     row->errors[e]);
            inject(row->errors[e], row->numbers);
            expect(row->call(&box), errno_of(row->errors[e]), what);
        }
    }
    check(host_file_is(&box, "granted/dir/name", "content"), "no failed call changed the file");
    check(host_exists(&box, "granted/dir/empty") && !host_exists(&box, "granted/dir/other") &&
              !host_exists(&box, "granted/dir/new"), "no failed call made or removed a name");
    failing_close(&box);
    without_memory(&box);
    sandbox_end(&box);
}
