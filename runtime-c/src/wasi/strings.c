/* See strings.h. */
#include "strings.h"

#include "../text.h"
#include "wasi.h"

static uint64_t total_bytes(const char *const *strings, uint32_t count)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < count; i++) bytes += swasm_text_length(strings[i]) + 1;
    return bytes;
}

uint32_t swasm_strings_sizes(swasm_guest guest, const char *const *strings, uint32_t count,
                             uint32_t count_address, uint32_t bytes_address)
{
    uint8_t *count_result, *bytes_result;
    if (!swasm_guest_range(guest, count_address, 1, 4, &count_result)) return SWASM_WASI_FAULT;
    if (!swasm_guest_range(guest, bytes_address, 1, 4, &bytes_result)) return SWASM_WASI_FAULT;
    uint64_t bytes = total_bytes(strings, count);
    if (bytes > UINT32_MAX) return SWASM_WASI_OVERFLOW;
    swasm_guest_set_u32(count_result, count);
    swasm_guest_set_u32(bytes_result, (uint32_t)bytes);
    return SWASM_WASI_SUCCESS;
}

uint32_t swasm_strings_get(swasm_guest guest, const char *const *strings, uint32_t count,
                           uint32_t array_address, uint32_t bytes_address)
{
    uint64_t total = total_bytes(strings, count);
    if (total > UINT32_MAX) return SWASM_WASI_OVERFLOW;
    uint8_t *array, *bytes;
    if (!swasm_guest_range(guest, array_address, count, 4, &array)) return SWASM_WASI_FAULT;
    if (!swasm_guest_range(guest, bytes_address, (uint32_t)total, 1, &bytes)) return SWASM_WASI_FAULT;
    for (uint32_t i = 0; i < count; i++) {
        size_t length = swasm_text_length(strings[i]) + 1;
        __builtin_memcpy(bytes, strings[i], length);
        swasm_guest_set_u32(array + 4 * (size_t)i, bytes_address);
        bytes += length;
        bytes_address += (uint32_t)length;
    }
    return SWASM_WASI_SUCCESS;
}
