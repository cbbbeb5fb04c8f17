/* Reports that memory is exhausted. Without memory, Swift, LLVM and the C++ library each end the process in a
 * different way, and none of these ways can be distinguished from a bug. All of them allocate by mimalloc, whose
 * library is loaded before libc: compiling takes a tenth less processor time than with glibc's heap. */
#include "work.h"

#include <errno.h>
#include <mimalloc.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <unistd.h>

static void (*_Atomic report_exhausted)(void);

/* One thread reports. If it allocates meanwhile it gets NULL. The other threads wait for the end of the
 * process. */
static void report(int error, void *unused)
{
    static atomic_flag begun = ATOMIC_FLAG_INIT;
    static _Thread_local bool reports;
    (void)unused;
    if ((error != ENOMEM && error != EOVERFLOW) || reports) {
        return;
    }
    while (atomic_flag_test_and_set(&begun)) {
        pause();
    }
    reports = true;
    void (*reporter)(void) = report_exhausted;
    reporter();
}

void swasmc_report_exhausted_memory(void (*reporter)(void))
{
    report_exhausted = reporter;
    mi_register_error(report, NULL);
}
