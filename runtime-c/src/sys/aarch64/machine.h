/* AArch64: the facts that depend on the processor, and on the ELF format for it. */
#ifndef SWASM_SYS_AARCH64_MACHINE_H
#define SWASM_SYS_AARCH64_MACHINE_H

enum {
    SWASM_RELOCATION_RELATIVE = 1027, /* R_AARCH64_RELATIVE */

    /* The interrupted registers: positions of words in the kernel's ucontext. */
    SWASM_UC_RESULT = 22 + 1,
    SWASM_UC_SP = 22 + 32,
    SWASM_UC_PC = 22 + 33,
    SWASM_UC_FP = 22 + 30,
    SWASM_UC_SCRATCH = 22 + 10,
    SWASM_UC_LINK = 22 + 31,

    /* A trap instruction of generated code raises SIGTRAP. */
    SWASM_SIGNAL_OF_TRAP = 5,

    /* The largest page of a kernel for this processor. */
    SWASM_HOST_PAGE_BYTES = 64 << 10,

    /* Slots of swasm_frame: x19 to x30, d8 to d15, sp. unwind.S has the same order. */
    SWASM_SLOT_FP = 10,
    SWASM_SLOT_SP = 20,
    SWASM_SLOT_PC = 11,
    SWASM_SLOT_COUNT = 21,

    /* DWARF's numbers of the registers that tables of frames name: x29, sp, and x9, which a probed
     * prologue uses. */
    SWASM_DWARF_FP = 29,
    SWASM_DWARF_SP = 31,
    SWASM_DWARF_SCRATCH = 9,

    SWASM_HAS_STRING_INSTRUCTIONS = 0,
};

/* Whether sigaction names the function to which signal handlers return. */
#define SWASM_HAS_RESTORER 1

/* The name of clock_gettime in the vDSO. */
#define SWASM_VDSO_CLOCK_GETTIME "__kernel_clock_gettime"

/* AUDIT_ARCH_AARCH64, as seccomp's filters see it. */
#define SWASM_AUDIT_ARCHITECTURE 0xc00000b7u

/* The code of the trap instruction at `pc`, which is readable, or 0. See swasm_abi.h. */
static inline uint32_t swasm_trap_code_at(uintptr_t pc)
{
    uint32_t code = *(const uint32_t *)pc; /* brk #0x5500 + imm */
    return (code & 0xffe0001f) == 0xd4200000 && ((code >> 5) & 0xff00) == 0x5500 ? (code >> 5) & 0xff : 0;
}

/* Whether a call ends at `address`: bl or blr. `bytes` of the code before it may be read. `target` is what
 * it calls; 0 if a register says that. */
static inline bool swasm_follows_call(uintptr_t address, uint64_t bytes, uintptr_t *target)
{
    *target = 0;
    if (address % 4 || bytes < 4) return false;
    const uint32_t code = *(const uint32_t *)(address - 4);
    if ((code & 0xfc000000) != 0x94000000) return (code & 0xfffffc1f) == 0xd63f0000;
    const int32_t distance = (int32_t)(code << 6) >> 4; /* imm26 words */
    *target = address - 4 + (uintptr_t)(intptr_t)distance;
    return true;
}

/* The slot of a DWARF register number, or -1: a register that calls do not preserve. */
static inline int32_t swasm_slot_of(uint64_t number)
{
    if (number >= 19 && number <= 30) return (int32_t)number - 19;
    if (number >= 72 && number <= 79) return (int32_t)number - 72 + 12;
    return number == 31 ? SWASM_SLOT_SP : -1;
}

/* Never called, because AArch64 has no string instructions. */
void swasm_string_copy(uint8_t *to, const uint8_t *from, size_t bytes);
void swasm_string_fill(uint8_t *to, int value, size_t bytes);

#endif
