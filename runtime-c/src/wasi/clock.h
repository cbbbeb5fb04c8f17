/* Clocks for clock.c and poll.c. WASI's clock ids are Linux's: realtime, monotonic, process, thread. */
#ifndef SWASM_WASI_CLOCK_H
#define SWASM_WASI_CLOCK_H

#include "../vdso.h"
#include "determinism.h"
#include "wasi.h"

enum { SWASM_CLOCK_COUNT = 4 };

static inline uint64_t swasm_nanoseconds(swasm_timespec time)
{
    return (uint64_t)time.seconds * 1000000000u + (uint64_t)time.nanoseconds;
}

/* As clock_gettime(2), without a system call if the kernel has a function for it. */
static inline long swasm_clock_ask(uint32_t clock, swasm_timespec *now)
{
    if (swasm_vdso_clock_gettime && swasm_vdso_clock_gettime((int32_t)clock, now) == 0) return 0;
    return swasm_syscall2(SWASM_SYS_CLOCK_GETTIME, clock, (long)now);
}

/* Reads `clock`, which must be less than SWASM_CLOCK_COUNT. Returns a guest's errno. */
static inline uint32_t swasm_clock_read(uint32_t clock, uint64_t *nanoseconds)
{
    if (swasm_deterministic.on) {
        swasm_deterministic.elapsed += SWASM_DETERMINISTIC_TICK;
        *nanoseconds = swasm_deterministic.elapsed;
        if (clock == SWASM_CLOCK_REALTIME) *nanoseconds += swasm_deterministic_epoch;
        return SWASM_WASI_SUCCESS;
    }
    swasm_timespec now;
    long result = swasm_clock_ask(clock, &now);
    if (swasm_is_error(result)) return swasm_wasi_errno(result);
    *nanoseconds = swasm_nanoseconds(now);
    return SWASM_WASI_SUCCESS;
}

#endif
