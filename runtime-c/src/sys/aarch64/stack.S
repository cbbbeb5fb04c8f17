/* Switching to the guest stack and back (stack.h), and the return from a signal handler, on AArch64. */
    .section swasm_entry_code, "ax", @progbits
    .globl swasm_stack_enter, swasm_stack_unwind, swasm_stack_resume
    .hidden swasm_stack_enter, swasm_stack_unwind, swasm_stack_resume
    .type swasm_stack_enter, @function
    .type swasm_stack_unwind, @function

/* x0 recovery, x1 top, x2 work, x3 a, x4 b */
swasm_stack_enter:
    stp x29, x30, [sp, #-176]!
    stp x19, x20, [sp, #16]
    stp x21, x22, [sp, #32]
    stp x23, x24, [sp, #48]
    stp x25, x26, [sp, #64]
    stp x27, x28, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    ldr x9, [x0]
    stp x0, x9, [sp, #160]
    mov x19, sp
    str x19, [x0]
    cbz x1, 1f
    and x1, x1, #~15
    mov sp, x1
1:  mov x0, x3
    mov x1, x4
    mov x29, xzr
    blr x2
    mov sp, x19
    mov x0, xzr
swasm_stack_resume: /* sp: the registers that were saved above; w0: the result */
    ldp x9, x10, [sp, #160]
    str x10, [x9]
    ldp d14, d15, [sp, #144]
    ldp d12, d13, [sp, #128]
    ldp d10, d11, [sp, #112]
    ldp d8, d9, [sp, #96]
    ldp x27, x28, [sp, #80]
    ldp x25, x26, [sp, #64]
    ldp x23, x24, [sp, #48]
    ldp x21, x22, [sp, #32]
    ldp x19, x20, [sp, #16]
    ldp x29, x30, [sp], #176
    ret

swasm_stack_unwind: /* x0 recovery, w1 code */
    mov sp, x0
    mov w0, w1
    b swasm_stack_resume

    .section .text.swasm_signal_return, "ax", @progbits
    .globl swasm_signal_return
    .hidden swasm_signal_return
    .type swasm_signal_return, @function
swasm_signal_return:
    mov x8, #139 /* rt_sigreturn */
    svc #0
    brk #1

    .section .note.GNU-stack, "", @progbits
