/* The features of AArch64, from the words that the kernel leaves in the auxiliary vector. */
#include "../processor.h"

#include <stddef.h>

enum { FEATURES_HWCAP, FEATURES_HWCAP2 };
enum { AT_HWCAP = 16, AT_HWCAP2 = 26 };

const swasm_processor_feature swasm_processor_features[] = {
#define SWASM_FEATURE_AARCH64(name, word, bits, state) {name, bits, word, state},
#include "../../../abi/processor.def"
    {NULL, 0, 0, 0}};

swasm_processor_facts swasm_processor_read(const swasm_initial *initial)
{
    swasm_processor_facts facts = {{0}, 0};
    facts.words[FEATURES_HWCAP] = swasm_initial_auxiliary(initial, AT_HWCAP);
    facts.words[FEATURES_HWCAP2] = swasm_initial_auxiliary(initial, AT_HWCAP2);
    return facts;
}
