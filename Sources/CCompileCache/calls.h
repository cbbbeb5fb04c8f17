/* System calls without a C library. Each returns the kernel's result: -errno on failure. */
#ifndef SWASMC_CACHE_CALLS_H
#define SWASMC_CACHE_CALLS_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static inline long swasmc_call(long number, long a, long b, long c, long d, long e)
{
#if defined(__x86_64__)
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
                     : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long x8 __asm__("x8") = number;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4) : "memory");
    return x0;
#else
#error "no system calls for this processor"
#endif
}

static inline int sys_open(int directory, const char *path, int flags, unsigned mode)
{
    return (int)swasmc_call(SYS_openat, directory, (long)path, flags | O_CLOEXEC, mode, 0);
}

static inline void sys_close(int file) { swasmc_call(SYS_close, file, 0, 0, 0, 0); }

/* The status of `path`; of `directory` itself if `path` is "" and the flags have AT_EMPTY_PATH. */
static inline int sys_stat(int directory, const char *path, struct stat *status, int flags)
{
    return (int)swasmc_call(SYS_newfstatat, directory, (long)path, (long)status, flags, 0);
}

static inline int sys_fstat(int file, struct stat *status)
{
    return (int)swasmc_call(SYS_fstat, file, (long)status, 0, 0, 0);
}

static inline long sys_read(int file, void *bytes, size_t count)
{
    return swasmc_call(SYS_read, file, (long)bytes, (long)count, 0, 0);
}

static inline long sys_pread(int file, void *bytes, size_t count, uint64_t offset)
{
    return swasmc_call(SYS_pread64, file, (long)bytes, (long)count, (long)offset, 0);
}

static inline long sys_write(int file, const void *bytes, size_t count)
{
    return swasmc_call(SYS_write, file, (long)bytes, (long)count, 0, 0);
}

static inline unsigned sys_user(void) { return (unsigned)swasmc_call(SYS_geteuid, 0, 0, 0, 0, 0); }

#endif
