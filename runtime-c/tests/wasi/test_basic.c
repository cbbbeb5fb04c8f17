/* Start-up, arguments, environment, clocks, random numbers, process. */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../../src/vdso.h"
#include "observe.h"

void test_startup(void)
{
    sandbox box;
    sandbox_start(&box);
    uint32_t prestat = room(&box, 8), name = room(&box, 8);
    expect(swasm_wasi_fd_prestat_get(box.instance, 3, prestat), 0, "the first grant is descriptor 3");
    expect(load32(&box, prestat), 0, "a grant's kind is directory");
    expect(load32(&box, prestat + 4), 1, "the grant's name has one byte");
    expect(swasm_wasi_fd_prestat_dir_name(box.instance, 3, name, 8), 0,
           "the buffer for the name may be larger than the name");
    check(box.memory[name] == '/', "the name is what the grant said");
    expect(swasm_wasi_fd_prestat_dir_name(box.instance, 4, name, 2), SWASM_WASI_NAMETOOLONG,
           "a buffer smaller than the name is refused");
    expect(swasm_wasi_fd_prestat_get(box.instance, 5, prestat), SWASM_WASI_BADF,
           "no descriptor follows the last grant");
    expect(swasm_wasi_fd_prestat_get(box.instance, 1, prestat), SWASM_WASI_BADF, "stdout is no grant");
    expect(swasm_wasi_fd_prestat_dir_name(box.instance, 1, name, 8), SWASM_WASI_BADF,
           "stdout has no name of a grant");
    sandbox_end(&box);

    swasm_wasi_context context = {0};
    swasm_grant_dir missing = {"/nonexistent/for/swasm", "/", 0};
    swasm_grants grants = {.dirs = &missing, .dir_count = 1};
    sandbox_start_bare(&box);
    check(!swasm_wasi_context_start(&context, box.instance, &grants, 0, NULL),
          "a grant that does not exist ends the start");
    check(strstr(last_complaint, "does not exist: /nonexistent"), "the message names the missing grant");
    sandbox_end(&box); /* the other context's standard streams are the test's own and stay open */
    sandbox_start_bare(&box);
    uint32_t stat = room(&box, 24);
    expect(swasm_wasi_fd_prestat_get(box.instance, 3, stat), SWASM_WASI_BADF,
           "without grants there is no descriptor 3");
    sandbox_end(&box);
}

void test_args(void)
{
    sandbox box;
    sandbox_start_bare(&box);
    uint32_t count = room(&box, 4), bytes = room(&box, 4);
    expect(swasm_wasi_args_sizes_get(box.instance, count, bytes), 0, "args_sizes_get");
    expect(load32(&box, count), 4, "there are four arguments");
    expect(load32(&box, bytes), 8 + 4 + 10 + 1, "args_sizes_get counts the bytes with their NULs");
    uint32_t array = room(&box, 16), text = room(&box, 23);
    expect(swasm_wasi_args_get(box.instance, array, text), 0, "args_get");
    check(memcmp(box.memory + text, "program\0one\0two words\0", 23) == 0, "the arguments lie one after another");
    expect(load32(&box, array + 8), text + 12, "argv points to the third argument");
    expect(swasm_wasi_args_get(box.instance, MEMORY_BYTES - 15, text), SWASM_WASI_FAULT,
           "argv reaches past the end of memory");
    memset(box.memory + array, 7, 16);
    expect(swasm_wasi_args_get(box.instance, array, MEMORY_BYTES - 22), SWASM_WASI_FAULT,
           "the text of the arguments reaches past the end of memory");
    expect(load32(&box, array), 0x07070707, "a failed args_get writes nothing");

    expect(swasm_wasi_environ_sizes_get(box.instance, count, bytes), 0, "environ_sizes_get");
    expect(load32(&box, count), 2, "there are two variables");
    expect(swasm_wasi_environ_get(box.instance, array, text), 0, "environ_get");
    check(strcmp((char *)box.memory + load32(&box, array), "A=1") == 0, "environ points to the first variable");
    expect(swasm_wasi_environ_get(box.instance, UINT32_MAX, text), SWASM_WASI_FAULT, "environ lies outside memory");
    expect(swasm_wasi_environ_sizes_get(box.instance, count, MEMORY_BYTES - 3), SWASM_WASI_FAULT,
           "a result of environ_sizes_get lies outside memory");
    sandbox_drop_memory(&box);
    expect(swasm_wasi_args_sizes_get(box.instance, 0, 0), SWASM_WASI_FAULT, "args_sizes_get without a memory");
    sandbox_end(&box);
}

/* Time needs no system call if the kernel has a function for it. */
static void clock_of_kernel(sandbox *box, uint32_t time)
{
    static const long calls[3] = {SYS_clock_gettime};
    struct timespec now;
    swasm_vdso_find((const uint8_t *)getauxval(AT_SYSINFO_EHDR));
    if (!swasm_vdso_clock_gettime || !can_inject()) return;
    for (uint32_t clock = 0; clock < 2; clock++) {
        inject(ENOSYS, calls);
        expect(swasm_wasi_clock_time_get(box->instance, clock, 0, time), 0, "clock_time_get without a system call");
        syscall(SYS_clock_gettime, clock, &now);
        uint64_t after = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
        check(load64(box, time) <= after && after - load64(box, time) < 60000000000,
              "the clock without a system call shows the kernel's time");
    }
    for (uint32_t clock = 2; clock < 4; clock++)
        expect(swasm_wasi_clock_time_get(box->instance, clock, 0, time), 0, "clock_time_get of the processor's time");
    swasm_vdso_clock_gettime = NULL;
}

