/* Self-relocation: applies DT_RELA entries of the RELATIVE kind and DT_RELR, then protects PT_GNU_RELRO.
 * This runs first, so nothing here may depend on a relocated pointer. Spec: System V ABI, chapter 5.
 */
#include "relocate.h"

#include "sys/sys.h"

enum {
    DT_NULL = 0, DT_RELA = 7, DT_RELASZ = 8, DT_RELRSZ = 35, DT_RELR = 36, DYNAMIC_TAGS = 37,
    PT_GNU_RELRO = 0x6474e552,
};

typedef struct rela {
    uint64_t offset, info, addend;
} rela;

typedef struct program_header {
    uint32_t type, flags;
    uint64_t offset, address, physical, file_bytes, memory_bytes, alignment;
} program_header;

typedef struct elf_header {
    uint8_t identification[16];
    uint16_t type, machine;
    uint32_t version;
    uint64_t entry, program_headers, section_headers;
    uint32_t flags;
    uint16_t header_bytes, program_header_bytes, program_header_count;
} elf_header;

static void apply_relr(const uint64_t *entries, uint64_t bytes, uint8_t *base)
{
    uint64_t *where = NULL;
    for (uint64_t i = 0; i < bytes / sizeof *entries; i++) {
        uint64_t entry = entries[i];
        if (!(entry & 1)) { /* the address of a word to relocate; bitmaps describe the words after it */
            where = (uint64_t *)(void *)(base + entry);
            *where++ += (uint64_t)base;
            continue;
        }
        for (uint64_t *word = where; entry >>= 1; word++)
            if (entry & 1) *word += (uint64_t)base;
        where += 63;
    }
}

static void protect_constants(uint8_t *base)
{
    const elf_header *header = (const elf_header *)(const void *)base;
    const program_header *entry = (const program_header *)(const void *)(base + header->program_headers);
    for (uint32_t i = 0; i < header->program_header_count; i++, entry++)
        if (entry->type == PT_GNU_RELRO) {
            uint64_t first = entry->address & ~4095ull, end = (entry->address + entry->memory_bytes) & ~4095ull;
            if (end > first) swasm_mprotect(base + first, end - first, SWASM_PROT_READ);
        }
}

void swasm_relocate(const uint64_t *dynamic, uint8_t *base)
{
    if (!dynamic) return;
    uint64_t values[DYNAMIC_TAGS];
    for (uint32_t i = 0; i < DYNAMIC_TAGS; i++) values[i] = 0;
    for (; dynamic[0] != DT_NULL; dynamic += 2)
        if (dynamic[0] < DYNAMIC_TAGS) values[dynamic[0]] = dynamic[1];
    const rela *entries = (const rela *)(const void *)(base + values[DT_RELA]);
    for (uint64_t i = 0; i < values[DT_RELASZ] / sizeof *entries; i++)
        if ((uint32_t)entries[i].info == SWASM_RELOCATION_RELATIVE)
            *(uint64_t *)(void *)(base + entries[i].offset) = (uint64_t)base + entries[i].addend;
    apply_relr((const uint64_t *)(const void *)(base + values[DT_RELR]), values[DT_RELRSZ], base);
    protect_constants(base);
}
