/* Chooses the files of the machine that the runtime is compiled for. No other file depends on the
 * architecture.
 *
 *   calls.h    the kernel's numbers, and the instruction that makes a system call
 *   machine.h  the facts that depend on the processor, and on the ELF format for it
 *   *.S        start (the first instruction), stack (switching stacks), unwind (throwing and catching)
 *   processor.c  whether this processor can run the code (processor.h)
 */
#ifndef SWASM_SYS_MACHINE_H
#define SWASM_SYS_MACHINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__x86_64__)
#include "x86_64/calls.h"
#include "x86_64/machine.h"
#elif defined(__aarch64__)
#include "aarch64/calls.h"
#include "aarch64/machine.h"
#elif defined(__riscv) && __riscv_xlen == 64
#include "riscv64/calls.h"
#include "riscv64/machine.h"
#else
#error "the runtime has no files for this architecture"
#endif

#endif
