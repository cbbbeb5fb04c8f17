/* Whether this machine's processor can run the code. Only programs that need more than the target's baseline link
 * this. */
#ifndef SWASM_PROCESSOR_H
#define SWASM_PROCESSOR_H

#include <stdint.h>

#include "../initial.h"

/* The message if the processor and the kernel together do not have all features of `needed` (SWASM_POLICY_PROCESSOR:
 * bits for the rows of abi/processor.def); NULL if they have them. */
const char *swasm_processor_refusal(uint64_t needed, const swasm_initial *initial) __attribute__((weak));

/* What each machine says: the words and registers of processor.def. */
enum { SWASM_FEATURE_WORDS = 4 };
typedef struct swasm_processor_facts {
    uint64_t words[SWASM_FEATURE_WORDS];
    uint32_t state;
} swasm_processor_facts;
typedef struct swasm_processor_feature {
    const char *name;
    uint64_t bits;
    uint32_t word, state;
} swasm_processor_feature;

/* The rows of this machine, up to one without a name. */
extern const swasm_processor_feature swasm_processor_features[];
swasm_processor_facts swasm_processor_read(const swasm_initial *initial);

/* The same for given facts. */
const char *swasm_processor_refusal_by(const swasm_processor_facts *facts, uint64_t needed);

#endif
