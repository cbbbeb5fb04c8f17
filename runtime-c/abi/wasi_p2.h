/* The functions and resources of WASI 0.2 as a table for Swift; from wasi_p2.def. */
#ifndef SWASM_WASI_P2_H
#define SWASM_WASI_P2_H

#include <stdint.h>

typedef struct swasm_wasi2_item {
    const char *interface; /* without a version */
    const char *name;
    const char *type; /* NULL for a resource */
} swasm_wasi2_item;

extern const uint32_t swasm_wasi2_count;

/* Row `position`, below swasm_wasi2_count. */
const swasm_wasi2_item *swasm_wasi2_at(uint32_t position);

#endif
