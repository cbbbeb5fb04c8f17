/* environ_get, environ_sizes_get: the granted environment, "K=V" each. */
#include "context.h"
#include "strings.h"

/* Stores the variables, NUL-terminated, at `bytes` and their addresses (u32) at `environ`.
 * EFAULT     environ or bytes lies outside memory
 * EOVERFLOW  the variables are larger than 4 GiB */
uint32_t swasm_wasi_environ_get(swasm_instance *instance, uint32_t environ, uint32_t bytes)
{
    const swasm_wasi_context *context = swasm_wasi_context_of(instance);
    return swasm_strings_get(swasm_guest_of(instance), context->env, context->env_count, environ, bytes);
}

/* Stores the number of variables (u32) at `count`, and their length in bytes with NULs (u32) at `bytes`.
 * EFAULT     a result lies outside memory
 * EOVERFLOW  the variables are larger than 4 GiB */
uint32_t swasm_wasi_environ_sizes_get(swasm_instance *instance, uint32_t count, uint32_t bytes)
{
    const swasm_wasi_context *context = swasm_wasi_context_of(instance);
    return swasm_strings_sizes(swasm_guest_of(instance), context->env, context->env_count, count, bytes);
}
