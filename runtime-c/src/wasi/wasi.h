/* The names of WASI preview 1: errno values, rights, flags and file types; and the parts that all calls
 * share.
 *
 * Numbers are those of the witx files of wasi_snapshot_preview1. Only swasm_wasi_errno turns a host error
 * (-errno) into a guest's errno.
 */
#ifndef SWASM_WASI_WASI_H
#define SWASM_WASI_WASI_H

#include "../../abi/wasi_p1.h"
#include "../sys/sys.h"

/* The names of each list are in the order of their numbers, or of their bits. */
#define SWASM_WASI_ERRNOS(X) X(SUCCESS) X(2BIG) X(ACCES) X(ADDRINUSE) X(ADDRNOTAVAIL)            \
    X(AFNOSUPPORT) X(AGAIN) X(ALREADY) X(BADF) X(BADMSG) X(BUSY) X(CANCELED) X(CHILD)            \
    X(CONNABORTED) X(CONNREFUSED) X(CONNRESET) X(DEADLK) X(DESTADDRREQ) X(DOM) X(DQUOT)          \
    X(EXIST) X(FAULT) X(FBIG) X(HOSTUNREACH) X(IDRM) X(ILSEQ) X(INPROGRESS) X(INTR) X(INVAL)     \
    X(IO) X(ISCONN) X(ISDIR) X(LOOP) X(MFILE) X(MLINK) X(MSGSIZE) X(MULTIHOP) X(NAMETOOLONG)     \
    X(NETDOWN) X(NETRESET) X(NETUNREACH) X(NFILE) X(NOBUFS) X(NODEV) X(NOENT) X(NOEXEC)          \
    X(NOLCK) X(NOLINK) X(NOMEM) X(NOMSG) X(NOPROTOOPT) X(NOSPC) X(NOSYS) X(NOTCONN) X(NOTDIR)    \
    X(NOTEMPTY) X(NOTRECOVERABLE) X(NOTSOCK) X(NOTSUP) X(NOTTY) X(NXIO) X(OVERFLOW)              \
    X(OWNERDEAD) X(PERM) X(PIPE) X(PROTO) X(PROTONOSUPPORT) X(PROTOTYPE) X(RANGE) X(ROFS)        \
    X(SPIPE) X(SRCH) X(STALE) X(TIMEDOUT) X(TXTBSY) X(XDEV) X(NOTCAPABLE)
#define SWASM_WASI_RIGHTS(X) X(FD_DATASYNC) X(FD_READ) X(FD_SEEK) X(FD_FDSTAT_SET_FLAGS)         \
    X(FD_SYNC) X(FD_TELL) X(FD_WRITE) X(FD_ADVISE) X(FD_ALLOCATE) X(PATH_CREATE_DIRECTORY)       \
    X(PATH_CREATE_FILE) X(PATH_LINK_SOURCE) X(PATH_LINK_TARGET) X(PATH_OPEN) X(FD_READDIR)       \
    X(PATH_READLINK) X(PATH_RENAME_SOURCE) X(PATH_RENAME_TARGET) X(PATH_FILESTAT_GET)            \
    X(PATH_FILESTAT_SET_SIZE) X(PATH_FILESTAT_SET_TIMES) X(FD_FILESTAT_GET)                      \
    X(FD_FILESTAT_SET_SIZE) X(FD_FILESTAT_SET_TIMES) X(PATH_SYMLINK) X(PATH_REMOVE_DIRECTORY)    \
    X(PATH_UNLINK_FILE) X(POLL_FD_READWRITE) X(SOCK_SHUTDOWN) X(SOCK_ACCEPT)
#define SWASM_WASI_FILETYPES(X) X(UNKNOWN) X(BLOCK_DEVICE) X(CHARACTER_DEVICE) X(DIRECTORY)      \
    X(REGULAR_FILE) X(SOCKET_DGRAM) X(SOCKET_STREAM) X(SYMBOLIC_LINK)
#define SWASM_WASI_FDFLAGS(X) X(APPEND) X(DSYNC) X(NONBLOCK) X(RSYNC) X(SYNC)
#define SWASM_WASI_OFLAGS(X) X(CREAT) X(DIRECTORY) X(EXCL) X(TRUNC)
#define SWASM_WASI_FSTFLAGS(X) X(ATIM) X(ATIM_NOW) X(MTIM) X(MTIM_NOW)

enum {
#define X(name) SWASM_WASI_##name,
    SWASM_WASI_ERRNOS(X)
#undef X
};

enum {
#define X(name) SWASM_FILETYPE_##name,
    SWASM_WASI_FILETYPES(X)
#undef X
};

enum {
#define X(name) SWASM_BIT_OF_RIGHT_##name,
    SWASM_WASI_RIGHTS(X)
#undef X
#define X(name) SWASM_BIT_OF_FDFLAG_##name,
    SWASM_BIT_BEFORE_FDFLAGS = -1, SWASM_WASI_FDFLAGS(X)
#undef X
#define X(name) SWASM_BIT_OF_OFLAG_##name,
    SWASM_BIT_BEFORE_OFLAGS = -1, SWASM_WASI_OFLAGS(X)
#undef X
#define X(name) SWASM_BIT_OF_FSTFLAG_##name,
    SWASM_BIT_BEFORE_FSTFLAGS = -1, SWASM_WASI_FSTFLAGS(X)
#undef X
};

