/* Which code this machine's processor can run. */
#ifndef SWASM_PROCESSOR_H
#define SWASM_PROCESSOR_H

#include <stdint.h>

/* What to say when the processor and the kernel together do not have all of `level` (SWASM_POLICY_PROCESSOR: a position
 * among the target's levels, from 1); NULL when they have it. */
const char *swasm_processor_refusal(uint64_t level);

#endif
