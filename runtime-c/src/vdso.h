/* The kernel's functions that need no system call: those of the vDSO, which it maps into every process. */
#ifndef SWASM_VDSO_H
#define SWASM_VDSO_H

#include "sys/sys.h"

/* As clock_gettime(2); returns 0 or -errno. NULL if it was not looked for, or if this kernel has none. For
 * clocks that need a system call, and on some machines for all, it makes that call itself. */
extern int (*swasm_vdso_clock_gettime)(int32_t clock, swasm_timespec *now);

/* Looks for the functions in the ELF image that the kernel gives as AT_SYSINFO_EHDR; NULL if it gives none.
 * Linked only with code that uses them. */
void swasm_vdso_find(const uint8_t *image) __attribute__((weak));

#endif
