/* The guest's descriptors: small numbers of its own, each with a host descriptor, rights and flags.
 *
 * A call finds its entry with swasm_fd_find, which enforces rights and read-only grants. Besides, path_open
 * checks which rights a directory may pass on, and fd_fdstat_set_rights adds none. After a call that may grow the
 * table, an entry must be found again by its number.
 */
#ifndef SWASM_WASI_FDTABLE_H
#define SWASM_WASI_FDTABLE_H

#include "wasi.h"

enum {
    SWASM_FD_READ_ONLY = 1, /* inside a read-only grant: no right of SWASM_RIGHTS_MUTATING */
    SWASM_FD_PREOPEN = 2,   /* a granted directory; `name` is its name for the guest */
    SWASM_FD_FILE_GRANT = 4, /* with PREOPEN: a single file; `host` only names it */
    SWASM_FD_APPEND_ONLY = 8, /* a standard stream that the host opened for appending */
    SWASM_FD_NET = 16,    /* made by a call of swasm_net.def: a socket or a lookup */
    SWASM_FD_IPV6 = 32,   /* with NET: a socket of IPv6 */
    SWASM_FD_SERVES = 64, /* with NET: bound to an address where the program may listen */
    SWASM_FD_LOOKUP = 128, /* with NET: a lookup of a name (dns_lookup.h) */
    SWASM_FD_INLINE_COUNT = 16,
    SWASM_FD_DEFAULT_LIMIT = 1024,
    SWASM_FD_NO_HOST = -1,
    SWASM_FD_EMBEDDED = -2, /* inside the executable (embedded.h) */
    /* The flags of a file that the runtime opened: nobody else can change them. Streams and sockets may be
     * shared with other processes. */
    SWASM_FDFLAGS_KNOWN = 128,
    /* The file type of what was opened and whose type nobody has needed yet. Its `rights` may be more than
     * its kind of file can have; swasm_fd_find finds that out for all but FD_READ and FD_WRITE. The host
     * refuses to read a directory, and to open one for writing. */
    SWASM_FILETYPE_UNASKED = 255,
};

typedef struct swasm_fd {
    bool open;
    uint8_t filetype; /* SWASM_FILETYPE_* */
    uint8_t flags;    /* SWASM_FD_* */
    uint8_t fdflags;  /* SWASM_FDFLAG_*, with SWASM_FDFLAGS_KNOWN; 0: only the host knows them */
    int32_t host; /* SWASM_FD_NO_HOST for a lookup, SWASM_FD_EMBEDDED for what is in the executable */
    uint64_t rights, inheriting;
    const char *name; /* preopens: NUL-terminated */
    union {
        /* For a directory that is being listed: the kernel's positions after the entries seen so far (see
         * fd_dir.c). */
        uint64_t *positions;
        void *net; /* with NET: a lookup, or the peers of a socket (net_datagram.c); NULL if there are none */
        const struct swasm_embedded_node *node; /* with SWASM_FD_EMBEDDED */
    };
    union {
        struct swasm_ahead *ahead; /* with positions: entries that were read too early (fd_dir.c), or NULL */
        uint64_t position;         /* of a file with SWASM_FD_EMBEDDED */
    };
    uint32_t position_capacity;
    uint32_t entries_seen;             /* the largest cookie given out */
    uint32_t recent_first, recent_end; /* the range of entries whose positions the ring has */
} swasm_fd;

typedef struct swasm_fd_table {
    swasm_fd *entries; /* NULL while the capacity is 0; afterwards `inline_entries` or a mapping */
    uint32_t capacity;
    uint32_t limit; /* 0 means SWASM_FD_DEFAULT_LIMIT */
    swasm_fd inline_entries[SWASM_FD_INLINE_COUNT];
} swasm_fd_table;

/* Finds the entry of guest descriptor `number` if it is open and has all of `rights`. With rights 0 it only
 * has to be open.
 * EBADF        it is closed, or lacks FD_READ or FD_WRITE
 * EISDIR       it is a directory, and a right is one that only files can have
 * ENOTDIR      it is no directory, and a right is one that only directories can have
 * ESPIPE       a right needs a position, and it has none (terminal, pipe, socket)
 * EROFS        a right would change something inside a read-only grant
 * ENOTCAPABLE  it lacks another right
 */
uint32_t swasm_fd_find(swasm_fd_table *table, uint32_t number, uint64_t rights, swasm_fd **found);

/* Asks the host for the file type of an entry that is UNASKED, and takes away the rights that such a file
 * cannot have. Linked only with path_open, which makes such entries. Returns the host's error if it does not
 * tell. */
uint32_t swasm_fd_ask_type(swasm_fd *entry) __attribute__((weak));
/* Does that if it is needed. */
static inline uint32_t swasm_fd_know_type(swasm_fd *entry)
{
    return entry->filetype == SWASM_FILETYPE_UNASKED ? swasm_fd_ask_type(entry) : 0;
}

/* Makes sure that the table has room for the next swasm_fd_insert. Finds the number for it: the lowest free
 * one from `lowest` on.
 * EMFILE  the limit is reached
 * ENOMEM  no memory for a larger table */
uint32_t swasm_fd_reserve(swasm_fd_table *table, uint32_t lowest, uint32_t *number);

/* Puts `entry` at a number that swasm_fd_reserve found. If its host descriptor has the number of a standard
 * stream, moves it to another number, so that output for a closed stream never goes to a guest's file. If it
 * cannot be moved, it is closed.
 * EMFILE  the process has no other number for it */
uint32_t swasm_fd_insert(swasm_fd_table *table, uint32_t number, swasm_fd entry);

/* Closes a descriptor. Returns EBADF if it is closed already, otherwise the host's error in closing it, if
 * any. The descriptor is closed in any case. */
uint32_t swasm_fd_remove(swasm_fd_table *table, uint32_t number);

/* Frees what fd_readdir keeps for a directory. Linked with it. */
void swasm_fd_end_listing(swasm_fd *entry) __attribute__((weak));
/* Free what `net` of an entry points to. Linked with the calls that set it. */
void swasm_net_end_lookup(swasm_fd *entry) __attribute__((weak));
void swasm_net_release_peers(swasm_fd *entry) __attribute__((weak));

/* The file type of a host mode (S_IF*); sockets count as streams. */
uint8_t swasm_filetype_of_mode(uint32_t mode);

/* statx of an open host descriptor. */
long swasm_fd_stat(int32_t host, swasm_statx *stat);

/* The rights that a descriptor of this type can have, given the host descriptor's access mode (O_ACCMODE). */
uint64_t swasm_rights_of(int32_t host, uint8_t filetype, uint32_t access);
/* The rights that a descriptor with this access mode can have, whatever its type. */
uint64_t swasm_rights_of_access(uint32_t access);

#endif
