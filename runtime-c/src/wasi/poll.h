/* poll_oneoff for both layouts of a subscription. */
#ifndef SWASM_WASI_POLL_H
#define SWASM_WASI_POLL_H

#include "guest.h"

/* The offsets of a subscription's parts, in bytes. The user data is at 0, the type at 8, and a descriptor at
 * 16. */
typedef struct swasm_subscription_layout {
    uint32_t bytes, clock_id, timeout, clock_flags;
} swasm_subscription_layout;

uint32_t swasm_poll(swasm_instance *instance, const swasm_subscription_layout *layout, uint32_t in,
                    uint32_t out, uint32_t count, uint32_t stored);

#endif
