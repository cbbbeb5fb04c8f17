/* What the kernel leaves on the stack of a new process: arguments, environment, auxiliary vector. */
#ifndef SWASM_INITIAL_H
#define SWASM_INITIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"

typedef struct swasm_initial {
    int argc;
    char *started_as; /* the first argument; NULL where there is none */
    char **argv;
    char **envp;
    uint64_t *auxiliary; /* pairs of tag and value, up to tag 0 */
} swasm_initial;

/* `stack` is argc, argv..., NULL, envp..., NULL, auxiliary vector. */
swasm_initial swasm_initial_read(long *stack);

/* Whether the program has more rights than who starts it, as set-user-ID files do. */
bool swasm_initial_has_foreign_rights(const swasm_initial *initial);

/* Lets the guest's addresses follow from the kernel's random bytes, which are then gone. */
void swasm_initial_seed_places(const swasm_initial *initial);

/* Wipes arguments and environment that the guest was not given or has no call to ask for, the name under which the
 * program was started where the guest knows another, the program's path, and the auxiliary vector. */
void swasm_initial_wipe(const swasm_initial *initial, const swasm_grants *grants);

#endif
