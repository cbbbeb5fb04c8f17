/* See observe.h. The filter of a hardened thread does not let the thread end. So it waits until the process
 * ends.
 */
#include "observe.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { STACK_BYTES = 512 << 10, NOBODY = 65534, MOST_CALLS = 96, NONE = -1 };

/* ---- What was seen ------------------------------------------------------------------------------ */

static bool seen[MOST_CALLS][ERRNO_COUNT], asserted[MOST_CALLS][ERRNO_COUNT];
static int last_call = NONE, last_of_all = NONE;
static uint32_t last_errno;

void observe_assertion(uint32_t got)
{
    if (last_call != NONE && got == last_errno) asserted[last_call][got] = true;
    last_call = NONE;
}

void observe_event(uint32_t error)
{
    if (last_of_all != NONE && error < ERRNO_COUNT) asserted[last_of_all][error] = true;
}

void observe_exit(void)
{
    for (unsigned i = 0; i < observed_call_count; i++) {
        if (strcmp(observed_calls[i].name, "proc_exit") == 0) asserted[i][0] = true;
    }
}

void observe_report(void)
{
    unsigned pairs = 0;
    for (unsigned i = 0; i < observed_call_count; i++) {
        bool documented[ERRNO_COUNT] = {true};
        for (const uint8_t *error = observed_calls[i].errnos; *error; error++) documented[*error] = true;
        for (uint32_t error = 0; error < ERRNO_COUNT; error++) {
            char what[120];
            pairs += documented[error];
            snprintf(what, sizeof what, "%s returns errno %u in a test, as its comment says", observed_calls[i].name, error);
            if (documented[error]) check(asserted[i][error], what);
            snprintf(what, sizeof what, "the comment of %s names errno %u, which it returned", observed_calls[i].name, error);
            if (!documented[error]) check(!seen[i][error] && !asserted[i][error], what);
        }
    }
    printf("wasi: %u pairs of a call and an errno or success\n", pairs);
}

/* ---- Threads for calls -------------------------------------------------------------------------- */

typedef struct job {
    uint32_t (*call)(const uint64_t *arguments);
    const uint64_t *arguments;
    uint32_t result;
    int error;       /* the injected error, or 0 */
    long numbers[3];
    bool as_nobody, lasts; /* lasts: the thread takes further jobs */
    bool done;
} job;

static job wanted; /* the conditions for the next call */
static job *current;
static int requests[2] = {-1, -1}, never[2]; /* pipes: `requests` has pointers to jobs, `never` has nothing */
static pid_t pipes_of;
static bool has_thread;
static swasm_grants hardening;

