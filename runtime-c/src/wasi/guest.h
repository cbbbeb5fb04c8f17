/* The guest's memory as WASI calls see it. Only this file turns a guest integer into a host pointer.
 *
 * Every range is checked in 64 bits against the current size of the memory that is exported as "memory", or
 * of memory 0 if none is. A count times a size cannot overflow, because both are 32-bit. Values are
 * little-endian and need no alignment. A module without a memory has a memory of 0 bytes here: every call
 * that needs a byte of it returns EFAULT.
 */
#ifndef SWASM_WASI_GUEST_H
#define SWASM_WASI_GUEST_H

#include "../../abi/swasm_abi.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "guest values are copied as they are");

typedef struct swasm_guest {
    uint8_t *base;
    uint64_t bytes;
} swasm_guest;

static inline swasm_guest swasm_guest_of(swasm_instance *instance)
{
    const swasm_module *module = instance->module;
    if (module->memory_count + module->imported_memory_count == 0) return (swasm_guest){NULL, 0};
    swasm_memory *const *memories =
        (swasm_memory *const *)(const void *)((const char *)instance + module->memory_pointers_offset);
    const swasm_memory *memory = memories[module->wasi_memory];
    return (swasm_guest){memory->base, memory->bytes};
}

/* Finds `count` elements of `element_bytes` at `address`; false if any byte lies outside of the memory. */
static inline bool swasm_guest_range(swasm_guest guest, uint32_t address, uint32_t count,
                                     uint32_t element_bytes, uint8_t **found)
{
    uint64_t bytes = (uint64_t)count * element_bytes;
    if (address > guest.bytes || bytes > guest.bytes - address) return false;
    *found = guest.base + address;
    return true;
}

static inline uint16_t swasm_guest_u16(const uint8_t *at)
{
    uint16_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return value;
}
static inline uint32_t swasm_guest_u32(const uint8_t *at)
{
    uint32_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return value;
}
static inline uint64_t swasm_guest_u64(const uint8_t *at)
{
    uint64_t value;
    __builtin_memcpy(&value, at, sizeof value);
    return value;
}
static inline void swasm_guest_set_u16(uint8_t *at, uint16_t value)
{
    __builtin_memcpy(at, &value, sizeof value);
}
static inline void swasm_guest_set_u32(uint8_t *at, uint32_t value)
{
    __builtin_memcpy(at, &value, sizeof value);
}
static inline void swasm_guest_set_u64(uint8_t *at, uint64_t value)
{
    __builtin_memcpy(at, &value, sizeof value);
}

#endif
