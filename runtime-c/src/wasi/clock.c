/* clock_time_get, clock_res_get: realtime, monotonic and the two CPU-time clocks. */
#include "clock.h"

#include "../vdso.h"
#include "guest.h"

/* Without a system call, if the kernel has a function for it. */
static long ask(uint32_t clock, swasm_timespec *now)
{
    if (swasm_vdso_clock_gettime && swasm_vdso_clock_gettime((int32_t)clock, now) == 0) return 0;
    return swasm_clock_call(clock, now);
}

/* Stores the resolution of `clock` in nanoseconds (u64).
 * EFAULT  the result lies outside memory
 * EINVAL  no such clock */
uint32_t swasm_wasi_clock_res_get(swasm_instance *instance, uint32_t clock, uint32_t result_address)
{
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), result_address, 1, 8, &result)) return SWASM_WASI_FAULT;
    if (clock >= SWASM_CLOCK_COUNT) return SWASM_WASI_INVAL;
    if (swasm_deterministic.on) {
        swasm_guest_set_u64(result, SWASM_DETERMINISTIC_TICK);
        return SWASM_WASI_SUCCESS;
    }
    swasm_timespec resolution;
    long status = swasm_syscall2(SWASM_SYS_CLOCK_GETRES, clock, (long)&resolution);
    if (swasm_is_error(status)) return swasm_wasi_errno(status);
    swasm_guest_set_u64(result, swasm_nanoseconds(resolution));
    return SWASM_WASI_SUCCESS;
}

/* Stores the time of `clock` in nanoseconds (u64); `precision` is a hint, which is ignored.
 * EFAULT  the result lies outside memory
 * EINVAL  no such clock */
uint32_t swasm_wasi_clock_time_get(swasm_instance *instance, uint32_t clock, uint64_t precision,
                                   uint32_t result_address)
{
    (void)precision;
    uint8_t *result;
    if (!swasm_guest_range(swasm_guest_of(instance), result_address, 1, 8, &result)) return SWASM_WASI_FAULT;
    if (clock >= SWASM_CLOCK_COUNT) return SWASM_WASI_INVAL;
    uint64_t now;
    uint32_t error = swasm_clock_read_by(ask, clock, &now);
    if (!error) swasm_guest_set_u64(result, now);
    return error;
}
