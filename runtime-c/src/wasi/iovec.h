/* The guest's arrays of buffers (iovec and ciovec: u32 address, u32 length) for reading and writing. */
#ifndef SWASM_WASI_IOVEC_H
#define SWASM_WASI_IOVEC_H

#include "guest.h"
#include "wasi.h"

/* How many buffers go to the kernel in one call; a longer array takes several calls. */
enum { SWASM_IOVEC_CHUNK = 128 };

typedef struct swasm_iovecs {
    swasm_guest guest;
    const uint8_t *array;
    uint32_t count, next;
    uint64_t bytes_left; /* of the most bytes that one call moves */
} swasm_iovecs;

/* Checks the array and every buffer that it names.
 * EFAULT  the array or a buffer lies outside memory */
uint32_t swasm_iovecs_check(swasm_guest guest, uint32_t address, uint32_t count, swasm_iovecs *iovecs);

/* Stores the next buffers, at most SWASM_IOVEC_CHUNK, and the sum of their bytes. Returns how many it stored;
 * 0 at the end. Checks each range again, because other threads of the guest may have changed the array. */
uint32_t swasm_iovecs_next(swasm_iovecs *iovecs, swasm_iovec *chunk, uint64_t *bytes);

#endif
