/* proc_exit, proc_raise, sched_yield. */
#include "../profile.h"
#include "context.h"
#include "wasi.h"

/* Ends the process. As with exit(3), the parent sees the low eight bits of `status`. Does not return. */
uint32_t swasm_wasi_proc_exit(swasm_instance *instance, uint32_t status)
{
    (void)instance;
    swasm_end((int)(status & 0xff));
}

/* Whether the default action of a Linux signal ends the process. */
static bool ends_process(long number)
{
    enum { CHLD = 17, URG = 23, WINCH = 28 }; /* between CHLD and URG: CONT and stop signals */
    return number < CHLD || (number > URG && number != WINCH);
}

/* Whether the default action of a Linux signal stops the process: STOP, TSTP, TTIN, TTOU. */
static bool stops_process(long number)
{
    return number >= 19 && number <= 22;
}

/* Raises a signal on the process itself, with the default action: it ends the process, stops it, or does
 * nothing. Handlers of the runtime do not get it. Signal 0 does nothing.
 * EINVAL   no such signal
 * ENOTSUP  it would stop the process, which has a time limit: a process that is stopped never reaches it */
uint32_t swasm_wasi_proc_raise(swasm_instance *instance, uint32_t signal)
{
    enum { WASI_SIGNAL_COUNT = 31, WASI_FIRST_SHIFTED = 16, UNBLOCK = 1, SIGNAL_SET_BYTES = 8 };
    if (signal >= WASI_SIGNAL_COUNT) return SWASM_WASI_INVAL;
    if (signal == 0) return SWASM_WASI_SUCCESS;
    /* Linux has SIGSTKFLT at 16; WASI has no such signal. */
    long number = signal < WASI_FIRST_SHIFTED ? signal : signal + 1;
    if (stops_process(number) && swasm_wasi_context_of(instance)->has_time_limit) return SWASM_WASI_NOTSUP;
    uint64_t default_action[4] = {0, 0, 0, 0};
    uint64_t mask = 1ull << (number - 1);
    if (ends_process(number) && swasm_profile_end) swasm_profile_end();
    swasm_syscall4(SWASM_SYS_RT_SIGACTION, number, (long)default_action, 0, SIGNAL_SET_BYTES);
    swasm_syscall4(SWASM_SYS_RT_SIGPROCMASK, UNBLOCK, (long)&mask, 0, SIGNAL_SET_BYTES);
    long status = swasm_syscall3(SWASM_SYS_TGKILL, swasm_syscall0(SWASM_SYS_GETPID),
                                 swasm_syscall0(SWASM_SYS_GETTID), number);
    /* The first process of a container ignores a signal whose action is the default. It must end in any case:
     * the runtime's handlers, such as that of the time limit, may be gone. */
    if (ends_process(number)) swasm_exit(128 + (int)number);
    return swasm_wasi_errno(status);
}

/* Lets other threads and processes run. Never fails. */
uint32_t swasm_wasi_sched_yield(swasm_instance *instance)
{
    (void)instance;
    swasm_syscall0(SWASM_SYS_SCHED_YIELD);
    return SWASM_WASI_SUCCESS;
}
