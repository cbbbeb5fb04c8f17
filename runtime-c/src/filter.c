/* See filter.h. The linker makes the list of system calls: each call site in the runtime leaves its number in
 * the section swasm_syscalls, and --gc-sections keeps only those of linked code. So a module that imports no
 * socket call has none in its filter. filter_rules.c restricts arguments.
 * Invariant: nothing here is reachable from the guest.
 */
#include "filter.h"

#include "filter_rules.h"
#include "held.h"
#include "report.h"
#include "runtime.h"
#include "sys/signal.h"
#include "text.h"

/* ---- The kernel's structures, as in <linux/filter.h> and <linux/seccomp.h> -------------------------- */

struct filter_instruction {
    uint16_t code;
    uint8_t jump_true, jump_false;
    uint32_t k;
};

struct filter_program {
    uint16_t length;
    const struct filter_instruction *instructions;
};

enum { /* classic BPF */
    LOAD_WORD = 0x20,
    JUMP_IF_EQUAL = 0x15,
    JUMP_IF_AT_LEAST = 0x35,
    JUMP_IF_SET = 0x45,
    JUMP = 0x05,
    RETURN = 0x06,

    DATA_NUMBER = 0,
    DATA_ARCHITECTURE = 4,
    DATA_ARGUMENTS = 16,

    SECCOMP_SET_MODE_FILTER = 1,
};
static const uint32_t RETURN_ALLOW = 0x7fff0000u, RETURN_TRAP = 0x00030000u, RETURN_KILL = 0x80000000u;

/* Numbers of the linked system calls, put there by swasm_record_call; the bounds are the linker's. */
extern const uint32_t __start_swasm_syscalls[] __attribute__((visibility("hidden")));
extern const uint32_t __stop_swasm_syscalls[] __attribute__((visibility("hidden")));

/* ---- Instructions ------------------------------------------------------------------------------- */

enum { MAX_CALLS = 200, MAX_INSTRUCTIONS = 1200, TOO_LONG = 1 << 20, MAX_DESCRIPTORS = 8, FIRST_OPENED = 3 };

struct filter {
    struct filter_instruction instructions[MAX_INSTRUCTIONS];
    uint32_t length; /* more than MAX_INSTRUCTIONS if they did not fit */
    bool writes;     /* the program has fd_write */
    bool opens;      /* the program can get descriptors that it does not hold yet */
};

/* Not inlined, because every program has this file and shall be small. */
__attribute__((noinline)) static void emit(struct filter *filter, uint16_t code, uint32_t k, uint8_t jump_true, uint8_t jump_false)
{
    if (filter->length < MAX_INSTRUCTIONS)
        filter->instructions[filter->length] = (struct filter_instruction){code, jump_true, jump_false, k};
    filter->length++;
}

/* Emits a jump of any distance, which set_jump sets later. Returns its place. */
static uint32_t emit_jump(struct filter *filter)
{
    emit(filter, JUMP, 0, 0, 0);
    return filter->length - 1;
}

static void set_jump(struct filter *filter, uint32_t place)
{
    if (place < MAX_INSTRUCTIONS) filter->instructions[place].k = filter->length - place - 1;
}

/* Loads the low or the high half of an argument. Every target is little-endian. */
static void emit_load(struct filter *filter, uint32_t argument, bool is_high)
{
    emit(filter, LOAD_WORD, DATA_ARGUMENTS + 8 * argument + (is_high ? 4 : 0), 0, 0);
}

/* ---- Rules -------------------------------------------------------------------------------------- */

/* Refuses descriptors that are not held for the call's role. If more can be opened, allows those: their
 * numbers are not those of streams (swasm_fd_insert). */
