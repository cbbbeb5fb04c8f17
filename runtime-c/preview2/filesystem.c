/* wasi:filesystem/types, except the entries of directories, which are in directories.c. All paths go to
 * preview 1 of the runtime, which checks them. Spec: wasi-filesystem, types.wit. */
#include "preview2.h"

#define TYPES(name) P2_EXPORT("wasi:filesystem/types", name)
#define DESCRIPTOR(name) TYPES("[method]descriptor." name)

enum { MOST_READ_BYTES = 1 << 20, MOST_NAME_BYTES = 4096, SECOND = 1000000000 };

/* ---- Results: result<T, error-code>. Each begins with the tag; the error code is where T is. ---- */

/* result<_, error-code>, result<u8-sized enum or flags, error-code> */
typedef struct byte_result {
    uint8_t tag, value;
} byte_result;

typedef struct size_result {
    uint8_t tag;
    union {
        uint64_t ok;
        uint8_t error;
    };
} size_result;

typedef struct text_result {
    uint8_t tag;
    union {
        p2_string ok;
        uint8_t error;
    };
} text_result;

/* result<tuple<list<u8>, bool>, error-code> */
typedef struct read_result {
    uint8_t tag;
    union {
        struct {
            p2_list bytes;
            uint8_t is_end;
        } ok;
        uint8_t error;
    };
} read_result;

typedef struct optional_time {
    uint8_t is_some;
    p2_datetime time;
} optional_time;

/* record descriptor-stat */
typedef struct file_stat {
    uint8_t type;
    uint64_t links, bytes;
    optional_time access, modification, change;
} file_stat;

typedef struct stat_result {
    uint8_t tag;
    union {
        file_stat ok;
        uint8_t error;
    };
} stat_result;

/* result<metadata-hash-value, error-code> */
typedef struct hash_result {
    uint8_t tag;
    union {
        struct {
            uint64_t lower, upper;
        } ok;
        uint8_t error;
    };
} hash_result;

/* ---- Errors ---- */

enum { READ_ONLY = 69, OVERFLOW = 61 }; /* errnos */

static byte_result *byte(p1_errno error, uint8_t value)
{
    byte_result *result = p2_allocate(sizeof *result);
    *result = (byte_result){P2_OK, value};
    if (error) *result = (byte_result){P2_ERROR, p2_error_code(error)};
    return result;
}

static byte_result *unit(p1_errno error) { return byte(error, 0); }

/* The code of an error that a stream reported. An error does not say whether its stream was one of a file, so
 * every error has a code here. */
TYPES("filesystem-error-code") byte_result *p2_filesystem_error_code(p2_error *error)
{
    byte_result *result = p2_allocate(sizeof *result);
    *result = (byte_result){P2_SOME, p2_error_code(error->code)};
    return result;
}

/* ---- Descriptors ---- */

TYPES("[dtor]descriptor") void p2_drop_descriptor(p2_file *file) { p2_release(file); }

/* If a directory may be changed, so may each directory that is opened beneath it, even without
 * `mutate-directory`: libraries that were made for preview 1 do not ask for that, and wasmtime does not
 * demand it. */
static bool may_change(const p2_file *directory) { return directory->may_change; }

DESCRIPTOR("get-flags") byte_result *p2_get_flags(p2_file *self) { return byte(0, (uint8_t)self->flags); }
DESCRIPTOR("get-type") byte_result *p2_get_type(p2_file *self) { return byte(0, p2_type_of(self->filetype)); }

/* Returns 0 if the descriptor is not a directory and has the flag; otherwise an errno. */
static p1_errno check_file(const p2_file *file, uint32_t flag)
{
    if (file->filetype == P1_DIRECTORY) return P1_ISDIR;
    return file->flags & flag ? 0 : P1_BADF;
}

