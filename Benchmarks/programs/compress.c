/* LZ compression: greedy matches through a hash of four bytes, a byte format of literals and copies, and
 * the decompressor, which is checked against the input.
 */
#include "bench.h"

enum { SOURCE = 1 << 20, HASH_BITS = 14, LEAST_MATCH = 4, WINDOW = 65535 };

static uint8_t source[SOURCE], packed[SOURCE + SOURCE / 8], unpacked[SOURCE];
static uint32_t heads[1 << HASH_BITS];

static uint32_t four(const uint8_t *p)
{
    uint32_t v;
    memcpy(&v, p, sizeof v);
    return v;
}

static uint8_t *put_length(uint8_t *out, size_t n)
{
    for (; n >= 255; n -= 255)
        *out++ = 255;
    *out++ = (uint8_t)n;
    return out;
}

static uint8_t *put_literals(uint8_t *out, const uint8_t *from, size_t n)
{
    out = put_length(out, n);
    memcpy(out, from, n);
    return out + n;
}

static size_t pack(void)
{
    uint8_t *out = packed;
    const uint8_t *end = source + SOURCE - 8, *pending = source;
    memset(heads, 0, sizeof heads);
    for (const uint8_t *p = source + 1; p < end;) {
        uint32_t hash = four(p) * 2654435761u >> (32 - HASH_BITS);
        const uint8_t *match = source + heads[hash];
        heads[hash] = (uint32_t)(p - source);
        if (p - match > WINDOW || four(match) != four(p)) {
            p++;
            continue;
        }
        size_t n = LEAST_MATCH;
        while (p + n < end && match[n] == p[n])
            n++;
        out = put_literals(out, pending, (size_t)(p - pending));
        out = put_length(out, n);
        *out++ = (uint8_t)(p - match);
        *out++ = (uint8_t)((p - match) >> 8);
        p += n;
        pending = p;
    }
    out = put_literals(out, pending, (size_t)(source + SOURCE - pending));
    return (size_t)(out - packed);
}

static const uint8_t *get_length(const uint8_t *in, size_t *n)
{
    for (*n = 0; *in == 255; in++)
        *n += 255;
    *n += *in;
    return in + 1;
}

static size_t unpack(size_t bytes)
{
    const uint8_t *in = packed, *end = packed + bytes;
    uint8_t *out = unpacked;
    while (in < end) {
        size_t n;
        in = get_length(in, &n);
        memcpy(out, in, n);
        out += n;
        in += n;
        if (in >= end)
            break;
        in = get_length(in, &n);
        const uint8_t *from = out - (in[0] | in[1] << 8);
        in += 2;
        while (n--)
            *out++ = *from++;
    }
    return (size_t)(out - unpacked);
}

static void write_source(uint64_t *seed)
{
    size_t used = 0;
    while (used < SOURCE) {
        uint32_t r = bench_random(seed), n = r % 40 + 3;
        if (n > SOURCE - used)
            n = (uint32_t)(SOURCE - used);
        if (r >> 8 & 1 && used > 5000)
            memcpy(source + used, source + used - 100 - r % 4900, n);
        else
            for (uint32_t i = 0; i < n; i++)
                source[used + i] = (uint8_t)("etaoin shrdlu,.\n"[bench_random(seed) & 15]);
        used += n;
    }
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 70);
    uint64_t seed = 17, sum = 0;
    for (int r = 0; r < rounds; r++) {
        if (r % 8 == 0)
            write_source(&seed);
        size_t bytes = pack();
        if (unpack(bytes) != SOURCE || memcmp(source, unpacked, SOURCE) != 0)
            return 2;
        for (size_t i = 0; i < bytes; i += 101)
            sum = bench_mix(sum, packed[i]);
        source[r * 1000] ^= 1;
    }
    return bench_report("compress", sum);
}
