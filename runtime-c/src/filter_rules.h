/* Which system calls the filter allows, and with which arguments. The rules restrict what could do more than the
 * runtime needs; a call without a rule is allowed with all arguments.
 */
#ifndef SWASM_FILTER_RULES_H
#define SWASM_FILTER_RULES_H

#include <stdbool.h>
#include <stdint.h>

/* Whether the program uses the call with these grants. Calls for sockets are linked into every program that imports
 * the network, but only a grant makes them useful. */
bool swasm_filter_needs(uint32_t number);

/* The role (held.h) of the call's first argument, a descriptor; 0: any open descriptor will do. */
uint32_t swasm_filter_role(uint32_t number);

/* Whether the call makes a descriptor of a file or socket that was not held before. */
bool swasm_filter_opens(uint32_t number);

enum { SWASM_MOST_FORMS = 16, SWASM_MOST_CONDITIONS = 3 };

/* One way in which the runtime makes a call: each of these arguments has this value in its low (or high) 32 bits. */
typedef struct swasm_condition {
    uint8_t argument;
    bool is_high;  /* of the high half */
    bool is_clear; /* the bits of `value` are all 0, and others do not matter */
    uint32_t value;
} swasm_condition;

typedef struct swasm_form {
    uint32_t count;
    swasm_condition conditions[SWASM_MOST_CONDITIONS];
} swasm_form;

/* Asks the kernel for the number of the process, before the filter could refuse that. */
void swasm_filter_find_process(void);

/* The forms in which the call is allowed. 0: all arguments are allowed. */
uint32_t swasm_filter_forms(uint32_t number, swasm_form forms[SWASM_MOST_FORMS]);

/* Whether the call maps or protects memory. It may not make memory executable or map a file. */
bool swasm_filter_maps_memory(uint32_t number);

#endif
