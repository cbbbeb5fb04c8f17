/* Leaves generated code with an exception, and enters it at a handler (unwind.h), on AArch64. Callee-saved
 * registers and the stack pointer are kept in the order of swasm_frame. x30 is the address to continue at.
 */
    .section .text.swasm_throw, "ax", @progbits
    .globl swasm_throw, swasm_unwind_resume, swasm_exception_new
    .hidden swasm_throw, swasm_unwind_resume, swasm_exception_new
    .type swasm_throw, @function
    .type swasm_unwind_resume, @function

swasm_throw: /* x0 exception; x30 return address */
    mov x9, sp
    sub sp, sp, #176
    mov x1, sp
    stp x19, x20, [x1]
    stp x21, x22, [x1, #16]
    stp x23, x24, [x1, #32]
    stp x25, x26, [x1, #48]
    stp x27, x28, [x1, #64]
    stp x29, x30, [x1, #80]
    stp d8, d9, [x1, #96]
    stp d10, d11, [x1, #112]
    stp d12, d13, [x1, #128]
    stp d14, d15, [x1, #144]
    str x9, [x1, #160]
    bl swasm_exception_raise
    brk #1

swasm_unwind_resume: /* x0 frame, x1 exception */
    ldp x19, x20, [x0]
    ldp x21, x22, [x0, #16]
    ldp x23, x24, [x0, #32]
    ldp x25, x26, [x0, #48]
    ldp x27, x28, [x0, #64]
    ldp x29, x30, [x0, #80]
    ldp d8, d9, [x0, #96]
    ldp d10, d11, [x0, #112]
    ldp d12, d13, [x0, #128]
    ldp d14, d15, [x0, #144]
    ldr x9, [x0, #160]
    mov sp, x9
    mov x0, x1
    mov x1, xzr
    br x30

    .section .text.swasm_exception_new, "ax", @progbits
    .type swasm_exception_new, @function
/* x0 instance, w1 tag, w2 values. Callee-saved registers go to the stack, where a collection looks. */
swasm_exception_new:
    stp x29, x30, [sp, #-160]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x3, x30
    mov x4, sp
    bl swasm_exception_make
    ldp x29, x30, [sp], #160
    ret

    .section .note.GNU-stack, "", @progbits
