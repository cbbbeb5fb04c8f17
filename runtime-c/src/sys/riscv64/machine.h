/* 64-bit RISC-V: the facts that depend on the processor, and on the ELF format for it. */
#ifndef SWASM_SYS_RISCV64_MACHINE_H
#define SWASM_SYS_RISCV64_MACHINE_H

enum {
    SWASM_RELOCATION_RELATIVE = 3, /* R_RISCV_RELATIVE */

    /* The interrupted registers: positions of words in the kernel's ucontext. */
    SWASM_UC_PC = 22,
    SWASM_UC_SP = 22 + 2,
    SWASM_UC_FP = 22 + 8,
    SWASM_UC_SCRATCH = 22 + 6,
    SWASM_UC_LINK = 22 + 1,
    SWASM_UC_RESULT = 22 + 10,

    /* A trap instruction of generated code raises SIGILL. */
    SWASM_SIGNAL_OF_TRAP = 4,

    /* The largest page of a kernel for this processor. */
    SWASM_HOST_PAGE_BYTES = 4096,

    /* Slots of swasm_frame: s0 to s11, ra, fs0 to fs11, sp. unwind.S has the same order. */
    SWASM_SLOT_FP = 0,
    SWASM_SLOT_PC = 12,
    SWASM_SLOT_SP = 25,
    SWASM_SLOT_COUNT = 26,

    /* DWARF's numbers of the registers that tables of frames name: s0, sp, and t1, which a probed prologue
     * uses. */
    SWASM_DWARF_FP = 8,
    SWASM_DWARF_SP = 2,
    SWASM_DWARF_SCRATCH = 6,

    SWASM_HAS_STRING_INSTRUCTIONS = 0,
};

/* The kernel has its own return from signal handlers. So its sigaction has no field for one. */
#define SWASM_HAS_RESTORER 0

/* The name of clock_gettime in the vDSO. */
#define SWASM_VDSO_CLOCK_GETTIME "__vdso_clock_gettime"

/* AUDIT_ARCH_RISCV64, as seccomp's filters see it. */
#define SWASM_AUDIT_ARCHITECTURE 0xc00000f3u

/* The code of the trap instruction at `pc`, which is readable, or 0. It is a write to the register `cycle`,
 * which can only be read: csrrw x<code & 31>, cycle, x<code >> 5>. LLVM's own trap has the code 0. */
static inline uint32_t swasm_trap_code_at(uintptr_t pc)
{
    const uint16_t *halves = (const uint16_t *)pc; /* instructions are aligned to 2 bytes */
    if ((halves[0] & 0x707f) != 0x1073) return 0;
    uint32_t code = halves[0] | (uint32_t)halves[1] << 16;
    return (code & 0xfff00000) == 0xc0000000 ? (code >> 7 & 31) | (code >> 15 & 31) << 5 : 0;
}

/* Whether a call ends at `address`: auipc ra and jalr ra (ra), jalr ra or c.jalr. `bytes` of the code
 * before it may be read. `target` is what it calls; 0 if a register says that. */
static inline bool swasm_follows_call(uintptr_t address, uint64_t bytes, uintptr_t *target)
{
    *target = 0;
    if (address % 2 || bytes < 2) return false;
    const uint16_t *const halves = (const uint16_t *)address; /* instructions are aligned to 2 bytes */
    const uint32_t last = bytes >= 4 ? halves[-2] | (uint32_t)halves[-1] << 16 : 0;
    const uint32_t first = bytes >= 8 ? halves[-4] | (uint32_t)halves[-3] << 16 : 0;
    if ((last & 0xfffff) == 0x080e7 && (first & 0xfff) == 0x097) {
        const int32_t high = (int32_t)(first & 0xfffff000), low = (int32_t)last >> 20;
        *target = address - 8 + (uintptr_t)(intptr_t)high + (uintptr_t)(intptr_t)low;
        return true;
    }
    if ((last & 0x7fff) == 0x00e7) return true;
    return (halves[-1] & 0xf07f) == 0x9002 && (halves[-1] & 0xf80) != 0;
}

/* The slot of a DWARF register number, or -1: a register that calls do not preserve. */
static inline int32_t swasm_slot_of(uint64_t number)
{
    enum { RA = 1, SP = 2, FLOAT = 32 };
    uint64_t position = number & (FLOAT - 1), first = number < FLOAT ? 0 : 13;
    if (number == RA) return SWASM_SLOT_PC;
    if (number == SP) return SWASM_SLOT_SP;
    if (number >= FLOAT * 2) return -1;
    if (position == 8 || position == 9) return (int32_t)(first + position - 8);
    return position >= 18 && position <= 27 ? (int32_t)(first + position - 16) : -1;
}

/* Never called, because RISC-V has no string instructions. */
void swasm_string_copy(uint8_t *to, const uint8_t *from, size_t bytes);
void swasm_string_fill(uint8_t *to, int value, size_t bytes);

#endif
