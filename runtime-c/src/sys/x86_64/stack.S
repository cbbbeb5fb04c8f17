/* Switching to the guest stack and back (stack.h), and the return from a signal handler, on x86-64. */
    .section swasm_entry_code, "ax", @progbits
    .globl swasm_stack_enter, swasm_stack_unwind, swasm_stack_resume
    .hidden swasm_stack_enter, swasm_stack_unwind, swasm_stack_resume
    .type swasm_stack_enter, @function
    .type swasm_stack_unwind, @function

/* rdi recovery, rsi top, rdx work, rcx a, r8 b */
swasm_stack_enter:
    push %rbp
    push %rbx
    push %r12
    push %r13
    push %r14
    push %r15
    push (%rdi)
    push %rdi
    mov %rsp, (%rdi)
    mov %rsp, %rbx
    test %rsi, %rsi
    cmovne %rsi, %rsp
    and $-16, %rsp
    mov %rcx, %rdi
    mov %r8, %rsi
    xor %ebp, %ebp
    call *%rdx
    mov %rbx, %rsp
    xor %eax, %eax
swasm_stack_resume: /* rsp: the registers that were saved above; eax: the result */
    cld
    pop %rdi
    pop (%rdi)
    pop %r15
    pop %r14
    pop %r13
    pop %r12
    pop %rbx
    pop %rbp
    ret

swasm_stack_unwind: /* rdi recovery, esi code */
    mov %rdi, %rsp
    mov %esi, %eax
    jmp swasm_stack_resume

    .section .text.swasm_signal_return, "ax", @progbits
    .globl swasm_signal_return
    .hidden swasm_signal_return
    .type swasm_signal_return, @function
swasm_signal_return:
    mov $15, %eax /* rt_sigreturn */
    syscall
    ud2

    .section .note.GNU-stack, "", @progbits
