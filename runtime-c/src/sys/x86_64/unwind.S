/* Leaves generated code with an exception, and enters it at a handler (unwind.h), on x86-64. Callee-saved
 * registers, the stack pointer and the address to continue at are kept in the order of swasm_frame.
 */
    .section .text.swasm_throw, "ax", @progbits
    .globl swasm_throw, swasm_unwind_resume, swasm_exception_new
    .hidden swasm_throw, swasm_unwind_resume, swasm_exception_new
    .type swasm_throw, @function
    .type swasm_unwind_resume, @function

swasm_throw: /* rdi exception; (rsp) return address */
    lea 8(%rsp), %rax
    pop %rcx
    and $-16, %rsp
    push %rcx
    push %rax
    push %r15
    push %r14
    push %r13
    push %r12
    push %rbp
    push %rbx
    mov %rsp, %rsi
    call swasm_exception_raise
    ud2

swasm_unwind_resume: /* rdi frame, rsi exception */
    mov %rsi, %rax
    mov (%rdi), %rbx
    mov 8(%rdi), %rbp
    mov 16(%rdi), %r12
    mov 24(%rdi), %r13
    mov 32(%rdi), %r14
    mov 40(%rdi), %r15
    mov 48(%rdi), %rsp
    mov 56(%rdi), %rcx
    xor %edx, %edx
    jmp *%rcx

    .section .text.swasm_exception_new, "ax", @progbits
    .type swasm_exception_new, @function
/* rdi instance, esi tag, edx values. Callee-saved registers go to the stack, where a collection looks. */
swasm_exception_new:
    push %rbx
    push %rbp
    push %r12
    push %r13
    push %r14
    push %r15
    mov 48(%rsp), %rcx
    mov %rsp, %r8
    sub $8, %rsp
    call swasm_exception_make
    add $56, %rsp
    ret

    .section .note.GNU-stack, "", @progbits
