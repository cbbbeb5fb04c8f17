/* Leaves generated code with an exception, and enters it at a handler (unwind.h), on 64-bit RISC-V. Callee-saved
 * registers and the stack pointer are kept in the order of swasm_frame. ra is the address to continue at.
 */
    .section .text.swasm_throw, "ax", @progbits
    .globl swasm_throw, swasm_unwind_resume, swasm_exception_new
    .hidden swasm_throw, swasm_unwind_resume, swasm_exception_new
    .type swasm_throw, @function
    .type swasm_unwind_resume, @function

swasm_throw: /* a0 exception; ra return address */
    mv t0, sp
    addi sp, sp, -208
    sd s0, 0(sp)
    sd s1, 8(sp)
    sd s2, 16(sp)
    sd s3, 24(sp)
    sd s4, 32(sp)
    sd s5, 40(sp)
    sd s6, 48(sp)
    sd s7, 56(sp)
    sd s8, 64(sp)
    sd s9, 72(sp)
    sd s10, 80(sp)
    sd s11, 88(sp)
    sd ra, 96(sp)
    fsd fs0, 104(sp)
    fsd fs1, 112(sp)
    fsd fs2, 120(sp)
    fsd fs3, 128(sp)
    fsd fs4, 136(sp)
    fsd fs5, 144(sp)
    fsd fs6, 152(sp)
    fsd fs7, 160(sp)
    fsd fs8, 168(sp)
    fsd fs9, 176(sp)
    fsd fs10, 184(sp)
    fsd fs11, 192(sp)
    sd t0, 200(sp)
    mv a1, sp
    call swasm_exception_raise
    unimp

swasm_unwind_resume: /* a0 frame, a1 exception */
    ld s0, 0(a0)
    ld s1, 8(a0)
    ld s2, 16(a0)
    ld s3, 24(a0)
    ld s4, 32(a0)
    ld s5, 40(a0)
    ld s6, 48(a0)
    ld s7, 56(a0)
    ld s8, 64(a0)
    ld s9, 72(a0)
    ld s10, 80(a0)
    ld s11, 88(a0)
    ld ra, 96(a0)
    fld fs0, 104(a0)
    fld fs1, 112(a0)
    fld fs2, 120(a0)
    fld fs3, 128(a0)
    fld fs4, 136(a0)
    fld fs5, 144(a0)
    fld fs6, 152(a0)
    fld fs7, 160(a0)
    fld fs8, 168(a0)
    fld fs9, 176(a0)
    fld fs10, 184(a0)
    fld fs11, 192(a0)
    ld sp, 200(a0)
    mv a0, a1
    li a1, 0
    jr ra

    .section .text.swasm_exception_new, "ax", @progbits
    .type swasm_exception_new, @function
/* a0 instance, a1 tag, a2 values. Callee-saved registers go to the stack, where a collection looks. */
swasm_exception_new:
    addi sp, sp, -208
    sd s0, 0(sp)
    sd s1, 8(sp)
    sd s2, 16(sp)
    sd s3, 24(sp)
    sd s4, 32(sp)
    sd s5, 40(sp)
    sd s6, 48(sp)
    sd s7, 56(sp)
    sd s8, 64(sp)
    sd s9, 72(sp)
    sd s10, 80(sp)
    sd s11, 88(sp)
    sd ra, 96(sp)
    fsd fs0, 104(sp)
    fsd fs1, 112(sp)
    fsd fs2, 120(sp)
    fsd fs3, 128(sp)
    fsd fs4, 136(sp)
    fsd fs5, 144(sp)
    fsd fs6, 152(sp)
    fsd fs7, 160(sp)
    fsd fs8, 168(sp)
    fsd fs9, 176(sp)
    fsd fs10, 184(sp)
    fsd fs11, 192(sp)
    mv a3, ra
    mv a4, sp
    call swasm_exception_make
    ld ra, 96(sp)
    addi sp, sp, 208
    ret

    .section .note.GNU-stack, "", @progbits
