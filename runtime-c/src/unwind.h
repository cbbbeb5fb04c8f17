/* Walking the frames of generated code: from machine registers to the frame that handles an exception.
 *
 * Input: .eh_frame and .gcc_except_table as LLVM writes them and .eh_frame_hdr as the linker does. All three
 * come from our own compiler, never from a guest. A frame that they do not describe (the runtime's C code, a
 * host's function, the bottom of the stack) ends the walk.
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
 * when the stack ends before one; `frame` is then the last one that was described. */
bool swasm_unwind_to_handler(swasm_frame *frame);

/* Makes known the code of a shared object that a host loaded: its ELF header, as mapped. (The object that holds
 * this runtime is known.) False when it has no unwind tables or too many objects are known. */
bool swasm_unwind_add_image(const void *elf_header);
/* Call it before that object is unloaded, while no thread throws. */
void swasm_unwind_remove_image(const void *elf_header);

/* In sys/<architecture>/unwind.S: continues at `frame` with the exception where a landing pad expects it. */
_Noreturn void swasm_unwind_resume(const swasm_frame *frame, swasm_exception *exception);

#endif
