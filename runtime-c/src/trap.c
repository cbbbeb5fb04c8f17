/* Turns faults into traps. Input: SIGSEGV, SIGBUS and the trap instruction's signal. A fault is a trap if
 * - the PC is in guest code and at a trap instruction: the kind is the instruction's immediate;
 * - the PC is in guest code, or in the mem* functions that LLVM calls for it, and the address lies in the
 *   reservation of a memory: out of bounds memory access;
 * - the address lies in the guard of the guest stack that this thread runs on, whatever the PC.
 * Every other fault goes to the previous handler: by default the kernel's, which ends the process.
 */
#include "trap.h"

#include "alloc.h"
#include "memory.h"
#include "runtime.h"
#include "stack.h"
#include "sys/signal.h"

void (*swasm_trap_fatal)(uint32_t code, const swasm_cursor *at);
void (*swasm_trap_foreign)(int signal_number, bool was_sent, uintptr_t pc, uintptr_t address);

/* The section of mem.c; the linker makes these names. */
extern const uint8_t __start_swasm_mem_code[] __attribute__((weak, visibility("hidden")));
extern const uint8_t __stop_swasm_mem_code[] __attribute__((weak, visibility("hidden")));

typedef struct code_range {
    const struct code_range *next;
    uintptr_t begin;
    uint64_t bytes;
} code_range;

static code_range *added_code;
static swasm_signal_action previous[32];

const char *swasm_trap_message(uint32_t code)
{
    switch (code) {
#define X(number, name, message) \
    case number: return message;
        SWASM_CORE_TRAPS(X)
#undef X
    }
    return swasm_component_trap_message ? swasm_component_trap_message(code) : "unknown trap";
}

bool swasm_trap_add_code(const void *begin, uint64_t bytes)
{
    code_range *range = swasm_allocate(sizeof *range);
    if (!range) return false;
    range->begin = (uintptr_t)begin;
    range->bytes = bytes;
    const code_range *first = __atomic_load_n(&added_code, __ATOMIC_RELAXED);
    do range->next = first;
    while (!__atomic_compare_exchange_n(&added_code, (code_range **)&first, range, false, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
    return true;
}

const swasm_code_map *swasm_code_map_at(uintptr_t pc)
{
    const uint64_t count = &swasm_code_map_count ? swasm_code_map_count : 0;
    for (uint64_t i = 0; i < count; i++)
        if (pc - (uintptr_t)swasm_code_maps[i].code_begin < swasm_code_maps[i].code_bytes) return &swasm_code_maps[i];
    return NULL;
}

swasm_cursor swasm_interrupted(const void *context)
{
    const uint64_t *const registers = context;
    return (swasm_cursor){.pc = registers[SWASM_UC_PC], .sp = registers[SWASM_UC_SP], .fp = registers[SWASM_UC_FP],
                          .link = registers[SWASM_UC_LINK], .scratch = registers[SWASM_UC_SCRATCH]};
}

/* Without code maps we do not know where guest code is. Then all code that runs on a guest stack counts, and
 * callers have checked that `pc` does. */
static bool in_guest_code(uintptr_t pc)
{
    if (swasm_code_map_at(pc)) return true;
    const code_range *range = __atomic_load_n(&added_code, __ATOMIC_ACQUIRE);
    if (!(&swasm_code_map_count && swasm_code_map_count) && !range) return true;
    for (; range; range = range->next)
        if (pc - range->begin < range->bytes) return true;
    return false;
}

static bool in_memory_functions(uintptr_t pc)
{
    return pc - (uintptr_t)__start_swasm_mem_code < (uintptr_t)(__stop_swasm_mem_code - __start_swasm_mem_code);
}

/* Whether code of a guest or of an adapter raises such a trap by a trap instruction. */
static bool is_of_code(uint32_t code)
{
    return code <= SWASM_TRAP_TIMEOUT ||
           (code >= SWASM_TRAP_CANNOT_LEAVE && code <= SWASM_TRAP_COMPONENT_UNSUPPORTED);
}

/* The trap code of a fault, or 0 if it is not a trap of the guest. */
static uint32_t classify(int number, const swasm_signal_info *info, uintptr_t pc, const swasm_stack *stack)
{
    if (!stack || info->code <= 0) return 0; /* not on a guest stack, or sent by kill() */
    if (number == SWASM_SIGNAL_OF_TRAP) {
        uint32_t code = in_guest_code(pc) ? swasm_trap_code_at(pc) : 0;
        return is_of_code(code) ? code : 0;
    }
    uintptr_t address = info->address;
    if (address - (uintptr_t)stack->low < SWASM_STACK_GUARD_BYTES) return SWASM_TRAP_STACK_EXHAUSTED;
    if (swasm_memory_owns(address) && (in_guest_code(pc) || in_memory_functions(pc)))
        return SWASM_TRAP_MEMORY_OUT_OF_BOUNDS;
    return 0;
}

/* Restores the previous handler, and lets the fault happen again. A signal that somebody sent is sent
 * again. */
static void pass_on(int number, const swasm_signal_info *info)
{
    swasm_syscall4(SWASM_SYS_RT_SIGACTION, number, (long)&previous[number], 0, sizeof(uint64_t));
    if (info->code <= 0)
        swasm_syscall3(SWASM_SYS_TGKILL, swasm_syscall0(SWASM_SYS_GETPID), swasm_syscall0(SWASM_SYS_GETTID),
                       number);
}

static void handle(int number, swasm_signal_info *info, void *context)
{
    uint64_t *registers = context;
    uintptr_t pc = registers[SWASM_UC_PC];
    swasm_stack *stack = swasm_stack_holding(registers[SWASM_UC_SP]);
    uint32_t code = classify(number, info, pc, stack);
    if (!code || !stack->recovery) {
        if (swasm_trap_foreign) swasm_trap_foreign(number, info->code <= 0, pc, info->address);
        pass_on(number, info);
        return;
    }
    if (swasm_trap_fatal) {
        const swasm_cursor at = swasm_interrupted(context);
        swasm_trap_fatal(code, &at);
    }
    registers[SWASM_UC_SP] = (uint64_t)stack->recovery;
    registers[SWASM_UC_PC] = (uint64_t)swasm_stack_resume;
    registers[SWASM_UC_RESULT] = code;
}

bool swasm_trap_install(void)
{
    static uint32_t installed;
    if (__atomic_exchange_n(&installed, 1u, __ATOMIC_ACQ_REL)) return true;
    swasm_signal_action action = swasm_signal_handled_by(handle);
    /* SIGFPE has no handler: divisions are checked, so it would be a bug, and the default action ends the
     * process. */
    static const int numbers[] = {SWASM_SIGSEGV, SWASM_SIGBUS, SWASM_SIGNAL_OF_TRAP};
    bool done = true;
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
        done &= !swasm_syscall4(SWASM_SYS_RT_SIGACTION, numbers[i], (long)&action, (long)&previous[numbers[i]],
                                sizeof(uint64_t));
    return done;
}

void swasm_trap(uint32_t code)
{
    if (swasm_trap_fatal) {
        const swasm_cursor at = {.sp = (uintptr_t)__builtin_frame_address(0)};
        swasm_trap_fatal(code, &at);
    }
    swasm_stack *stack = swasm_stack_holding((uintptr_t)__builtin_frame_address(0));
    if (!stack || !stack->recovery) swasm_exit(134); /* called from outside a swasm_call */
    swasm_stack_unwind(stack->recovery, code);
}
