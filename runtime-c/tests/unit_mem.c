/* Compares mem.c with plain loops and round.c with libm, for every small size, alignment and overlap. The
 * functions of both files are compiled with the prefix `own_`. */
#include <fenv.h>
#include <math.h>
#include <stdlib.h>

#include "check.h"

void *own_memcpy(void *, const void *, size_t);
void *own_memmove(void *, const void *, size_t);
void *own_memset(void *, int, size_t);
int own_memcmp(const void *, const void *, size_t);
double own_floor(double), own_ceil(double), own_trunc(double), own_rint(double), own_nearbyint(double),
    own_roundeven(double);
float own_floorf(float), own_ceilf(float), own_truncf(float), own_rintf(float), own_nearbyintf(float),
    own_roundevenf(float);

enum { AREA = 9000 };
static uint8_t area[AREA], expected[AREA];

static void fill_areas(void)
{
    for (int i = 0; i < AREA; i++) area[i] = expected[i] = (uint8_t)(i * 37 + (i >> 8));
}

static void reference_move(uint8_t *to, const uint8_t *from, size_t bytes)
{
    if (to < from) for (size_t i = 0; i < bytes; i++) to[i] = from[i];
    else for (size_t i = bytes; i-- > 0;) to[i] = from[i];
}

static void move_agrees(size_t to, size_t from, size_t bytes)
{
    fill_areas();
    CHECK(own_memmove(area + to, area + from, bytes) == area + to);
    reference_move(expected + to, expected + from, bytes);
    CHECK(memcmp(area, expected, AREA) == 0);
}

static void memmoveOverlapsInEveryWay(void)
{
    for (size_t bytes = 0; bytes <= 160; bytes++)
        for (size_t shift = 0; shift <= 80; shift++) {
            move_agrees(300 + shift, 300, bytes);
            move_agrees(300, 300 + shift, bytes);
        }
    for (size_t shift = 0; shift <= 4000; shift += 97) {
        move_agrees(100 + shift, 100, 3001);
        move_agrees(100, 100 + shift, 3001);
    }
}

static void memcpyCopiesExactly(void)
{
    static const size_t large[] = {255, 256, 1023, 2047, 2048, 2049, 4000};
    for (size_t bytes = 0; bytes <= 300; bytes++)
        for (size_t to = 0; to < 17; to++) {
            fill_areas();
            own_memcpy(area + to, area + 4500 + bytes % 16, bytes);
            reference_move(expected + to, expected + 4500 + bytes % 16, bytes);
            CHECK(memcmp(area, expected, AREA) == 0);
        }
    for (size_t i = 0; i < sizeof large / sizeof large[0]; i++) {
        fill_areas();
        own_memcpy(area + 3, area + 4500, large[i]);
        reference_move(expected + 3, expected + 4500, large[i]);
        CHECK(memcmp(area, expected, AREA) == 0);
    }
}

static void memsetSetsExactly(void)
{
    for (size_t bytes = 0; bytes <= 4200; bytes += bytes < 300 ? 1 : 61)
        for (size_t to = 0; to < 17; to++) {
            fill_areas();
            CHECK(own_memset(area + to, 0x1a5, bytes) == area + to);
            for (size_t i = 0; i < bytes; i++) expected[to + i] = 0xa5;
            CHECK(memcmp(area, expected, AREA) == 0);
        }
}

static void memcmpOrdersByFirstDifference(void)
{
    for (size_t bytes = 0; bytes <= 40; bytes++) {
        memset(area, 7, 64), memset(expected, 7, 64);
        CHECK(own_memcmp(area, expected, bytes) == 0);
        for (size_t i = 0; i < bytes; i++) {
            memset(area, 7, 64);
            area[i] = 200;
            if (i + 1 < bytes) area[i + 1] = 0;
            CHECK(own_memcmp(area, expected, bytes) > 0);
            CHECK(own_memcmp(expected, area, bytes) < 0);
        }
    }
}

