/* Lists of strings as WASI hands them to the guest: arguments and environment have the same form. */
#ifndef SWASM_WASI_STRINGS_H
#define SWASM_WASI_STRINGS_H

#include "guest.h"

/* Stores how many strings there are and how many bytes they take with their NULs (two u32).
 * EFAULT     a result lies outside memory
 * EOVERFLOW  the strings are larger than 4 GiB */
uint32_t swasm_strings_sizes(swasm_guest guest, const char *const *strings, uint32_t count,
                             uint32_t count_address, uint32_t bytes_address);

/* Stores the strings one after another at `bytes_address` and their addresses (u32) at `array_address`.
 * EFAULT     either lies outside memory
 * EOVERFLOW  the strings are larger than 4 GiB */
uint32_t swasm_strings_get(swasm_guest guest, const char *const *strings, uint32_t count,
                           uint32_t array_address, uint32_t bytes_address);

#endif
