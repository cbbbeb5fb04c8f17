/* The calls of the runtime as C prototypes, and as tables for Swift, from wasi_p1.def, wasi_unstable.def and
 * swasm_net.def. */
#ifndef SWASM_WASI_P1_H
#define SWASM_WASI_P1_H

#include "swasm_abi.h"

#define SWASM_WASI(name, parameters, parameter_signature, result_signature, words) \
    uint32_t swasm_wasi_##name parameters;
#include "wasi_p1.def"
#undef SWASM_WASI

#define SWASM_WASI0(name, parameters, parameter_signature, result_signature, words) \
    uint32_t swasm_wasi0_##name parameters;
#include "wasi_unstable.def"
#undef SWASM_WASI0

#define SWASM_NET(name, parameters, parameter_signature, result_signature, words) \
    uint32_t swasm_net_##name parameters;
#include "swasm_net.def"
#undef SWASM_NET

typedef struct swasm_wasi_call {
    const char *name;
    const char *parameters; /* 'i' i32, 'I' i64 */
    const char *results;
} swasm_wasi_call;

/* Rows of wasi_p1.def in order. Compiled into the compiler, not into the runtime. */
extern const swasm_wasi_call swasm_wasi_calls[];
extern const uint32_t swasm_wasi_call_count;

/* Row `position`, below swasm_wasi_call_count: Swift cannot see an array without a length. */
const swasm_wasi_call *swasm_wasi_call_at(uint32_t position);

/* Rows of wasi_unstable.def: the calls that differ under the module name wasi_unstable. */
extern const swasm_wasi_call swasm_wasi0_calls[];
extern const uint32_t swasm_wasi0_call_count;
const swasm_wasi_call *swasm_wasi0_call_at(uint32_t position);

/* Rows of swasm_net.def, which only our own modules may import. */
extern const swasm_wasi_call swasm_net_calls[];
extern const uint32_t swasm_net_call_count;
const swasm_wasi_call *swasm_net_call_at(uint32_t position);

#endif
