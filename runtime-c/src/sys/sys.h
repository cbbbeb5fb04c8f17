/* The kernel as this runtime sees it: raw system calls and the kernel's structures and constants.
 *
 * It needs no libc and no kernel headers, so that any machine can build it for any target. Every call returns
 * a value or -errno (see swasm_is_error); there is no errno variable. Names are those of the kernel, with the
 * prefix SWASM_. Add the ones that you need.
 */
#ifndef SWASM_SYS_H
#define SWASM_SYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "machine.h"

/* ---- Calls -------------------------------------------------------------------------------------- */

/* Puts a constant number in the section swasm_syscalls, tied to the code around it. So the linker keeps the
 * numbers of those calls that the executable has, and filter.c allows no others. Code that chooses a number
 * at run time records each candidate where it chooses, and then calls swasm_recorded_syscall5. swasm_syscall6
 * does not compile with such a number. */
static inline __attribute__((always_inline)) void swasm_record_call(long number)
{
#if defined(__OPTIMIZE__) && !__STDC_HOSTED__
    if (__builtin_constant_p(number))
        __asm__ volatile(".Lswasm_call%=:\n\t"
                         ".pushsection swasm_syscalls,\"ao\",%%progbits,.Lswasm_call%=\n\t"
                         ".long %c0\n\t"
                         ".popsection"
                         :
                         : "i"(number));
#else
    (void)number;
#endif
}

#if defined(__OPTIMIZE__) && !__STDC_HOSTED__
void swasm_number_is_not_recorded(void) __attribute__((error("a system call whose number is not a constant")));
#endif

static inline __attribute__((always_inline)) long swasm_syscall6(long number, long a, long b, long c, long d, long e,
                                                                 long f)
{
#if defined(__OPTIMIZE__) && !__STDC_HOSTED__
    if (!__builtin_constant_p(number)) swasm_number_is_not_recorded();
#endif
    swasm_record_call(number);
    return swasm_setup_syscall6(number, a, b, c, d, e, f);
}

static inline __attribute__((always_inline)) long swasm_syscall0(long number)
{
    return swasm_syscall6(number, 0, 0, 0, 0, 0, 0);
}
static inline __attribute__((always_inline)) long swasm_syscall1(long number, long a)
{
    return swasm_syscall6(number, a, 0, 0, 0, 0, 0);
}
static inline __attribute__((always_inline)) long swasm_syscall2(long number, long a, long b)
{
    return swasm_syscall6(number, a, b, 0, 0, 0, 0);
}
static inline __attribute__((always_inline)) long swasm_syscall3(long number, long a, long b, long c)
{
    return swasm_syscall6(number, a, b, c, 0, 0, 0);
}
static inline __attribute__((always_inline)) long swasm_syscall4(long number, long a, long b, long c, long d)
{
    return swasm_syscall6(number, a, b, c, d, 0, 0);
}
static inline __attribute__((always_inline)) long swasm_syscall5(long number, long a, long b, long c, long d, long e)
{
    return swasm_syscall6(number, a, b, c, d, e, 0);
}

/* For a number that was recorded with swasm_record_call where it was chosen. */
static inline __attribute__((always_inline)) long swasm_recorded_syscall5(long number, long a, long b, long c, long d,
                                                                          long e)
{
    return swasm_setup_syscall6(number, a, b, c, d, e, 0);
}

/* As above, unrecorded: see swasm_setup_syscall6. */
static inline __attribute__((always_inline)) long swasm_setup_syscall5(long number, long a, long b, long c, long d,
                                                                       long e)
{
    return swasm_setup_syscall6(number, a, b, c, d, e, 0);
}

static inline bool swasm_is_error(long result) { return (unsigned long)result >= (unsigned long)-4095l; }

/* Ends the process (exit.c). */
_Noreturn void swasm_exit(int status);

