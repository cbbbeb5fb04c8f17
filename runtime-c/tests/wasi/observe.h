/* Between the tests and the calls: every WASI call goes through observe_call (calls.awk, the linker's
 * --wrap).
 *
 * It records which call returned which errno. A test asserts an errno by passing it to `expect` right after
 * the call. At the end, each errno that a call's comment names must have been asserted, and each errno that
 * was seen must be in the comment. A call can run on its own thread, so that its conditions end with the
 * thread: system calls that fail (by a seccomp filter), another user, and the runtime's own hardening.
 */
#ifndef SWASM_TESTS_WASI_OBSERVE_H
#define SWASM_TESTS_WASI_OBSERVE_H

#include "harness.h"

enum { MOST_ERRNOS = 48, ERRNO_COUNT = 77 };

typedef struct observed_call {
    const char *name;
    uint8_t errnos[MOST_ERRNOS]; /* the errnos that the comment names, then 0 */
} observed_call;

/* Made by calls.awk. */
extern const observed_call observed_calls[];
extern const unsigned observed_call_count;

uint32_t observe_call(unsigned number, uint32_t (*call)(const uint64_t *arguments), const uint64_t *arguments);

/* For `expect`: the last call's errno was asserted to be `got`. Each call can be asserted once. */
void observe_assertion(uint32_t got);
/* Records that the last call, poll_oneoff, returned `error` in an event. */
void observe_event(uint32_t error);
/* For proc_exit, whose effect is seen from outside. */
void observe_exit(void);
/* Checks both for every call and errno. */
void observe_report(void);

/* The next WASI call is made on a thread where the system calls `numbers` (up to three, then 0) return
 * -error. */
void inject(int error, const long numbers[3]);
/* False in an emulator, which has no filters of system calls (SWASM_TEST_EMULATED). */
bool can_inject(void);

/* As the second number after SYS_mmap: only mappings that are no whole pages fail. The sanitizers make none. */
#define ODD_SIZE (-1L)
/* The next WASI call is made with the file access of user `nobody`. False if this process may not change its
 * user. */
bool as_nobody(void);

/* Whether calls run on hardened threads. That is a separate build of this program (wasi.mk). */
extern const bool calls_are_hardened;
/* Call this for a new context. The next call then gets a thread that is hardened for its grants. */
void observe_new_context(void);

#endif