/* Installs a filter: some system calls return -error, all others work as before. */
static bool inject_into_thread(const job *j)
{
    struct sock_filter filter[10];
    unsigned short length = 0, count = 0;
    while (count < 3 && j->numbers[count]) count++;
    if (j->numbers[0] == SYS_mmap) { /* as the runtime maps, not as the sanitizers do: they map whole pages */
        bool has_odd_size = count > 1 && j->numbers[1] == ODD_SIZE;
        count = 1;
        filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[3]));
        filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, MAP_PRIVATE | MAP_ANONYMOUS, 0,
                                                        (uint8_t)(has_odd_size ? 4 : 2));
        if (has_odd_size) {
            filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[1]));
            filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 4095, 0, 2);
        }
    }
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (unsigned short i = 0; i < count; i++) {
        filter[length++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)j->numbers[i],
                                                        (uint8_t)(count - i), 0);
    }
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    filter[length++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (uint32_t)j->error);
    struct sock_fprog program = {length, filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

bool can_inject(void) { return !getenv("SWASM_TEST_EMULATED"); }

static void run_job(job *j)
{
    j->result = j->call(j->arguments);
    __atomic_store_n(&j->done, true, __ATOMIC_RELEASE);
}

static void wait_forever(void)
{
    char byte;
    struct iovec into = {&byte, 1};
    for (;;) {
        swasm_setup_syscall5(SWASM_SYS_READV, never[0], (long)&into, 1, 0, 0);
        swasm_setup_syscall5(SWASM_SYS_PPOLL, 0, 0, 0, 0, 0);
    }
}

static void take_jobs(void)
{
    for (;;) {
        job *next = NULL;
        struct iovec into = {&next, sizeof next};
        if (swasm_setup_syscall5(SWASM_SYS_READV, requests[0], (long)&into, 1, 0, 0) != sizeof next) continue;
        if (!next->call) {
            __atomic_store_n(&next->done, true, __ATOMIC_RELEASE);
            wait_forever();
        }
        run_job(next);
    }
}

static void *serve(void *argument)
{
    job *first = argument;
    bool lasts = first->lasts;
    if (first->as_nobody) syscall(SYS_setfsuid, NOBODY);
    if (first->error && !inject_into_thread(first)) {
        printf("the kernel does not let a filter be installed: not running the tests\n");
        exit(2);
    }
#ifdef SWASM_TEST_HARDENED
    if (!swasm_harden(&hardening)) {
        swasm_write(1, last_complaint, strlen(last_complaint)); /* the filter may forbid what printf does */
        swasm_exit(2);
    }
#endif
    run_job(first); /* `first` is gone from here on */
    if (lasts) take_jobs();
    if (calls_are_hardened) wait_forever();
    return NULL;
}

static void finish(const job *j)
{
    while (!__atomic_load_n(&j->done, __ATOMIC_ACQUIRE)) sched_yield();
}

static void start_thread(job *j)
{
    pthread_t thread;
    pthread_attr_t attributes;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    if (pthread_create(&thread, &attributes, serve, j) != 0) {
        printf("cannot start a thread for a call\n");
        exit(2);
    }
    pthread_attr_destroy(&attributes);
    if (calls_are_hardened) pthread_detach(thread);
    else pthread_join(thread, NULL);
}

/* A child of fork has none of its parent's threads. */
static void make_pipes(void)
{
    if (pipes_of == getpid()) return;
    if (pipe(requests) != 0 || pipe(never) != 0) exit(2);
    pipes_of = getpid();
    has_thread = false;
}

static void send(job *j)
{
    if (write(requests[1], &j, sizeof j) != sizeof j) exit(2);
    finish(j);
}

/* Runs a call on the thread that is hardened for the grants. Makes the thread if there is none yet. */
static void run_hardened(job *j)
{
    j->lasts = true;
    if (has_thread) {
        send(j);
        return;
    }
    has_thread = true;
    start_thread(j);
    finish(j);
}

/* Without Landlock the filter alone is tried. */
static uint32_t possible_hardening(void)
{
    static long version;
    if (version == 0) {
        version = syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
        if (version < 1 && calls_are_hardened) printf("wasi: this kernel lacks Landlock: calls are filtered alone\n");
    }
    return version < 1 ? SWASM_HARDEN_DEFAULT : SWASM_HARDEN_REQUIRE;
}

void observe_new_context(void)
{
    hardening = (swasm_grants){.harden = possible_hardening()};
    if (has_thread && pipes_of == getpid()) send(&(job){.call = NULL});
    has_thread = false;
}

uint32_t observe_call(unsigned number, uint32_t (*call)(const uint64_t *arguments), const uint64_t *arguments)
{
    if (current) return call(arguments); /* a call inside of another call */
    job j = wanted;
    wanted = (job){.error = 0};
    j.call = call, j.arguments = arguments;
    current = &j;
    make_pipes();
    if (j.error || j.as_nobody) {
        start_thread(&j);
        finish(&j);
    } else if (calls_are_hardened) {
        run_hardened(&j);
    } else {
        run_job(&j);
    }
    current = NULL;
    last_call = last_of_all = (int)number;
    last_errno = j.result;
    if (j.result < ERRNO_COUNT) seen[number][j.result] = true;
    return j.result;
}

void inject(int error, const long numbers[3])
{
    wanted.error = error;
    memcpy(wanted.numbers, numbers, sizeof wanted.numbers);
}

/* Each thread has its own user for file accesses. With that user, root's privileges on files go and come
 * back. */
bool as_nobody(void)
{
    static int may = -1;
    if (may < 0) {
        long own = syscall(SYS_setfsuid, NOBODY);
        may = own != NOBODY && syscall(SYS_setfsuid, -1) == NOBODY;
        syscall(SYS_setfsuid, own);
    }
    wanted.as_nobody = may;
    return wanted.as_nobody;
}

#ifdef SWASM_TEST_HARDENED
const bool calls_are_hardened = true;
#else
const bool calls_are_hardened = false;
#endif
