/* Linux on AArch64: the instruction that makes a system call.
 *
 * Included by ../machine.h only. A result in [-4095, -1] is -errno.
 */
#ifndef SWASM_SYS_AARCH64_CALLS_H
#define SWASM_SYS_AARCH64_CALLS_H

#include "../generic_calls.h"

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
