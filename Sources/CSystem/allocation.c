/* Allocation functions that report their failure. Without memory, Swift, LLVM and the C++ library each end
 * the process in a different way, and none of these ways can be distinguished from a bug. All of them call
 * the functions here. glibc's heap does the work, under the names that it keeps for replacements like
 * this. */
#include "work.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t count, size_t bytes);
void *__libc_realloc(void *old, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);

static void (*_Atomic report_exhausted)(void);

void swasmc_report_exhausted_memory(void (*report)(void)) { report_exhausted = report; }

/* One thread reports. If it allocates meanwhile it gets NULL. The other threads wait for the end of the
 * process. */
static void report(void (*reporter)(void))
{
    static atomic_flag begun = ATOMIC_FLAG_INIT;
    static _Thread_local bool reports;
    if (reports) {
        return;
    }
    while (atomic_flag_test_and_set(&begun)) {
        pause();
    }
    reports = true;
    reporter();
}

static void *checked(void *memory, size_t bytes)
{
    if (!memory && bytes) {
        void (*reporter)(void) = report_exhausted;
        if (reporter) {
            report(reporter);
        }
    }
    return memory;
}

void *malloc(size_t bytes) { return checked(__libc_malloc(bytes), bytes); }

void *calloc(size_t count, size_t bytes) { return checked(__libc_calloc(count, bytes), count && bytes); }

void *realloc(void *old, size_t bytes) { return checked(__libc_realloc(old, bytes), bytes); }

void *memalign(size_t alignment, size_t bytes) { return checked(__libc_memalign(alignment, bytes), bytes); }

void *aligned_alloc(size_t alignment, size_t bytes) { return memalign(alignment, bytes); }

int posix_memalign(void **memory, size_t alignment, size_t bytes)
{
    if (alignment % sizeof(void *) || !alignment || alignment & (alignment - 1)) {
        return EINVAL;
    }
    void *result = memalign(alignment, bytes);
    if (!result) {
        return ENOMEM;
    }
    *memory = result;
    return 0;
}
