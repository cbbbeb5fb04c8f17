/* The calls of the runtime that this module imports, and the layouts of what they pass. Pointers are
 * addresses of this module's memory. Spec: WASI preview 1, witx. */
#ifndef PREVIEW2_PREVIEW1_H
#define PREVIEW2_PREVIEW1_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define P1_CALL(name, parameters) \
    __attribute__((import_module("wasi_snapshot_preview1"), import_name(#name))) p1_errno p1_##name parameters

typedef uint32_t p1_errno;
enum {
    P1_AGAIN = 6, P1_BADF = 8, P1_ILSEQ = 25, P1_INVAL = 28, P1_IO = 29, P1_ISDIR = 31, P1_NAMETOOLONG = 37,
    P1_PIPE = 64, P1_NOTCAPABLE = 76,
};

typedef struct p1_buffer {
    const void *at;
    uint32_t bytes;
} p1_buffer;

enum {
    P1_BLOCK_DEVICE = 1, P1_CHARACTER_DEVICE = 2, P1_DIRECTORY = 3, P1_REGULAR_FILE = 4, P1_SOCKET_DATAGRAM = 5,
    P1_SOCKET_STREAM = 6, P1_SYMBOLIC_LINK = 7,
};

typedef struct p1_fdstat {
    uint8_t filetype;
    uint16_t flags;
    uint64_t rights, inheriting;
} p1_fdstat;
_Static_assert(sizeof(p1_fdstat) == 24, "layout of fdstat");

typedef struct p1_filestat {
    uint64_t device, inode;
    uint8_t filetype;
    uint64_t links, bytes, access_time, modification_time, change_time;
} p1_filestat;
_Static_assert(sizeof(p1_filestat) == 64, "layout of filestat");

typedef struct p1_prestat {
    uint8_t kind;
    uint32_t name_bytes;
} p1_prestat;

typedef struct p1_dirent {
    uint64_t next, inode;
    uint32_t name_bytes;
    uint8_t filetype;
} p1_dirent;
_Static_assert(sizeof(p1_dirent) == 24, "layout of dirent");

enum { P1_REALTIME = 0, P1_MONOTONIC = 1 };
enum { P1_EVENT_CLOCK = 0, P1_EVENT_READ = 1, P1_EVENT_WRITE = 2, P1_ABSOLUTE = 1 };

typedef struct p1_subscription {
    uint64_t userdata;
    uint8_t type;
    _Alignas(8) uint32_t target; /* of a clock: its number; otherwise the descriptor */
    uint64_t timeout, precision;
    uint16_t flags;
} p1_subscription;
_Static_assert(sizeof(p1_subscription) == 48, "layout of subscription");

typedef struct p1_event {
    uint64_t userdata;
    uint16_t error;
    uint8_t type;
    uint64_t bytes;
    uint16_t flags;
} p1_event;
_Static_assert(sizeof(p1_event) == 32, "layout of event");

enum { P1_FDFLAG_APPEND = 1, P1_FDFLAG_DSYNC = 2, P1_FDFLAG_RSYNC = 8, P1_FDFLAG_SYNC = 16 };
enum { P1_OFLAG_CREATE = 1, P1_OFLAG_DIRECTORY = 2, P1_OFLAG_EXCLUSIVE = 4, P1_OFLAG_TRUNCATE = 8 };
enum { P1_SET_ACCESS = 1, P1_SET_ACCESS_NOW = 2, P1_SET_MODIFICATION = 4, P1_SET_MODIFICATION_NOW = 8 };
enum {
    P1_RIGHT_READ = 1 << 1, P1_RIGHT_SEEK = 1 << 2, P1_RIGHT_TELL = 1 << 5, P1_RIGHT_WRITE = 1 << 6,
    P1_RIGHT_CREATE_DIRECTORY = 1 << 9, P1_RIGHT_CREATE_FILE = 1 << 10, P1_RIGHTS_ALL = (1 << 30) - 1,
};

P1_CALL(args_get, (uint8_t **list, uint8_t *text));
P1_CALL(args_sizes_get, (uint32_t *count, uint32_t *bytes));
P1_CALL(environ_get, (uint8_t **list, uint8_t *text));
P1_CALL(environ_sizes_get, (uint32_t *count, uint32_t *bytes));
P1_CALL(clock_res_get, (uint32_t clock, uint64_t *result));
P1_CALL(clock_time_get, (uint32_t clock, uint64_t precision, uint64_t *result));
P1_CALL(fd_advise, (uint32_t fd, uint64_t offset, uint64_t bytes, uint32_t advice));
P1_CALL(fd_close, (uint32_t fd));
P1_CALL(fd_datasync, (uint32_t fd));
P1_CALL(fd_fdstat_get, (uint32_t fd, p1_fdstat *result));
P1_CALL(fd_fdstat_set_flags, (uint32_t fd, uint32_t flags));
P1_CALL(fd_filestat_get, (uint32_t fd, p1_filestat *result));
P1_CALL(fd_filestat_set_size, (uint32_t fd, uint64_t bytes));
P1_CALL(fd_filestat_set_times, (uint32_t fd, uint64_t access, uint64_t modification, uint32_t flags));
P1_CALL(fd_pread, (uint32_t fd, const p1_buffer *list, uint32_t count, uint64_t offset, uint32_t *result));
P1_CALL(fd_prestat_get, (uint32_t fd, p1_prestat *result));
P1_CALL(fd_prestat_dir_name, (uint32_t fd, uint8_t *name, uint32_t bytes));
P1_CALL(fd_pwrite, (uint32_t fd, const p1_buffer *list, uint32_t count, uint64_t offset, uint32_t *result));
P1_CALL(fd_read, (uint32_t fd, const p1_buffer *list, uint32_t count, uint32_t *result));
P1_CALL(fd_readdir, (uint32_t fd, void *buffer, uint32_t bytes, uint64_t cookie, uint32_t *used));
P1_CALL(fd_sync, (uint32_t fd));
P1_CALL(fd_write, (uint32_t fd, const p1_buffer *list, uint32_t count, uint32_t *result));
P1_CALL(path_create_directory, (uint32_t fd, const uint8_t *path, uint32_t bytes));
P1_CALL(path_filestat_get, (uint32_t fd, uint32_t follow, const uint8_t *path, uint32_t bytes, p1_filestat *result));
P1_CALL(path_filestat_set_times, (uint32_t fd, uint32_t follow, const uint8_t *path, uint32_t bytes,
                                  uint64_t access, uint64_t modification, uint32_t flags));
P1_CALL(path_link, (uint32_t old_fd, uint32_t follow, const uint8_t *old_path, uint32_t old_bytes, uint32_t new_fd,
                    const uint8_t *new_path, uint32_t new_bytes));
P1_CALL(path_open, (uint32_t fd, uint32_t follow, const uint8_t *path, uint32_t bytes, uint32_t oflags,
                    uint64_t rights, uint64_t inheriting, uint32_t fdflags, uint32_t *result));
P1_CALL(path_readlink, (uint32_t fd, const uint8_t *path, uint32_t path_bytes, uint8_t *buffer, uint32_t bytes,
                        uint32_t *used));
P1_CALL(path_remove_directory, (uint32_t fd, const uint8_t *path, uint32_t bytes));
P1_CALL(path_rename, (uint32_t old_fd, const uint8_t *old_path, uint32_t old_bytes, uint32_t new_fd,
                      const uint8_t *new_path, uint32_t new_bytes));
P1_CALL(path_symlink, (const uint8_t *target, uint32_t target_bytes, uint32_t fd, const uint8_t *path,
                       uint32_t bytes));
P1_CALL(path_unlink_file, (uint32_t fd, const uint8_t *path, uint32_t bytes));
P1_CALL(poll_oneoff, (const p1_subscription *in, p1_event *out, uint32_t count, uint32_t *stored));
P1_CALL(random_get, (void *at, uint32_t bytes));

__attribute__((import_module("wasi_snapshot_preview1"), import_name("proc_exit"), noreturn)) void
p1_proc_exit(uint32_t status);

#endif
