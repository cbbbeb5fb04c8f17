/* x86-64: the facts that depend on the processor, and on the ELF format for it. */
#ifndef SWASM_SYS_X86_64_MACHINE_H
#define SWASM_SYS_X86_64_MACHINE_H

enum {
    SWASM_RELOCATION_RELATIVE = 8, /* R_X86_64_RELATIVE */

    /* The interrupted registers: positions of words in the kernel's ucontext. */
    SWASM_UC_RESULT = 5 + 13,
    SWASM_UC_SP = 5 + 15,
    SWASM_UC_PC = 5 + 16,
    SWASM_UC_FP = 5 + 10,
    SWASM_UC_SCRATCH = 5 + 3,
    SWASM_UC_LINK = SWASM_UC_PC, /* there is no such register: return addresses are always on the stack */

    /* A trap instruction of generated code raises SIGILL. */
    SWASM_SIGNAL_OF_TRAP = 4,

    /* The largest page of a kernel for this processor. */
    SWASM_HOST_PAGE_BYTES = 4096,

    /* Slots of swasm_frame: rbx, rbp, r12 to r15, rsp, rip. unwind.S has the same order. */
    SWASM_SLOT_FP = 1,
    SWASM_SLOT_SP = 6,
    SWASM_SLOT_PC = 7,
    SWASM_SLOT_COUNT = 8,

    /* DWARF's numbers of the registers that tables of frames name: rbp, rsp, and r11, which a probed
     * prologue uses. */
    SWASM_DWARF_FP = 6,
    SWASM_DWARF_SP = 7,
    SWASM_DWARF_SCRATCH = 11,

    SWASM_HAS_STRING_INSTRUCTIONS = 1,
};

/* Whether sigaction names the function to which signal handlers return. */
#define SWASM_HAS_RESTORER 1

/* The name of clock_gettime in the vDSO. */
#define SWASM_VDSO_CLOCK_GETTIME "__vdso_clock_gettime"

/* AUDIT_ARCH_X86_64, as seccomp's filters see it. */
#define SWASM_AUDIT_ARCHITECTURE 0xc000003eu

/* The code of the trap instruction at `pc`, which is readable, or 0. See swasm_abi.h. */
static inline uint32_t swasm_trap_code_at(uintptr_t pc)
{
    const uint8_t *code = (const uint8_t *)pc; /* ud1l imm8(%eax), %eax */
    return code[0] == 0x67 && code[1] == 0x0f && code[2] == 0xb9 && code[3] == 0x40 ? code[4] : 0;
}

/* Whether a call ends at `address`: call rel32, or call r/m64. `bytes` of the code before it may be read.
 * `target` is what it calls; 0 if a register or memory says that. */
static inline bool swasm_follows_call(uintptr_t address, uint64_t bytes, uintptr_t *target)
{
    const uint8_t *const code = (const uint8_t *)address;
    *target = 0;
    if (bytes >= 5 && code[-5] == 0xe8) {
        int32_t distance;
        __builtin_memcpy(&distance, code - 4, sizeof distance);
        *target = address + (uintptr_t)(intptr_t)distance;
        return true;
    }
    for (int length = 2; length <= 7 && (uint64_t)length <= bytes; length++)
        if (code[-length] == 0xff && (code[1 - length] & 0x38) == 0x10) return true;
    return false;
}

/* The slot of a DWARF register number, or -1: a register that calls do not preserve. */
static inline int32_t swasm_slot_of(uint64_t number)
{
    static const int8_t slots[17] = {-1, -1, -1, 0, -1, -1, 1, SWASM_SLOT_SP, -1, -1, -1, -1, 2, 3, 4, 5,
                                     SWASM_SLOT_PC};
    return number < sizeof slots ? slots[number] : -1;
}

/* Copies upwards. The result is as if it copied one byte after another. */
static inline __attribute__((always_inline)) void swasm_string_copy(uint8_t *to, const uint8_t *from, size_t bytes)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(bytes) : : "memory");
}

static inline __attribute__((always_inline)) void swasm_string_fill(uint8_t *to, int value, size_t bytes)
{
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(bytes) : "a"(value) : "memory");
}

#endif
