/* An executable from its first instruction to its exit status. Read swasm_start for the order of the steps.
 *
 * A module with one memory makes 11 system calls, not counting those of WASI: mprotect (constants), mmap and
 * mprotect (guest stack), rt_sigprocmask, sigaltstack, 3 rt_sigaction, mmap and mprotect (memory),
 * exit_group. A table adds 2 (mmap and mprotect), giving up the host's descriptors adds 1 (close_range),
 * hardening adds 7.
 */
#include "held.h"
#include "initial.h"
#include "invoke.h"
#include "memory.h"
#include "coredump.h"
#include "profile.h"
#include "relocate.h"
#include "report.h"
#include "runtime.h"
#include "snapshot.h"
#include "stack.h"
#include "sys/processor.h"
#include "sys/signal.h"
#include "sys/sys.h"
#include "text.h"
#include "timeout.h"
#include "trace/trace.h"
#include "trap.h"
#include "vdso.h"

enum { USAGE_STATUS = 1 };

static swasm_grants grants;

static _Noreturn void fail(swasm_error_code code, const char *message, const char *detail)
{
    swasm_complain(code, message, detail);
    swasm_exit(USAGE_STATUS);
}

static void read_policy(const swasm_initial *initial, const char *argv0)
{
    swasm_program_name = swasm_text_basename(argv0);
    bool sealed = swasm_initial_has_foreign_rights(initial);
    const char *const *envp = (const char *const *)initial->envp;
    const char *problem = swasm_grants_read(&grants, sealed, swasm_policy, swasm_policy_bytes, argv0, envp);
    if (problem) fail(grants.problem, problem, NULL);
    const char *refusal = swasm_processor_refusal ? swasm_processor_refusal(grants.processor_features, initial) : NULL;
    if (refusal) fail(SWASM_ERROR_FEATURES, refusal, NULL);
    swasm_program_name = swasm_text_basename(grants.argv0);
    if (grants.unknown_variable) swasm_complain(SWASM_WARNING, "this program does not know the variable", grants.unknown_variable);
    if (&swasm_trace_on) swasm_trace_on = (uint8_t)grants.trace;
    else if (grants.trace) fail(SWASM_ERROR_NOT_TRACED, "this program was compiled without --trace", "SWASM_TRACE");
    swasm_stack_configure(grants.stack_bytes);
}

/* The instance at `position`. */
static swasm_instance *instance_at(uint32_t position)
{
    return (void *)((char *)&swasm_main_state + swasm_main_program.modules[position]->state_offset);
}

/* Finds an export of the last instance, which starts the program. */
static bool find_function(const char *name, swasm_extern *found)
{
    swasm_string text = {.bytes = name, .length = swasm_text_length(name)};
    return swasm_find_export(instance_at(swasm_main_program.module_count - 1), text, found) && found->kind == SWASM_FUNCTION;
}

/* Calls a `() -> ()` export if there is one. Its traps do not return (swasm_trap_fatal). */
static bool call_export(const char *name)
{
    swasm_extern found;
    if (!find_function(name, &found)) return false;
    const swasm_funcref *function = found.item;
    swasm_value none = {.i64 = 0};
    if (!function->invoke || !swasm_text_equal(found.type_text, "()->()"))
        fail(SWASM_ERROR_NO_COMMAND, "this export has parameters or results, so the program cannot start with it", name);
    uint32_t code = swasm_call(function, &none);
    if (code) swasm_report_trap(code, &(swasm_cursor){0}); /* there was no memory for the stack */
    return true;
}

/* The parent may have blocked signals. A fault whose signal is blocked ends the process without our message
 * and with another status. */
static void unblock_faults(void)
{
    enum { SIG_UNBLOCK = 1 };
    uint64_t mask = 0;
    const int faults[] = {SWASM_SIGSEGV, SWASM_SIGBUS, SWASM_SIGNAL_OF_TRAP, SWASM_SIGSYS};
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) mask |= 1ull << (faults[i] - 1);
    swasm_setup_syscall5(SWASM_SYS_RT_SIGPROCMASK, SIG_UNBLOCK, (long)&mask, 0, sizeof mask, 0);
}

/* Sets one limit for all memories, and one for all tables. Tables get 1 MiB more, so that small ones always
 * fit. */
static void limit_totals(uint64_t bytes)
{
    const uint64_t small_tables = 1 << 20;
    swasm_memory_allowance = bytes;
    swasm_table_allowance = bytes > UINT64_MAX - small_tables ? UINT64_MAX : bytes + small_tables;
}

static const char refused[] = "the system refuses a call";
static const char no_addresses[] =
    "too little address space: each memory reserves 48 GiB. Raise `ulimit -v`, or compile with --bounds-checks "
    "explicit";

/* Removes from the process all that the host left there and that the guest was not given. */
static void leave_nothing_to_find(const swasm_initial *initial)
{
    if (!swasm_held_find(&grants)) fail(SWASM_ERROR_OUT_OF_MEMORY, "out of memory", NULL);
    swasm_held_close_others();
    swasm_initial_wipe(initial, &grants);
    swasm_grants_forget(&grants);
}

/* All instances share one context of WASI, but each passes its own memory to it. */
static void start_wasi(int argc, const char **argv)
{
    if (!swasm_wasi_start) return;
    if (!swasm_wasi_start(instance_at(0), &grants, argc, argv)) swasm_exit(USAGE_STATUS);
    for (uint32_t i = 1; i < swasm_main_program.module_count; i++) instance_at(i)->host = instance_at(0)->host;
}