static p2_handle_result *stream(p2_file *file, uint32_t flag, p2_position position, uint64_t offset)
{
    p2_handle_result *result = p2_allocate(sizeof *result);
    p1_errno error = check_file(file, flag);
    if (error) {
        *result = (p2_handle_result){.tag = P2_ERROR, .error = p2_error_code(error)};
        return result;
    }
    /* A pipe or a terminal has no position. */
    if (file->filetype != P1_REGULAR_FILE && file->filetype != P1_BLOCK_DEVICE) position = P2_SEQUENTIAL;
    *result = (p2_handle_result){.tag = P2_OK, .ok = p2_new_stream(file, position, offset)};
    return result;
}

DESCRIPTOR("read-via-stream") p2_handle_result *p2_read_via_stream(p2_file *self, uint64_t offset)
{
    return stream(self, P2_FLAG_READ, P2_AT_OFFSET, offset);
}

DESCRIPTOR("write-via-stream") p2_handle_result *p2_write_via_stream(p2_file *self, uint64_t offset)
{
    return stream(self, P2_FLAG_WRITE, P2_AT_OFFSET, offset);
}

DESCRIPTOR("append-via-stream") p2_handle_result *p2_append_via_stream(p2_file *self)
{
    return stream(self, P2_FLAG_WRITE, P2_APPENDING, 0);
}

DESCRIPTOR("read") read_result *p2_file_read(p2_file *self, uint64_t length, uint64_t offset)
{
    read_result *result = p2_allocate(sizeof *result);
    uint32_t bytes = length < MOST_READ_BYTES ? (uint32_t)length : MOST_READ_BYTES, got = 0;
    const p1_buffer buffer = {p2_allocate(bytes), bytes};
    p1_errno error = check_file(self, P2_FLAG_READ);
    if (!error) error = p1_fd_pread(self->fd, &buffer, 1, offset, &got);
    *result = (read_result){.tag = P2_OK, .ok = {{buffer.at, got}, got == 0 && bytes > 0}};
    if (error) *result = (read_result){.tag = P2_ERROR, .error = p2_error_code(error)};
    return result;
}

DESCRIPTOR("write")
size_result *p2_file_write(p2_file *self, const uint8_t *at, uint32_t bytes, uint64_t offset)
{
    size_result *result = p2_allocate(sizeof *result);
    uint32_t written = 0;
    const p1_buffer buffer = {at, bytes};
    p1_errno error = check_file(self, P2_FLAG_WRITE);
    if (!error) error = p2_set_appends(self, false);
    if (!error) error = p1_fd_pwrite(self->fd, &buffer, 1, offset, &written);
    *result = (size_result){.tag = P2_OK, .ok = written};
    if (error) *result = (size_result){.tag = P2_ERROR, .error = p2_error_code(error)};
    return result;
}

DESCRIPTOR("advise")
byte_result *p2_advise(p2_file *self, uint64_t offset, uint64_t length, uint32_t advice)
{
    return unit(p1_fd_advise(self->fd, offset, length, advice));
}

/* A descriptor without a right to write has nothing to write back. */
DESCRIPTOR("sync") byte_result *p2_sync(p2_file *self)
{
    return unit(self->flags & (P2_FLAG_WRITE | P2_FLAG_MUTATE) ? p1_fd_sync(self->fd) : 0);
}

DESCRIPTOR("sync-data") byte_result *p2_sync_data(p2_file *self)
{
    return unit(self->flags & (P2_FLAG_WRITE | P2_FLAG_MUTATE) ? p1_fd_datasync(self->fd) : 0);
}

DESCRIPTOR("set-size") byte_result *p2_set_size(p2_file *self, uint64_t bytes)
{
    p1_errno error = check_file(self, P2_FLAG_WRITE);
    return unit(error ? error : p1_fd_filestat_set_size(self->fd, bytes));
}

/* ---- Metadata ---- */

static optional_time some_time(uint64_t nanoseconds)
{
    return (optional_time){P2_SOME, {nanoseconds / SECOND, (uint32_t)(nanoseconds % SECOND)}};
}

