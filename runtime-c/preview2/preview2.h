/* What the files of this module share: its exports, its memory, and the layouts of the canonical ABI.
 *
 * The module implements WASI 0.2. It is a guest like any other: it runs in the sandbox, and can only call
 * preview 1 of the runtime and, for sockets, the calls in net.h. The compiler adds an instance of it to each
 * program of components, and lifts its exports. A handle of a resource is the address of its object, as `own`
 * and as `borrow`.
 *
 * No function takes the address of another function. So the compiler can leave out all that a program does
 * not call.
 *
 * Rows of abi/wasi_p2.def have the types of the exports. Spec: CanonicalABI.md, Flattening, Loading.
 */
#ifndef PREVIEW2_H
#define PREVIEW2_H

#include "preview1.h"

/* An export that implements a function of an interface. */
#define P2_EXPORT(interface, name) __attribute__((export_name(interface "#" name)))

/* Stops the program: a component broke a rule of an interface for which the interface says "trap". */
_Noreturn static inline void p2_trap(void) { __builtin_trap(); }

/* ---- Memory (memory.c) ---- */

/* Memory for a value that is passed. It is freed at the end of the call of the export. Traps if no memory is
 * left. */
void *p2_allocate(size_t bytes);
/* Memory for an object, filled with zeros. It stays until p2_free. Traps if no memory is left. */
void *p2_new(size_t bytes);
void p2_free(void *object);

/* ---- Values ---- */

typedef struct p2_string {
    const uint8_t *at;
    uint32_t bytes;
} p2_string;

typedef struct p2_list {
    const void *at;
    uint32_t count;
} p2_list;

/* option<T>, result<T, E> and other variants begin with the number of their case. */
enum { P2_NONE = 0, P2_SOME = 1, P2_OK = 0, P2_ERROR = 1 };

/* record datetime */
typedef struct p2_datetime {
    uint64_t seconds;
    uint32_t nanoseconds;
} p2_datetime;

/* option<own<T>> */
typedef struct p2_option_handle {
    uint8_t is_some;
    const void *handle;
} p2_option_handle;

/* The text itself if it is UTF-8. Otherwise a copy by p2_allocate, in which each wrong byte is U+FFFD. */
p2_string p2_text(const uint8_t *at, uint32_t bytes);
/* Whether the text is UTF-8. */
bool p2_is_text(const uint8_t *at, uint32_t bytes);

/* ---- Codes of wasi:filesystem (codes.c) ---- */

/* The case of `error-code` for an errno. */
uint8_t p2_error_code(p1_errno error);
/* The case of `descriptor-type` for a type of preview 1. */
uint8_t p2_type_of(uint8_t filetype);

/* result<own<T>, error-code> */
typedef struct p2_handle_result {
    uint8_t tag;
    union {
        const void *ok;
        uint8_t error;
    };
} p2_handle_result;

/* ---- Files and streams (file.c, streams.c) ---- */

/* flags descriptor-flags */
enum {
    P2_FLAG_READ = 1, P2_FLAG_WRITE = 2, P2_FLAG_FILE_SYNC = 4, P2_FLAG_DATA_SYNC = 8, P2_FLAG_WRITE_SYNC = 16,
    P2_FLAG_MUTATE = 32,
};

/* A descriptor of preview 1, and how many objects use it: descriptors, sockets, streams and others. */
typedef struct p2_file {
    uint32_t fd;
    uint32_t users;
    uint32_t flags; /* of `descriptor-flags` */
    uint8_t filetype;
    bool is_borrowed; /* never closed */
    bool appends;     /* the descriptor has APPEND set now */
    bool may_change;  /* the grant allows to change it, its metadata and, in a directory, its entries */
    bool listens;     /* a socket that listens */
    bool ends_reading; /* a socket that was shut down for receiving */
} p2_file;

p2_file *p2_new_file(uint32_t fd, uint8_t filetype);
void p2_retain(p2_file *file);
/* Closes the descriptor after its last user. */
void p2_release(p2_file *file);
/* Sets or clears APPEND. While it is set, Linux appends even if pwrite names another place. Returns an
 * errno. */
p1_errno p2_set_appends(p2_file *file, bool appends);

typedef enum p2_position {
    P2_SEQUENTIAL, /* the descriptor has its own position, or none: a terminal, pipe or socket */
    P2_AT_OFFSET,
    P2_APPENDING,
} p2_position;

typedef struct p2_stream {
    p2_file *file;
    p2_position position;
    bool is_closed; /* it ended, or an operation failed */
    uint64_t offset;
} p2_stream;

p2_stream *p2_new_stream(p2_file *file, p2_position position, uint64_t offset);

typedef struct p2_error {
    p1_errno code;
} p2_error;

/* ---- Pollables (poll.c) ---- */

/* P2_SOCKET: a socket that listens has a connection to accept; another one has finished connecting. */
typedef enum p2_event { P2_ALWAYS, P2_READABLE, P2_WRITABLE, P2_INSTANT, P2_SOCKET } p2_event;

typedef struct p2_pollable {
    p2_event event;
    p2_file *file;    /* NULL: none. A user of it, so its descriptor does not become another file's meanwhile. */
    uint64_t instant; /* of the monotonic clock, in nanoseconds */
} p2_pollable;

p2_pollable *p2_new_pollable(p2_event event, p2_file *file, uint64_t instant);
/* Waits for a file. */
void p2_wait(p2_event event, p2_file *file);
/* Whether a file is ready now. */
bool p2_is_ready(p2_event event, p2_file *file);

#endif