/* Pages without access cost no memory until swasm_mprotect makes them accessible. */
static inline long swasm_mmap(void *address, size_t bytes, int protection, int flags)
{
    return swasm_syscall6(SWASM_SYS_MMAP, (long)address, (long)bytes, protection, flags, -1, 0);
}
static inline long swasm_munmap(void *address, size_t bytes)
{
    return swasm_syscall2(SWASM_SYS_MUNMAP, (long)address, (long)bytes);
}
static inline long swasm_mprotect(void *address, size_t bytes, int protection)
{
    return swasm_syscall3(SWASM_SYS_MPROTECT, (long)address, (long)bytes, protection);
}
static inline long swasm_write(int fd, const void *bytes, size_t count)
{
    return swasm_syscall3(SWASM_SYS_WRITE, fd, (long)bytes, (long)count);
}

/* ---- Errors: the kernel's numbers, the same on both architectures ----------------------------- */

enum {
    SWASM_EPERM = 1, SWASM_ENOENT = 2, SWASM_ESRCH = 3, SWASM_EINTR = 4, SWASM_EIO = 5, SWASM_ENXIO = 6,
    SWASM_E2BIG = 7, SWASM_ENOEXEC = 8, SWASM_EBADF = 9, SWASM_ECHILD = 10, SWASM_EAGAIN = 11,
    SWASM_ENOMEM = 12, SWASM_EACCES = 13, SWASM_EFAULT = 14, SWASM_EBUSY = 16, SWASM_EEXIST = 17,
    SWASM_EXDEV = 18, SWASM_ENODEV = 19, SWASM_ENOTDIR = 20, SWASM_EISDIR = 21, SWASM_EINVAL = 22,
    SWASM_ENFILE = 23, SWASM_EMFILE = 24, SWASM_ENOTTY = 25, SWASM_ETXTBSY = 26, SWASM_EFBIG = 27,
    SWASM_ENOSPC = 28, SWASM_ESPIPE = 29, SWASM_EROFS = 30, SWASM_EMLINK = 31, SWASM_EPIPE = 32,
    SWASM_EDOM = 33, SWASM_ERANGE = 34, SWASM_EDEADLK = 35, SWASM_ENAMETOOLONG = 36, SWASM_ENOLCK = 37,
    SWASM_ENOSYS = 38, SWASM_ENOTEMPTY = 39, SWASM_ELOOP = 40, SWASM_ENOMSG = 42, SWASM_EIDRM = 43,
    SWASM_ENOLINK = 67, SWASM_EPROTO = 71, SWASM_EMULTIHOP = 72, SWASM_EBADMSG = 74, SWASM_EOVERFLOW = 75,
    SWASM_EILSEQ = 84, SWASM_ENOTSOCK = 88, SWASM_EDESTADDRREQ = 89, SWASM_EMSGSIZE = 90,
    SWASM_EPROTOTYPE = 91, SWASM_ENOPROTOOPT = 92, SWASM_EPROTONOSUPPORT = 93, SWASM_EOPNOTSUPP = 95,
    SWASM_EAFNOSUPPORT = 97, SWASM_EADDRINUSE = 98, SWASM_EADDRNOTAVAIL = 99, SWASM_ENETDOWN = 100,
    SWASM_ENETUNREACH = 101, SWASM_ENETRESET = 102, SWASM_ECONNABORTED = 103, SWASM_ECONNRESET = 104,
    SWASM_ENOBUFS = 105, SWASM_EISCONN = 106, SWASM_ENOTCONN = 107, SWASM_ETIMEDOUT = 110,
    SWASM_ECONNREFUSED = 111, SWASM_EHOSTUNREACH = 113, SWASM_EALREADY = 114, SWASM_EINPROGRESS = 115,
    SWASM_ESTALE = 116, SWASM_EDQUOT = 122, SWASM_ECANCELED = 125, SWASM_EOWNERDEAD = 130,
    SWASM_ENOTRECOVERABLE = 131,
};

/* ---- Memory ------------------------------------------------------------------------------------- */

enum {
    SWASM_PROT_NONE = 0, SWASM_PROT_READ = 1, SWASM_PROT_WRITE = 2,
    SWASM_MAP_PRIVATE = 2, SWASM_MAP_FIXED = 16, SWASM_MAP_FIXED_NOREPLACE = 0x100000,
    SWASM_MAP_ANONYMOUS = 32, SWASM_MAP_NORESERVE = 0x4000,
    SWASM_MADV_DONTNEED = 4,
    SWASM_MADV_HUGEPAGE = 14,
};

