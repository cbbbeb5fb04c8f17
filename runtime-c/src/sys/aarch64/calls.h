/* Linux on AArch64: system call numbers, and the one instruction that makes a system call.
 *
 * Included by ../machine.h only. A result in [-4095, -1] is -errno.
 */
#ifndef SWASM_SYS_AARCH64_CALLS_H
#define SWASM_SYS_AARCH64_CALLS_H

enum {
    SWASM_SYS_READ = 63,
    SWASM_SYS_WRITE = 64,
    SWASM_SYS_CLOSE = 57,
    SWASM_SYS_FSTAT = 80,
    SWASM_SYS_LSEEK = 62,
    SWASM_SYS_PREAD64 = 67,
    SWASM_SYS_PWRITE64 = 68,
    SWASM_SYS_READV = 65,
    SWASM_SYS_WRITEV = 66,
    SWASM_SYS_PREADV = 69,
    SWASM_SYS_PWRITEV = 70,
    SWASM_SYS_MMAP = 222,
    SWASM_SYS_MPROTECT = 226,
    SWASM_SYS_MUNMAP = 215,
    SWASM_SYS_MADVISE = 233,
    SWASM_SYS_MREMAP = 216,
    SWASM_SYS_OPENAT = 56,
    SWASM_SYS_OPENAT2 = 437,
    SWASM_SYS_FCNTL = 25,
    SWASM_SYS_IOCTL = 29,
    SWASM_SYS_DUP = 23,
    SWASM_SYS_DUP3 = 24,
    SWASM_SYS_FTRUNCATE = 46,
    SWASM_SYS_FALLOCATE = 47,
    SWASM_SYS_FSYNC = 82,
    SWASM_SYS_FDATASYNC = 83,
    SWASM_SYS_FADVISE64 = 223,
    SWASM_SYS_GETDENTS64 = 61,
    SWASM_SYS_STATX = 291,
    SWASM_SYS_NEWFSTATAT = 79,
    SWASM_SYS_UTIMENSAT = 88,
    SWASM_SYS_MKDIRAT = 34,
    SWASM_SYS_UNLINKAT = 35,
    SWASM_SYS_RENAMEAT2 = 276,
    SWASM_SYS_LINKAT = 37,
    SWASM_SYS_SYMLINKAT = 36,
    SWASM_SYS_READLINKAT = 78,
    SWASM_SYS_FACCESSAT2 = 439,
    SWASM_SYS_FCHDIR = 50,
    SWASM_SYS_GETCWD = 17,
    SWASM_SYS_PPOLL = 73,
    SWASM_SYS_CLOCK_GETTIME = 113,
    SWASM_SYS_CLOCK_GETRES = 114,
    SWASM_SYS_CLOCK_NANOSLEEP = 115,
    SWASM_SYS_GETRANDOM = 278,
    SWASM_SYS_EXIT_GROUP = 94,
    SWASM_SYS_SCHED_YIELD = 124,
    SWASM_SYS_RT_SIGACTION = 134,
    SWASM_SYS_RT_SIGPROCMASK = 135,
    SWASM_SYS_RT_SIGRETURN = 139,
    SWASM_SYS_SIGALTSTACK = 132,
    SWASM_SYS_GETPID = 172,
    SWASM_SYS_GETTID = 178,
    SWASM_SYS_TGKILL = 131,
    SWASM_SYS_SETITIMER = 103,
    SWASM_SYS_TIMER_CREATE = 107,
    SWASM_SYS_TIMER_SETTIME = 110,
    SWASM_SYS_SOCKET = 198,
    SWASM_SYS_BIND = 200,
    SWASM_SYS_LISTEN = 201,
    SWASM_SYS_ACCEPT4 = 242,
    SWASM_SYS_CONNECT = 203,
    SWASM_SYS_GETSOCKNAME = 204,
    SWASM_SYS_GETPEERNAME = 205,
    SWASM_SYS_GETSOCKOPT = 209,
    SWASM_SYS_SETSOCKOPT = 208,
    SWASM_SYS_RECVFROM = 207,
    SWASM_SYS_SENDTO = 206,
    SWASM_SYS_RECVMSG = 212,
    SWASM_SYS_SENDMSG = 211,
    SWASM_SYS_SHUTDOWN = 210,
    SWASM_SYS_PRCTL = 167,
    SWASM_SYS_SECCOMP = 277,
    SWASM_SYS_LANDLOCK_CREATE_RULESET = 444,
    SWASM_SYS_LANDLOCK_ADD_RULE = 445,
    SWASM_SYS_LANDLOCK_RESTRICT_SELF = 446,
    SWASM_SYS_FUTEX = 98,
    SWASM_SYS_CLOSE_RANGE = 436,
    SWASM_SYS_PRLIMIT64 = 261,
    SWASM_SYS_RESTART_SYSCALL = 128,
    SWASM_SYS_MEMFD_CREATE = 279,
    SWASM_SYS_PROCESS_VM_READV = 270,
};

/* The offset of the mode in struct stat. */
enum { SWASM_STAT_MODE_OFFSET = 16 };

/* The open flags that architectures do not share. */
enum { SWASM_O_DIRECTORY = 040000, SWASM_O_NOFOLLOW = 0100000, SWASM_O_DIRECT = 0200000 };

/* Not recorded: for setting up, before the process gives up the calls that it will not need. */
static inline __attribute__((always_inline)) long swasm_setup_syscall6(long number, long a, long b, long c, long d,
                                                                       long e, long f)
{
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;
    __asm__ volatile("svc 0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory");
    return x0;
}

#endif
