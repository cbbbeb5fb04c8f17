/* See memory_runs.h. */
#include "memory_runs.h"

enum { CHUNK_BYTES = 4096 };

/* How many bytes the chunk at `offset` has, or 0 beyond the last one. */
static uint64_t chunk_at(const swasm_memory *memory, uint64_t offset)
{
    const uint64_t rest = memory->bytes - offset;
    return rest < CHUNK_BYTES ? rest : CHUNK_BYTES;
}

static bool is_zero(const uint8_t *bytes, uint64_t count)
{
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