void test_clock(void)
{
    sandbox box;
    sandbox_start_bare(&box);
    uint32_t time = room(&box, 8);
    for (uint32_t clock = 0; clock < 4; clock++) {
        expect(swasm_wasi_clock_time_get(box.instance, clock, 0, time), 0, "clock_time_get");
        check(load64(&box, time) > 0, "a clock shows a time");
        expect(swasm_wasi_clock_res_get(box.instance, clock, time), 0, "clock_res_get");
        check(load64(&box, time) > 0, "a clock has a resolution");
    }
    swasm_wasi_clock_time_get(box.instance, 1, 0, time);
    uint64_t before = load64(&box, time);
    swasm_wasi_clock_time_get(box.instance, 1, 0, time);
    check(load64(&box, time) >= before, "monotonic time does not go back");
    expect(swasm_wasi_clock_time_get(box.instance, 4, 0, time), SWASM_WASI_INVAL, "there is no clock 4");
    expect(swasm_wasi_clock_res_get(box.instance, UINT32_MAX, time), SWASM_WASI_INVAL,
           "there is no clock UINT32_MAX");
    expect(swasm_wasi_clock_time_get(box.instance, 0, 0, MEMORY_BYTES - 7), SWASM_WASI_FAULT,
           "the result of clock_time_get lies outside memory");
    expect(swasm_wasi_clock_res_get(box.instance, 0, MEMORY_BYTES - 7), SWASM_WASI_FAULT,
           "the result of clock_res_get lies outside memory");
    clock_of_kernel(&box, time);
    sandbox_end(&box);
}

void test_random(void)
{
    sandbox box;
    sandbox_start_bare(&box);
    memset(box.memory, 0, MEMORY_BYTES);
    expect(swasm_wasi_random_get(box.instance, 100, 70000), 0, "random_get of more than 64 kB");
    check(box.memory[99] == 0 && box.memory[70100] == 0, "random_get writes only where it was asked to");
    unsigned zeros = 0;
    for (uint32_t i = 100; i < 70100; i++) zeros += box.memory[i] == 0;
    check(zeros < 1000, "random_get fills every part");
    expect(swasm_wasi_random_get(box.instance, MEMORY_BYTES, 0), 0, "random_get of 0 bytes at the end of memory");
    expect(swasm_wasi_random_get(box.instance, MEMORY_BYTES - 1, 2), SWASM_WASI_FAULT,
           "random_get of one byte too many");
    expect(swasm_wasi_random_get(box.instance, 1, UINT32_MAX), SWASM_WASI_FAULT, "4 GiB");
    sandbox_end(&box);
}

/* Runs `call` in a child and returns its wait status. */
static int status_of(void (*call)(sandbox *box), sandbox *box)
{
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        call(box);
        _exit(77);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

static void exit_300(sandbox *box) { swasm_wasi_proc_exit(box->instance, 300); }
static void exit_7(sandbox *box) { swasm_wasi_proc_exit(box->instance, 7); }
static void raise_alarm(sandbox *box) { swasm_wasi_proc_raise(box->instance, 14); }
static void raise_usr1(sandbox *box) { swasm_wasi_proc_raise(box->instance, 10); }
static void raise_sys(sandbox *box) { swasm_wasi_proc_raise(box->instance, 30); }
static void raise_child(sandbox *box) { swasm_wasi_proc_raise(box->instance, 16); }

/* The first process of a namespace, as in a container, ignores signals with the default action. 76 if no
 * namespace can be made. */
static void raise_as_first(sandbox *box)
{
    if (unshare(CLONE_NEWPID) && unshare(CLONE_NEWUSER | CLONE_NEWPID)) _exit(76);
    int status = status_of(raise_alarm, box);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

void test_process(void)
{
    sandbox box;
    sandbox_start_bare(&box);
    int status = status_of(exit_7, &box);
    check(WIFEXITED(status) && WEXITSTATUS(status) == 7, "the process ends with the status of proc_exit");
    if (WIFEXITED(status) && WEXITSTATUS(status) == 7) observe_exit();
    status = status_of(exit_300, &box);
    check(WIFEXITED(status) && WEXITSTATUS(status) == 300 % 256, "the kernel keeps eight bits of the status");
    status = status_of(raise_alarm, &box);
    check(WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM, "WASI's 14 is SIGALRM");
    status = status_of(raise_usr1, &box);
    check(WIFSIGNALED(status) && WTERMSIG(status) == SIGUSR1, "WASI's 10 is SIGUSR1");
    status = status_of(raise_sys, &box);
    check(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS, "WASI's 30 is SIGSYS");
    status = status_of(raise_child, &box);
    check(WIFEXITED(status) && WEXITSTATUS(status) == 77, "WASI's 16 is SIGCHLD, which does nothing");
    status = status_of(raise_as_first, &box);
    check(WIFEXITED(status) && (WEXITSTATUS(status) == 128 + SIGALRM || WEXITSTATUS(status) == 76),
          "a signal that is ignored by the first process ends it all the same");
    expect(swasm_wasi_proc_raise(box.instance, 0), 0, "signal 0 does nothing");
    expect(swasm_wasi_proc_raise(box.instance, 31), SWASM_WASI_INVAL, "there is no signal 31");
    box.context.has_time_limit = true;
    for (uint32_t signal = 18; signal <= 21; signal++)
        expect(swasm_wasi_proc_raise(box.instance, signal), SWASM_WASI_NOTSUP, "a process with a time limit does not stop");
    expect(swasm_wasi_sched_yield(box.instance), 0, "sched_yield");
    sandbox_end(&box);
}
