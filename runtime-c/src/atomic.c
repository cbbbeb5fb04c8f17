/* Waiting on and waking at an address of a shared memory, by the kernel's futexes. Threads proposal: wait,
 * notify.
 *
 * Generated code has shown that the address is aligned, inside memory and readable. A wait on 8 bytes sleeps
 * on the low half. A notify names the address of the 8 bytes, so it wakes the waiter even if only the high
 * half changed.
 */
#include "runtime.h"
#include "sys/sys.h"

enum { FUTEX_WAIT_PRIVATE = 128, FUTEX_WAKE_PRIVATE = 129 };
enum { WOKEN = 0, NOT_EQUAL = 1, TIMED_OUT = 2 };

struct time { int64_t seconds, nanoseconds; };

static int64_t now(void)
{
    struct time time;
    swasm_syscall2(SWASM_SYS_CLOCK_GETTIME, SWASM_CLOCK_MONOTONIC, (long)&time);
    return time.seconds * 1000000000 + time.nanoseconds;
}

static uint64_t read_value(const void *address, uint32_t bytes)
{
    return bytes == 8 ? __atomic_load_n((const uint64_t *)address, __ATOMIC_SEQ_CST)
                      : __atomic_load_n((const uint32_t *)address, __ATOMIC_SEQ_CST);
}

uint32_t swasm_memory_wait(void *address, uint64_t expected, uint32_t bytes, int64_t nanoseconds)
{
    int64_t start = now();
    int64_t end = nanoseconds < 0 || nanoseconds > INT64_MAX - start ? INT64_MAX : start + nanoseconds;
    if (read_value(address, bytes) != expected) return NOT_EQUAL;
    for (;;) {
        int64_t left = end == INT64_MAX ? INT64_MAX : end - now();
        if (left <= 0) return TIMED_OUT;
        struct time time = {left / 1000000000, left % 1000000000};
        long result = swasm_syscall6(SWASM_SYS_FUTEX, (long)address, FUTEX_WAIT_PRIVATE, (long)(uint32_t)expected,
                                     end == INT64_MAX ? 0 : (long)&time, 0, 0);
        if (result == 0) return WOKEN;
        if (result == -SWASM_EAGAIN) return NOT_EQUAL;
        if (result == -SWASM_ETIMEDOUT) return TIMED_OUT;
        if (result != -SWASM_EINTR) return TIMED_OUT;
    }
}

uint32_t swasm_memory_notify(void *address, uint32_t count)
{
    uint32_t most = count > INT32_MAX ? INT32_MAX : count;
    long woken = swasm_syscall3(SWASM_SYS_FUTEX, (long)address, FUTEX_WAKE_PRIVATE, most);
    return swasm_is_error(woken) ? 0 : (uint32_t)woken;
}
