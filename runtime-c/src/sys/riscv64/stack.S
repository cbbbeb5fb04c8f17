/* Switching to the guest stack and back (stack.h) on 64-bit RISC-V. */
    .section swasm_entry_code, "ax", @progbits
    .globl swasm_stack_enter, swasm_stack_unwind, swasm_stack_resume
    .hidden swasm_stack_enter, swasm_stack_unwind, swasm_stack_resume
    .type swasm_stack_enter, @function
    .type swasm_stack_unwind, @function

/* a0 recovery, a1 top, a2 work, a3 a, a4 b */
swasm_stack_enter:
    addi sp, sp, -224
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
    ld t0, 0(a0)
    sd a0, 200(sp)
    sd t0, 208(sp)
    mv s1, sp
    sd s1, 0(a0)
    beqz a1, 1f
    andi a1, a1, -16
    mv sp, a1
1:  mv a0, a3
    mv a1, a4
    li s0, 0
    jalr a2
    mv sp, s1
    li a0, 0
swasm_stack_resume: /* sp: the registers that were saved above; a0: the result */
    ld t0, 200(sp)
    ld t1, 208(sp)
    sd t1, 0(t0)
    ld s0, 0(sp)
    ld s1, 8(sp)
    ld s2, 16(sp)
    ld s3, 24(sp)
    ld s4, 32(sp)
    ld s5, 40(sp)
    ld s6, 48(sp)
    ld s7, 56(sp)
    ld s8, 64(sp)
    ld s9, 72(sp)
    ld s10, 80(sp)
    ld s11, 88(sp)
    ld ra, 96(sp)
    fld fs0, 104(sp)
    fld fs1, 112(sp)
    fld fs2, 120(sp)
    fld fs3, 128(sp)
    fld fs4, 136(sp)
    fld fs5, 144(sp)
    fld fs6, 152(sp)
    fld fs7, 160(sp)
    fld fs8, 168(sp)
    fld fs9, 176(sp)
    fld fs10, 184(sp)
    fld fs11, 192(sp)
    addi sp, sp, 224
    ret

swasm_stack_unwind: /* a0 recovery, a1 code */
    mv sp, a0
    sext.w a0, a1
    j swasm_stack_resume

    .section .note.GNU-stack, "", @progbits
