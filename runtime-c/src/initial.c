/* Reads and wipes the initial stack (initial.h). Spec: System V ABI, Process Initialization. */
#include "initial.h"

#include "place.h"
#include "runtime.h"
#include "text.h"

/* These are linked only if the module imports them. */
uint32_t swasm_wasi_args_get(swasm_instance *instance, uint32_t argv, uint32_t text) __attribute__((weak));
uint32_t swasm_wasi_environ_get(swasm_instance *instance, uint32_t environ, uint32_t text) __attribute__((weak));

enum { AT_NULL = 0, AT_SECURE = 23, AT_RANDOM = 25, AT_EXECFN = 31, AT_SYSINFO_EHDR = 33, RANDOM_BYTES = 16 };

swasm_initial swasm_initial_read(long *stack)
{
    swasm_initial initial = {.argc = (int)stack[0], .argv = (char **)(stack + 1)};
    initial.started_as = initial.argc > 0 ? initial.argv[0] : NULL;
    initial.envp = initial.argv + initial.argc + 1;
    char **end = initial.envp;
    while (*end) end++;
    initial.auxiliary = (uint64_t *)(void *)(end + 1);
    return initial;
}

uint64_t swasm_initial_auxiliary(const swasm_initial *initial, uint64_t tag)
{
    const uint64_t *entry = initial->auxiliary;
    while (entry[0] != AT_NULL && entry[0] != tag) entry += 2;
    return entry[0] == tag ? entry[1] : 0;
}

bool swasm_initial_has_foreign_rights(const swasm_initial *initial) { return swasm_initial_auxiliary(initial, AT_SECURE); }

const uint8_t *swasm_initial_vdso(const swasm_initial *initial) { return (const uint8_t *)swasm_initial_auxiliary(initial, AT_SYSINFO_EHDR); }

void swasm_initial_seed_places(const swasm_initial *initial)
{
    uint8_t *random = (uint8_t *)swasm_initial_auxiliary(initial, AT_RANDOM);
    if (!random) return;
    swasm_place_seed(random);
    __builtin_memset(random, 0, RANDOM_BYTES);
}

static void wipe(char *text)
{
    if (text) __builtin_memset(text, 0, swasm_text_length(text));
}

/* Whether the guest's environment points to this very string: inherited variables are not copied. */
static bool is_passed_on(const char *variable, const swasm_grants *grants)
{
    for (size_t i = 0; i < grants->env_count; i++)
        if (grants->env[i] == variable) return true;
    return false;
}

/* Replaces `text` by the start of `name`, so that lists of processes have something to show. */
static void replace(char *text, const char *name)
{
    size_t room = swasm_text_length(text), length = swasm_text_length(name);
    wipe(text);
    __builtin_memcpy(text, name, length < room ? length : room);
}

void swasm_initial_wipe(const swasm_initial *initial, const swasm_grants *grants)
{
    if (initial->started_as && grants->argv0 != initial->started_as) replace(initial->started_as, grants->argv0);
    if (!swasm_wasi_args_get && !grants->invoke)
        for (int i = 1; i < initial->argc; i++) wipe(initial->argv[i]);
    for (char **variable = initial->envp; *variable; variable++)
        if (!swasm_wasi_environ_get || !is_passed_on(*variable, grants)) wipe(*variable);
    wipe((char *)swasm_initial_auxiliary(initial, AT_EXECFN));
    for (uint64_t *entry = initial->auxiliary; entry[0] != AT_NULL; entry += 2) entry[0] = entry[1] = 0;
}
