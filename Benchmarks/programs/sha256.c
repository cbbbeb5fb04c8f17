/* SHA-256 (FIPS 180-4) over a message of two megabytes and over many short ones. */
#include "bench.h"

static uint32_t constants[64];

/* The fractional parts of the cube roots of the first primes, by integer search: no table to mistype. */
static void make_constants(void)
{
    for (int found = 0, n = 2; found < 64; n++) {
        int prime = 1;
        for (int d = 2; d * d <= n; d++)
            prime &= n % d != 0;
        if (!prime)
            continue;
        unsigned __int128 target = (unsigned __int128)n << 96, root = 0;
        for (int bit = 35; bit >= 0; bit--) {
            unsigned __int128 trial = root | (unsigned __int128)1 << bit;
            if (trial * trial * trial <= target)
                root = trial;
        }
        constants[found++] = (uint32_t)root;
    }
}

static uint32_t rotate(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void compress(uint32_t state[8], const uint8_t *block)
{
    uint32_t w[64], s[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 | (uint32_t)block[4 * i + 2] << 8 |
               block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3;
        uint32_t b = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10;
        w[i] = w[i - 16] + a + w[i - 7] + b;
    }
    memcpy(s, state, sizeof s);
    for (int i = 0; i < 64; i++) {
        uint32_t e1 = rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25);
        uint32_t t1 = s[7] + e1 + ((s[4] & s[5]) ^ (~s[4] & s[6])) + constants[i] + w[i];
        uint32_t e0 = rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22);
        uint32_t t2 = e0 + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        s[7] = s[6], s[6] = s[5], s[5] = s[4], s[4] = s[3] + t1;
        s[3] = s[2], s[2] = s[1], s[1] = s[0], s[0] = t1 + t2;
    }
    for (int i = 0; i < 8; i++)
        state[i] += s[i];
}

static uint64_t digest(const uint8_t *message, size_t length)
{
    uint32_t state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    size_t done = 0;
    for (; done + 64 <= length; done += 64)
        compress(state, message + done);
    uint8_t tail[128] = {0};
    size_t rest = length - done, blocks = rest < 56 ? 64 : 128;
    memcpy(tail, message + done, rest);
    tail[rest] = 0x80;
    for (int i = 0; i < 8; i++)
        tail[blocks - 1 - i] = (uint8_t)((uint64_t)length * 8 >> 8 * i);
    for (size_t at = 0; at < blocks; at += 64)
        compress(state, tail + at);
    return (uint64_t)state[0] << 32 | state[7];
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 60);
    size_t length = 2 << 20;
    uint8_t *message = malloc(length);
    if (!message)
        return 1;
    make_constants();
    for (size_t i = 0; i < length; i++)
        message[i] = (uint8_t)(i * 31 >> 3);
    /* The standard's own example: the digest of "abc" begins with ba7816bf and ends with f20015ad. */
    if (digest((const uint8_t *)"abc", 3) != 0xba7816bff20015adull)
        return 2;
    uint64_t sum = 0;
    for (int r = 0; r < rounds; r++) {
        message[r] ^= (uint8_t)sum;
        sum = bench_mix(sum, digest(message, length));
        for (size_t n = 0; n < 2000; n++)
            sum = bench_mix(sum, digest(message + n, n % 200));
    }
    return bench_report("sha256", sum);
}
