// Integer and floating-point work whose every bit is printed: sorting, hashing, formatting, linear algebra.
#include <inttypes.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252u;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static int ascending(const void *a, const void *b) {
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void sorting(void) {
    enum { COUNT = 20000 };
    static uint32_t values[COUNT];
    for (int i = 0; i < COUNT; i++) values[i] = (uint32_t)next();
    qsort(values, COUNT, sizeof values[0], ascending);
    uint64_t hash = 14695981039346656037u;
    for (int i = 0; i < COUNT; i++) {
        for (int byte = 0; byte < 4; byte++) {
            hash = (hash ^ (values[i] >> (8 * byte) & 0xff)) * 1099511628211u;
        }
    }
    printf("sorted %016" PRIx64 "\n", hash);
}

static void floats(void) {
    static const double samples[] = {0.0, -0.0, 1.0 / 3.0, 1e300, 2.5e-308, 123456789.125, -2.5, 1e21};
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        double x = samples[i];
        printf("%g %.17g %a %.0f %e %f\n", x, x, x, floor(x), sqrt(fabs(x)), fmod(x, 7.0));
        printf("%f %f %f %f\n", trunc(x / 3), ceil(x / 7), rint(x * 0.5), copysign(1, x));
    }
    float f = 16777217.0f;
    printf("%f %f %d %u\n", f, f * 1.1f, (int)-1.9f, (unsigned)3e9);
    printf("%.15g %.15g %.15g\n", sin(0.5), exp(1.25), pow(2.5, 3.5));
}

static void matrices(void) {
    enum { N = 40 };
    static double a[N][N], b[N][N], c[N][N];
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            a[i][j] = (double)(i * j % 7) / 3;
            b[i][j] = (double)(i + 2 * j) / 5;
        }
    }
    for (int i = 0; i < N; i++) {
        for (int j = 0; j < N; j++) {
            for (int k = 0; k < N; k++) c[i][j] += a[i][k] * b[k][j];
        }
    }
    double sum = 0;
    for (int i = 0; i < N; i++) sum += c[i][(i * 13) % N];
    printf("matrix %.17g\n", sum);
}

static void integers(void) {
    int64_t sum = 0;
    uint64_t bits = 0;
    for (int i = 0; i < 1000; i++) {
        int64_t a = (int64_t)next(), b = (int64_t)next() >> (i % 60);
        if (b != 0 && !(b == -1 && a == INT64_MIN)) sum += a / b ^ a % b;
        bits = bits * 31 + (uint64_t)__builtin_clzll((uint64_t)a | 1) + (uint64_t)__builtin_ctzll((uint64_t)a | 1u << 31)
               + (uint64_t)__builtin_popcountll((uint64_t)b);
        bits ^= (uint64_t)a << (i % 64) | (uint64_t)a >> ((64 - i % 64) % 64);
    }
    printf("integers %" PRId64 " %016" PRIx64 "\n", sum, bits);
}

static void memory(void) {
    size_t total = 0;
    for (int round = 0; round < 50; round++) {
        size_t bytes = (size_t)(next() % 300000);
        char *block = malloc(bytes + 2);
        memset(block, 'x', bytes);
        block[bytes] = 0;
        memmove(block + 1, block, bytes + 1);
        total += strlen(block);
        free(block);
    }
    printf("memory %zu\n", total);
}

int main(void) {
    sorting();
    floats();
    matrices();
    integers();
    memory();
    return 0;
}
