/* Starts WASI for an instance: arguments, environment, standard streams, granted directories and sockets. */
#include "context.h"

#include "determinism.h"

swasm_determinism swasm_deterministic;

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
    context->null_streams = grants->null_streams;
    context->fds.limit = grants->max_fds;
    instance->host = context;
    if (swasm_wasi_start_streams && !swasm_wasi_start_streams(context)) return false;
    if (swasm_wasi_start_preopens && !swasm_wasi_start_preopens(context, grants)) return false;
    return !swasm_wasi_start_listeners || swasm_wasi_start_listeners(context, grants);
}

bool swasm_wasi_start(swasm_instance *instance, const swasm_grants *grants, int argc,
                      const char *const *argv)
{
    static swasm_wasi_context context;
    swasm_deterministic = (swasm_determinism){.on = grants->deterministic, .random = grants->seed};
    return swasm_wasi_context_start(&context, instance, grants, argc, argv);
}
