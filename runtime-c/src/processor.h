/* Which code this machine's processor can run. */
#ifndef SWASM_PROCESSOR_H
#define SWASM_PROCESSOR_H

#include <stdint.h>

/* The level of the x86-64 psABI, 1 to 4, that the processor and the kernel support together; 1 on other
 * architectures. */
uint32_t swasm_processor_level(void);

#endif
