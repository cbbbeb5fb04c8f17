/* The first instruction of an executable on 64-bit RISC-V; see ../x86_64/start.S. */
    .section .text.swasm_start, "ax", @progbits
    .globl _start
    .hidden _start
    .type _start, @function
    .weak _DYNAMIC
    .hidden _DYNAMIC, __ehdr_start
_start:
    li s0, 0
    mv a0, sp
    lla a1, _DYNAMIC
    lla a2, __ehdr_start
    andi sp, sp, -16
    call swasm_start
    unimp

    .section .note.GNU-stack, "", @progbits
