/* Bindings of wasi:filesystem. */
#ifndef FILES_H
#define FILES_H

#include "wasi2.h"

enum { READ = 1, WRITE = 2, MUTATE = 32 };
enum { CREATE = 1, DIRECTORY = 2, EXCLUSIVE = 4, TRUNCATE = 8 };

typedef struct byte_result {
    uint8_t is_error, value;
} byte_result;

typedef struct handle_result {
    uint8_t is_error;
    union {
        int32_t handle;
        uint8_t error;
    };
} handle_result;

typedef struct size_result {
    uint8_t is_error;
    union {
        uint64_t bytes;
        uint8_t error;
    };
} size_result;

typedef struct text_result {
    uint8_t is_error;
    union {
        text text;
        uint8_t error;
    };
} text_result;

typedef struct read_result {
    uint8_t is_error;
    union {
        struct {
            list bytes;
            uint8_t is_end;
        };
        uint8_t error;
    };
} read_result;

typedef struct optional_time {
    uint8_t is_some;
    datetime time;
} optional_time;

typedef struct stat_result {
    uint8_t is_error;
    _Alignas(8) uint8_t type; /* or the error */
    uint64_t links, bytes;
    optional_time access, modification, change;
} stat_result;

typedef struct hash_result {
    uint8_t is_error;
    uint64_t lower, upper;
} hash_result;

typedef struct entry_result {
    uint8_t is_error;
    _Alignas(4) uint8_t is_some;
    _Alignas(4) uint8_t type;
    text name;
} entry_result;

typedef struct preopen {
    int32_t descriptor;
    text name;
} preopen;

#define FILES(name) IMPORT("wasi:filesystem/types", name)
#define FILE(name) FILES("[method]descriptor." name)
IMPORT("wasi:filesystem/preopens", "get-directories") void get_directories(list *result);
FILES("[resource-drop]descriptor") void drop_descriptor(int32_t self);
FILES("[resource-drop]directory-entry-stream") void drop_entries(int32_t self);
FILES("[method]directory-entry-stream.read-directory-entry") void read_directory_entry(int32_t self, entry_result *result);
FILE("read-via-stream") void read_via_stream(int32_t self, uint64_t offset, handle_result *result);
FILE("write-via-stream") void write_via_stream(int32_t self, uint64_t offset, handle_result *result);
FILE("append-via-stream") void append_via_stream(int32_t self, handle_result *result);
FILE("advise") void advise(int32_t self, uint64_t offset, uint64_t length, int32_t advice, byte_result *result);
FILE("sync-data") void sync_data(int32_t self, byte_result *result);
FILE("sync") void sync(int32_t self, byte_result *result);
FILE("get-flags") void get_flags(int32_t self, byte_result *result);
FILE("get-type") void get_type(int32_t self, byte_result *result);
FILE("set-size") void set_size(int32_t self, uint64_t bytes, byte_result *result);
FILE("set-times") void set_times(int32_t self, int32_t access, uint64_t access_seconds, uint32_t access_nanoseconds,
                                 int32_t modification, uint64_t modification_seconds,
                                 uint32_t modification_nanoseconds, byte_result *result);
FILE("read") void file_read(int32_t self, uint64_t length, uint64_t offset, read_result *result);
FILE("write")
void file_write(int32_t self, const void *at, uint32_t bytes, uint64_t offset, size_result *result);
FILE("read-directory") void read_directory(int32_t self, handle_result *result);
FILE("create-directory-at")
void create_directory_at(int32_t self, const char *path, uint32_t bytes, byte_result *result);
FILE("stat") void file_stat(int32_t self, stat_result *result);
FILE("stat-at") void stat_at(int32_t self, int32_t follow, const char *path, uint32_t bytes, stat_result *result);
FILE("set-times-at")
void set_times_at(int32_t self, int32_t follow, const char *path, uint32_t bytes, int32_t access,
                  uint64_t access_seconds, uint32_t access_nanoseconds, int32_t modification,
                  uint64_t modification_seconds, uint32_t modification_nanoseconds, byte_result *result);
FILE("link-at")
void link_at(int32_t self, int32_t follow, const char *old_path, uint32_t old_bytes, int32_t new_directory,
             const char *new_path, uint32_t new_bytes, byte_result *result);
FILE("open-at")
void open_at(int32_t self, int32_t follow, const char *path, uint32_t bytes, uint32_t open_flags, uint32_t flags,
             handle_result *result);
FILE("readlink-at") void readlink_at(int32_t self, const char *path, uint32_t bytes, text_result *result);
FILE("remove-directory-at")
void remove_directory_at(int32_t self, const char *path, uint32_t bytes, byte_result *result);
FILE("rename-at")
void rename_at(int32_t self, const char *old_path, uint32_t old_bytes, int32_t new_directory, const char *new_path,
               uint32_t new_bytes, byte_result *result);
FILE("symlink-at")
void symlink_at(int32_t self, const char *target, uint32_t target_bytes, const char *path, uint32_t bytes,
                byte_result *result);
FILE("unlink-file-at") void unlink_file_at(int32_t self, const char *path, uint32_t bytes, byte_result *result);
FILE("is-same-object") int32_t is_same_object(int32_t self, int32_t other);
FILE("metadata-hash") void metadata_hash(int32_t self, hash_result *result);
FILE("metadata-hash-at")
void metadata_hash_at(int32_t self, int32_t follow, const char *path, uint32_t bytes, hash_result *result);

#endif
