/* Whether this machine's processor can run the code. */
#ifndef SWASM_PROCESSOR_H
#define SWASM_PROCESSOR_H

#include <stdint.h>

/* The message if the processor and the kernel together do not have all of `level` (SWASM_POLICY_PROCESSOR: a
 * position among the target's levels, from 1); NULL if they have it. Only programs that need more than the first
 * level link this. */
const char *swasm_processor_refusal(uint64_t level) __attribute__((weak));

#endif
