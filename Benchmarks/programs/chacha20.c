/* ChaCha20 (RFC 8439): a keystream over one megabyte. */
#include "bench.h"

static uint32_t rotate(uint32_t x, int n)
{
    return x << n | x >> (32 - n);
}

static void quarter(uint32_t *s, int a, int b, int c, int d)
{
    s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 16);
    s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 12);
    s[a] += s[b], s[d] = rotate(s[d] ^ s[a], 8);
    s[c] += s[d], s[b] = rotate(s[b] ^ s[c], 7);
}

static void block(const uint32_t input[16], uint8_t output[64])
{
    uint32_t s[16];
    memcpy(s, input, sizeof s);
    for (int i = 0; i < 10; i++) {
        quarter(s, 0, 4, 8, 12);
        quarter(s, 1, 5, 9, 13);
        quarter(s, 2, 6, 10, 14);
        quarter(s, 3, 7, 11, 15);
        quarter(s, 0, 5, 10, 15);
        quarter(s, 1, 6, 11, 12);
        quarter(s, 2, 7, 8, 13);
        quarter(s, 3, 4, 9, 14);
    }
    for (int i = 0; i < 16; i++) {
        uint32_t word = s[i] + input[i];
        for (int k = 0; k < 4; k++)
            output[4 * i + k] = (uint8_t)(word >> 8 * k);
    }
}

static void encrypt(uint32_t state[16], uint8_t *data, size_t bytes)
{
    uint8_t stream[64];
    for (size_t at = 0; at < bytes; at += 64) {
        block(state, stream);
        state[12]++;
        size_t n = bytes - at < 64 ? bytes - at : 64;
        for (size_t i = 0; i < n; i++)
            data[at + i] ^= stream[i];
    }
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 240);
    size_t bytes = (1 << 20) + 13;
    uint8_t *data = calloc(bytes, 1);
    if (!data)
        return 1;
    uint32_t state[16] = {0x61707865, 0x3320646e, 0x79622d32, 0x6b206574};
    for (uint32_t i = 4; i < 16; i++)
        state[i] = i * 0x01010101u;
    for (int r = 0; r < rounds; r++)
        encrypt(state, data, bytes);
    uint64_t sum = 0;
    for (size_t i = 0; i < bytes; i += 3)
        sum = bench_mix(sum, data[i]);
    return bench_report("chacha20", sum);
}
