/* The C string functions that both sides of the headline's ratios link: those that the programs and the rest
 * of their C library call. They are compiled with -fno-builtin, so that no loop becomes a call of the function
 * that it is in, and for wasm without bulk memory, so that calls stay calls. They use words of eight bytes and
 * no vectors, because vectorising is the compiler's task.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t __attribute__((may_alias, aligned(1))) word;
typedef uint32_t __attribute__((may_alias, aligned(1))) half;
typedef uint64_t __attribute__((may_alias)) aligned_word;

char *__strchrnul(const char *, int);

static const uint64_t ones = 0x0101010101010101u, tops = 0x8080808080808080u;

static uint64_t zero_byte(uint64_t w)
{
    return (w - ones) & ~w & tops;
}

/* Under 16 bytes. Everything is read before anything is written, so they may overlap. */
static void copy_few(uint8_t *to, const uint8_t *from, size_t n)
{
    if (n >= 8) {
        uint64_t first = *(const word *)from, last = *(const word *)(from + n - 8);
        *(word *)to = first;
        *(word *)(to + n - 8) = last;
    } else if (n >= 4) {
        uint32_t first = *(const half *)from, last = *(const half *)(from + n - 4);
        *(half *)to = first;
        *(half *)(to + n - 4) = last;
    } else if (n) {
        uint8_t first = from[0], middle = from[n / 2], last = from[n - 1];
        to[0] = first;
        to[n / 2] = middle;
        to[n - 1] = last;
    }
}

static void copy_block(uint8_t *to, const uint8_t *from)
{
    uint64_t a = *(const word *)from, b = *(const word *)(from + 8);
    uint64_t c = *(const word *)(from + 16), d = *(const word *)(from + 24);
    *(word *)to = a;
    *(word *)(to + 8) = b;
    *(word *)(to + 16) = c;
    *(word *)(to + 24) = d;
}

/* 16 bytes or more. Right also for what overlaps with `to` below `from`. */
static void copy_upwards(uint8_t *to, const uint8_t *from, size_t n)
{
    uint64_t a = *(const word *)(from + n - 16), b = *(const word *)(from + n - 8);
    size_t i = 0;
    for (; i + 32 <= n; i += 32)
        copy_block(to + i, from + i);
    if (i + 16 <= n) {
        uint64_t c = *(const word *)(from + i), d = *(const word *)(from + i + 8);
        *(word *)(to + i) = c;
        *(word *)(to + i + 8) = d;
    }
    *(word *)(to + n - 16) = a;
    *(word *)(to + n - 8) = b;
}

static void copy_downwards(uint8_t *to, const uint8_t *from, size_t n)
{
    uint64_t a = *(const word *)from, b = *(const word *)(from + 8);
    size_t i = n;
    for (; i >= 32; i -= 32)
        copy_block(to + i - 32, from + i - 32);
    if (i >= 16) {
        uint64_t c = *(const word *)(from + i - 16), d = *(const word *)(from + i - 8);
        *(word *)(to + i - 16) = c;
        *(word *)(to + i - 8) = d;
    }
    *(word *)to = a;
    *(word *)(to + 8) = b;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    if (n < 16)
        copy_few(to, from, n);
    else
        copy_upwards(to, from, n);
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    if (n < 16)
        copy_few(to, from, n);
    else if ((uintptr_t)to - (uintptr_t)from >= n)
        copy_upwards(to, from, n);
    else
        copy_downwards(to, from, n);
    return to;
}

void *memset(void *to, int byte, size_t n)
{
    uint8_t *at = to;
    uint64_t w = (uint8_t)byte * ones;
    if (n < 8) {
        for (size_t i = 0; i < n; i++)
            at[i] = (uint8_t)byte;
        return to;
    }
    *(word *)(at + n - 8) = w;
    size_t i = 0;
    for (; i + 32 <= n; i += 32) {
        *(word *)(at + i) = w;
        *(word *)(at + i + 8) = w;
        *(word *)(at + i + 16) = w;
        *(word *)(at + i + 24) = w;
    }
    for (; i + 8 <= n; i += 8)
        *(word *)(at + i) = w;
    return to;
}

int memcmp(const void *left, const void *right, size_t n)
{
    const uint8_t *l = left, *r = right;
    size_t i = 0;
    while (i + 8 <= n && *(const word *)(l + i) == *(const word *)(r + i))
        i += 8;
    for (; i < n; i++)
        if (l[i] != r[i])
            return l[i] < r[i] ? -1 : 1;
    return 0;
}

int bcmp(const void *left, const void *right, size_t n)
{
    return memcmp(left, right, n);
}

void *memchr(const void *in, int byte, size_t n)
{
    const uint8_t *at = in;
    uint64_t w = (uint8_t)byte * ones;
    size_t i = 0;
    while (i + 8 <= n && !zero_byte(*(const word *)(at + i) ^ w))
        i += 8;
    for (; i < n; i++)
        if (at[i] == (uint8_t)byte)
            return (void *)(at + i);
    return NULL;
}

/* An aligned word never crosses a page, so that reading past the end of a string in it cannot fault. */
size_t strlen(const char *in)
{
    const char *at = in;
    for (; (uintptr_t)at % 8; at++)
        if (!*at)
            return (size_t)(at - in);
    while (!zero_byte(*(const aligned_word *)at))
        at += 8;
    while (*at)
        at++;
    return (size_t)(at - in);
}

size_t strnlen(const char *in, size_t most)
{
    const char *end = memchr(in, 0, most);
    return end ? (size_t)(end - in) : most;
}

/* strchrnul, under the name by which the rest of the C library calls it. */
char *__strchrnul(const char *in, int byte)
{
    uint64_t w = (uint8_t)byte * ones;
    for (; (uintptr_t)in % 8; in++)
        if (!*in || *in == (char)byte)
            return (char *)in;
    while (!zero_byte(*(const aligned_word *)in) && !zero_byte(*(const aligned_word *)in ^ w))
        in += 8;
    while (*in && *in != (char)byte)
        in++;
    return (char *)in;
}

char *strchr(const char *in, int byte)
{
    char *found = __strchrnul(in, byte);
    return *found == (char)byte ? found : NULL;
}

int strncmp(const char *left, const char *right, size_t most)
{
    for (; most && *left && *left == *right; most--)
        left++, right++;
    return most ? (uint8_t)*left - (uint8_t)*right : 0;
}

int strcmp(const char *left, const char *right)
{
    while (*left && *left == *right)
        left++, right++;
    return (uint8_t)*left - (uint8_t)*right;
}

char *strcpy(char *restrict to, const char *restrict from)
{
    char *at = to;
    while ((*at++ = *from++))
        ;
    return to;
}

char *strdup(const char *from)
{
    size_t bytes = strlen(from) + 1;
    char *made = malloc(bytes);
    return made ? memcpy(made, from, bytes) : NULL;
}

char *strstr(const char *in, const char *wanted)
{
    if (!*wanted)
        return (char *)in;
    for (; (in = strchr(in, *wanted)); in++) {
        size_t i = 1;
        while (wanted[i] && in[i] == wanted[i])
            i++;
        if (!wanted[i])
            return (char *)in;
    }
    return NULL;
}
