/* random_get: random bytes from the kernel; in a deterministic run, from the seed. */
#include "determinism.h"
#include "guest.h"
#include "wasi.h"

/* Takes whole numbers of the sequence, and drops unused bytes of the last one. */
static void fill_from_seed(uint8_t **at, uint32_t *count)
{
    while (*count > 0) {
        uint64_t number = swasm_deterministic_random();
        uint32_t bytes = *count < sizeof number ? *count : sizeof number;
        __builtin_memcpy(*at, &number, bytes);
        *at += bytes;
        *count -= bytes;
    }
}

/* Fills `count` bytes at `address` with random numbers fit for keys.
 * EFAULT  the range lies outside memory
 * ENOSYS  the kernel has no getrandom (before Linux 3.17) */
uint32_t swasm_wasi_random_get(swasm_instance *instance, uint32_t address, uint32_t count)
{
    uint8_t *at;
    if (!swasm_guest_range(swasm_guest_of(instance), address, count, 1, &at)) return SWASM_WASI_FAULT;
    if (swasm_deterministic.on) fill_from_seed(&at, &count);
    while (count > 0) {
        long done = swasm_syscall3(SWASM_SYS_GETRANDOM, (long)at, count, 0);
        if (done == -SWASM_EINTR) continue;
        if (swasm_is_error(done)) return swasm_wasi_errno(done);
        at += done;
        count -= (uint32_t)done;
    }
    return SWASM_WASI_SUCCESS;
}
