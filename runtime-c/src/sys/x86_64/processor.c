/* The features of x86-64, from cpuid and from the registers that the kernel saves. */
#include "../processor.h"

#include <stddef.h>

enum { FEATURES_1_C, FEATURES_7_B, FEATURES_7_C, FEATURES_EXTENDED_C };
/* XCR0: SSE and AVX; with them opmask and both halves of ZMM. */
enum { STATE_AVX = 1u << 1 | 1u << 2, STATE_AVX512 = STATE_AVX | 1u << 5 | 1u << 6 | 1u << 7, OSXSAVE = 1u << 27 };

const swasm_processor_feature swasm_processor_features[] = {
#define SWASM_FEATURE_X86_64(name, word, bits, state) {name, bits, word, state},
#include "../../../abi/processor.def"
    {NULL, 0, 0, 0}};

typedef struct registers {
    uint32_t a, b, c, d;
} registers;

static registers cpuid(uint32_t leaf)
{
    registers r;
    __asm__ volatile("cpuid" : "=a"(r.a), "=b"(r.b), "=c"(r.c), "=d"(r.d) : "a"(leaf), "c"(0));
    return r;
}

/* The register state that the kernel saves on a context switch (XCR0). Call it only if OSXSAVE is set. */
static uint32_t saved_state(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return low;
}

swasm_processor_facts swasm_processor_read(const swasm_initial *initial)
{
    (void)initial;
    swasm_processor_facts facts = {{0}, 0};
    facts.words[FEATURES_1_C] = cpuid(1).c;
    if (facts.words[FEATURES_1_C] & OSXSAVE) facts.state = saved_state();
    if (cpuid(0).a >= 7) {
        registers leaf7 = cpuid(7);
        facts.words[FEATURES_7_B] = leaf7.b;
        facts.words[FEATURES_7_C] = leaf7.c;
    }
    if (cpuid(0x80000000u).a >= 0x80000001u) facts.words[FEATURES_EXTENDED_C] = cpuid(0x80000001u).c;
    return facts;
}
