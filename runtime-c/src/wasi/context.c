/* Starts WASI for an instance: arguments, environment, standard streams, granted directories and sockets. */
#include "context.h"

#include "../held.h"
#include "determinism.h"
#include "embedded.h"

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
    context->has_time_limit = grants->timeout_nanoseconds != 0;
    for (int stream = 0; stream < 3; stream++) context->null_streams[stream] = grants->null_streams[stream];
    context->fds.limit = (uint32_t)grants->max_fds;
    instance->host = context;
    if (swasm_wasi_start_streams && !swasm_wasi_start_streams(context)) return false;
    if (swasm_wasi_start_preopens && !swasm_wasi_start_preopens(context, grants)) return false;
    if (swasm_embedded_start && !swasm_embedded_start(&context->fds)) return false;
    if (swasm_wasi_start_listeners && !swasm_wasi_start_listeners(context, grants)) return false;
    return !swasm_wasi_start_network || swasm_wasi_start_network(grants);
}

/* The one context of an executable. */
static swasm_wasi_context context;

bool swasm_wasi_descriptor(size_t index, uint32_t *descriptor, uint32_t *roles)
{
    for (uint32_t number = 0; number < context.fds.capacity; number++) {
        const swasm_fd *entry = &context.fds.entries[number];
        if (!entry->open || entry->host < 0 || index--) continue;
        *descriptor = (uint32_t)entry->host;
        *roles = (entry->rights & (SWASM_RIGHT_FD_READ | SWASM_RIGHT_FD_READDIR) ? SWASM_HELD_READS : 0) |
                 (entry->rights & SWASM_RIGHTS_WRITE ? SWASM_HELD_WRITES : 0);
        return true;
    }
    if (!swasm_dns_descriptor || !swasm_dns_descriptor(index, descriptor)) return false;
    *roles = SWASM_HELD_READS | SWASM_HELD_WRITES;
    return true;
}

bool swasm_wasi_start(swasm_instance *instance, const swasm_grants *grants, int argc,
                      const char *const *argv)
{
    swasm_deterministic = (swasm_determinism){.on = swasm_is_given(grants, SWASM_POLICY_DETERMINISTIC), .random = grants->seed};
    return swasm_wasi_context_start(&context, instance, grants, argc, argv);
}
