/* Allocation that is told of when it fails. Swift, LLVM and the library of C++ each have a way of their own to end
 * the process when there is no memory, and none of them can be told from a bug; all of them call these functions.
 * glibc's heap does the work, under the names that it has for whoever replaces the standard ones. */
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

/* One thread reports, and gets nothing should it ask for more; the others wait for the end. */
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

static void *told(void *memory, size_t bytes)
{
    if (!memory && bytes) {
        void (*reporter)(void) = report_exhausted;
        if (reporter) {
            report(reporter);
        }
    }
    return memory;
}

void *malloc(size_t bytes) { return told(__libc_malloc(bytes), bytes); }

void *calloc(size_t count, size_t bytes) { return told(__libc_calloc(count, bytes), count && bytes); }

void *realloc(void *old, size_t bytes) { return told(__libc_realloc(old, bytes), bytes); }

void *memalign(size_t alignment, size_t bytes) { return told(__libc_memalign(alignment, bytes), bytes); }

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
