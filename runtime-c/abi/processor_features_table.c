#include "processor_features.h"

#include <stddef.h>

#define NAME(name, word, bits, state) name,

static const char *const x86_64[] = {
#define SWASM_FEATURE_X86_64 NAME
#include "processor.def"
    NULL};

static const char *const aarch64[] = {
#define SWASM_FEATURE_AARCH64 NAME
#include "processor.def"
    NULL};

static const char *const riscv64[] = {
#define SWASM_FEATURE_RISCV64 NAME
#include "processor.def"
    NULL};

const char *swasm_x86_64_feature(uint32_t position) { return x86_64[position]; }
const char *swasm_aarch64_feature(uint32_t position) { return aarch64[position]; }
const char *swasm_riscv64_feature(uint32_t position) { return riscv64[position]; }
