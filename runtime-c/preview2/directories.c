/* wasi:filesystem: the entries of a directory, and the granted directories. Spec: wasi-filesystem,
 * types.wit and preopens.wit. */
#include "preview2.h"

/* result<option<directory-entry>, error-code> */
typedef struct entry_result {
    uint8_t tag;
    union {
        struct {
            uint8_t is_some;
            _Alignas(4) uint8_t type;
            p2_string name;
        } ok;
        uint8_t error;
    };
} entry_result;

/* ---- Entries ---- */

/* The bytes [next, filled) of the buffer are entries that were read from the host and not yet given out. */
typedef struct entries {
    p2_file *file;
    uint64_t cookie;
    uint32_t next, filled;
    bool is_end;
    uint8_t buffer[4096];
} entries;

P2_EXPORT("wasi:filesystem/types", "[dtor]directory-entry-stream") void p2_drop_entries(entries *stream)
{
    p2_release(stream->file);
    p2_free(stream);
}

P2_EXPORT("wasi:filesystem/types", "[method]descriptor.read-directory")
p2_handle_result *p2_read_directory(p2_file *self)
{
    enum { NOT_A_DIRECTORY = 54 };
    p2_handle_result *result = p2_allocate(sizeof *result);
    if (self->filetype != P1_DIRECTORY) {
        *result = (p2_handle_result){.tag = P2_ERROR, .error = p2_error_code(NOT_A_DIRECTORY)};
        return result;
    }
    entries *stream = p2_new(sizeof *stream);
    stream->file = self;
    p2_retain(self);
    *result = (p2_handle_result){.tag = P2_OK, .ok = stream};
    return result;
}

/* Whether the buffer has a whole entry. Stores its header if the buffer has that. */
static bool has_entry(const entries *stream, p1_dirent *entry)
{
    uint32_t left = stream->filled - stream->next;
    if (left < sizeof *entry) return false;
    __builtin_memcpy(entry, stream->buffer + stream->next, sizeof *entry);
    return left - sizeof *entry >= entry->name_bytes;
}

static p1_errno fill(entries *stream)
{
    stream->next = 0;
    p1_errno error = p1_fd_readdir(stream->file->fd, stream->buffer, sizeof stream->buffer, stream->cookie,
                                   &stream->filled);
    stream->is_end = stream->filled < sizeof stream->buffer;
    return error;
}

static bool is_dots(p2_string name)
{
    return name.bytes <= 2 && name.at[0] == '.' && name.at[name.bytes - 1] == '.';
}

/* Stores the next entry that is not `.` or `..`. If there is none, the name has no bytes. */
static p1_errno next_entry(entries *stream, p1_dirent *entry, p2_string *name)
{
    do {
        *name = (p2_string){NULL, 0};
        if (!has_entry(stream, entry)) {
            if (stream->is_end) return 0;
            p1_errno error = fill(stream);
            if (error) return error;
            if (!has_entry(stream, entry)) return stream->is_end ? 0 : P1_NAMETOOLONG;
        }
        *name = (p2_string){stream->buffer + stream->next + sizeof *entry, entry->name_bytes};
        stream->next += sizeof *entry + entry->name_bytes;
        stream->cookie = entry->next;
    } while (is_dots(*name));
    return 0;
}

P2_EXPORT("wasi:filesystem/types", "[method]directory-entry-stream.read-directory-entry")
entry_result *p2_read_directory_entry(entries *self)
{
    entry_result *result = p2_allocate(sizeof *result);
    p1_dirent entry;
    p2_string name;
    p1_errno error = next_entry(self, &entry, &name);
    if (!error && !p2_is_text(name.at, name.bytes)) error = P1_ILSEQ;
    *result = (entry_result){.tag = P2_OK, .ok = {.is_some = P2_NONE}};
    if (error) {
        *result = (entry_result){.tag = P2_ERROR, .error = p2_error_code(error)};
    } else if (name.bytes > 0) {
        *result = (entry_result){.tag = P2_OK, .ok = {P2_SOME, p2_type_of(entry.filetype), name}};
    }
    return result;
}

/* ---- wasi:filesystem/preopens ---- */

/* list<tuple<own<descriptor>, string>> */
typedef struct preopen {
    p2_file *descriptor;
    p2_string name;
} preopen;

/* Reads the name of a granted directory, and whether the grant allows changes. */
static bool open_preopen(uint32_t fd, preopen *result)
{
    p1_prestat prestat;
    p1_fdstat status;
    if (p1_fd_prestat_get(fd, &prestat) || p1_fd_fdstat_get(fd, &status)) return false;
    uint8_t *name = p2_allocate(prestat.name_bytes);
    if (p1_fd_prestat_dir_name(fd, name, prestat.name_bytes)) return false;
    p2_file *file = p2_new_file(fd, P1_DIRECTORY);
    file->is_borrowed = true;
    file->flags = P2_FLAG_READ;
    file->may_change = status.rights & (P1_RIGHT_CREATE_FILE | P1_RIGHT_CREATE_DIRECTORY);
    if (file->may_change) file->flags |= P2_FLAG_MUTATE;
    p2_retain(file);
    *result = (preopen){file, p2_text(name, prestat.name_bytes)};
    return true;
}

P2_EXPORT("wasi:filesystem/preopens", "get-directories") p2_list *p2_get_directories(void)
{
    enum { FIRST = 3 };
    p1_prestat prestat;
    uint32_t count = 0;
    while (!p1_fd_prestat_get(FIRST + count, &prestat)) count++;
    preopen *directories = p2_allocate(count * sizeof *directories);
    for (uint32_t i = 0; i < count; i++) {
        if (!open_preopen(FIRST + i, &directories[i])) p2_trap();
    }
    p2_list *result = p2_allocate(sizeof *result);
    *result = (p2_list){directories, count};
    return result;
}