/* ASan's red zones around exact allocations find reads and writes beyond the end. */
static void nothingBeyondTheEndIsTouched(void)
{
    for (size_t bytes = 1; bytes <= 200; bytes++) {
        uint8_t *a = malloc(bytes), *b = malloc(bytes);
        own_memset(a, 1, bytes);
        own_memmove(b, a, bytes);
        CHECK(own_memcmp(a, b, bytes) == 0);
        free(a), free(b);
    }
}

static bool same_f64(double a, double b)
{
    uint64_t x, y;
    memcpy(&x, &a, 8), memcpy(&y, &b, 8);
    return x == y || (isnan(a) && isnan(b) && (x >> 51 & 1));
}
static bool same_f32(float a, float b)
{
    uint32_t x, y;
    memcpy(&x, &a, 4), memcpy(&y, &b, 4);
    return x == y || (isnan(a) && isnan(b) && (x >> 22 & 1));
}

static void rounding_agrees_f64(double x)
{
    CHECK(same_f64(own_floor(x), floor(x)));
    CHECK(same_f64(own_ceil(x), ceil(x)));
    CHECK(same_f64(own_trunc(x), trunc(x)));
    CHECK(same_f64(own_rint(x), nearbyint(x)));
    CHECK(same_f64(own_nearbyint(x), nearbyint(x)));
    CHECK(same_f64(own_roundeven(x), nearbyint(x)));
}
static void rounding_agrees_f32(float x)
{
    CHECK(same_f32(own_floorf(x), floorf(x)));
    CHECK(same_f32(own_ceilf(x), ceilf(x)));
    CHECK(same_f32(own_truncf(x), truncf(x)));
    CHECK(same_f32(own_rintf(x), nearbyintf(x)));
    CHECK(same_f32(own_nearbyintf(x), nearbyintf(x)));
    CHECK(same_f32(own_roundevenf(x), nearbyintf(x)));
}

static void roundingIsExact(void)
{
    static const double chosen[] = {0.0, 0.5, 1.0, 1.5, 2.5, 0x1p-1074, 0x1.fffffffffffffp-2, 0x1p51, 0x1p52,
                                    0x1p52 - 0.5, 0x1p51 + 0.5, 0x1p22 + 0.5, 0x1p23 - 0.5, 1e300, INFINITY, NAN};
    for (size_t i = 0; i < sizeof chosen / sizeof chosen[0]; i++)
        for (int sign = -1; sign <= 1; sign += 2) {
            rounding_agrees_f64(sign * chosen[i]);
            rounding_agrees_f32((float)(sign * chosen[i]));
        }
    for (uint32_t payload = 1; payload < 0x800000; payload = payload * 3 + 1)
        for (uint32_t sign = 0; sign < 2; sign++) { /* signalling NaNs come out quiet */
            uint32_t bits32 = sign << 31 | 0x7f800000 | payload;
            uint64_t bits64 = (uint64_t)sign << 63 | 0x7ff0000000000000 | payload;
            float y;
            double x;
            memcpy(&x, &bits64, 8), memcpy(&y, &bits32, 4);
            rounding_agrees_f64(x);
            rounding_agrees_f32(y);
        }
    uint64_t seed = 42;
    for (int i = 0; i < 200000; i++) {
        uint64_t bits = next_random(&seed);
        if (i & 1) bits = (bits & 0x800fffffffffffffull) | (uint64_t)(1000 + bits % 80) << 52; /* near the point */
        double x;
        float y;
        uint32_t low = (uint32_t)bits;
        if (i & 2) low = (low & 0x807fffff) | (110 + low % 50) << 23;
        memcpy(&x, &bits, 8), memcpy(&y, &low, 4);
        rounding_agrees_f64(x);
        rounding_agrees_f32(y);
    }
}

int main(void)
{
    RUN(memmoveOverlapsInEveryWay);
    RUN(memcpyCopiesExactly);
    RUN(memsetSetsExactly);
    RUN(memcmpOrdersByFirstDifference);
    RUN(nothingBeyondTheEndIsTouched);
    RUN(roundingIsExact);
    return finish();
}