/* ---- Files -------------------------------------------------------------------------------------- */

enum {
    SWASM_O_RDONLY = 0, SWASM_O_WRONLY = 1, SWASM_O_RDWR = 2, SWASM_O_ACCMODE = 3, SWASM_O_CREAT = 0100,
    SWASM_O_EXCL = 0200, SWASM_O_NOCTTY = 0400, SWASM_O_TRUNC = 01000, SWASM_O_APPEND = 02000,
    SWASM_O_NONBLOCK = 04000, SWASM_O_DSYNC = 010000, SWASM_O_SYNC = 04010000, SWASM_O_CLOEXEC = 02000000,
    SWASM_O_PATH = 010000000,
    SWASM_AT_FDCWD = -100, SWASM_AT_SYMLINK_NOFOLLOW = 0x100, SWASM_AT_REMOVEDIR = 0x200,
    SWASM_AT_SYMLINK_FOLLOW = 0x400, SWASM_AT_NO_AUTOMOUNT = 0x800, SWASM_AT_EMPTY_PATH = 0x1000,
    SWASM_F_DUPFD = 0, SWASM_F_GETFD = 1, SWASM_F_SETFD = 2, SWASM_F_GETFL = 3, SWASM_F_SETFL = 4,
    SWASM_F_DUPFD_CLOEXEC = 1030, SWASM_FD_CLOEXEC = 1,
    SWASM_SEEK_SET = 0, SWASM_SEEK_CUR = 1, SWASM_SEEK_END = 2,
    SWASM_S_IFMT = 0170000, SWASM_S_IFSOCK = 0140000, SWASM_S_IFLNK = 0120000, SWASM_S_IFREG = 0100000,
    SWASM_S_IFBLK = 0060000, SWASM_S_IFDIR = 0040000, SWASM_S_IFCHR = 0020000, SWASM_S_IFIFO = 0010000,
    SWASM_UTIME_NOW = 0x3fffffff, SWASM_UTIME_OMIT = 0x3ffffffe,
    SWASM_STATX_BASIC_STATS = 0x7ff,
    SWASM_PATH_MAX = 4096,
};

enum {
    SWASM_RESOLVE_NO_XDEV = 1, SWASM_RESOLVE_NO_MAGICLINKS = 2, SWASM_RESOLVE_NO_SYMLINKS = 4,
    SWASM_RESOLVE_BENEATH = 8, SWASM_RESOLVE_IN_ROOT = 16,
};

typedef struct swasm_timespec {
    int64_t seconds, nanoseconds;
} swasm_timespec;

typedef struct swasm_iovec {
    void *base;
    size_t bytes;
} swasm_iovec;

typedef struct swasm_open_how {
    uint64_t flags, mode, resolve;
} swasm_open_how;

typedef struct swasm_statx_time {
    int64_t seconds;
    uint32_t nanoseconds;
    int32_t reserved;
} swasm_statx_time;

typedef struct swasm_statx {
    uint32_t mask, block_bytes;
    uint64_t attributes;
    uint32_t links, uid, gid;
    uint16_t mode, padding;
    uint64_t inode, bytes, blocks, attributes_mask;
    swasm_statx_time access, birth, change, modification;
    uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
    uint64_t mount_id, reserved[13];
} swasm_statx;
_Static_assert(sizeof(swasm_statx) == 256, "struct statx of the kernel");

/* One entry of getdents64; `record_bytes` leads to the next. */
typedef struct swasm_dirent {
    uint64_t inode;
    int64_t next_offset;
    uint16_t record_bytes;
    uint8_t type;
    char name[];
} swasm_dirent;

typedef struct swasm_pollfd {
    int32_t fd;
    int16_t events, returned;
} swasm_pollfd;

enum {
    SWASM_POLLIN = 1, SWASM_POLLOUT = 4, SWASM_POLLERR = 8, SWASM_POLLHUP = 16, SWASM_POLLNVAL = 32,
    SWASM_CLOCK_REALTIME = 0, SWASM_CLOCK_MONOTONIC = 1, SWASM_CLOCK_PROCESS_CPUTIME = 2,
    SWASM_CLOCK_THREAD_CPUTIME = 3, SWASM_TIMER_ABSTIME = 1,
};

#endif
