/* Clocks for clock.c and poll.c. WASI's clock ids are Linux's: realtime, monotonic, process, thread. */
#ifndef SWASM_WASI_CLOCK_H
#define SWASM_WASI_CLOCK_H

#include "determinism.h"
#include "wasi.h"

enum { SWASM_CLOCK_COUNT = 4 };

static inline uint64_t swasm_nanoseconds(swasm_timespec time)
{
    return (uint64_t)time.seconds * 1000000000u + (uint64_t)time.nanoseconds;
}

/* A way to ask the kernel: as clock_gettime(2). */
typedef long swasm_clock_asking(uint32_t clock, swasm_timespec *now);

static inline long swasm_clock_call(uint32_t clock, swasm_timespec *now)
{
    return swasm_syscall2(SWASM_SYS_CLOCK_GETTIME, clock, (long)now);
}

/* Reads `clock`, which must be less than SWASM_CLOCK_COUNT. Returns a guest's errno. */
static inline uint32_t swasm_clock_read_by(swasm_clock_asking *ask, uint32_t clock, uint64_t *nanoseconds)
{
    if (swasm_deterministic.on) {
        swasm_deterministic.elapsed += SWASM_DETERMINISTIC_TICK;
        *nanoseconds = swasm_deterministic.elapsed;
        if (clock == SWASM_CLOCK_REALTIME) *nanoseconds += swasm_deterministic_epoch;
        return SWASM_WASI_SUCCESS;
    }
    swasm_timespec now;
    long result = ask(clock, &now);
    if (swasm_is_error(result)) return swasm_wasi_errno(result);
    *nanoseconds = swasm_nanoseconds(now);
    return SWASM_WASI_SUCCESS;
}

/* For poll_oneoff, which makes a system call anyway: programs that only wait need not find the kernel's
 * function. */
static inline uint32_t swasm_clock_read(uint32_t clock, uint64_t *nanoseconds)
{
    return swasm_clock_read_by(swasm_clock_call, clock, nanoseconds);
}

#endif
