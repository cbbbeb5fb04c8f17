/* Self-relocation: applies DT_RELA entries of the RELATIVE kind and DT_RELR, then protects PT_GNU_RELRO.
 * This runs first, so nothing here may depend on a relocated pointer. Spec: System V ABI, chapter 5.
 */
#include "relocate.h"

#include "elf.h"
#include "sys/sys.h"

typedef struct rela {
    uint64_t offset, info, addend;
} rela;

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
    const swasm_elf_header *header = (const swasm_elf_header *)(const void *)base;
    const swasm_program_header *entry = (const swasm_program_header *)(const void *)(base + header->program_headers);
    for (uint32_t i = 0; i < header->program_header_count; i++, entry++)
        if (entry->type == SWASM_PT_GNU_RELRO) {
            uint64_t first = entry->address & ~4095ull, end = (entry->address + entry->memory_bytes) & ~4095ull;
            if (end > first) swasm_mprotect(base + first, end - first, SWASM_PROT_READ);
        }
}

void swasm_relocate(const uint64_t *dynamic, uint8_t *base)
{
    if (!dynamic) return;
    uint64_t values[SWASM_DYNAMIC_TAGS];
    for (uint32_t i = 0; i < SWASM_DYNAMIC_TAGS; i++) values[i] = 0;
    for (; dynamic[0] != SWASM_DT_NULL; dynamic += 2)
        if (dynamic[0] < SWASM_DYNAMIC_TAGS) values[dynamic[0]] = dynamic[1];
    const rela *entries = (const rela *)(const void *)(base + values[SWASM_DT_RELA]);
    for (uint64_t i = 0; i < values[SWASM_DT_RELASZ] / sizeof *entries; i++)
        if ((uint32_t)entries[i].info == SWASM_RELOCATION_RELATIVE)
            *(uint64_t *)(void *)(base + entries[i].offset) = (uint64_t)base + entries[i].addend;
    apply_relr((const uint64_t *)(const void *)(base + values[SWASM_DT_RELR]), values[SWASM_DT_RELRSZ], base);
    protect_constants(base);
}
