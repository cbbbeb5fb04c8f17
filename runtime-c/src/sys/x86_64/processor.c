/* The processor's level of x86-64, from cpuid and from the registers that the kernel saves.
 *
 * A program that was compiled for a higher level must say so rather than die of an illegal instruction.
 * The bits are those of the x86-64 psABI's table of micro-architecture levels.
 */
#include "../processor.h"

#include <stdbool.h>
#include <stddef.h>

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

static bool has(uint32_t value, uint32_t bits)
{
    return (value & bits) == bits;
}

enum {
    /* Leaf 1, ecx: SSE3, SSSE3, CMPXCHG16B, SSE4.1, SSE4.2, POPCNT; FMA, MOVBE, OSXSAVE, AVX, F16C. */
    LEVEL2_LEAF1_C = 1u << 0 | 1u << 9 | 1u << 13 | 1u << 19 | 1u << 20 | 1u << 23,
    LEVEL3_LEAF1_C = 1u << 12 | 1u << 22 | 1u << 27 | 1u << 28 | 1u << 29,
    /* Leaf 7, ebx: BMI1, AVX2, BMI2; AVX512F, DQ, CD, BW, VL (bit 31 apart: an enum is an int). */
    LEVEL3_LEAF7_B = 1u << 3 | 1u << 5 | 1u << 8,
    LEVEL4_LEAF7_B = 1u << 16 | 1u << 17 | 1u << 28 | 1u << 30,
    /* Leaf 0x80000001, ecx: LAHF; LZCNT. */
    LEVEL2_EXTENDED_C = 1u << 0,
    LEVEL3_EXTENDED_C = 1u << 5,
    /* XCR0: SSE and AVX; opmask and both halves of ZMM. */
    LEVEL3_STATE = 1u << 1 | 1u << 2,
    LEVEL4_STATE = 1u << 5 | 1u << 6 | 1u << 7,
};

/* 1 to 4: x86-64 to x86-64-v4. */
static uint32_t level_of_machine(void)
{
    registers none = {0, 0, 0, 0};
    uint32_t leaves = cpuid(0).a, extended_leaves = cpuid(0x80000000u).a;
    registers leaf1 = cpuid(1);
    registers leaf7 = leaves >= 7 ? cpuid(7) : none;
    registers extended = extended_leaves >= 0x80000001u ? cpuid(0x80000001u) : none;
    if (!has(leaf1.c, LEVEL2_LEAF1_C) || !has(extended.c, LEVEL2_EXTENDED_C)) return 1;
    if (!has(leaf1.c, LEVEL3_LEAF1_C) || !has(leaf7.b, LEVEL3_LEAF7_B) || !has(extended.c, LEVEL3_EXTENDED_C) ||
        !has(saved_state(), LEVEL3_STATE))
        return 2;
    if (!has(leaf7.b, LEVEL4_LEAF7_B | 1u << 31) || !has(saved_state(), LEVEL4_STATE)) return 3;
    return 4;
}

static const char *refusal_by(uint32_t machine, uint64_t level)
{
    static const char *const refusals[] = {
        "this program needs an x86-64-v2 processor",
        "this program needs an x86-64-v3 processor",
        "this program needs an x86-64-v4 processor",
    };
    return level > 1 && level > machine ? refusals[level - 2] : NULL;
}

const char *swasm_processor_refusal(uint64_t level)
{
    return refusal_by(level_of_machine(), level);
}
