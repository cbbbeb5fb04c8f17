/* The arguments, environment and auxiliary vector that the kernel leaves on the stack of a new process. */
#ifndef SWASM_INITIAL_H
#define SWASM_INITIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"

typedef struct swasm_initial {
    int argc;
    char *started_as; /* the first argument; NULL if there is none */
    char **argv;
    char **envp;
    uint64_t *auxiliary; /* pairs of tag and value, up to tag 0 */
} swasm_initial;

/* `stack` is argc, argv..., NULL, envp..., NULL, auxiliary vector. */
swasm_initial swasm_initial_read(long *stack);

/* The value of a tag in the auxiliary vector; 0 if the kernel does not give it. */
uint64_t swasm_initial_auxiliary(const swasm_initial *initial, uint64_t tag);

/* Whether the program has more rights than the person who starts it, as a set-user-ID file has. */
bool swasm_initial_has_foreign_rights(const swasm_initial *initial);

/* The kernel's image of functions (vdso.h); NULL if it gives none. */
const uint8_t *swasm_initial_vdso(const swasm_initial *initial);

/* Makes the kernel's random bytes the key of the guest's addresses, and wipes them. */
void swasm_initial_seed_places(const swasm_initial *initial);

/* Wipes arguments and environment, unless the guest was given them and imports the call that reads them. Also
 * wipes the program's path and the auxiliary vector. If the guest was given another name for the program,
 * replaces the name by which it was started. */
void swasm_initial_wipe(const swasm_initial *initial, const swasm_grants *grants);

#endif
