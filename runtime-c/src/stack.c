/* Guest stacks: a pool of mappings. The stack pointer is enough to find the stack that it lies in. So no
 * thread-local storage is needed (an executable has none), and a nested call notices that it is on a guest
 * stack.
 */
#include "stack.h"

#include "lock.h"
#include "place.h"
#include "sys/signal.h"
#include "sys/sys.h"

bool swasm_stack_one_thread;

static swasm_stack *stacks;
static uint64_t configured_bytes = SWASM_DEFAULT_STACK_BYTES;

void swasm_stack_configure(uint64_t bytes)
{
    const uint64_t least = 64 << 10, most = 1ull << 40;
    if (bytes < least) bytes = least;
    if (bytes > most) bytes = most;
    __atomic_store_n(&configured_bytes, bytes, __ATOMIC_RELAXED);
}

/* The linker makes these names. */
extern const uint8_t __start_swasm_entry_code[] __attribute__((visibility("hidden")));
extern const uint8_t __stop_swasm_entry_code[] __attribute__((visibility("hidden")));

bool swasm_stack_is_entry(uintptr_t address)
{
    return address - (uintptr_t)__start_swasm_entry_code <
           (uintptr_t)(__stop_swasm_entry_code - __start_swasm_entry_code);
}

swasm_stack *swasm_stack_holding(uintptr_t address)
{
    swasm_stack *stack = __atomic_load_n(&stacks, __ATOMIC_ACQUIRE);
    while (stack && address - (uintptr_t)stack->low >= (uintptr_t)(stack->high - stack->low)) stack = stack->next;
    return stack;
}

static swasm_stack *make_stack(void)
{
    uint64_t bytes = (__atomic_load_n(&configured_bytes, __ATOMIC_RELAXED) + SWASM_HOST_PAGE_BYTES - 1) & ~(SWASM_HOST_PAGE_BYTES - 1ull);
    uint64_t usable = bytes + SWASM_SIGNAL_STACK_BYTES + SWASM_HOST_PAGE_BYTES;
    uint64_t whole = SWASM_STACK_GUARD_BYTES + usable + SWASM_STACK_GUARD_BYTES;
    long start = swasm_reserve_apart(whole, SWASM_HOST_PAGE_BYTES);
    if (swasm_is_error(start)) return NULL;
    uint8_t *low = (uint8_t *)start;
    if (swasm_mprotect(low + SWASM_STACK_GUARD_BYTES, usable, SWASM_PROT_READ | SWASM_PROT_WRITE)) {
        swasm_munmap(low, whole);
        return NULL;
    }
    swasm_stack *stack = (swasm_stack *)(void *)(low + SWASM_STACK_GUARD_BYTES + usable - SWASM_HOST_PAGE_BYTES);
    stack->low = low;
    stack->high = low + SWASM_STACK_GUARD_BYTES + bytes;
    stack->taken = 1;
    swasm_stack *first = __atomic_load_n(&stacks, __ATOMIC_RELAXED);
    do stack->next = first;
    while (!__atomic_compare_exchange_n(&stacks, &first, stack, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED));
    return stack;
}

static swasm_stack *take_stack(void)
{
    for (swasm_stack *stack = __atomic_load_n(&stacks, __ATOMIC_ACQUIRE); stack; stack = stack->next)
        if (!__atomic_exchange_n(&stack->taken, 1u, __ATOMIC_ACQUIRE)) return stack;
    return make_stack();
}

uint32_t swasm_stack_run(void (*work)(void *, void *), void *a, void *b)
{
    swasm_stack *current = swasm_stack_holding((uintptr_t)__builtin_frame_address(0));
    if (current) return swasm_stack_enter(&current->recovery, NULL, work, a, b);
    swasm_stack *stack = take_stack();
    if (!stack) return SWASM_TRAP_STACK_EXHAUSTED;
    swasm_signal_stack signals = {.base = stack->high, .bytes = SWASM_SIGNAL_STACK_BYTES}, before;
    bool keeps = swasm_stack_one_thread && stack->has_signals;
    if (!keeps) swasm_syscall2(SWASM_SYS_SIGALTSTACK, (long)&signals, (long)&before);
    stack->has_signals = 1;
    uint32_t code = swasm_stack_enter(&stack->recovery, stack->high, work, a, b);
    if (!swasm_stack_one_thread) swasm_syscall2(SWASM_SYS_SIGALTSTACK, (long)&before, 0);
    __atomic_store_n(&stack->taken, 0u, __ATOMIC_RELEASE);
    return code;
}
