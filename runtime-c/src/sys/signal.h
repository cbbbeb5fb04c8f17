/* Signals as the kernel delivers them: the structures of sigaction, siginfo and ucontext, reduced to what
 * trap.c reads and changes.
 */
#ifndef SWASM_SYS_SIGNAL_H
#define SWASM_SYS_SIGNAL_H

#include "sys.h"

enum {
    SWASM_SIGILL = 4, SWASM_SIGTRAP = 5, SWASM_SIGBUS = 7, SWASM_SIGSEGV = 11, SWASM_SIGSYS = 31,
    SWASM_SA_SIGINFO = 4, SWASM_SA_RESTORER = 0x04000000, SWASM_SA_ONSTACK = 0x08000000,
    SWASM_SA_NODEFER = 0x40000000, SWASM_SA_RESETHAND = (int)0x80000000, SWASM_SIGPIPE = 13,
};

typedef struct swasm_signal_stack {
    void *base;
    int32_t flags;
    size_t bytes;
} swasm_signal_stack;

typedef struct swasm_signal_info {
    int32_t number, error, code, padding;
    uint64_t address; /* of the fault; valid for SIGSEGV, SIGBUS and SIGILL if code > 0 */
    uint32_t call;    /* SIGSYS: the number of the system call */
} swasm_signal_info;

typedef struct swasm_signal_action {
    void (*handler)(int, swasm_signal_info *, void *);
    unsigned long flags;
#if SWASM_HAS_RESTORER
    void (*restorer)(void);
#endif
    uint64_t mask;
} swasm_signal_action;

/* In sys/<architecture>/stack.S. A signal handler returns to it, unless the kernel has its own. */
void swasm_signal_return(void);

/* What a signal does that `handler` handles, on the signal stack. A message of the handler to a pipe that nobody
 * reads does not end the process: the handler gives it its status. */
static inline swasm_signal_action swasm_signal_handled_by(void (*handler)(int, swasm_signal_info *, void *))
{
    swasm_signal_action action = {.handler = handler, .flags = SWASM_SA_SIGINFO | SWASM_SA_ONSTACK,
                                  .mask = 1ull << (SWASM_SIGPIPE - 1)};
#if SWASM_HAS_RESTORER
    action.flags |= SWASM_SA_RESTORER;
    action.restorer = swasm_signal_return;
#endif
    return action;
}

#endif
