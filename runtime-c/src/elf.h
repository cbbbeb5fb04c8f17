/* The structures of an ELF file in memory: the executable's own, and the vDSO's. Spec: System V ABI,
 * chapters 4 and 5. */
#ifndef SWASM_ELF_H
#define SWASM_ELF_H

#include <stdint.h>

enum {
    SWASM_PT_LOAD = 1, SWASM_PT_DYNAMIC = 2, SWASM_PT_GNU_RELRO = 0x6474e552,
    SWASM_DT_NULL = 0, SWASM_DT_HASH = 4, SWASM_DT_STRTAB = 5, SWASM_DT_SYMTAB = 6, SWASM_DT_RELA = 7,
    SWASM_DT_RELASZ = 8, SWASM_DT_STRSZ = 10, SWASM_DT_RELRSZ = 35, SWASM_DT_RELR = 36,
    SWASM_DYNAMIC_TAGS = 37, /* the tags above are less */
    SWASM_DT_GNU_HASH = 0x6ffffef5,
};

typedef struct swasm_elf_header {
    uint8_t identification[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, program_headers, section_headers;
    uint32_t flags;
    uint16_t header_bytes, program_header_bytes, program_header_count;
} swasm_elf_header;

typedef struct swasm_program_header {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_bytes, memory_bytes, alignment;
} swasm_program_header;

typedef struct swasm_elf_symbol {
    uint32_t name;
    uint8_t info, other;
    uint16_t section; /* 0: undefined */
    uint64_t value, bytes;
} swasm_elf_symbol;

#endif
