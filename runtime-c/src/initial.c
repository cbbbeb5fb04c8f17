/* Reads the initial stack (initial.h). Spec: System V ABI, Process Initialization. */
#include "initial.h"

#include "place.h"

enum { AT_NULL = 0, AT_SECURE = 23, AT_RANDOM = 25, RANDOM_BYTES = 16 };

swasm_initial swasm_initial_read(long *stack)
{
    swasm_initial initial = {.argc = (int)stack[0], .argv = (char **)(stack + 1)};
    initial.envp = initial.argv + initial.argc + 1;
    char **end = initial.envp;
    while (*end) end++;
    initial.auxiliary = (uint64_t *)(void *)(end + 1);
    return initial;
}

/* 0 where the kernel does not say. */
static uint64_t auxiliary(const swasm_initial *initial, uint64_t tag)
{
    const uint64_t *entry = initial->auxiliary;
    while (entry[0] != AT_NULL && entry[0] != tag) entry += 2;
    return entry[0] == tag ? entry[1] : 0;
}

bool swasm_initial_has_foreign_rights(const swasm_initial *initial) { return auxiliary(initial, AT_SECURE); }

void swasm_initial_seed_places(const swasm_initial *initial)
{
    uint8_t *random = (uint8_t *)auxiliary(initial, AT_RANDOM);
    if (!random) return;
    swasm_place_seed(random);
    __builtin_memset(random, 0, RANDOM_BYTES);
}