static void emit_descriptors(struct filter *filter, uint32_t number)
{
    uint32_t role = swasm_filter_role(number, filter->writes), held[MAX_DESCRIPTORS];
    if (!role) return;
    bool opened = filter->opens && role != SWASM_HELD_MESSAGES;
    int known = swasm_held_for(role, held, MAX_DESCRIPTORS);
    if (known < 0) return;
    if (known > MAX_DESCRIPTORS) opened = true, known = MAX_DESCRIPTORS;
    uint32_t count = 0;
    for (int i = 0; i < known; i++)
        if (!opened || held[i] < FIRST_OPENED) held[count++] = held[i];
    emit_load(filter, 0, false);
    for (uint32_t i = 0; i < count; i++) emit(filter, JUMP_IF_EQUAL, held[i], (uint8_t)(count - i + opened), 0);
    if (opened) emit(filter, JUMP_IF_AT_LEAST, FIRST_OPENED, 1, 0);
    emit(filter, RETURN, RETURN_TRAP, 0, 0);
}

/* Whether the condition is one of this call with these grants. */
static bool counts(const swasm_condition *condition, uint32_t number)
{
    return condition->number == number && (!condition->uses || condition->uses & swasm_net_uses());
}

/* Emits code that allows the call if it has the form that begins here, and otherwise goes on after it. */
static const swasm_condition *emit_form(struct filter *filter, const swasm_condition *condition)
{
    uint8_t rest = 1; /* instructions to the end of the form */
    for (const swasm_condition *last = condition; !(last->flags & SWASM_IS_LAST); last++) rest += 2;
    for (;; condition++, rest -= 2) {
        uint32_t value = condition->value;
        if (condition->flags & SWASM_IS_PROCESS) value = (uint32_t)swasm_setup_syscall5(SWASM_SYS_GETPID, 0, 0, 0, 0, 0);
        emit_load(filter, condition->argument, condition->flags & SWASM_IS_HIGH);
        if (condition->flags & SWASM_IS_CLEAR) emit(filter, JUMP_IF_SET, value, rest, 0);
        else emit(filter, JUMP_IF_EQUAL, value, 0, rest);
        if (condition->flags & SWASM_IS_LAST) break;
    }
    emit(filter, RETURN, RETURN_ALLOW, 0, 0);
    return condition;
}

/* Emits the forms of the call in a table, or, if `filter` is NULL, nothing. Returns whether there are any. */
static bool emit_forms(struct filter *filter, uint32_t number, const swasm_condition *condition, size_t count)
{
    bool any = false;
    for (const swasm_condition *end = condition + count; condition < end; condition++) {
        if (!counts(condition, number)) continue;
        any = true;
        if (filter) condition = emit_form(filter, condition);
    }
    return any;
}

static bool emit_all_forms(struct filter *filter, uint32_t number)
{
    bool any = emit_forms(filter, number, swasm_filter_conditions, swasm_filter_condition_count);
    return (swasm_net_uses && emit_forms(filter, number, swasm_net_conditions, swasm_net_condition_count)) || any;
}

static void emit_call(struct filter *filter, uint32_t number)
{
    const uint32_t first = filter->length;
    emit(filter, JUMP_IF_EQUAL, number, 0, 0);
    emit_descriptors(filter, number);
    const bool is_restricted = emit_all_forms(filter, number);
    emit(filter, RETURN, is_restricted ? RETURN_TRAP : RETURN_ALLOW, 0, 0);
    const uint32_t behind = filter->length - first - 1;
    if (behind > UINT8_MAX) filter->length = TOO_LONG;
    else if (filter->length <= MAX_INSTRUCTIONS) filter->instructions[first].jump_false = (uint8_t)behind;
}

/* Emits a binary search, because the kernel runs the filter once for every possible number when it is
 * installed. */
static void emit_search(struct filter *filter, const uint32_t *numbers, uint32_t count)
{
    if (count <= 3) {
        for (uint32_t i = 0; i < count; i++) emit_call(filter, numbers[i]);
        emit(filter, RETURN, RETURN_TRAP, 0, 0);
        return;
    }
    uint32_t half = count / 2;
    emit(filter, JUMP_IF_AT_LEAST, numbers[half], 0, 1);
    const uint32_t upper = emit_jump(filter);
    emit_search(filter, numbers, half);
    set_jump(filter, upper);
    emit_search(filter, numbers + half, count - half);
}

/* Calls for sockets are linked into every program that imports the network, but only grants make them
 * useful. */
static bool needs(uint32_t number) { return !swasm_net_needs_call || swasm_net_needs_call(number); }

