/* The runtime's own memory: a bump allocator for what lives as long as the process, and whole mappings
 * for what may be given back. Nothing here is reachable by the guest.
 */
#ifndef SWASM_ALLOC_H
#define SWASM_ALLOC_H

#include <stddef.h>

/* `bytes` zeroed bytes aligned to 16; NULL when the system has none left. Never freed. Safe to call from
 * several threads, not from a signal handler. */
void *swasm_allocate(size_t bytes);

/* `count * element_bytes` zeroed bytes as above; NULL also when the product overflows. */
void *swasm_allocate_array(size_t count, size_t element_bytes);

/* A mapping of its own, zeroed, page-aligned; NULL when refused. Give it back with the same size. */
void *swasm_map(size_t bytes);
void swasm_unmap(void *address, size_t bytes);

#endif
