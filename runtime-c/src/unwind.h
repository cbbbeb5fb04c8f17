/* Walking the frames of generated code: from machine registers to the frame that handles an exception.
 *
 * Input: .eh_frame and .gcc_except_table as LLVM writes them and .eh_frame_hdr as the linker does. All three
 * come from our own compiler, never from a guest. A frame that they do not describe (the runtime's C code, a
 * host's function, the bottom of the stack) ends the walk.
 */
#ifndef SWASM_UNWIND_H
#define SWASM_UNWIND_H

#include "../abi/swasm_abi.h"

/* The registers that a call preserves, the stack pointer and the address to continue at; the order is that
 * of sys/unwind_<architecture>.S. */
#if defined(__x86_64__)
enum { SWASM_SLOT_SP = 6, SWASM_SLOT_PC = 7, SWASM_SLOT_COUNT = 8 }; /* rbx, rbp, r12 to r15, rsp, rip */
#elif defined(__aarch64__)
enum { SWASM_SLOT_SP = 20, SWASM_SLOT_PC = 11, SWASM_SLOT_COUNT = 21 }; /* x19 to x30, d8 to d15, sp */
#endif

typedef struct swasm_frame {
    uint64_t slots[SWASM_SLOT_COUNT];
} swasm_frame;

/* Moves `frame`, which is at a call, to the innermost frame with a handler, ready to be resumed there. False
 * when the stack ends before one; `frame` is then the last one that was described. */
bool swasm_unwind_to_handler(swasm_frame *frame);

/* Makes known the code of a shared object that a host loaded: its ELF header, as mapped. (The object that holds
 * this runtime is known.) False when it has no unwind tables or too many objects are known. */
bool swasm_unwind_add_image(const void *elf_header);
/* To be called before that object is unloaded, while no thread throws. */
void swasm_unwind_remove_image(const void *elf_header);

/* In sys/unwind_<architecture>.S: continues at `frame` with the exception where a landing pad expects it. */
_Noreturn void swasm_unwind_resume(const swasm_frame *frame, swasm_exception *exception);

#endif
