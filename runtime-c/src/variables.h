/* The guest's environment while it is put together: variables K=V of different names, in the order in which the names came.
 *
 * Names are found by a hash, because a host may have as many variables as fit into its stack. */
#ifndef SWASM_VARIABLES_H
#define SWASM_VARIABLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct swasm_variables {
    const char **list; /* of the arena (alloc.h) */
    size_t count, capacity;
    uint32_t *slots; /* 1 + a position in `list`, or 0; twice as many as `capacity` */
} swasm_variables;

/* How long the name at the begin of K=V is, or all of it where there is no '='. */
size_t swasm_variable_name_length(const char *variable);

/* Adds a variable, in the place of one that has its name. False: there is no memory. */
bool swasm_variables_set(swasm_variables *variables, const char *variable);

#endif