enum {
#define X(name) SWASM_FDFLAG_##name = 1 << SWASM_BIT_OF_FDFLAG_##name,
    SWASM_WASI_FDFLAGS(X)
#undef X
#define X(name) SWASM_OFLAG_##name = 1 << SWASM_BIT_OF_OFLAG_##name,
    SWASM_WASI_OFLAGS(X)
#undef X
#define X(name) SWASM_FSTFLAG_##name = 1 << SWASM_BIT_OF_FSTFLAG_##name,
    SWASM_WASI_FSTFLAGS(X)
#undef X
    SWASM_FDFLAGS_ALL = 31, SWASM_OFLAGS_ALL = 15, SWASM_FSTFLAGS_ALL = 15,
    SWASM_LOOKUP_SYMLINK_FOLLOW = 1,
};

/* Rights are bits of a u64; all of them fit 32 bits. */
enum {
#define X(name) SWASM_RIGHT_##name = 1 << SWASM_BIT_OF_RIGHT_##name,
    SWASM_WASI_RIGHTS(X)
#undef X

    SWASM_RIGHTS_ALL = (1 << 30) - 1,
    /* The rights that a directory's descriptor can have itself. It can only pass on the others. */
    SWASM_RIGHTS_DIRECTORY = SWASM_RIGHT_PATH_CREATE_DIRECTORY | SWASM_RIGHT_PATH_CREATE_FILE |
                             SWASM_RIGHT_PATH_LINK_SOURCE | SWASM_RIGHT_PATH_LINK_TARGET |
                             SWASM_RIGHT_PATH_OPEN | SWASM_RIGHT_FD_READDIR | SWASM_RIGHT_PATH_READLINK |
                             SWASM_RIGHT_PATH_RENAME_SOURCE | SWASM_RIGHT_PATH_RENAME_TARGET |
                             SWASM_RIGHT_PATH_FILESTAT_GET | SWASM_RIGHT_PATH_FILESTAT_SET_SIZE |
                             SWASM_RIGHT_PATH_FILESTAT_SET_TIMES | SWASM_RIGHT_FD_FILESTAT_GET |
                             SWASM_RIGHT_FD_FILESTAT_SET_TIMES | SWASM_RIGHT_PATH_SYMLINK |
                             SWASM_RIGHT_PATH_REMOVE_DIRECTORY | SWASM_RIGHT_PATH_UNLINK_FILE |
                             SWASM_RIGHT_FD_SYNC | SWASM_RIGHT_FD_DATASYNC | SWASM_RIGHT_FD_FDSTAT_SET_FLAGS,
    SWASM_RIGHTS_FILE = SWASM_RIGHT_FD_DATASYNC | SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_SEEK |
                        SWASM_RIGHT_FD_FDSTAT_SET_FLAGS | SWASM_RIGHT_FD_SYNC | SWASM_RIGHT_FD_TELL |
                        SWASM_RIGHT_FD_WRITE | SWASM_RIGHT_FD_ADVISE | SWASM_RIGHT_FD_ALLOCATE |
                        SWASM_RIGHT_FD_FILESTAT_GET | SWASM_RIGHT_FD_FILESTAT_SET_SIZE |
                        SWASM_RIGHT_FD_FILESTAT_SET_TIMES | SWASM_RIGHT_POLL_FD_READWRITE,
    /* Terminals, pipes and sockets have no position. wasi-libc's isatty needs SEEK and TELL to be absent. */
    SWASM_RIGHTS_STREAM = SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_WRITE | SWASM_RIGHT_FD_FDSTAT_SET_FLAGS |
                          SWASM_RIGHT_FD_FILESTAT_GET | SWASM_RIGHT_POLL_FD_READWRITE |
                          SWASM_RIGHT_FD_SYNC | SWASM_RIGHT_FD_DATASYNC | SWASM_RIGHT_FD_FILESTAT_SET_TIMES,
    SWASM_RIGHTS_SOCKET = SWASM_RIGHTS_STREAM | SWASM_RIGHT_SOCK_SHUTDOWN | SWASM_RIGHT_SOCK_ACCEPT,
    /* The rights that need a host descriptor that is open for writing. */
    SWASM_RIGHTS_WRITE = SWASM_RIGHT_FD_WRITE | SWASM_RIGHT_FD_ALLOCATE | SWASM_RIGHT_FD_FILESTAT_SET_SIZE,
    /* The rights that a read-only grant refuses. LINK_SOURCE too: a second name elsewhere would be
     * writable. */
    SWASM_RIGHTS_MUTATING = SWASM_RIGHTS_WRITE | SWASM_RIGHT_PATH_CREATE_DIRECTORY |
                            SWASM_RIGHT_PATH_CREATE_FILE | SWASM_RIGHT_PATH_LINK_SOURCE |
                            SWASM_RIGHT_PATH_LINK_TARGET | SWASM_RIGHT_PATH_RENAME_SOURCE |
                            SWASM_RIGHT_PATH_RENAME_TARGET | SWASM_RIGHT_PATH_FILESTAT_SET_SIZE |
                            SWASM_RIGHT_PATH_FILESTAT_SET_TIMES | SWASM_RIGHT_FD_FILESTAT_SET_TIMES |
                            SWASM_RIGHT_PATH_SYMLINK | SWASM_RIGHT_PATH_REMOVE_DIRECTORY |
                            SWASM_RIGHT_PATH_UNLINK_FILE,
};

/* A pseudo errno of resolve.c: the path leaves the directory that was granted. */
enum { SWASM_EESCAPE = 4000 };

/* The guest's errno for a host result: 0 for any value that is not an error. */
uint32_t swasm_wasi_errno(long result);

#endif
