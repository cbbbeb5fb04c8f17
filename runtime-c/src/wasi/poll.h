/* poll_oneoff for both layouts of a subscription. */
#ifndef SWASM_WASI_POLL_H
#define SWASM_WASI_POLL_H

#include "fdtable.h"
#include "guest.h"

/* The offsets of a subscription's parts, in bytes. The user data is at 0, the type at 8, and a descriptor at
 * 16. */
typedef struct swasm_subscription_layout {
    uint32_t bytes, clock_id, timeout, clock_flags;
} swasm_subscription_layout;

/* A subscription in the host's terms. */
typedef struct swasm_subscription {
    uint64_t userdata;
    uint32_t type;
    uint32_t error;    /* if it cannot be waited for: the errno of an event at once; otherwise 0 */
    uint32_t clock;
    uint64_t deadline; /* for a clock: in its own time, in nanoseconds */
    const swasm_fd *lookup; /* NULL if the descriptor is not a lookup */
    bool is_found;          /* the lookup is finished */
    bool is_ready;          /* an embedded file, which never waits */
    uint64_t ready_bytes;   /* with is_ready: the bytes after its position */
} swasm_subscription;

/* Parallel arrays: fds[i] belongs to subscriptions[i], with fd -1 for clocks and errors. */
typedef struct swasm_waiting {
    swasm_subscription *subscriptions;
    swasm_pollfd *fds;
    uint32_t count;
} swasm_waiting;

/* Asks the lookups what they wait for, and returns the nanoseconds until one of them has to be asked again: 0
 * if one is finished, UINT64_MAX without lookups. Linked with the calls that look names up (net_name.c). */
uint64_t swasm_poll_lookups(swasm_waiting *waiting) __attribute__((weak));

uint32_t swasm_poll(swasm_instance *instance, const swasm_subscription_layout *layout, uint32_t in,
                    uint32_t out, uint32_t count, uint32_t stored);

#endif
