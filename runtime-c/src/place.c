/* Random addresses for the guest's memories, stacks and tables.
 *
 * The kernel puts one mapping beside another. Without address-space randomisation (setarch -R, some
 * containers) it always uses the same addresses. Then a guest that could compute a wrong address would know
 * what lies there. So this file chooses the addresses, in a range that the kernel fills last: far from the
 * program, its own stack and the kernel's mappings. Each address is a keyed hash of its number, so one
 * address says nothing about another.
 */
#include "place.h"

#include "lock.h"
#include "sys/sys.h"

/* Programs at fixed addresses lie below this range. The mappings that the kernel places lie above it, from
 * 0x5555... or 0x7f... on. */
#define LOWEST (1ull << 36)
#define HIGHEST (1ull << 46)

enum {
    NARROWER = 4, /* bits: if a range has no address left, the next one ends lower: at 2^46, 2^42, 2^38 */
    ATTEMPTS = 24,
    GRND_NONBLOCK = 1,
};

static uint64_t key[2];
static uint64_t drawn;
static bool is_seeded;
static swasm_lock place_lock;

static uint64_t rotate(uint64_t value, unsigned bits) { return value << bits | value >> (64 - bits); }

/* A pseudo-random function of `number` under `key`: SipHash-2-4 of one word. */
static uint64_t keyed_hash(uint64_t number)
{
    uint64_t a = key[0] ^ 0x736f6d6570736575ull, b = key[1] ^ 0x646f72616e646f6dull;
    uint64_t c = key[0] ^ 0x6c7967656e657261ull, d = key[1] ^ 0x7465646279746573ull;
    const uint64_t words[] = {number, 8ull << 56};
    for (int round = 0; round < 8; round++) {
        if (round == 0 || round == 2) d ^= words[round / 2];
        if (round == 4) c ^= 0xff;
        a += b, c += d, b = rotate(b, 13) ^ a, d = rotate(d, 16) ^ c, a = rotate(a, 32);
        c += b, a += d, b = rotate(b, 17) ^ c, d = rotate(d, 21) ^ a, c = rotate(c, 32);
        if (round == 1 || round == 3) a ^= words[round / 2];
    }
    return a ^ b ^ c ^ d;
}

void swasm_place_seed(const uint8_t seed[16])
{
    __builtin_memcpy(key, seed, sizeof key);
    is_seeded = true;
}

static uint64_t draw(void)
{
    swasm_acquire(&place_lock);
    if (!is_seeded) {
        uint8_t seed[16] = {0};
        swasm_setup_syscall5(SWASM_SYS_GETRANDOM, (long)seed, sizeof seed, GRND_NONBLOCK, 0, 0);
        swasm_place_seed(seed);
    }
    uint64_t result = keyed_hash(drawn++);
    swasm_release(&place_lock);
    return result;
}

static long reserve(uint64_t address, uint64_t bytes, int flags)
{
    return swasm_mmap((void *)address, bytes, SWASM_PROT_NONE,
                      SWASM_MAP_PRIVATE | SWASM_MAP_ANONYMOUS | SWASM_MAP_NORESERVE | flags);
}

/* A number less than `count`. For the counts that are used here, its bias is less than 2^-20. */
static uint64_t below(uint64_t count) { return (uint64_t)((unsigned __int128)draw() * count >> 64); }

long swasm_reserve_apart(uint64_t bytes, uint64_t align_bytes)
{
    uint64_t highest = HIGHEST;
    for (int i = 0; i < ATTEMPTS; i++) {
        if (bytes > highest - LOWEST) break;
        uint64_t address = LOWEST + below((highest - LOWEST - bytes) / align_bytes + 1) * align_bytes;
        long start = reserve(address, bytes, SWASM_MAP_FIXED_NOREPLACE);
        if ((uint64_t)start == address) return start;
        /* Before Linux 4.17 the kernel ignores the flag, and the address is only a hint. */
        if (!swasm_is_error(start)) swasm_munmap((void *)start, bytes);
        if (start != -SWASM_ENOMEM) continue;
        highest >>= NARROWER; /* the limit of address space is reached, or the kernel has less than 47 bits */
        if (highest <= LOWEST) break;
    }
    return reserve(0, bytes, 0);
}
