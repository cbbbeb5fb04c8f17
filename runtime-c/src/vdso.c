/* See vdso.h. The image is the kernel's and trusted. Bounds are checked, so that an image of an unknown form
 * has no functions rather than wrong ones. Versions of symbols are not compared, because each name has one.
 */
#include "vdso.h"

#include "elf.h"
#include "text.h"

int (*swasm_vdso_clock_gettime)(int32_t clock, swasm_timespec *now);

typedef struct image {
    const uint8_t *start; /* of the first segment that is loaded */
    uint64_t address, bytes;
    const swasm_elf_symbol *symbols;
    uint64_t symbol_count;
    const char *names;
    uint64_t name_bytes;
} image;

/* The bytes at an address of the image; NULL if any lies outside of the segment. */
static const void *at(const image *vdso, uint64_t address, uint64_t bytes)
{
    uint64_t offset = address - vdso->address;
    return offset <= vdso->bytes && bytes <= vdso->bytes - offset ? vdso->start + offset : NULL;
}

/* Spec: System V ABI, Hash Table: its second word is the number of symbols. */
static uint64_t count_by_hash(const image *vdso, uint64_t address)
{
    const uint32_t *table = at(vdso, address, 2 * sizeof *table);
    return table ? table[1] : 0;
}

/* A table of the GNU form lists chains of hashes, in the order of the symbols. The last hash of a chain is
 * odd. */
static uint64_t count_by_gnu_hash(const image *vdso, uint64_t address)
{
    const uint32_t *table = at(vdso, address, 4 * sizeof *table);
    if (!table) return 0;
    uint64_t first = table[1], last = 0, buckets = address + 16 + 8ull * table[2], chains = buckets + 4ull * table[0];
    for (uint32_t i = 0; i < table[0]; i++) {
        const uint32_t *bucket = at(vdso, buckets + 4ull * i, sizeof *bucket);
        if (!bucket) return 0;
        if (*bucket > last) last = *bucket;
    }
    for (; last >= first && last; last++) {
        const uint32_t *hash = at(vdso, chains + 4 * (last - first), sizeof *hash);
        if (!hash) return 0;
        if (*hash & 1) return last + 1;
    }
    return 0;
}

static bool read_dynamic(image *vdso, uint64_t address)
{
    uint64_t values[SWASM_DYNAMIC_TAGS], gnu_hash = 0;
    for (uint32_t i = 0; i < SWASM_DYNAMIC_TAGS; i++) values[i] = 0;
    for (;; address += 16) {
        const uint64_t *entry = at(vdso, address, 16);
        if (!entry) return false;
        if (entry[0] == SWASM_DT_NULL) break;
        if (entry[0] < SWASM_DYNAMIC_TAGS) values[entry[0]] = entry[1];
        if (entry[0] == SWASM_DT_GNU_HASH) gnu_hash = entry[1];
    }
    vdso->symbol_count = values[SWASM_DT_HASH] ? count_by_hash(vdso, values[SWASM_DT_HASH])
                                               : count_by_gnu_hash(vdso, gnu_hash);
    vdso->symbols = at(vdso, values[SWASM_DT_SYMTAB], vdso->symbol_count * sizeof *vdso->symbols);
    vdso->name_bytes = values[SWASM_DT_STRSZ];
    vdso->names = at(vdso, values[SWASM_DT_STRTAB], vdso->name_bytes);
    return vdso->symbols && vdso->names && vdso->name_bytes && !vdso->names[vdso->name_bytes - 1];
}

/* Addresses in the image are those of its program headers, which are not those where it is. */
static bool read_image(image *vdso, const uint8_t *base)
{
    const swasm_elf_header *header = (const swasm_elf_header *)(const void *)base;
    const swasm_program_header *entry = (const swasm_program_header *)(const void *)(base + header->program_headers);
    const swasm_program_header *dynamic = NULL;
    for (uint32_t i = 0; i < header->program_header_count; i++, entry++) {
        if (entry->type == SWASM_PT_DYNAMIC) dynamic = entry;
        if (entry->type != SWASM_PT_LOAD || vdso->bytes) continue;
        *vdso = (image){.start = base + entry->offset, .address = entry->address, .bytes = entry->memory_bytes};
    }
    return dynamic && read_dynamic(vdso, dynamic->address);
}

static const void *find(const image *vdso, const char *name)
{
    for (uint64_t i = 0; i < vdso->symbol_count; i++) {
        const swasm_elf_symbol *symbol = &vdso->symbols[i];
        if (symbol->section && symbol->name < vdso->name_bytes && swasm_text_equal(vdso->names + symbol->name, name))
            return at(vdso, symbol->value, 1);
    }
    return NULL;
}

void swasm_vdso_find(const uint8_t *base)
{
    image vdso = {.bytes = 0};
    if (!base || !read_image(&vdso, base)) return;
    swasm_vdso_clock_gettime = (int (*)(int32_t, swasm_timespec *))find(&vdso, SWASM_VDSO_CLOCK_GETTIME);
}
