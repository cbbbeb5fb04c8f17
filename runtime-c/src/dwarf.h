/* Reads DWARF's variable-length numbers and encoded pointers, and has the constants that the unwinder knows.
 * Only unwind.c includes this.
 */
#ifndef SWASM_DWARF_H
#define SWASM_DWARF_H

#include <stdbool.h>
#include <stdint.h>

typedef struct dwarf_reader {
    const uint8_t *at, *end;
} dwarf_reader;

enum {
    DW_EH_PE_ULEB128 = 0x01, DW_EH_PE_UDATA4 = 0x03, DW_EH_PE_PCREL_SDATA4 = 0x1b,
    DW_EH_PE_PCREL_SDATA8 = 0x1c, DW_EH_PE_DATAREL_SDATA4 = 0x3b, DW_EH_PE_INDIRECT = 0x80, DW_EH_PE_OMIT = 0xff,
};

enum {
    DW_CFA_NOP = 0x00, DW_CFA_ADVANCE_LOC1 = 0x02, DW_CFA_ADVANCE_LOC2 = 0x03, DW_CFA_ADVANCE_LOC4 = 0x04,
    DW_CFA_OFFSET_EXTENDED = 0x05, DW_CFA_RESTORE_EXTENDED = 0x06, DW_CFA_SAME_VALUE = 0x08,
    DW_CFA_REMEMBER_STATE = 0x0a, DW_CFA_RESTORE_STATE = 0x0b, DW_CFA_DEF_CFA = 0x0c,
    DW_CFA_DEF_CFA_REGISTER = 0x0d, DW_CFA_DEF_CFA_OFFSET = 0x0e, DW_CFA_OFFSET_EXTENDED_SF = 0x11,
    DW_CFA_GNU_ARGS_SIZE = 0x2e,
    DW_CFA_ADVANCE_LOC = 0x40, DW_CFA_OFFSET = 0x80, DW_CFA_RESTORE = 0xc0, /* an operand in the low bits */
};

static inline uint8_t dwarf_u8(dwarf_reader *reader) { return *reader->at++; }

static inline uint16_t dwarf_u16(dwarf_reader *reader)
{
    uint16_t value;
    __builtin_memcpy(&value, reader->at, sizeof value);
    reader->at += sizeof value;
    return value;
}

static inline uint32_t dwarf_u32(dwarf_reader *reader)
{
    uint32_t value;
    __builtin_memcpy(&value, reader->at, sizeof value);
    reader->at += sizeof value;
    return value;
}

static inline uint64_t dwarf_uleb(dwarf_reader *reader)
{
    uint64_t value = 0;
    uint8_t byte;
    unsigned shift = 0;
    do {
        byte = *reader->at++;
        value |= (uint64_t)(byte & 0x7f) << (shift & 63);
        shift += 7;
    } while (byte & 0x80);
    return value;
}

static inline int64_t dwarf_sleb(dwarf_reader *reader)
{
    uint64_t value = 0;
    uint8_t byte;
    unsigned shift = 0;
    do {
        byte = *reader->at++;
        value |= (uint64_t)(byte & 0x7f) << (shift & 63);
        shift += 7;
    } while (byte & 0x80);
    if ((byte & 0x40) && shift < 64) value |= ~0ull << shift;
    return (int64_t)value;
}

/* True for the forms that dwarf_pointer reads: relative to their own address, of 4 or 8 bytes. */
static inline bool dwarf_is_pointer(uint8_t encoding)
{
    return encoding == DW_EH_PE_PCREL_SDATA4 || encoding == DW_EH_PE_PCREL_SDATA8;
}

/* Reads an encoded pointer; 0 if the field is 0. */
static inline uintptr_t dwarf_pointer(dwarf_reader *reader, uint8_t encoding)
{
    uintptr_t base = (uintptr_t)reader->at;
    int64_t offset;
    if (encoding == DW_EH_PE_PCREL_SDATA4) {
        offset = (int32_t)dwarf_u32(reader);
    } else {
        __builtin_memcpy(&offset, reader->at, sizeof offset);
        reader->at += sizeof offset;
    }
    return offset ? base + (uintptr_t)offset : 0;
}

#endif