/* ---- The filter --------------------------------------------------------------------------------- */

/* Inserts a number into an ascending list without repeating one. */
static bool insert(uint32_t *numbers, uint32_t *count, uint32_t number)
{
    uint32_t place = 0;
    while (place < *count && numbers[place] < number) place++;
    if (place < *count && numbers[place] == number) return true;
    if (*count == MAX_CALLS) return false;
    for (uint32_t i = *count; i > place; i--) numbers[i] = numbers[i - 1];
    numbers[place] = number;
    ++*count;
    return true;
}

static enum swasm_outcome restrict_calls(void)
{
    static const uint32_t always[] = {SWASM_SYS_RT_SIGRETURN, SWASM_SYS_EXIT_GROUP, SWASM_SYS_RESTART_SYSCALL};
    uint32_t numbers[MAX_CALLS], count = 0;
    struct filter filter;
    filter.length = 0;
    filter.opens = filter.writes = false;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) insert(numbers, &count, always[i]);
    for (const uint32_t *number = __start_swasm_syscalls; number != __stop_swasm_syscalls; number++) {
        if (!needs(*number)) continue;
        if (!insert(numbers, &count, *number)) return SWASM_REFUSED;
        filter.opens |= swasm_filter_opens(*number);
        filter.writes |= *number == SWASM_SYS_WRITEV;
    }
    emit(&filter, LOAD_WORD, DATA_ARCHITECTURE, 0, 0);
    emit(&filter, JUMP_IF_EQUAL, SWASM_AUDIT_ARCHITECTURE, 1, 0);
    emit(&filter, RETURN, RETURN_KILL, 0, 0);
    emit(&filter, LOAD_WORD, DATA_NUMBER, 0, 0);
    emit_search(&filter, numbers, count);
    if (filter.length > MAX_INSTRUCTIONS) return SWASM_REFUSED;
    struct filter_program program = {(uint16_t)filter.length, filter.instructions};
    long status = swasm_setup_syscall5(SWASM_SYS_SECCOMP, SECCOMP_SET_MODE_FILTER, 0, (long)&program, 0, 0);
    return status == 0 ? SWASM_DONE : status == -SWASM_ENOSYS || status == -SWASM_EINVAL ? SWASM_LACKING : SWASM_REFUSED;
}

/* ---- Refused calls ------------------------------------------------------------------------------ */

/* The signal handler for a refused call. Ends the process. info->call is the number of the call. A signal that
 * somebody sent ends the process when the handler returns: its action is the default again. */
static void refuse(int number, swasm_signal_info *info, void *context)
{
    (void)context;
    if (info->code <= 0) {
        swasm_complain_of_signal(number);
        swasm_syscall3(SWASM_SYS_TGKILL, swasm_syscall0(SWASM_SYS_GETPID), swasm_syscall0(SWASM_SYS_GETTID), number);
        return;
    }
    swasm_line line = {.length = 0};
    swasm_put_program(&line);
    swasm_put(&line, "sandbox violation: ");
    if (swasm_filter_maps_memory(info->call)) {
        swasm_put(&line, "executable memory, or a file mapped as memory");
    } else {
        swasm_put(&line, "system call ");
        swasm_put_decimal(&line, info->call);
        const bool is_needed = needs(info->call);
        if (is_needed && emit_all_forms(NULL, info->call)) swasm_put(&line, " with this argument");
        else if (is_needed && swasm_filter_role(info->call, true)) swasm_put(&line, " on this descriptor");
        swasm_put(&line, " is not among those of this program");
    }
    swasm_put_out(&line, 2);
    swasm_exit(SWASM_TRAP_STATUS);
}

static void report_refusals(void)
{
    swasm_signal_action action = swasm_signal_handled_by(refuse);
    action.flags |= SWASM_SA_RESETHAND;
    swasm_setup_syscall5(SWASM_SYS_RT_SIGACTION, SWASM_SIGSYS, (long)&action, 0, sizeof(uint64_t), 0);
}

enum swasm_outcome swasm_filter_install(void)
{
    report_refusals();
    return restrict_calls();
}
