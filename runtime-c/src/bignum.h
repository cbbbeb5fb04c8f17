/* Natural numbers of up to 5,120 bits: enough for 10^1250. That suffices to read and print every double
 * exactly. All operations are simple and slow; the callers bound the sizes.
 */
#ifndef SWASM_BIGNUM_H
#define SWASM_BIGNUM_H

#include <stdbool.h>
#include <stdint.h>

enum { SWASM_BIGNUM_WORDS = 160 };

typedef struct swasm_bignum {
    int count; /* words in use; the last of them is not 0 */
    uint32_t words[SWASM_BIGNUM_WORDS];
} swasm_bignum;

static inline void swasm_big_set(swasm_bignum *n, uint64_t value)
{
    n->count = 0;
    for (; value; value >>= 32) n->words[n->count++] = (uint32_t)value;
}

/* n = n * factor + addend */
static inline void swasm_big_multiply(swasm_bignum *n, uint32_t factor, uint32_t addend)
{
    uint64_t carry = addend;
    for (int i = 0; i < n->count; i++) {
        carry += (uint64_t)n->words[i] * factor;
        n->words[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry) n->words[n->count++] = (uint32_t)carry;
}

static inline void swasm_big_multiply_power(swasm_bignum *n, uint32_t base, int exponent)
{
    for (; exponent > 0; exponent--) swasm_big_multiply(n, base, 0);
}

/* n = n / divisor; returns the remainder */
static inline uint32_t swasm_big_divide(swasm_bignum *n, uint32_t divisor)
{
    uint64_t rest = 0;
    for (int i = n->count - 1; i >= 0; i--) {
        rest = rest << 32 | n->words[i];
        n->words[i] = (uint32_t)(rest / divisor);
        rest %= divisor;
    }
    while (n->count && !n->words[n->count - 1]) n->count--;
    return (uint32_t)rest;
}

static inline int swasm_big_bits(const swasm_bignum *n)
{
    return n->count ? n->count * 32 - __builtin_clz(n->words[n->count - 1]) : 0;
}

static inline void swasm_big_shift_left(swasm_bignum *n, int bits)
{
    int words = bits / 32, rest = bits % 32;
    if (!n->count) return;
    for (int i = n->count - 1; i >= 0; i--) n->words[i + words] = n->words[i];
    for (int i = 0; i < words; i++) n->words[i] = 0;
    n->count += words;
    if (rest) swasm_big_multiply(n, 1u << rest, 0);
}

static inline void swasm_big_halve(swasm_bignum *n)
{
    for (int i = 0; i < n->count; i++)
        n->words[i] = n->words[i] >> 1 | (i + 1 < n->count ? n->words[i + 1] << 31 : 0);
    if (n->count && !n->words[n->count - 1]) n->count--;
}

static inline bool swasm_big_at_least(const swasm_bignum *a, const swasm_bignum *b)
{
    if (a->count != b->count) return a->count > b->count;
    for (int i = a->count - 1; i >= 0; i--)
        if (a->words[i] != b->words[i]) return a->words[i] > b->words[i];
    return true;
}

/* a = a - b; b must not exceed a */
static inline void swasm_big_subtract(swasm_bignum *a, const swasm_bignum *b)
{
    uint64_t borrow = 0;
    for (int i = 0; i < a->count; i++) {
        uint64_t difference = (uint64_t)a->words[i] - (i < b->count ? b->words[i] : 0) - borrow;
        a->words[i] = (uint32_t)difference;
        borrow = difference >> 63;
    }
    while (a->count && !a->words[a->count - 1]) a->count--;
}

#endif
