/* Linear memories. Each is reserved once, at an address that stays. memory.grow makes more of its pages
 * accessible.
 *
 * A guarded memory reserves everything that a 32-bit index plus a 32-bit offset can reach, so generated
 * code needs no bounds checks: a fault inside the reservation is a trap (trap.c asks swasm_memory_owns).
 * Every other memory reserves its maximum, within limits (reserve), and generated code checks its accesses.
 */
#include "memory.h"

#include "alloc.h"
#include "lock.h"
#include "place.h"
#include "sys/sys.h"

/* The address space of an unguarded memory whose type names no smaller maximum. A policy may ask for more. */
static const uint64_t unguarded_reservation_bytes = 1ull << 36;

uint64_t swasm_memory_allowance = UINT64_MAX;

/* Every reservation of the process. Nodes are never freed, so that a signal handler may walk the list
 * while another thread adds to it; a released node has bytes 0 and is used again. */
typedef struct reservation {
    uintptr_t begin;
    uint64_t bytes;
    struct reservation *next;
} reservation;

static reservation *reservations;
static swasm_lock reservations_lock;

/* The reach of a wrong 33-bit computation. If the address space is large enough, nothing lies this near to a
 * memory without guard pages either. */
static const uint64_t distance_bytes = 1ull << 33;
/* The alignment of a base, so that large pages fit from it on. */
static const uint64_t align_bytes = 2ull << 20;

static bool remember(uintptr_t begin, uint64_t bytes)
{
    swasm_acquire(&reservations_lock);
    reservation *node = reservations;
    while (node && node->bytes) node = node->next;
    if (!node) {
        node = swasm_allocate(sizeof *node);
        if (node) {
            node->next = reservations;
            __atomic_store_n(&reservations, node, __ATOMIC_RELEASE);
        }
    }
    if (node) {
        node->begin = begin;
        __atomic_store_n(&node->bytes, bytes, __ATOMIC_RELEASE);
    }
    swasm_release(&reservations_lock);
    return node;
}

/* Releases the reservation that contains `address`. */
static void give_back(uintptr_t address)
{
    swasm_acquire(&reservations_lock);
    for (reservation *node = reservations; node; node = node->next) {
        uint64_t bytes = node->bytes;
        if (!bytes || address - node->begin >= bytes) continue;
        __atomic_store_n(&node->bytes, 0, __ATOMIC_RELEASE);
        swasm_munmap((void *)node->begin, bytes);
    }
    swasm_release(&reservations_lock);
}

bool swasm_memory_owns(uintptr_t address)
{
    reservation *node = __atomic_load_n(&reservations, __ATOMIC_ACQUIRE);
    for (; node; node = node->next) {
        uint64_t bytes = __atomic_load_n(&node->bytes, __ATOMIC_ACQUIRE);
        if (bytes && address - node->begin < bytes) return true;
    }
    return false;
}

static uint64_t least(uint64_t a, uint64_t b) { return a < b ? a : b; }

static uint64_t host_page_ceiling(uint64_t bytes)
{
    return (bytes + SWASM_HOST_PAGE_BYTES - 1) & ~(uint64_t)(SWASM_HOST_PAGE_BYTES - 1);
}

/* The most pages that the type, its index width and `limit_bytes` allow. */
static uint64_t effective_maximum(const swasm_memory_type *type, uint64_t limit_bytes)
{
    uint64_t address_bits = type->flags & SWASM_MEMORY_64 ? SWASM_MEMORY_MAX_ADDRESS_BITS : 32;
    uint64_t pages = (1ull << address_bits) >> type->page_log2;
    if (type->page_log2 == 0 && address_bits == 32) pages--; /* memory.size must fit in an i32 */
    pages = least(pages, type->limits.maximum);
    return least(pages, limit_bytes >> type->page_log2);
}

/* The address space of a memory: the bytes before its base, those from the base on, and those that only keep
 * distance. */
typedef struct span {
    uint64_t before, bytes, after;
    uint64_t least_bytes; /* the least value of `bytes` that will do */
} span;

static span guarded_span(void)
{
    return (span){SWASM_GUARD_BEFORE_BYTES, SWASM_GUARD_SPAN_BYTES, 0, SWASM_GUARD_SPAN_BYTES};
}

/* The span of a memory whose accesses are checked. Its last page is never accessible. */
static span checked_span(uint64_t maximum_bytes, uint64_t initial_bytes, uint64_t limit_bytes)
{
    uint64_t ceiling = unguarded_reservation_bytes;
    if (limit_bytes != UINT64_MAX && limit_bytes > ceiling) ceiling = limit_bytes;
    if (initial_bytes > ceiling) ceiling = initial_bytes;
    uint64_t reserved = host_page_ceiling(least(maximum_bytes, ceiling)) + SWASM_HOST_PAGE_BYTES;
    return (span){distance_bytes, reserved, distance_bytes, initial_bytes + SWASM_HOST_PAGE_BYTES};
}

