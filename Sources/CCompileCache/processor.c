/* Asks the processor for its version and features, which decide the meaning of `--cpu native`. In a virtual
 * machine each question takes microseconds. So there are few questions, and each is asked once. The answers
 * do not show every feature. If a virtual machine hides another feature, a program from the cache that needs
 * it refuses to start there, as any other executable does. */
#include "hashing.h"

#if defined(__x86_64__)
#include <cpuid.h>

enum { XSAVE = 1 << 26, SSSE3 = 1 << 9, SSE41 = 1 << 19, SHA = 1 << 29 };

/* Asks for the version and the features. EBX of leaf 1 is left out, because it contains the number of the
 * core. */
static void ask(swasmc_processor *processor)
{
    uint32_t unused, *words = processor->words;
    __cpuid(1, words[0], unused, words[1], words[2]);
    /* A processor with XSAVE has leaf 13, so it has leaf 7 too. */
    if (words[1] & XSAVE) {
        __cpuid_count(7, 0, unused, words[3], words[4], words[5]);
    }
}

static const swasmc_processor *asked(void)
{
    static swasmc_processor answer;
    static int state;
    /* Two threads that ask at once write the same answer. */
    if (!__atomic_load_n(&state, __ATOMIC_ACQUIRE)) {
        swasmc_processor fresh = {{0}};
        ask(&fresh);
        for (int i = 0; i < 6; i++) {
            __atomic_store_n(&answer.words[i], fresh.words[i], __ATOMIC_RELAXED);
        }
        __atomic_store_n(&state, 1, __ATOMIC_RELEASE);
    }
    return &answer;
}

bool swasmc_has_sha_instructions(void)
{
    const uint32_t *words = asked()->words;
    return words[1] & SSSE3 && words[1] & SSE41 && words[3] & SHA;
}

void swasmc_this_processor(swasmc_processor *processor) { *processor = *asked(); }

#else

/* On these processors the auxiliary vector lists the features, and this code does not read it. Their targets
 * have only one processor level, so nothing depends on the features. */
bool swasmc_has_sha_instructions(void) { return false; }

void swasmc_this_processor(swasmc_processor *processor) { *processor = (swasmc_processor){{0}}; }

#endif