static stat_result *stat_value(p1_errno error, const p1_filestat *from)
{
    stat_result *result = p2_allocate(sizeof *result);
    if (error) {
        *result = (stat_result){.tag = P2_ERROR, .error = p2_error_code(error)};
        return result;
    }
    *result = (stat_result){
        .tag = P2_OK,
        .ok = {p2_type_of(from->filetype), from->links, from->bytes, some_time(from->access_time),
               some_time(from->modification_time), some_time(from->change_time)},
    };
    return result;
}

DESCRIPTOR("stat") stat_result *p2_stat(p2_file *self)
{
    p1_filestat stat;
    return stat_value(p1_fd_filestat_get(self->fd, &stat), &stat);
}

DESCRIPTOR("stat-at")
stat_result *p2_stat_at(p2_file *self, uint32_t follow, const uint8_t *path, uint32_t bytes)
{
    p1_filestat stat;
    return stat_value(p1_path_filestat_get(self->fd, follow, path, bytes, &stat), &stat);
}

DESCRIPTOR("is-same-object") bool p2_is_same_object(p2_file *self, p2_file *other)
{
    p1_filestat mine, theirs;
    if (p1_fd_filestat_get(self->fd, &mine) || p1_fd_filestat_get(other->fd, &theirs)) return false;
    return mine.device == theirs.device && mine.inode == theirs.inode;
}

/* A hash of both numbers. The constants of this hash are odd numbers without a pattern. */
static uint64_t mixed(uint64_t hash, uint64_t value)
{
    hash = (hash ^ value) * 0x9fb21c651e98df25u;
    return hash ^ (hash >> 29);
}

static hash_result *hash_value(p1_errno error, const p1_filestat *from)
{
    hash_result *result = p2_allocate(sizeof *result);
    if (error) {
        *result = (hash_result){.tag = P2_ERROR, .error = p2_error_code(error)};
        return result;
    }
    const uint64_t parts[] = {from->device, from->inode, from->bytes, from->modification_time, from->change_time};
    uint64_t lower = 0x6a09e667f3bcc909u, upper = 0xbb67ae8584caa73bu;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        lower = mixed(lower, parts[i]);
        upper = mixed(upper, lower);
    }
    *result = (hash_result){.tag = P2_OK, .ok = {mixed(lower, 1), mixed(upper, 2)}};
    return result;
}

DESCRIPTOR("metadata-hash") hash_result *p2_metadata_hash(p2_file *self)
{
    p1_filestat stat;
    return hash_value(p1_fd_filestat_get(self->fd, &stat), &stat);
}

DESCRIPTOR("metadata-hash-at")
hash_result *p2_metadata_hash_at(p2_file *self, uint32_t follow, const uint8_t *path, uint32_t bytes)
{
    p1_filestat stat;
    return hash_value(p1_path_filestat_get(self->fd, follow, path, bytes, &stat), &stat);
}

/* variant new-timestamp, as it is passed */
enum { NO_CHANGE = 0, NOW = 1, GIVEN = 2 };
typedef struct new_time {
    uint32_t kind;
    uint64_t seconds;
    uint32_t nanoseconds;
} new_time;

/* Two times in the terms of preview 1. */
typedef struct new_times {
    uint64_t access, modification;
    uint32_t flags;
} new_times;

static p1_errno nanoseconds_of(new_time from, uint64_t *to)
{
    *to = 0;
    if (from.kind != GIVEN) return 0;
    if (from.nanoseconds >= SECOND) return P1_INVAL;
    if (from.seconds >= UINT64_MAX / SECOND) return OVERFLOW;
    *to = from.seconds * SECOND + from.nanoseconds;
    return 0;
}

