/* Memory: blocks, and a list of free ones in the order of their addresses. An object stays until it is freed.
 * All values that a call of an export passes are freed together after the call, by `post`. */
#include "preview2.h"

enum { PAGE_BYTES = 65536, MOST_BYTES = 1 << 30 };

/* In front of each block. The size of each block is a multiple of 8 bytes. */
typedef struct header {
    size_t bytes; /* with the header */
    struct header *next;
} header;

extern uint8_t __heap_base;
static header *free_blocks, *values;
/* Whether the memory that the module has at its start was made a block. */
static bool is_ready;

/* Frees a block, and merges it with the free blocks beside it. */
static void release(header *block)
{
    header **link = &free_blocks;
    header *before = NULL;
    while (*link && *link < block) {
        before = *link;
        link = &before->next;
    }
    block->next = *link;
    *link = block;
    if (block->next && (uintptr_t)block + block->bytes == (uintptr_t)block->next) {
        block->bytes += block->next->bytes;
        block->next = block->next->next;
    }
    if (before && (uintptr_t)before + before->bytes == (uintptr_t)block) {
        before->bytes += block->bytes;
        before->next = block->next;
    }
}

static void add(uintptr_t start, uintptr_t end)
{
    header *block = (header *)start;
    block->bytes = end - start;
    release(block);
}

static header *take(size_t bytes)
{
    for (header **link = &free_blocks; *link; link = &(*link)->next) {
        header *block = *link;
        if (block->bytes < bytes) continue;
        if (block->bytes - bytes < 2 * sizeof *block) {
            *link = block->next;
        } else {
            header *rest = (header *)((uintptr_t)block + bytes);
            rest->bytes = block->bytes - bytes;
            rest->next = block->next;
            block->bytes = bytes;
            *link = rest;
        }
        return block;
    }
    return NULL;
}

static header *allocate(size_t bytes)
{
    if (bytes > MOST_BYTES) p2_trap();
    bytes = (bytes + sizeof(header) + 7) & ~(size_t)7;
    if (!is_ready) {
        is_ready = true;
        add(((uintptr_t)&__heap_base + 7) & ~(uintptr_t)7, __builtin_wasm_memory_size(0) * PAGE_BYTES);
    }
    header *block = take(bytes);
    if (block) return block;
    size_t pages = (bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    size_t end = __builtin_wasm_memory_grow(0, pages);
    if (end == SIZE_MAX) p2_trap();
    add(end * PAGE_BYTES, (end + pages) * PAGE_BYTES);
    return take(bytes);
}

void *p2_allocate(size_t bytes)
{
    header *block = allocate(bytes);
    block->next = values;
    values = block;
    return block + 1;
}

void *p2_new(size_t bytes)
{
    return __builtin_memset(allocate(bytes) + 1, 0, bytes);
}

void p2_free(void *object) { release((header *)object - 1); }

/* Where callers put arguments. */
__attribute__((export_name("realloc"))) void *p2_realloc(void *old, size_t old_bytes, size_t alignment, size_t bytes)
{
    (void)alignment; /* at most 8 */
    if (old && bytes <= ((header *)old)[-1].bytes - sizeof(header)) return old;
    void *new = p2_allocate(bytes);
    if (old) __builtin_memcpy(new, old, old_bytes);
    return new;
}

/* The end of a call. The results were copied. */
__attribute__((export_name("post"))) void p2_post(void)
{
    while (values) {
        header *block = values;
        values = block->next;
        release(block);
    }
}

/* The same after a call whose core function has a result, which is passed here. */
__attribute__((export_name("post-result"))) void p2_post_result(uint32_t result)
{
    (void)result;
    p2_post();
}