/* Reserves the span, or as much of it as the system grants. Guard pages are always kept; distance is not. */
static long reserve(span *span, bool guarded)
{
    for (;;) {
        long start = swasm_reserve_apart(span->before + span->bytes + span->after, align_bytes);
        if (!swasm_is_error(start) || guarded) return start;
        if (!span->before && span->bytes / 2 < span->least_bytes) return start;
        if (!span->before) span->bytes = host_page_ceiling(span->bytes / 2);
        span->before = span->after = 0;
    }
}

uint32_t swasm_memory_make(swasm_memory *memory, const swasm_memory_type *type, uint64_t limit_bytes)
{
    uint64_t maximum_pages = effective_maximum(type, limit_bytes);
    if (type->limits.minimum > maximum_pages) return SWASM_OUT_OF_MEMORY;
    uint64_t initial_bytes = type->limits.minimum << type->page_log2;
    if (initial_bytes > swasm_memory_allowance) return SWASM_OUT_OF_MEMORY;
    bool guarded = type->flags & SWASM_MEMORY_GUARDED;
    span span = guarded ? guarded_span() : checked_span(maximum_pages << type->page_log2, initial_bytes, limit_bytes);
    long start = reserve(&span, guarded);
    if (swasm_is_error(start)) return swasm_memory_problem(start, SWASM_OUT_OF_ADDRESSES);
    uint8_t *base = (uint8_t *)start + span.before;
    long status = initial_bytes ? swasm_mprotect(base, host_page_ceiling(initial_bytes), SWASM_PROT_READ | SWASM_PROT_WRITE) : 0;
    if (!status && !remember((uintptr_t)start, span.before + span.bytes + span.after)) status = -SWASM_ENOMEM;
    if (status) {
        swasm_munmap((void *)start, span.before + span.bytes + span.after);
        return swasm_memory_problem(status, SWASM_OUT_OF_MEMORY);
    }
    swasm_take(&swasm_memory_allowance, initial_bytes);
    if (!guarded) maximum_pages = least(maximum_pages, (span.bytes - SWASM_HOST_PAGE_BYTES) >> type->page_log2);
    *memory = (swasm_memory){
        .base = base, .bytes = initial_bytes, .maximum_pages = maximum_pages, .reserved_bytes = span.bytes,
        .page_log2 = type->page_log2, .flags = type->flags, .declared_maximum_pages = type->limits.maximum,
    };
    return SWASM_OK;
}

void swasm_memory_release(swasm_memory *memory)
{
    if (!memory->base) return;
    give_back((uintptr_t)memory->base);
    swasm_give_back(&swasm_memory_allowance, memory->bytes);
    memory->base = NULL;
    memory->bytes = 0;
    memory->maximum_pages = 0;
}

/* A memory that reaches this size asks for large pages. Such a memory is in use, and with small pages nearly
 * every access that is far from the last one would cost a walk of page tables. The start of the memory keeps
 * small pages: a program that declares a large memory may use little of it, and a large page is resident as a
 * whole. */
static const uint64_t large_pages_from_bytes = 256ull << 20;

/* Asks once, for all bytes that the memory may grow to. The kernel may have no large pages to give. */
static void ask_for_large_pages(const swasm_memory *memory)
{
    swasm_syscall3(SWASM_SYS_MADVISE, (long)memory->base, (long)(memory->reserved_bytes & ~(uint64_t)(SWASM_HOST_PAGE_BYTES - 1)),
                   SWASM_MADV_HUGEPAGE);
}

uint64_t swasm_memory_grow(swasm_memory *memory, uint64_t delta_pages)
{
    uint64_t old_pages = memory->bytes >> memory->page_log2;
    if (delta_pages > memory->maximum_pages - old_pages) return UINT64_MAX;
    if (delta_pages == 0) return old_pages;
    uint64_t new_bytes = (old_pages + delta_pages) << memory->page_log2;
    uint64_t open = host_page_ceiling(memory->bytes), wanted = host_page_ceiling(new_bytes);
    if (!swasm_take(&swasm_memory_allowance, new_bytes - memory->bytes)) return UINT64_MAX;
    if (wanted > open &&
        swasm_mprotect(memory->base + open, wanted - open, SWASM_PROT_READ | SWASM_PROT_WRITE)) {
        swasm_give_back(&swasm_memory_allowance, new_bytes - memory->bytes);
        return UINT64_MAX;
    }
    if (memory->bytes < large_pages_from_bytes && new_bytes >= large_pages_from_bytes) ask_for_large_pages(memory);
    memory->bytes = new_bytes;
    return old_pages;
}
