/* wasi:random. All bytes come from random_get of preview 1, also those of the interfaces called insecure.
 * Spec: wasi-random. */
#include "preview2.h"

static void fill(void *at, size_t bytes)
{
    if (p1_random_get(at, bytes)) p2_trap();
}

static p2_list *list(uint64_t length)
{
    if (length > UINT32_MAX) p2_trap();
    p2_list *result = p2_allocate(sizeof *result);
    void *at = p2_allocate((size_t)length);
    fill(at, (size_t)length);
    *result = (p2_list){at, (uint32_t)length};
    return result;
}

static uint64_t number(void)
{
    uint64_t result;
    fill(&result, sizeof result);
    return result;
}

P2_EXPORT("wasi:random/random", "get-random-bytes") p2_list *p2_random_bytes(uint64_t length)
{
    return list(length);
}

P2_EXPORT("wasi:random/random", "get-random-u64") uint64_t p2_random_number(void) { return number(); }

P2_EXPORT("wasi:random/insecure", "get-insecure-random-bytes") p2_list *p2_insecure_bytes(uint64_t length)
{
    return list(length);
}

P2_EXPORT("wasi:random/insecure", "get-insecure-random-u64") uint64_t p2_insecure_number(void) { return number(); }

/* tuple<u64, u64> */
P2_EXPORT("wasi:random/insecure-seed", "insecure-seed") uint64_t *p2_insecure_seed(void)
{
    uint64_t *result = p2_allocate(2 * sizeof *result);
    fill(result, 2 * sizeof *result);
    return result;
}
