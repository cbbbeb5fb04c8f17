/* See memory_runs.h. The table is /proc/self/pagemap: one word for each page of the address space, which says whether
 * the page is in memory or swapped out. All others were never touched. (mincore would not do: it does not tell pages
 * that are swapped out.)
 */
#include "memory_runs.h"

#include "output_file.h"
#include "sys/sys.h"

enum { CHUNK_BYTES = 4096, ENTRIES = 4096 };

/* ---- Pages -------------------------------------------------------------------------------------- */

static int table = -1;
static uint64_t entries[ENTRIES]; /* of the pages from number `first` on */
static uint64_t first, count;

/* Whether somebody may have written to the page. */
static bool is_touched(const uint8_t *address)
{
    enum { SWAPPED_OR_PRESENT = 62 };
    if (table < 0) return true;
    const uint64_t page = (uintptr_t)address / CHUNK_BYTES;
    if (page - first >= count) {
        const long bytes = swasm_syscall4(SWASM_SYS_PREAD64, table, (long)entries, sizeof entries, (long)(page * sizeof *entries));
        first = page;
        count = swasm_is_error(bytes) ? 0 : (uint64_t)bytes / sizeof *entries;
        if (!count) return true;
    }
    return entries[page - first] >> SWAPPED_OR_PRESENT;
}

/* Whether the table tells a page that was written from one that nobody touched. An emulator of processors may show
 * the table of its own process. */
static bool is_right(void)
{
    const long fresh = swasm_setup_syscall6(SWASM_SYS_MMAP, 0, CHUNK_BYTES, SWASM_PROT_READ | SWASM_PROT_WRITE,
                                            SWASM_MAP_PRIVATE | SWASM_MAP_ANONYMOUS, -1, 0);
    if (swasm_is_error(fresh)) return false;
    const bool was_touched = is_touched((const uint8_t *)fresh);
    *(volatile uint8_t *)fresh = 1;
    count = 0;
    const bool is_seen = is_touched((const uint8_t *)fresh);
    count = 0;
    swasm_setup_syscall5(SWASM_SYS_MUNMAP, fresh, CHUNK_BYTES, 0, 0, 0);
    return !was_touched && is_seen;
}

void swasm_memory_runs_begin(void)
{
    const long opened = swasm_setup_syscall5(SWASM_SYS_OPENAT, SWASM_AT_FDCWD, (long)"/proc/self/pagemap",
                                             SWASM_O_RDONLY | SWASM_O_CLOEXEC, 0, 0);
    if (swasm_is_error(opened)) return;
    table = (int)swasm_output_place(opened);
    if (!is_right()) table = -1;
}

int swasm_memory_runs_descriptor(void) { return table; }

/* ---- Runs --------------------------------------------------------------------------------------- */

/* How many bytes the chunk at `offset` has, or 0 beyond the last one. */
static uint64_t chunk_at(const swasm_memory *memory, uint64_t offset)
{
    const uint64_t rest = memory->bytes - offset;
    return rest < CHUNK_BYTES ? rest : CHUNK_BYTES;
}

static bool is_zero(const uint8_t *bytes, uint64_t count)
{
    if (!is_touched(bytes)) return true;
    for (uint64_t i = 0; i < count; i++)
        if (bytes[i]) return false;
    return true;
}

bool swasm_memory_run(const swasm_memory *memory, uint64_t *at, uint64_t *bytes)
{
    uint64_t chunk;
    while ((chunk = chunk_at(memory, *at)) && is_zero(memory->base + *at, chunk)) *at += chunk;
    uint64_t end = *at;
    while ((chunk = chunk_at(memory, end)) && !is_zero(memory->base + end, chunk)) end += chunk;
    *bytes = end - *at;
    return *bytes != 0;
}
