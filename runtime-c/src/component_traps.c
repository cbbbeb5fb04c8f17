/* The messages of traps that only components have. Only programs that are made of components link it. */
#include "trap.h"

const char *swasm_component_trap_message(uint32_t code)
{
    switch (code) {
#define X(number, name, message) \
    case number: return message;
        SWASM_COMPONENT_TRAPS(X)
#undef X
    }
    return "unknown trap";
}
