/* Prints each WASI call of the guest with its decoded arguments and its result, one line on standard error.
 *
 * Only a program that was compiled with --trace links this. The linker's --wrap then puts a function of
 * calls.c (made by calls.awk) around each call that the program imports. Nothing else of the runtime knows of
 * it, so other programs pay nothing.
 */
#ifndef SWASM_TRACE_H
#define SWASM_TRACE_H

#include "../text.h"
#include "../wasi/guest.h"

/* A row of wasi_p1.def, wasi_unstable.def or swasm_net.def: what a trace shows of a call. */
typedef struct swasm_traced {
    const char *name;  /* the module's name is before it, if it is not that of preview 1 */
    const char *words; /* one for each parameter, or for a few of them (words.c) */
} swasm_traced;

/* Whether calls are printed. start.c sets it. */
extern uint8_t swasm_trace_on __attribute__((weak));

/* Puts the name and the arguments, as they are before the call. Prints the line if the call does not return. */
void swasm_trace_before(swasm_line *line, const swasm_traced *call, swasm_instance *instance, const uint64_t *arguments);
/* Adds the call's result and what it stored for the guest, and prints the line. */
void swasm_trace_after(swasm_line *line, const swasm_traced *call, swasm_instance *instance, const uint64_t *arguments,
                       uint32_t error);

/* ---- words.c ------------------------------------------------------------------------------------- */

typedef struct swasm_trace_kind {
    const char *word;
    uint8_t arguments; /* how many parameters it shows */
    bool is_result;    /* something that the call stores */
    /* Puts a text for the parameters `at`. `all` are the parameters of the call. */
    void (*put)(swasm_line *line, swasm_guest guest, const uint64_t *at, const uint64_t *all);
} swasm_trace_kind;

/* The kind whose word begins at `words`, which ends with a space or a 0. */
const swasm_trace_kind *swasm_trace_kind_of(const char *words);

void swasm_trace_put_errno(swasm_line *line, uint32_t error);

#endif
