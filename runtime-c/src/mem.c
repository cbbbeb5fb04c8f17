/* memcpy, memmove, memset and memcmp: for the runtime, and for generated code (memory.copy, memory.fill,
 * and loops that LLVM turns into calls).
 *
 * Small sizes use two loads that may overlap, and medium sizes use 16-byte vectors. Large sizes use the
 * processor's string instructions, if it has them. The code has its own section, so that a fault in it on a
 * guest address counts as the guest's (trap.c). It is compiled with -fno-builtin, so that the compiler does
 * not turn these functions into calls of themselves.
 */
#include "sys/machine.h"

#define GUEST_CALLABLE __attribute__((section("swasm_mem_code"), visibility("hidden")))

/* Unaligned values that may alias anything. */
typedef uint16_t u16 __attribute__((aligned(1), may_alias));
typedef uint32_t u32 __attribute__((aligned(1), may_alias));
typedef uint64_t u64 __attribute__((aligned(1), may_alias));
typedef uint8_t vector __attribute__((vector_size(16), aligned(1), may_alias));

/* From this size on, string instructions are faster on processors with fast strings. Others lose little. */
enum { STRING_INSTRUCTION_BYTES = 2048 };

void *memcpy(void *restrict destination, const void *restrict source, size_t bytes);
void *memmove(void *destination, const void *source, size_t bytes);
void *memset(void *destination, int value, size_t bytes);
int memcmp(const void *a, const void *b, size_t bytes);

/* Moves at most 32 bytes. All are read before the first is written, so any overlap is right. */
static inline __attribute__((always_inline)) void move_small(uint8_t *to, const uint8_t *from, size_t bytes)
{
    if (bytes >= 16) {
        vector first = *(const vector *)from, last = *(const vector *)(from + bytes - 16);
        *(vector *)to = first;
        *(vector *)(to + bytes - 16) = last;
    } else if (bytes >= 8) {
        uint64_t first = *(const u64 *)from, last = *(const u64 *)(from + bytes - 8);
        *(u64 *)to = first;
        *(u64 *)(to + bytes - 8) = last;
    } else if (bytes >= 4) {
        uint32_t first = *(const u32 *)from, last = *(const u32 *)(from + bytes - 4);
        *(u32 *)to = first;
        *(u32 *)(to + bytes - 4) = last;
    } else if (bytes >= 2) {
        uint16_t first = *(const u16 *)from, last = *(const u16 *)(from + bytes - 2);
        *(u16 *)to = first;
        *(u16 *)(to + bytes - 2) = last;
    } else if (bytes) {
        *to = *from;
    }
}

static inline __attribute__((always_inline)) void copy_string(uint8_t *to, const uint8_t *from, size_t bytes)
{
    if (SWASM_HAS_STRING_INSTRUCTIONS) {
        swasm_string_copy(to, from, bytes);
        return;
    }
    for (; bytes >= 16; to += 16, from += 16, bytes -= 16) *(vector *)to = *(const vector *)from;
    move_small(to, from, bytes);
}

/* Moves upwards, 64 bytes at a time. Reads the last 64 bytes first, because the loop may overwrite them. */
static inline __attribute__((always_inline)) void move_up(uint8_t *to, const uint8_t *from, size_t bytes)
{
    const uint8_t *tail = from + bytes - 64;
    vector t0 = *(const vector *)tail, t1 = *(const vector *)(tail + 16);
    vector t2 = *(const vector *)(tail + 32), t3 = *(const vector *)(tail + 48);
    uint8_t *end = to + bytes - 64;
    for (; to < end; to += 64, from += 64) {
        vector a = *(const vector *)from, b = *(const vector *)(from + 16);
        vector c = *(const vector *)(from + 32), d = *(const vector *)(from + 48);
        *(vector *)to = a, *(vector *)(to + 16) = b;
        *(vector *)(to + 32) = c, *(vector *)(to + 48) = d;
    }
    *(vector *)end = t0, *(vector *)(end + 16) = t1;
    *(vector *)(end + 32) = t2, *(vector *)(end + 48) = t3;
}