static void instantiate_at(uint32_t position, const swasm_instance_limits *limits)
{
    swasm_instance *instance;
    swasm_error error;
    swasm_instantiate(&swasm_main_program, position, &swasm_main_state, limits, NULL, NULL, &instance, &error);
    if (error.kind == SWASM_TRAPPED) swasm_report_trap(error.trap, &(swasm_cursor){0});
    if (error.kind == SWASM_OUT_OF_MEMORY) fail(SWASM_ERROR_OUT_OF_MEMORY, "memories or tables exceed the limit (--max-memory, SWASM_MAX_MEMORY)", NULL);
    if (error.kind == SWASM_OUT_OF_ADDRESSES) fail(SWASM_ERROR_ADDRESS_SPACE, no_addresses, NULL);
    if (error.kind == SWASM_MEMORY_REFUSED) fail(SWASM_ERROR_REFUSED_CALL, refused, "mmap or mprotect");
    if (error.kind) fail(SWASM_ERROR_LINKING, "an import cannot be linked", NULL);
}

/* Without their signals, traps and the time limit would end the process without a message. */
static bool can_handle_signals(void)
{
    swasm_signal_stack present;
    return swasm_trap_install() && !swasm_setup_syscall5(SWASM_SYS_SIGALTSTACK, 0, (long)&present, 0, 0, 0) &&
           (!grants.timeout_nanoseconds || swasm_timeout_start(grants.timeout_nanoseconds));
}

static void instantiate(const swasm_initial *initial, int argc, const char **argv)
{
    const swasm_instance_limits limits = {.max_memory_bytes = grants.max_memory_bytes};
    limit_totals(grants.max_memory_bytes);
    start_wasi(argc, argv);
    leave_nothing_to_find(initial);
    if (!can_handle_signals()) fail(SWASM_ERROR_REFUSED_CALL, refused, "setitimer, rt_sigaction, rt_sigprocmask or sigaltstack");
    if (!swasm_harden(&grants)) swasm_exit(USAGE_STATUS);
    for (uint32_t i = 0; i < swasm_main_program.module_count; i++) instantiate_at(i, &limits);
}

/* Whether the module has a `() -> ()` export without a name. Some compilers use it as the command. Other
 * engines also prefer it to `_start`. */
static bool is_nameless_command(void)
{
    swasm_extern found;
    return find_function("", &found) && swasm_text_equal(found.type_text, "()->()");
}

static void run_command(void)
{
    swasm_extern start;
    /* A command with `_start` initializes itself. */
    if (!find_function("_start", &start)) call_export("_initialize");
    call_export(is_nameless_command() ? "" : "_start");
}

/* Refuses a program without a command, before any code runs. Otherwise a program that did nothing would look
 * like one that succeeded. */
static void refuse_missing_command(void)
{
    if (grants.invoke || !swasm_missing_command) return;
    swasm_line line = {.length = 0};
    swasm_put_error(&line, SWASM_ERROR_NO_COMMAND);
    for (const char *text = swasm_missing_command; *text; text++) {
        if (*text == '\n') swasm_put_out(&line, 2);
        else swasm_put_bytes(&line, text, 1);
    }
    swasm_put_out(&line, 2);
    swasm_exit(USAGE_STATUS);
}

static int run(int argc, const char **argv)
{
    if (swasm_snapshot_take) {
        call_export("_initialize");
        return swasm_snapshot_take(instance_at(swasm_main_program.module_count - 1));
    }
    if (!grants.invoke) {
        run_command();
        return 0;
    }
    call_export("_initialize");
    swasm_extern found;
    if (!find_function(grants.invoke, &found)) fail(SWASM_ERROR_NO_EXPORT, "no function is exported under this name", grants.invoke);
    if (!swasm_invoke_export) fail(SWASM_ERROR_LINKING, "linked without the support for calling an export", NULL);
    return swasm_invoke_export(&found, argc - 1, argv + 1);
}

/* `stack` is the kernel's initial stack (initial.h). */
__attribute__((used)) _Noreturn void swasm_start(long *stack, const uint64_t *dynamic, uint8_t *base);

void swasm_start(long *stack, const uint64_t *dynamic, uint8_t *base)
{
    static const char *no_arguments[] = {"app", NULL};
    swasm_relocate(dynamic, base);
    swasm_initial initial = swasm_initial_read(stack);
    int argc = initial.argc;
    const char **argv = (const char **)initial.argv;
    if (argc < 1) {
        argc = 1;
        argv = no_arguments;
    }
    swasm_stack_one_thread = true;
    swasm_trap_fatal = swasm_report_trap;
    swasm_trap_foreign = swasm_report_fault;
    unblock_faults();
    swasm_initial_seed_places(&initial);
    if (swasm_vdso_find) swasm_vdso_find(swasm_initial_vdso(&initial));
    read_policy(&initial, argv[0]);
    swasm_backtrace = grants.backtrace;
    refuse_missing_command();
    const bool has_foreign_rights = swasm_initial_has_foreign_rights(&initial);
    if (swasm_profile_begin && !swasm_profile_begin(&grants, has_foreign_rights)) swasm_exit(USAGE_STATUS);
    if (swasm_coredump_begin && !swasm_coredump_begin(&grants, has_foreign_rights)) swasm_exit(USAGE_STATUS);
    if (swasm_snapshot_begin) swasm_snapshot_begin();
    argv[0] = grants.argv0;
    instantiate(&initial, argc, argv);
    swasm_end(run(argc, argv));
}
