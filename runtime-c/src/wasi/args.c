/* args_get, args_sizes_get: the program's arguments, its name first. */
#include "context.h"
#include "strings.h"

/* Stores the arguments, NUL-terminated, at `bytes` and their addresses (u32) at `argv`.
 * EFAULT     argv or bytes lies outside memory
 * EOVERFLOW  the arguments are larger than 4 GiB */
uint32_t swasm_wasi_args_get(swasm_instance *instance, uint32_t argv, uint32_t bytes)
{
    const swasm_wasi_context *context = swasm_wasi_context_of(instance);
    return swasm_strings_get(swasm_guest_of(instance), context->args, context->arg_count, argv, bytes);
}

/* Stores the number of arguments (u32) at `count`, and their length in bytes with NULs (u32) at `bytes`.
 * EFAULT     a result lies outside memory
 * EOVERFLOW  the arguments are larger than 4 GiB */
uint32_t swasm_wasi_args_sizes_get(swasm_instance *instance, uint32_t count, uint32_t bytes)
{
    const swasm_wasi_context *context = swasm_wasi_context_of(instance);
    return swasm_strings_sizes(swasm_guest_of(instance), context->args, context->arg_count, count, bytes);
}
