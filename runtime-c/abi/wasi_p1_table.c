/* The table of WASI calls that the compiler reads; the runtime does not link it. */
#include "wasi_p1.h"

const swasm_wasi_call swasm_wasi_calls[] = {
#define SWASM_WASI(name, parameters, parameter_signature, result_signature, words) \
    {#name, parameter_signature, result_signature},
#include "wasi_p1.def"
#undef SWASM_WASI
};

const uint32_t swasm_wasi_call_count = sizeof swasm_wasi_calls / sizeof swasm_wasi_calls[0];

const swasm_wasi_call swasm_wasi0_calls[] = {
#define SWASM_WASI0(name, parameters, parameter_signature, result_signature, words) \
    {#name, parameter_signature, result_signature},
#include "wasi_unstable.def"
#undef SWASM_WASI0
};

const swasm_wasi_call swasm_net_calls[] = {
#define SWASM_NET(name, parameters, parameter_signature, result_signature, words) \
    {#name, parameter_signature, result_signature},
#include "swasm_net.def"
#undef SWASM_NET
};

const uint32_t swasm_net_call_count = sizeof swasm_net_calls / sizeof swasm_net_calls[0];

const uint32_t swasm_wasi0_call_count = sizeof swasm_wasi0_calls / sizeof swasm_wasi0_calls[0];

const swasm_wasi_call *swasm_wasi_call_at(uint32_t position) { return &swasm_wasi_calls[position]; }

const swasm_wasi_call *swasm_wasi0_call_at(uint32_t position) { return &swasm_wasi0_calls[position]; }

const swasm_wasi_call *swasm_net_call_at(uint32_t position) { return &swasm_net_calls[position]; }
