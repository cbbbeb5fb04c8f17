/* RISC-V has one level so far: RV64GC, which every processor that runs a distribution of Linux has. */
#include "../processor.h"

#include <stddef.h>

const char *swasm_processor_refusal(uint64_t level)
{
    return level > 1 ? "this program needs a newer processor" : NULL;
}
