/* See iovec.h. */
#include "iovec.h"

/* The most bytes that one call moves, as on Linux. It also keeps the count of bytes within the result's
 * u32. */
static const uint64_t max_bytes = 0x7ffff000;

uint32_t swasm_iovecs_check(swasm_guest guest, uint32_t address, uint32_t count, swasm_iovecs *iovecs)
{
    uint8_t *array, *buffer;
    if (!swasm_guest_range(guest, address, count, 8, &array)) return SWASM_WASI_FAULT;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *entry = array + 8 * (size_t)i;
        if (!swasm_guest_range(guest, swasm_guest_u32(entry), swasm_guest_u32(entry + 4), 1, &buffer)) {
            return SWASM_WASI_FAULT;
        }
    }
    *iovecs = (swasm_iovecs){.guest = guest, .array = array, .count = count, .bytes_left = max_bytes};
    return SWASM_WASI_SUCCESS;
}

uint32_t swasm_iovecs_next(swasm_iovecs *iovecs, swasm_iovec *chunk, uint64_t *bytes)
{
    uint32_t used = 0;
    *bytes = 0;
    while (used < SWASM_IOVEC_CHUNK && iovecs->next < iovecs->count && iovecs->bytes_left > 0) {
        const uint8_t *entry = iovecs->array + 8 * (size_t)iovecs->next++;
        uint32_t length = swasm_guest_u32(entry + 4);
        uint8_t *buffer;
        if (!swasm_guest_range(iovecs->guest, swasm_guest_u32(entry), length, 1, &buffer)) return used;
        if (length > iovecs->bytes_left) length = (uint32_t)iovecs->bytes_left;
        if (length == 0) continue;
        chunk[used++] = (swasm_iovec){buffer, length};
        *bytes += length;
        iovecs->bytes_left -= length;
    }
    return used;
}
