/* Traps: how a fault becomes a trap code, and what happens after that. */
#ifndef SWASM_TRAP_H
#define SWASM_TRAP_H

#include "../abi/swasm_abi.h"

/* Installs the handlers of SIGSEGV, SIGBUS and the trap instruction's signal, once in a process. False if the
 * system refuses it: then a trap would end the process without a message. */
bool swasm_trap_install(void);

/* Registers machine code as guest code, in addition to swasm_code_maps. For code that a host loads at run
 * time. */
bool swasm_trap_add_code(const void *begin, uint64_t bytes);

/* Where the guest was: registers from which its callers can be found (walk.h). */
typedef struct swasm_cursor {
    uintptr_t pc; /* 0: unknown */
    uintptr_t sp;
    uintptr_t fp;      /* the register that compilers use as frame pointer, whatever its value */
    uintptr_t link;    /* the register that has the return address, on machines with one */
    uintptr_t scratch; /* the register that probed prologues use */
} swasm_cursor;

/* The registers that a signal interrupted. `context` is the kernel's ucontext. */
swasm_cursor swasm_interrupted(const void *context);

/* If set, every trap calls this function, which does not return, instead of ending swasm_call. An executable
 * reports the trap and exits. */
extern void (*swasm_trap_fatal)(uint32_t code, const swasm_cursor *at);

/* The section of swasm_code_maps that has `pc`, or NULL. */
const swasm_code_map *swasm_code_map_at(uintptr_t pc);

/* If set, called for a fault that is not the guest's, or a signal that was sent, before the previous handler
 * gets it. */
extern void (*swasm_trap_foreign)(int signal_number, bool was_sent, uintptr_t pc, uintptr_t address);

/* The message of a trap that only components have; absent in a program that was not made of components. */
const char *swasm_component_trap_message(uint32_t code) __attribute__((weak));

#endif
