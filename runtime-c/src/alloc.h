/* The runtime's own memory: a bump allocator for objects that live as long as the process, and whole mappings
 * for memory that may be given back. No guest address leads here.
 */
#ifndef SWASM_ALLOC_H
#define SWASM_ALLOC_H

#include <stddef.h>

/* Returns `bytes` zeroed bytes aligned to 16, or NULL if the system has none left. They are never freed. Safe
 * to call from several threads, but not from a signal handler. */
void *swasm_allocate(size_t bytes);

/* The same for `count * element_bytes` bytes; NULL also if the product overflows. */
void *swasm_allocate_array(size_t count, size_t element_bytes);

/* Returns a new mapping, zeroed and page-aligned, or NULL if the system refuses. Unmap it with the same
 * size. */
void *swasm_map(size_t bytes);
void swasm_unmap(void *address, size_t bytes);

#endif
