/* The guest's stack: mapped, with a guard below, separate from the host's. */
#ifndef SWASM_STACK_H
#define SWASM_STACK_H

#include "../abi/swasm_abi.h"

enum {
    SWASM_STACK_GUARD_BYTES = 1 << 20,   /* large frames touch each of their pages, so none jumps over it */
    SWASM_SIGNAL_STACK_BYTES = 64 << 10, /* AVX-512 and AMX state alone take 11 KiB */
};

/* This structure lies at the top of the stack's mapping: [guard][stack][signal stack][swasm_stack][guard]. */
typedef struct swasm_stack {
    struct swasm_stack *next; /* in the list of all stacks of the process, from which none is removed */
    uint8_t *low;             /* the guard's first byte */
    uint8_t *high;            /* end of the stack; the signal stack begins here */
    void *recovery;           /* the stack pointer that swasm_stack_enter saved; NULL if no guest runs */
    struct swasm_exception_pool *exceptions; /* belongs to exception.c; NULL until something is thrown */
    uint32_t taken;
    uint32_t has_signals; /* its signal stack was installed once */
} swasm_stack;

/* Set by an executable, whose one thread may keep its signal stack between calls. */
extern bool swasm_stack_one_thread;

/* The size of stacks made from now on. */
void swasm_stack_configure(uint64_t bytes);

/* Marks a function that is given to swasm_stack_run. The code from which the guest is called lies in one section, so
 * that a walk over the stack knows where the guest's frames end. */
#define SWASM_ENTRY __attribute__((section("swasm_entry_code")))

/* Whether an address lies in that section. */
bool swasm_stack_is_entry(uintptr_t address);

/* The stack that holds `address`, its guard included, or NULL. Safe in a signal handler. */
swasm_stack *swasm_stack_holding(uintptr_t address);

/* Runs work(a, b) on a guest stack: on the current stack if it already is one. Returns 0, or the trap code
 * that ended the work. SWASM_TRAP_STACK_EXHAUSTED may also mean that there is no memory for a stack. */
uint32_t swasm_stack_run(void (*work)(void *, void *), void *a, void *b);

/* In sys/<architecture>/stack.S. Saves the callee-saved registers and *recovery, sets *recovery, switches to
 * stack pointer `top` (if it is not NULL) and calls work(a, b). Returns 0, or the code of
 * swasm_stack_unwind. */
uint32_t swasm_stack_enter(void **recovery, void *top, void (*work)(void *, void *), void *a, void *b);
/* Makes the innermost swasm_stack_enter return `code`; `recovery` is the value that it saved. */
_Noreturn void swasm_stack_unwind(void *recovery, uint32_t code);
/* A signal handler resumes here, with the stack pointer at `recovery` and the code in the result register. */
extern const uint8_t swasm_stack_resume[];

#endif
