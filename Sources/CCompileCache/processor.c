/* What the processor says about itself, which decides what `--cpu native` means. Each question costs microseconds in a
 * virtual machine, so they are few, and they are asked once. A virtual machine that hides a feature which no question
 * here shows is not told apart. A program from the cache refuses to start there, as any other executable does. */
#include "hashing.h"

#if defined(__x86_64__)
#include <cpuid.h>

enum { XSAVE = 1 << 26, SSSE3 = 1 << 9, SSE41 = 1 << 19, SHA = 1 << 29 };

/* Version and features. The number of the core, in EBX of the first, is left out. */
static void ask(swasmc_processor *processor)
{
    uint32_t unused, *words = processor->words;
    __cpuid(1, words[0], unused, words[1], words[2]);
    /* Saving the extended state has leaf 13, so leaf 7 exists too. */
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

/* The vector instructions that an operating system allows are in the auxiliary vector, which this code does not read.
 * Here a target has one level of processors only, so nothing depends on them. */
bool swasmc_has_sha_instructions(void) { return false; }

void swasmc_this_processor(swasmc_processor *processor) { *processor = (swasmc_processor){{0}}; }

#endif
