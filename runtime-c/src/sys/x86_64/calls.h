/* Linux on x86-64: system call numbers, and the one instruction that makes a system call.
 *
 * Included by ../machine.h only. The kernel clobbers rcx and r11; a result in [-4095, -1] is -errno.
 */
#ifndef SWASM_SYS_X86_64_CALLS_H
#define SWASM_SYS_X86_64_CALLS_H

enum {
    SWASM_SYS_READ = 0,
    SWASM_SYS_WRITE = 1,
    SWASM_SYS_CLOSE = 3,
    SWASM_SYS_FSTAT = 5,
    SWASM_SYS_LSEEK = 8,
    SWASM_SYS_PREAD64 = 17,
    SWASM_SYS_PWRITE64 = 18,
    SWASM_SYS_READV = 19,
    SWASM_SYS_WRITEV = 20,
    SWASM_SYS_PREADV = 295,
    SWASM_SYS_PWRITEV = 296,
    SWASM_SYS_MMAP = 9,
    SWASM_SYS_MPROTECT = 10,
    SWASM_SYS_MUNMAP = 11,
    SWASM_SYS_MADVISE = 28,
    SWASM_SYS_MREMAP = 25,
    SWASM_SYS_OPENAT = 257,
    SWASM_SYS_OPENAT2 = 437,
    SWASM_SYS_FCNTL = 72,
    SWASM_SYS_IOCTL = 16,
    SWASM_SYS_DUP = 32,
    SWASM_SYS_DUP3 = 292,
    SWASM_SYS_FTRUNCATE = 77,
    SWASM_SYS_FALLOCATE = 285,
    SWASM_SYS_FSYNC = 74,
    SWASM_SYS_FDATASYNC = 75,
    SWASM_SYS_FADVISE64 = 221,
    SWASM_SYS_GETDENTS64 = 217,
    SWASM_SYS_STATX = 332,
    SWASM_SYS_NEWFSTATAT = 262,
    SWASM_SYS_UTIMENSAT = 280,
    SWASM_SYS_MKDIRAT = 258,
    SWASM_SYS_UNLINKAT = 263,
    SWASM_SYS_RENAMEAT2 = 316,
    SWASM_SYS_LINKAT = 265,
    SWASM_SYS_SYMLINKAT = 266,
    SWASM_SYS_READLINKAT = 267,
    SWASM_SYS_FACCESSAT2 = 439,
    SWASM_SYS_FCHDIR = 81,
    SWASM_SYS_GETCWD = 79,
    SWASM_SYS_PPOLL = 271,
    SWASM_SYS_CLOCK_GETTIME = 228,
    SWASM_SYS_CLOCK_GETRES = 229,
    SWASM_SYS_CLOCK_NANOSLEEP = 230,
    SWASM_SYS_GETRANDOM = 318,
    SWASM_SYS_EXIT_GROUP = 231,
    SWASM_SYS_EXIT = 60,
    SWASM_SYS_SCHED_YIELD = 24,
    SWASM_SYS_RT_SIGACTION = 13,
    SWASM_SYS_RT_SIGPROCMASK = 14,
    SWASM_SYS_RT_SIGRETURN = 15,
    SWASM_SYS_SIGALTSTACK = 131,
    SWASM_SYS_GETPID = 39,
    SWASM_SYS_GETTID = 186,
    SWASM_SYS_TGKILL = 234,
    SWASM_SYS_SETITIMER = 38,
    SWASM_SYS_TIMER_CREATE = 222,
    SWASM_SYS_TIMER_SETTIME = 223,
    SWASM_SYS_SOCKET = 41,
    SWASM_SYS_BIND = 49,
    SWASM_SYS_LISTEN = 50,
    SWASM_SYS_ACCEPT4 = 288,
    SWASM_SYS_CONNECT = 42,
    SWASM_SYS_GETSOCKNAME = 51,
    SWASM_SYS_GETPEERNAME = 52,
    SWASM_SYS_GETSOCKOPT = 55,
    SWASM_SYS_SETSOCKOPT = 54,
    SWASM_SYS_RECVFROM = 45,
    SWASM_SYS_SENDTO = 44,
    SWASM_SYS_RECVMSG = 47,
    SWASM_SYS_SENDMSG = 46,
    SWASM_SYS_SHUTDOWN = 48,
    SWASM_SYS_PRCTL = 157,
    SWASM_SYS_SECCOMP = 317,
    SWASM_SYS_LANDLOCK_CREATE_RULESET = 444,
    SWASM_SYS_LANDLOCK_ADD_RULE = 445,
    SWASM_SYS_LANDLOCK_RESTRICT_SELF = 446,
    SWASM_SYS_FUTEX = 202,
    SWASM_SYS_CLOSE_RANGE = 436,
    SWASM_SYS_PRLIMIT64 = 302,
    SWASM_SYS_RESTART_SYSCALL = 219,
    SWASM_SYS_MEMFD_CREATE = 319,
    SWASM_SYS_PROCESS_VM_READV = 310,
};

/* The offset of the mode in struct stat. */
enum { SWASM_STAT_MODE_OFFSET = 24 };

/* The open flags that architectures do not share. */
enum { SWASM_O_DIRECTORY = 0200000, SWASM_O_NOFOLLOW = 0400000, SWASM_O_DIRECT = 040000 };

/* Not recorded: for setting up, before the process gives up the calls that it will not need. */
static inline __attribute__((always_inline)) long swasm_setup_syscall6(long number, long a, long b, long c, long d,
                                                                       long e, long f)
{
    long result;
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return result;
}

#endif
