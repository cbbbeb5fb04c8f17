/* How poll_oneoff waits for a lookup. */
#ifndef SWASM_WASI_LOOKUP_POLL_H
#define SWASM_WASI_LOOKUP_POLL_H

#include "fdtable.h"

/* If the lookup of this entry is finished, returns false. Otherwise finds the descriptor of the host to wait for,
 * and the nanoseconds after which to ask again. Linked with the calls that look names up. */
bool swasm_lookup_wait(const swasm_fd *entry, swasm_pollfd *wait, uint64_t *left) __attribute__((weak));

#endif
