/* AArch64 has one level so far: ARMv8.0, which every processor has. */
#include "../processor.h"

#include <stddef.h>

const char *swasm_processor_refusal(uint64_t level)
{
    return level > 1 ? "this program needs a newer processor" : NULL;
}
