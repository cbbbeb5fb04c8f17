/* random_get: the kernel's random numbers, as many as asked for. */
#include "guest.h"
#include "wasi.h"

/* Fills `count` bytes at `address` with random numbers fit for keys.
 * EFAULT  the range lies outside memory
 * ENOSYS  the kernel has no getrandom (before Linux 3.17) */
uint32_t swasm_wasi_random_get(swasm_instance *instance, uint32_t address, uint32_t count)
{
    uint8_t *at;
    if (!swasm_guest_range(swasm_guest_of(instance), address, count, 1, &at)) return SWASM_WASI_FAULT;
    while (count > 0) {
        long done = swasm_syscall3(SWASM_SYS_GETRANDOM, (long)at, count, 0);
        if (done == -SWASM_EINTR) continue;
        if (swasm_is_error(done)) return swasm_wasi_errno(done);
        at += done;
        count -= (uint32_t)done;
    }
    return SWASM_WASI_SUCCESS;
}
