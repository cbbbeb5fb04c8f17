/* The guest's descriptors: small numbers of its own, each with a host descriptor, rights and flags.
 *
 * A call finds its entry with swasm_fd_find, which is also the one place where rights and read-only
 * grants are enforced. Entries are found again by number, never kept across a call that may grow the table.
 */
#ifndef SWASM_WASI_FDTABLE_H
#define SWASM_WASI_FDTABLE_H

#include "wasi.h"

enum {
    SWASM_FD_READ_ONLY = 1, /* inside a read-only grant: nothing of SWASM_RIGHTS_MUTATING */
    SWASM_FD_PREOPEN = 2,   /* a granted directory, `name` is what the guest calls it */
    SWASM_FD_FILE_GRANT = 4, /* with PREOPEN: a single file; `host` only names it */
    SWASM_FD_APPEND_ONLY = 8, /* a standard stream that whoever started the program opened for appending */
    SWASM_FD_INLINE_COUNT = 16,
    SWASM_FD_DEFAULT_LIMIT = 1024,
};

typedef struct swasm_fd {
    bool open;
    uint8_t filetype; /* SWASM_FILETYPE_* when it was opened */
    uint8_t flags;    /* SWASM_FD_* */
    int32_t host;
    uint64_t rights, inheriting;
    const char *name; /* preopens: NUL-terminated */
    /* Directories being listed: the kernel's positions after entries seen so far (see fd_dir.c). */
    uint64_t *positions;
    uint32_t position_capacity;
    uint32_t entries_seen;             /* the largest cookie given out */
    uint32_t recent_first, recent_end; /* entries whose positions the ring has */
} swasm_fd;

typedef struct swasm_fd_table {
    swasm_fd *entries; /* NULL until the first insertion: then `inline_entries` or a mapping */
    uint32_t capacity;
    uint32_t limit; /* 0 means SWASM_FD_DEFAULT_LIMIT */
    swasm_fd inline_entries[SWASM_FD_INLINE_COUNT];
} swasm_fd_table;

/* The entry of guest descriptor `number` if it is open and has all of `rights`; rights 0 ask for nothing.
 * EBADF        closed, or lacks FD_READ or FD_WRITE
 * EISDIR       a directory, asked for what only files can do
 * ENOTDIR      not a directory, asked for what only directories can do
 * ESPIPE       asked for a position, and has none (terminal, pipe, socket)
 * EROFS        asked to change something inside a read-only grant
 * ENOTCAPABLE  lacks another right
 */
uint32_t swasm_fd_find(swasm_fd_table *table, uint32_t number, uint64_t rights, swasm_fd **found);

/* Makes sure that the next swasm_fd_insert succeeds and finds the number that it will use, the lowest free
 * one from `lowest` on.
 * EMFILE  the limit is reached
 * ENOMEM  no memory for a larger table */
uint32_t swasm_fd_reserve(swasm_fd_table *table, uint32_t lowest, uint32_t *number);

/* Puts `entry` at a number that swasm_fd_reserve found. Moves its host descriptor out of the standard
 * streams' numbers, so that nothing meant for a closed stream ends up in a guest's file; where it cannot be moved
 * it is closed.
 * EMFILE  the process has no other number for it */
uint32_t swasm_fd_insert(swasm_fd_table *table, uint32_t number, swasm_fd entry);

/* EBADF  closed already; otherwise the host's error in closing, with the descriptor gone all the same */
uint32_t swasm_fd_remove(swasm_fd_table *table, uint32_t number);

/* The file type of a host mode (S_IF*); sockets count as streams. */
uint8_t swasm_filetype_of_mode(uint32_t mode);

/* statx of an open host descriptor. */
long swasm_fd_stat(int32_t host, swasm_statx *stat);

/* What a descriptor of this type can be asked for, given the host descriptor's access mode (O_ACCMODE). */
uint64_t swasm_rights_of(int32_t host, uint8_t filetype, uint32_t access);

#endif
