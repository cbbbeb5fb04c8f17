/* Compares allocator.c and strings.c, whose names are compiled with the prefix common_, with this machine's C
 * library on random input. If they differ, prints the difference and ends with status 1.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *common_malloc(size_t), *common_calloc(size_t, size_t), *common_realloc(void *, size_t), common_free(void *);
void *common_aligned_alloc(size_t, size_t), *common_memcpy(void *, const void *, size_t);
void *common_memmove(void *, const void *, size_t), *common_memset(void *, int, size_t);
void *common_memchr(const void *, int, size_t);
int common_posix_memalign(void **, size_t, size_t), common_memcmp(const void *, const void *, size_t);
int common_bcmp(const void *, const void *, size_t), common_strcmp(const char *, const char *);
int common_strncmp(const char *, const char *, size_t);
size_t common_strlen(const char *), common_strnlen(const char *, size_t);
char *common_strchr(const char *, int), *common_strcpy(char *, const char *), *common_strstr(const char *, const char *);
char *common_strdup(const char *);

enum { BYTES = 400, ROUNDS = 40000, BLOCKS = 300 };

static uint64_t state = 1;
static int failures;

static size_t below(size_t limit)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(state >> 33) % limit;
}

static void expect(int holds, const char *what)
{
    if (!holds && failures++ < 10)
        printf("%s differs\n", what);
}

static int sign(int value)
{
    return (value > 0) - (value < 0);
}

static void check_memory(void)
{
    static uint8_t ours[BYTES], theirs[BYTES], before[BYTES];
    size_t n = below(below(4) ? 40 : BYTES / 2), to = below(BYTES - n), from = below(BYTES - n);
    for (size_t i = 0; i < BYTES; i++)
        ours[i] = theirs[i] = before[i] = (uint8_t)below(256);
    common_memmove(ours + to, ours + from, n);
    memmove(theirs + to, theirs + from, n);
    expect(!memcmp(ours, theirs, BYTES), "memmove");
    common_memset(ours + from, (int)n - 90, n);
    memset(theirs + from, (int)n - 90, n);
    expect(!memcmp(ours, theirs, BYTES), "memset");
    common_memcpy(ours + to, before + from, n);
    memcpy(theirs + to, before + from, n);
    expect(!memcmp(ours, theirs, BYTES), "memcpy");
    if (n)
        ours[to + below(n)] ^= (uint8_t)(below(3) << 7 | below(2));
    expect(sign(common_memcmp(ours + to, theirs + to, n)) == sign(memcmp(ours + to, theirs + to, n)), "memcmp");
    expect(!common_bcmp(ours + to, theirs + to, n) == !memcmp(ours + to, theirs + to, n), "bcmp");
    int byte = (int)below(256);
    expect(common_memchr(ours + to, byte, n) == memchr(ours + to, byte, n), "memchr");
}

static void check_strings(void)
{
    static char left[BYTES + 1], right[BYTES + 1], copy[BYTES + 1];
    size_t length = below(below(4) ? 30 : BYTES), at = below(9), most = below(40);
    for (size_t i = 0; i < BYTES; i++)
        left[i] = right[i] = below(7) ? "ab\x80"[below(3)] : (char)(1 + below(255));
    at = at < length ? at : 0;
    left[length] = 0;
    right[below(length + 1)] ^= (char)below(2);
    right[length] = 0;
    char *l = left + at, *r = right + at, needle[4] = {(char)(1 + below(255)), l[0], 0};
    for (size_t i = 0; below(3) && i < 3 && l[i]; i++)
        needle[i] = l[i + below(2)];
    expect(common_strlen(l) == strlen(l), "strlen");
    expect(common_strnlen(l, most) == strnlen(l, most), "strnlen");
    expect(sign(common_strcmp(l, r)) == sign(strcmp(l, r)), "strcmp");
    expect(sign(common_strncmp(l, r, most)) == sign(strncmp(l, r, most)), "strncmp");
    int byte = below(3) ? needle[0] : 0;
    expect(common_strchr(l, byte) == strchr(l, byte), "strchr");
    expect(common_strstr(l, needle) == strstr(l, needle), "strstr");
    expect(common_strcpy(copy, l) == copy && !strcmp(copy, l), "strcpy");
    char *twin = common_strdup(l);
    expect(twin && !strcmp(twin, l), "strdup");
    common_free(twin);
}

/* Blocks hold their own pattern, which another block that overlaps would break. */
static struct {
    uint8_t *at, pattern;
    size_t bytes;
} blocks[BLOCKS];

static int holds_pattern(size_t which, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        if (blocks[which].at[i] != blocks[which].pattern)
            return 0;
    return 1;
}

static void check_allocator(void)
{
    size_t which = below(BLOCKS), bytes = below(below(8) ? 300 : 70000), old = blocks[which].bytes, alignment = 16;
    expect(holds_pattern(which, old), "a live block");
    if (blocks[which].at && below(2)) {
        blocks[which].at = common_realloc(blocks[which].at, bytes);
        expect(holds_pattern(which, old < bytes ? old : bytes), "realloc");
    } else {
        common_free(blocks[which].at);
        void *made = NULL;
        switch (below(4)) {
        case 0:
            made = common_malloc(bytes);
            break;
        case 1:
            made = common_calloc(bytes / 4, 4);
            bytes = bytes / 4 * 4;
            for (size_t i = 0; made && i < bytes; i++)
                expect(!((uint8_t *)made)[i], "calloc");
            break;
        case 2:
            made = common_aligned_alloc(alignment = (size_t)16 << below(9), bytes);
            break;
        default:
            expect(!common_posix_memalign(&made, alignment = (size_t)8 << below(9), bytes), "posix_memalign");
        }
        blocks[which].at = made;
    }
    expect(blocks[which].at && (uintptr_t)blocks[which].at % alignment == 0, "alignment");
    blocks[which].bytes = bytes;
    blocks[which].pattern = (uint8_t)below(256);
    memset(blocks[which].at, blocks[which].pattern, bytes);
}

int main(void)
{
    for (int i = 0; i < ROUNDS; i++) {
        check_memory();
        check_strings();
        check_allocator();
    }
    expect(!common_malloc(SIZE_MAX) && !common_calloc(SIZE_MAX / 2, 3) && !common_malloc((size_t)3 << 30), "too much");
    void *unaligned;
    expect(common_posix_memalign(&unaligned, 24, 1) != 0, "posix_memalign of 24");
    return failures != 0;
}
