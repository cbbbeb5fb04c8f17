/* The allocator that both sides of the headline's ratios link: malloc and related functions. So the ratios
 * compare compilers, and not libraries. It has free lists of blocks by size class (four for each power of
 * two), and fills them from fresh memory. Blocks are neither joined nor given back. It is for one thread.
 * Memory comes from memory.grow; natively it comes from one mapping.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifndef __wasm__
#include <sys/mman.h>
#endif

/* Before what the caller gets. Its distance from the start of the block is not 0 for aligned_alloc. */
typedef struct {
    _Alignas(16) uint32_t class;
    uint32_t distanceBytes;
} header;

typedef struct unused {
    struct unused *next;
} unused;

enum { CLASSES = 128, SMALL_BYTES = 128, GROW_BYTES = 1 << 20, PAGE_BYTES = 1 << 16 };

static const size_t maximumBytes = (size_t)1 << 30;
static unused *lists[CLASSES];
static uint8_t *fresh, *freshEnd;

/* Classes 2 to 8 are multiples of 16 bytes; above, 5/4, 6/4, 7/4 and 8/4 of a power of two. */
static uint32_t class_of(size_t blockBytes)
{
    if (blockBytes <= SMALL_BYTES)
        return (uint32_t)(blockBytes + 15) / 16;
    uint32_t log = 63 - (uint32_t)__builtin_clzll((uint64_t)blockBytes - 1);
    return 9 + 4 * (log - 7) + ((uint32_t)(blockBytes - 1) >> (log - 2) & 3);
}

static size_t class_bytes(uint32_t class)
{
    if (class <= 8)
        return (size_t)class * 16;
    return (size_t)(5 + (class - 9) % 4) << ((class - 9) / 4 + 5);
}

static int more(size_t bytes)
{
#ifdef __wasm__
    size_t pages = ((bytes > GROW_BYTES ? bytes : GROW_BYTES) + PAGE_BYTES - 1) / PAGE_BYTES;
    size_t old = __builtin_wasm_memory_grow(0, pages);
    if (old == SIZE_MAX)
        return 0;
    if (fresh == NULL || freshEnd != (uint8_t *)(old * PAGE_BYTES))
        fresh = (uint8_t *)(old * PAGE_BYTES);
    freshEnd = (uint8_t *)((old + pages) * PAGE_BYTES);
    return (size_t)(freshEnd - fresh) >= bytes;
#else
    if (fresh)
        return 0;
    (void)bytes;
    size_t all = 2 * maximumBytes;
    void *mapped = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED)
        return 0;
    fresh = mapped;
    freshEnd = fresh + all;
    return 1;
#endif
}

/* `zeroed` tells whether the block is fresh, so that it holds zeros. */
static void *take(size_t bytes, int *zeroed)
{
    if (bytes > maximumBytes) {
        errno = ENOMEM;
        return NULL;
    }
    uint32_t class = class_of(bytes + sizeof(header) < 32 ? 32 : bytes + sizeof(header));
    unused *found = lists[class];
    *zeroed = found == NULL;
    if (found) {
        lists[class] = found->next;
        return found;
    }
    size_t blockBytes = class_bytes(class);
    if ((size_t)(freshEnd - fresh) < blockBytes && !more(blockBytes)) {
        errno = ENOMEM;
        return NULL;
    }
    header *made = (header *)fresh;
    fresh += blockBytes;
    made->class = class;
    made->distanceBytes = 0;
    return made + 1;
}

void *malloc(size_t bytes)
{
    int zeroed;
    return take(bytes, &zeroed);
}

void free(void *pointer)
{
    if (!pointer)
        return;
    header *at = (header *)pointer - 1;
    at = (header *)((uint8_t *)at - at->distanceBytes);
    unused *block = (unused *)(at + 1);
    block->next = lists[at->class];
    lists[at->class] = block;
}

void *calloc(size_t count, size_t each)
{
    size_t bytes;
    int zeroed;
    if (__builtin_mul_overflow(count, each, &bytes))
        bytes = SIZE_MAX;
    void *made = take(bytes, &zeroed);
    return made && !zeroed ? memset(made, 0, bytes) : made;
}

void *realloc(void *pointer, size_t bytes)
{
    if (!pointer)
        return malloc(bytes);
    header *at = (header *)pointer - 1;
    size_t room = class_bytes(at->class) - at->distanceBytes - sizeof(header);
    if (bytes <= room)
        return pointer;
    void *moved = malloc(bytes);
    if (!moved)
        return NULL;
    memcpy(moved, pointer, room);
    free(pointer);
    return moved;
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    if (alignment <= sizeof(header))
        return malloc(bytes);
    if (alignment > maximumBytes || bytes > maximumBytes - alignment) {
        errno = ENOMEM;
        return NULL;
    }
    uint8_t *made = malloc(bytes + alignment);
    if (!made)
        return NULL;
    uint32_t skipped = (uint32_t)(-(uintptr_t)made & (alignment - 1));
    header *at = (header *)(made + skipped) - 1;
    at->class = ((header *)made - 1)->class;
    at->distanceBytes = skipped;
    return made + skipped;
}

int posix_memalign(void **result, size_t alignment, size_t bytes)
{
    if (alignment < sizeof(void *) || (alignment & (alignment - 1)))
        return EINVAL;
    void *made = aligned_alloc(alignment, bytes);
    if (!made)
        return ENOMEM;
    *result = made;
    return 0;
}
