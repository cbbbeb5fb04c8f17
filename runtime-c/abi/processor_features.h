/* The names of the features that executables check (processor.def), for the compiler. The runtime does not link
 * these. */
#ifndef SWASM_PROCESSOR_FEATURES_H
#define SWASM_PROCESSOR_FEATURES_H

#include <stdint.h>

/* LLVM's name of the feature at a position among those of the machine; NULL behind the last. */
const char *swasm_x86_64_feature(uint32_t position);
const char *swasm_aarch64_feature(uint32_t position);
const char *swasm_riscv64_feature(uint32_t position);

#endif
