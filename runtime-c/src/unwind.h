/* Walks the frames of generated code: from machine registers to the frame that handles an exception.
 *
 * Input: .eh_frame and .gcc_except_table, which LLVM writes, and .eh_frame_hdr, which the linker writes. All
 * three come from our own compiler, never from a guest. A frame that they do not describe (the runtime's C
 * code, a host's function, the bottom of the stack) ends the walk.
 */
#ifndef SWASM_UNWIND_H
#define SWASM_UNWIND_H

#include "../abi/swasm_abi.h"
#include "sys/machine.h"

/* The registers that a call preserves, the stack pointer and the address to continue at, in the order of
 * sys/<architecture>/machine.h. */
typedef struct swasm_frame {
    uint64_t slots[SWASM_SLOT_COUNT];
} swasm_frame;

/* Moves `frame`, which is at a call, to the innermost frame with a handler, ready to be resumed there. False
 * if the walk ends before it finds a handler. Then `frame` is the frame that could not be
 * unwound: no table describes it, or it has an instruction that is not known. */
bool swasm_unwind_to_handler(swasm_frame *frame);

/* Registers the code of a shared object that a host loaded, by its mapped ELF header. (The object that holds
 * this runtime is known.) False if it has no unwind tables, or if too many objects are registered. */
bool swasm_unwind_add_image(const void *elf_header);
/* Call it before that object is unloaded, while no thread throws. */
void swasm_unwind_remove_image(const void *elf_header);

/* In sys/<architecture>/unwind.S. Continues at `frame`, with the exception in the register that a landing pad
 * expects. */
_Noreturn void swasm_unwind_resume(const swasm_frame *frame, swasm_exception *exception);

#endif
