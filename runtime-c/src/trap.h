/* Traps: how a fault becomes a trap code, and what then happens. */
#ifndef SWASM_TRAP_H
#define SWASM_TRAP_H

#include "../abi/swasm_abi.h"

/* Installs the handlers of SIGSEGV, SIGBUS and the trap instruction's signal, once a process. */
void swasm_trap_install(void);

/* Names machine code as guest code, beside swasm_code_maps; for code that a host loads at run time. */
bool swasm_trap_add_code(const void *begin, uint64_t bytes);

/* When set, every trap ends here instead of in swasm_call's result (an executable: report and exit).
 * `pc` is 0 where it is unknown. */
extern void (*swasm_trap_fatal)(uint32_t code, uintptr_t pc);

/* When set, called for a fault that is not the guest's, before the previous handler gets it. */
extern void (*swasm_trap_foreign)(int signal_number, uintptr_t pc, uintptr_t address);

/* The exception that nobody caught, if the trap is SWASM_TRAP_UNCAUGHT_EXCEPTION; of exception.c, absent if
 * nothing throws. */
extern const swasm_exception *swasm_uncaught __attribute__((weak));

#endif
