/* A host's call into the guest, from which traps return (runtime.h). */
#include "runtime.h"
#include "stack.h"
#include "trap.h"

SWASM_ENTRY static void invoke(void *function, void *slots)
{
    const swasm_funcref *target = function;
    target->invoke(target, slots);
}

uint32_t swasm_call(const swasm_funcref *function, swasm_value *slots)
{
    swasm_trap_install();
    return swasm_stack_run(invoke, (void *)function, slots);
}
