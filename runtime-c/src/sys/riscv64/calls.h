/* Linux on 64-bit RISC-V: the instruction that makes a system call.
 *
 * Included by ../machine.h only. A result in [-4095, -1] is -errno.
 */
#ifndef SWASM_SYS_RISCV64_CALLS_H
#define SWASM_SYS_RISCV64_CALLS_H

#include "../generic_calls.h"

/* The open flags that architectures do not share. */
enum { SWASM_O_DIRECTORY = 0200000, SWASM_O_NOFOLLOW = 0400000, SWASM_O_DIRECT = 040000 };

/* Not recorded: for setting up, before the process gives up the calls that it will not need. */
static inline __attribute__((always_inline)) long swasm_setup_syscall6(long number, long a, long b, long c, long d,
                                                                       long e, long f)
{
    register long a7 __asm__("a7") = number;
    register long a0 __asm__("a0") = a;
    register long a1 __asm__("a1") = b;
    register long a2 __asm__("a2") = c;
    register long a3 __asm__("a3") = d;
    register long a4 __asm__("a4") = e;
    register long a5 __asm__("a5") = f;
    __asm__ volatile("ecall"
                     : "+r"(a0)
                     : "r"(a7), "r"(a1), "r"(a2), "r"(a3), "r"(a4), "r"(a5)
                     : "memory");
    return a0;
}

#endif