static inline __attribute__((always_inline)) void move_down(uint8_t *to, const uint8_t *from, size_t bytes)
{
    vector h0 = *(const vector *)from, h1 = *(const vector *)(from + 16);
    vector h2 = *(const vector *)(from + 32), h3 = *(const vector *)(from + 48);
    uint8_t *begin = to;
    to += bytes - 64, from += bytes - 64;
    for (; to > begin; to -= 64, from -= 64) {
        vector a = *(const vector *)from, b = *(const vector *)(from + 16);
        vector c = *(const vector *)(from + 32), d = *(const vector *)(from + 48);
        *(vector *)to = a, *(vector *)(to + 16) = b;
        *(vector *)(to + 32) = c, *(vector *)(to + 48) = d;
    }
    *(vector *)begin = h0, *(vector *)(begin + 16) = h1;
    *(vector *)(begin + 32) = h2, *(vector *)(begin + 48) = h3;
}

GUEST_CALLABLE void *memmove(void *destination, const void *source, size_t bytes)
{
    uint8_t *to = destination;
    const uint8_t *from = source;
    if (bytes <= 32) {
        move_small(to, from, bytes);
    } else if (bytes <= 64) {
        vector a = *(const vector *)from, b = *(const vector *)(from + 16);
        vector c = *(const vector *)(from + bytes - 32), d = *(const vector *)(from + bytes - 16);
        *(vector *)to = a, *(vector *)(to + 16) = b;
        *(vector *)(to + bytes - 32) = c, *(vector *)(to + bytes - 16) = d;
    } else if ((size_t)to - (size_t)from >= bytes) { /* moving upwards never overwrites bytes not yet read */
        /* String instructions are slow if the destination closely follows or precedes the source. */
        if (bytes >= STRING_INSTRUCTION_BYTES && (size_t)from - (size_t)to >= bytes) copy_string(to, from, bytes);
        else move_up(to, from, bytes);
    } else {
        move_down(to, from, bytes);
    }
    return destination;
}

/* memcpy and memmove are one function, so a memcpy of overlapping ranges does no harm. */
GUEST_CALLABLE void *memcpy(void *restrict destination, const void *restrict source, size_t bytes)
{
    return memmove(destination, source, bytes);
}

GUEST_CALLABLE void *memset(void *destination, int value, size_t bytes)
{
    uint8_t *to = destination;
    uint64_t word = (uint8_t)value * 0x0101010101010101ull;
    if (bytes < 16) {
        if (bytes >= 8) {
            *(u64 *)to = word;
            *(u64 *)(to + bytes - 8) = word;
        } else if (bytes >= 4) {
            *(u32 *)to = (uint32_t)word;
            *(u32 *)(to + bytes - 4) = (uint32_t)word;
        } else if (bytes >= 2) {
            *(u16 *)to = (uint16_t)word;
            *(u16 *)(to + bytes - 2) = (uint16_t)word;
        } else if (bytes) {
            *to = (uint8_t)word;
        }
        return destination;
    }
    vector all = (vector)(__attribute__((vector_size(16))) uint64_t){word, word};
    uint8_t *end = to + bytes;
    if (bytes <= 32) {
        *(vector *)to = all;
        *(vector *)(end - 16) = all;
        return destination;
    }
    if (SWASM_HAS_STRING_INSTRUCTIONS && bytes >= STRING_INSTRUCTION_BYTES) {
        swasm_string_fill(to, value, bytes);
        return destination;
    }
    for (uint8_t *last = end - 64; to < last; to += 64) {
        *(vector *)to = all, *(vector *)(to + 16) = all;
        *(vector *)(to + 32) = all, *(vector *)(to + 48) = all;
    }
    if (bytes >= 64) *(vector *)(end - 64) = all, *(vector *)(end - 48) = all;
    else *(vector *)to = all, *(vector *)(to + 16) = all;
    *(vector *)(end - 32) = all, *(vector *)(end - 16) = all;
    return destination;
}

GUEST_CALLABLE int memcmp(const void *a, const void *b, size_t bytes)
{
    const uint8_t *left = a, *right = b;
    for (; bytes >= 8; left += 8, right += 8, bytes -= 8) {
        uint64_t x = *(const u64 *)left, y = *(const u64 *)right;
        if (x != y) {
            x = __builtin_bswap64(x), y = __builtin_bswap64(y); /* every target is little-endian */
            return x < y ? -1 : 1;
        }
    }
    for (; bytes; left++, right++, bytes--)
        if (*left != *right) return *left < *right ? -1 : 1;
    return 0;
}
