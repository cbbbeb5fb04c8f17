/* Starts WASI for an instance: arguments, environment, standard streams, granted directories. */
#include "context.h"

swasm_wasi_context *swasm_wasi_context_of(swasm_instance *instance)
{
    return instance->host;
}

bool swasm_wasi_context_start(swasm_wasi_context *context, swasm_instance *instance,
                              const swasm_grants *grants, int argc, const char *const *argv)
{
    context->args = argv;
    context->arg_count = (uint32_t)argc;
    context->env = grants->env;
    context->env_count = (uint32_t)grants->env_count;
    instance->host = context;
    if (swasm_wasi_start_streams && !swasm_wasi_start_streams(context)) return false;
    return !swasm_wasi_start_preopens || swasm_wasi_start_preopens(context, grants);
}

bool swasm_wasi_start(swasm_instance *instance, const swasm_grants *grants, int argc,
                      const char *const *argv)
{
    static swasm_wasi_context context;
    return swasm_wasi_context_start(&context, instance, grants, argc, argv);
}
