/* Bump allocation (alloc.h): first from a small array in .bss, which costs no system call, then from mapped
 * chunks. One lock is enough, because almost everything is allocated at the start and at instantiation. Only
 * the first exception of a stack, and the first of each tag there, allocate later.
 */
#include "alloc.h"

#include "lock.h"
#include "sys/sys.h"

enum { ARENA_BYTES = 16 << 10, CHUNK_BYTES = 256 << 10, ALIGNMENT = 16 };

static uint8_t arena[ARENA_BYTES] __attribute__((aligned(ALIGNMENT)));
static uint8_t *next_free = arena;
static size_t bytes_left = ARENA_BYTES;
static swasm_lock arena_lock;

void *swasm_map(size_t bytes)
{
    long address = swasm_mmap(NULL, bytes, SWASM_PROT_READ | SWASM_PROT_WRITE,
                              SWASM_MAP_PRIVATE | SWASM_MAP_ANONYMOUS);
    return swasm_is_error(address) ? NULL : (void *)address;
}

void swasm_unmap(void *address, size_t bytes) { swasm_munmap(address, bytes); }

void *swasm_allocate(size_t bytes)
{
    if (bytes > SIZE_MAX / 2) return NULL;
    bytes = (bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (bytes > CHUNK_BYTES / 4) return swasm_map(bytes);
    swasm_acquire(&arena_lock);
    if (bytes > bytes_left) {
        uint8_t *chunk = swasm_map(CHUNK_BYTES);
        if (!chunk) {
            swasm_release(&arena_lock);
            return NULL;
        }
        next_free = chunk;
        bytes_left = CHUNK_BYTES;
    }
    void *result = next_free;
    next_free += bytes;
    bytes_left -= bytes;
    swasm_release(&arena_lock);
    return result;
}

void *swasm_allocate_array(size_t count, size_t element_bytes)
{
    size_t bytes;
    if (__builtin_mul_overflow(count, element_bytes, &bytes)) return NULL;
    return swasm_allocate(bytes);
}