static p1_errno times_of(new_time access, new_time modification, new_times *to)
{
    to->flags = 0;
    if (access.kind == NOW) to->flags |= P1_SET_ACCESS_NOW;
    if (access.kind == GIVEN) to->flags |= P1_SET_ACCESS;
    if (modification.kind == NOW) to->flags |= P1_SET_MODIFICATION_NOW;
    if (modification.kind == GIVEN) to->flags |= P1_SET_MODIFICATION;
    p1_errno error = nanoseconds_of(access, &to->access);
    return error ? error : nanoseconds_of(modification, &to->modification);
}

DESCRIPTOR("set-times")
byte_result *p2_set_times(p2_file *self, uint32_t access, uint64_t access_seconds, uint32_t access_nanoseconds,
                          uint32_t modification, uint64_t modification_seconds, uint32_t modification_nanoseconds)
{
    new_times times;
    p1_errno error = times_of((new_time){access, access_seconds, access_nanoseconds},
                              (new_time){modification, modification_seconds, modification_nanoseconds}, &times);
    if (!error && !self->may_change) error = READ_ONLY;
    if (!error) error = p1_fd_filestat_set_times(self->fd, times.access, times.modification, times.flags);
    return unit(error);
}

DESCRIPTOR("set-times-at")
byte_result *p2_set_times_at(p2_file *self, uint32_t follow, const uint8_t *path, uint32_t bytes, uint32_t access,
                             uint64_t access_seconds, uint32_t access_nanoseconds, uint32_t modification,
                             uint64_t modification_seconds, uint32_t modification_nanoseconds)
{
    new_times times;
    p1_errno error = times_of((new_time){access, access_seconds, access_nanoseconds},
                              (new_time){modification, modification_seconds, modification_nanoseconds}, &times);
    if (!error && !may_change(self)) error = READ_ONLY;
    if (!error) {
        error = p1_path_filestat_set_times(self->fd, follow, path, bytes, times.access, times.modification,
                                           times.flags);
    }
    return unit(error);
}

/* ---- Opening ---- */

static p1_errno check_opening(const p2_file *directory, uint32_t open_flags, uint32_t flags)
{
    bool changes = flags & (P2_FLAG_WRITE | P2_FLAG_MUTATE) || open_flags & (P1_OFLAG_CREATE | P1_OFLAG_TRUNCATE);
    if (changes && !may_change(directory)) return READ_ONLY;
    return 0;
}

static uint32_t fdflags_of(uint32_t flags)
{
    uint32_t result = 0;
    if (flags & P2_FLAG_FILE_SYNC) result |= P1_FDFLAG_SYNC;
    if (flags & P2_FLAG_DATA_SYNC) result |= P1_FDFLAG_DSYNC;
    if (flags & P2_FLAG_WRITE_SYNC) result |= P1_FDFLAG_RSYNC;
    return result;
}

static p1_errno open_at(p2_file *directory, uint32_t follow, p2_string path, uint32_t open_flags, uint32_t flags,
                        p2_file **opened)
{
    p1_errno error = check_opening(directory, open_flags, flags);
    if (error) return error;
    /* A directory is opened for reading, and cannot be opened for writing. */
    uint64_t rights = P1_RIGHTS_ALL & ~(uint64_t)(P1_RIGHT_READ | P1_RIGHT_WRITE);
    if (flags & P2_FLAG_READ || !(flags & P2_FLAG_WRITE)) rights |= P1_RIGHT_READ;
    if (flags & P2_FLAG_WRITE) rights |= P1_RIGHT_WRITE;
    uint32_t fd;
    error = p1_path_open(directory->fd, follow, path.at, path.bytes, open_flags, rights, P1_RIGHTS_ALL,
                         fdflags_of(flags), &fd);
    if (error) return error;
    p1_fdstat status;
    error = p1_fd_fdstat_get(fd, &status);
    if (error) {
        p1_fd_close(fd);
        return error;
    }
    p2_file *file = p2_new_file(fd, status.filetype);
    p2_retain(file);
    file->flags = (flags & P2_FLAG_WRITE ? flags : flags | P2_FLAG_READ) & ~(uint32_t)P2_FLAG_MUTATE;
    file->may_change = may_change(directory);
    if (file->may_change && status.filetype == P1_DIRECTORY) file->flags |= P2_FLAG_MUTATE;
    *opened = file;
    return 0;
}

