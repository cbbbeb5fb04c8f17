/* The time limit is a timer whose signal ends the process. So it costs loops and calls nothing.
 *
 * The handler runs on the signal stack, prints where the guest was and exits; nothing is unwound. The calls
 * here are not recorded, so the guest cannot set the timer again. It can raise SIGALRM on itself
 * (proc_raise), which only ends it sooner.
 */
#include "timeout.h"

#include "coredump.h"
#include "profile.h"
#include "report.h"
#include "sys/signal.h"
#include "text.h"
#include "trap.h"

enum { SIGALRM = 14, ITIMER_REAL = 0, SIG_UNBLOCK = 1 };

/* struct itimerval */
typedef struct interval_timer {
    int64_t interval_seconds, interval_microseconds, seconds, microseconds;
} interval_timer;

/* If a report cannot be printed, because its pipe is full, the timer's second signal ends the process. A trap's
 * report gets one signal more. */
static void expire(int number, swasm_signal_info *info, void *context)
{
    static bool is_expired, is_late;
    if (info->code <= 0) { /* it is not the timer's */
        swasm_complain_of_signal(number);
        swasm_end(128 + number);
    }
    if (swasm_coredump_is_late && swasm_coredump_is_late()) return;
    if (swasm_is_reporting && (is_expired || is_late)) swasm_exit(SWASM_TRAP_STATUS);
    is_late = swasm_is_reporting;
    if (is_expired || is_late) return;
    is_expired = true;
    const swasm_cursor at = swasm_interrupted(context);
    swasm_report_trap(SWASM_TRAP_TIMEOUT, &at);
}

bool swasm_timeout_start(uint64_t nanoseconds)
{
    enum { INTERVAL_SECONDS = 1 };
    swasm_signal_action action = swasm_signal_handled_by(expire);
    action.flags |= SWASM_SA_NODEFER;
    const uint64_t mask = 1ull << (SIGALRM - 1);
    uint64_t microseconds = nanoseconds / 1000 + (nanoseconds % 1000 != 0);
    interval_timer timer = {.interval_seconds = INTERVAL_SECONDS, .seconds = (int64_t)(microseconds / 1000000), .microseconds = (int64_t)(microseconds % 1000000)};
    return !swasm_setup_syscall5(SWASM_SYS_RT_SIGACTION, SIGALRM, (long)&action, 0, sizeof(uint64_t), 0) &&
           !swasm_setup_syscall5(SWASM_SYS_RT_SIGPROCMASK, SIG_UNBLOCK, (long)&mask, 0, sizeof mask, 0) &&
           !swasm_setup_syscall5(SWASM_SYS_SETITIMER, ITIMER_REAL, (long)&timer, 0, 0, 0);
}
