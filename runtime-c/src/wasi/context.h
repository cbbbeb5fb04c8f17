/* The state that WASI keeps for an instance; swasm_instance.host points to it. All instances of an executable
 * share one. */
#ifndef SWASM_WASI_CONTEXT_H
#define SWASM_WASI_CONTEXT_H

#include "../runtime.h"
#include "fdtable.h"

typedef struct swasm_wasi_context {
    const char *const *args; /* args[0] is the program's name; the guest cannot reach the array itself */
    uint32_t arg_count;
    uint32_t env_count;
    const char *const *env;
    bool null_streams[3]; /* which standard streams are /dev/null */
    bool has_time_limit;
    swasm_fd_table fds;
} swasm_wasi_context;

/* The context of an instance that WASI was started for. */
swasm_wasi_context *swasm_wasi_context_of(swasm_instance *instance);

/* Sets up `context` for `instance`; hosts with many instances call this instead of swasm_wasi_start.
 * False: a message was printed. */
bool swasm_wasi_context_start(swasm_wasi_context *context, swasm_instance *instance,
                              const swasm_grants *grants, int argc, const char *const *argv);

/* Closes every descriptor of the guest, standard streams included. */
void swasm_wasi_context_end(swasm_wasi_context *context);

/* Hooks: they are linked only if a call that needs them is linked. So a module that only reads the clock has
 * no descriptors, and a module that only prints has no path resolution. */
bool swasm_wasi_start_streams(swasm_wasi_context *context) __attribute__((weak));
bool swasm_wasi_start_preopens(swasm_wasi_context *context, const swasm_grants *grants)
    __attribute__((weak));
bool swasm_wasi_start_listeners(swasm_wasi_context *context, const swasm_grants *grants)
    __attribute__((weak));
bool swasm_wasi_start_network(const swasm_grants *grants) __attribute__((weak));
/* Finds the name servers, and makes the sockets to them. False: out of memory, and a message was printed. */
bool swasm_dns_start(void) __attribute__((weak));
/* The port of name server number `index`; false if there are no more. */
bool swasm_dns_server_port(size_t index, uint16_t *port) __attribute__((weak));
/* The host descriptor of the socket to name server number `index`; false if there are no more. */
bool swasm_dns_descriptor(size_t index, uint32_t *descriptor) __attribute__((weak));

#endif
