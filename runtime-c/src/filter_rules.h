/* Which system calls the filter allows, and with which arguments. The rules restrict what could do more than
 * the runtime needs; a call without a rule is allowed with all arguments.
 */
#ifndef SWASM_FILTER_RULES_H
#define SWASM_FILTER_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The roles (held.h) of the call's first argument, a descriptor; 0: any open descriptor will do. `writes`:
 * the program has fd_write. */
uint32_t swasm_filter_role(uint32_t number, bool writes);

/* Whether the call makes a descriptor of a file or socket that was not held before. */
bool swasm_filter_opens(uint32_t number);

/* Whether the call maps or protects memory. It may not make memory executable or map a file. */
bool swasm_filter_maps_memory(uint32_t number);

/* How a condition compares 32 bits of an argument with its value. Without a flag: the low bits are the
 * value. */
enum {
    SWASM_IS_LAST = 1,    /* of the form; what follows is another form */
    SWASM_IS_HIGH = 2,    /* the high bits are compared */
    SWASM_IS_CLEAR = 4,   /* the bits of the value are 0; others do not matter */
    SWASM_IS_PROCESS = 8, /* the value is the number of this process */
};

/* A call is allowed if it has one of its forms: all conditions of a form hold. They follow each other in a
 * table. */
typedef struct swasm_condition {
    uint16_t number;      /* of the system call */
    uint8_t argument : 4;
    uint8_t flags : 4;    /* SWASM_IS_* */
    uint8_t uses;         /* the form counts only for one of these uses of the network (runtime.h); 0: always */
    uint32_t value;
} swasm_condition;

extern const swasm_condition swasm_filter_conditions[];
extern const size_t swasm_filter_condition_count;

/* The same for calls of sockets (wasi/net_filter.c): linked only if the program imports the network. */
extern const swasm_condition swasm_net_conditions[] __attribute__((weak));
extern const size_t swasm_net_condition_count __attribute__((weak));
/* Whether a grant of the network needs the call, or it has nothing to do with the network. */
bool swasm_net_needs_call(uint32_t number) __attribute__((weak));

#endif
