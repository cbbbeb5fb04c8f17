/* The first instruction of an executable on AArch64; see ../x86_64/start.S. */
    .section .text.swasm_start, "ax", @progbits
    .globl _start
    .hidden _start
    .type _start, @function
    .weak _DYNAMIC
    .hidden _DYNAMIC, __ehdr_start
_start:
    mov x29, xzr
    mov x0, sp
    adrp x1, _DYNAMIC
    add x1, x1, :lo12:_DYNAMIC
    adrp x2, __ehdr_start
    add x2, x2, :lo12:__ehdr_start
    bl swasm_start
    brk #1

    .section .note.GNU-stack, "", @progbits
