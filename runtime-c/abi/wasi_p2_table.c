/* The table of WASI 0.2 that the compiler reads; the runtime does not link it. */
#include "wasi_p2.h"

#include <stddef.h>

static const swasm_wasi2_item items[] = {
#define SWASM_WASI2(interface, name, type) {interface, name, type},
#define SWASM_WASI2_RESOURCE(interface, name) {interface, name, NULL},
#include "wasi_p2.def"
#undef SWASM_WASI2
#undef SWASM_WASI2_RESOURCE
};

const uint32_t swasm_wasi2_count = sizeof items / sizeof items[0];

const swasm_wasi2_item *swasm_wasi2_at(uint32_t position) { return &items[position]; }