DESCRIPTOR("open-at")
p2_handle_result *p2_open_at(p2_file *self, uint32_t follow, const uint8_t *path, uint32_t bytes, uint32_t open_flags,
                          uint32_t flags)
{
    p2_handle_result *result = p2_allocate(sizeof *result);
    p2_file *file = NULL;
    p1_errno error = open_at(self, follow, (p2_string){path, bytes}, open_flags, flags, &file);
    *result = (p2_handle_result){.tag = P2_OK, .ok = file};
    if (error) *result = (p2_handle_result){.tag = P2_ERROR, .error = p2_error_code(error)};
    return result;
}

/* ---- Changing directories ---- */

DESCRIPTOR("create-directory-at")
byte_result *p2_create_directory_at(p2_file *self, const uint8_t *path, uint32_t bytes)
{
    return unit(may_change(self) ? p1_path_create_directory(self->fd, path, bytes) : READ_ONLY);
}

DESCRIPTOR("remove-directory-at")
byte_result *p2_remove_directory_at(p2_file *self, const uint8_t *path, uint32_t bytes)
{
    return unit(may_change(self) ? p1_path_remove_directory(self->fd, path, bytes) : READ_ONLY);
}

DESCRIPTOR("unlink-file-at") byte_result *p2_unlink_file_at(p2_file *self, const uint8_t *path, uint32_t bytes)
{
    return unit(may_change(self) ? p1_path_unlink_file(self->fd, path, bytes) : READ_ONLY);
}

DESCRIPTOR("link-at")
byte_result *p2_link_at(p2_file *self, uint32_t follow, const uint8_t *old_path, uint32_t old_bytes,
                        p2_file *new_directory, const uint8_t *new_path, uint32_t new_bytes)
{
    if (!may_change(self) || !may_change(new_directory)) return unit(READ_ONLY);
    return unit(p1_path_link(self->fd, follow, old_path, old_bytes, new_directory->fd, new_path, new_bytes));
}

DESCRIPTOR("rename-at")
byte_result *p2_rename_at(p2_file *self, const uint8_t *old_path, uint32_t old_bytes, p2_file *new_directory,
                          const uint8_t *new_path, uint32_t new_bytes)
{
    if (!may_change(self) || !may_change(new_directory)) return unit(READ_ONLY);
    return unit(p1_path_rename(self->fd, old_path, old_bytes, new_directory->fd, new_path, new_bytes));
}

DESCRIPTOR("symlink-at")
byte_result *p2_symlink_at(p2_file *self, const uint8_t *target, uint32_t target_bytes, const uint8_t *path,
                           uint32_t bytes)
{
    if (!may_change(self)) return unit(READ_ONLY);
    if (target_bytes > 0 && target[0] == '/') return unit(P1_NOTCAPABLE);
    return unit(p1_path_symlink(target, target_bytes, self->fd, path, bytes));
}

DESCRIPTOR("readlink-at") text_result *p2_readlink_at(p2_file *self, const uint8_t *path, uint32_t bytes)
{
    text_result *result = p2_allocate(sizeof *result);
    uint8_t *target = p2_allocate(MOST_NAME_BYTES);
    uint32_t used = 0;
    p1_errno error = p1_path_readlink(self->fd, path, bytes, target, MOST_NAME_BYTES, &used);
    if (!error && used > 0 && target[0] == '/') error = P1_NOTCAPABLE;
    if (!error && !p2_is_text(target, used)) error = P1_ILSEQ;
    *result = (text_result){.tag = P2_OK, .ok = {target, used}};
    if (error) *result = (text_result){.tag = P2_ERROR, .error = p2_error_code(error)};
    return result;
}
