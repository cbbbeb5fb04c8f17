/* The first instruction of an executable on x86-64. The kernel gives rsp = argc, argv..., 0, envp..., 0,
 * auxv. The linker defines _DYNAMIC and __ehdr_start. _DYNAMIC is absent if nothing needs relocation. */
    .section .text.swasm_start, "ax", @progbits
    .globl _start
    .hidden _start
    .type _start, @function
    .weak _DYNAMIC
    .hidden _DYNAMIC, __ehdr_start
_start:
    xor %ebp, %ebp
    mov %rsp, %rdi
    lea _DYNAMIC(%rip), %rsi
    lea __ehdr_start(%rip), %rdx
    and $-16, %rsp
    call swasm_start
    ud2

    .section .note.GNU-stack, "", @progbits
