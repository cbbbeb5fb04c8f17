/* A limit on the wall time of an executable. */
#ifndef SWASM_TIMEOUT_H
#define SWASM_TIMEOUT_H

#include <stdbool.h>
#include <stdint.h>

/* After `nanoseconds` the process ends as by a trap, wherever the guest is. Call it once, before
 * hardening. Returns false if the system refuses that. */
bool swasm_timeout_start(uint64_t nanoseconds);

#endif
