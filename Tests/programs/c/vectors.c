// Vectors of 16 bytes, built with -msimd128: loops that the compiler vectorises, clang's vector types, and
// instructions that only intrinsics give. Beside each intrinsic is a plain loop with the same meaning.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __wasm_simd128__
#include <wasm_simd128.h>
#endif

typedef int8_t bytes __attribute__((vector_size(16)));
typedef int16_t shorts __attribute__((vector_size(16)));
typedef int32_t ints __attribute__((vector_size(16)));
typedef float floats __attribute__((vector_size(16)));

static uint64_t state = 88172645463325252u;

static uint64_t next(void) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void fill(void *memory, size_t count) {
    uint8_t *bytes = memory;
    for (size_t i = 0; i < count; i++) bytes[i] = (uint8_t)(next() >> 11);
}

static void print(const char *name, const void *memory, size_t count) {
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < count; i++) hash = (hash ^ ((const uint8_t *)memory)[i]) * 1099511628211u;
    printf("%-12s %016" PRIx64 "\n", name, hash);
}

enum { COUNT = 4099 };

static void loops(void) {
    static uint8_t a[COUNT], b[COUNT], c[COUNT];
    static int16_t wide[COUNT];
    static int32_t sums[COUNT];
    static float x[COUNT], y[COUNT];
    fill(a, sizeof a);
    fill(b, sizeof b);
    for (int i = 0; i < COUNT; i++) c[i] = a[i] > b[i] ? a[i] - b[i] : b[i] - a[i];
    print("difference", c, sizeof c);
    for (int i = 0; i < COUNT; i++) c[i] = (uint8_t)((a[i] + b[i] + 1) >> 1);
    print("average", c, sizeof c);
    for (int i = 0; i < COUNT; i++) wide[i] = (int16_t)(a[i] * 3 - b[i] * 5);
    print("widen", wide, sizeof wide);
    for (int i = 0; i < COUNT; i++) c[i] = wide[i] < 0 ? 0 : wide[i] > 255 ? 255 : (uint8_t)wide[i];
    print("clamp", c, sizeof c);
    int32_t total = 0;
    for (int i = 0; i < COUNT; i++) total += wide[i] * (int16_t)(i - 77);
    print("dot", &total, sizeof total);
    for (int i = 0; i < COUNT; i++) sums[i] = wide[i] * (1 << (a[i] & 15)) | wide[i] >> (b[i] & 7);
    print("shift", sums, sizeof sums);
    for (int i = 0; i < COUNT; i++) x[i] = (float)sums[i] / 3.0f;
    for (int i = 0; i < COUNT; i++) y[i] = x[i] * 0.5f + (float)wide[i];
    print("floats", y, sizeof y);
    for (int i = 0; i < COUNT; i++) sums[i] = y[i] > 1e9f ? 7 : y[i] < -1e9f ? -7 : (int32_t)y[i];
    print("truncate", sums, sizeof sums);
    double exact = 0;
    for (int i = 0; i < COUNT; i++) exact += (double)x[i];
    print("sum", &exact, sizeof exact);
}

static void types(void) {
    bytes a, b;
    ints c, d;
    floats f = {1.5f, -2.25f, 1e20f, -0.0f};
    fill(&a, sizeof a);
    fill(&b, sizeof b);
    fill(&c, sizeof c);
    fill(&d, sizeof d);
    bytes mixed = __builtin_shufflevector(a, b, 31, 0, 17, 5, 5, 9, 22, 2, 30, 1, 16, 15, 8, 24, 3, 12);
    print("shuffle", &mixed, sizeof mixed);
    ints larger = c > d, chosen = (larger & (c * d)) | (~larger & (c ^ d));
    print("choose", &chosen, sizeof chosen);
    shorts halves = __builtin_convertvector(__builtin_shufflevector(a, a, 8, 9, 10, 11, 12, 13, 14, 15), shorts);
    print("extend", &halves, sizeof halves);
    floats other = f * f - f / 3.0f;
    print("arithmetic", &other, sizeof other);
    for (int i = 0; i < 4; i++) c[i] = c[(i + 1) & 3] + d[i];
    print("lanes", &c, sizeof c);
}

// For each index in b, the byte of a at that index, or 0 if the index is 16 or more.
static void swizzle(uint8_t *out, const uint8_t *a, const uint8_t *b) {
#ifdef __wasm_simd128__
    wasm_v128_store(out, wasm_i8x16_swizzle(wasm_v128_load(a), wasm_v128_load(b)));
#else
    for (int i = 0; i < 16; i++) out[i] = b[i] < 16 ? a[b[i]] : 0;
#endif
}

static uint32_t mask(const uint8_t *a) {
#ifdef __wasm_simd128__
    return wasm_i8x16_bitmask(wasm_v128_load(a));
#else
    uint32_t bits = 0;
    for (int i = 0; i < 16; i++) bits |= (uint32_t)(a[i] >> 7) << i;
    return bits;
#endif
}

static void fixed(int16_t *out, const int16_t *a, const int16_t *b) {
#ifdef __wasm_simd128__
    wasm_v128_store(out, wasm_i16x8_q15mulr_sat(wasm_v128_load(a), wasm_v128_load(b)));
#else
    for (int i = 0; i < 8; i++) {
        int32_t product = (a[i] * b[i] + 0x4000) >> 15;
        out[i] = product > 32767 ? 32767 : (int16_t)product;
    }
#endif
}

static void narrow(uint8_t *out, const int16_t *a, const int16_t *b) {
#ifdef __wasm_simd128__
    wasm_v128_store(out, wasm_u8x16_narrow_i16x8(wasm_v128_load(a), wasm_v128_load(b)));
#else
    for (int i = 0; i < 16; i++) {
        int16_t value = i < 8 ? a[i] : b[i - 8];
        out[i] = value < 0 ? 0 : value > 255 ? 255 : (uint8_t)value;
    }
#endif
}

static void extremes(float *out, const float *a, const float *b) {
#ifdef __wasm_simd128__
    wasm_v128_store(out, wasm_f32x4_pmin(wasm_v128_load(a), wasm_v128_load(b)));
    wasm_v128_store(out + 4, wasm_f32x4_pmax(wasm_v128_load(a), wasm_v128_load(b)));
#else
    for (int i = 0; i < 4; i++) out[i] = b[i] < a[i] ? b[i] : a[i];
    for (int i = 0; i < 4; i++) out[i + 4] = a[i] < b[i] ? b[i] : a[i];
#endif
}

static void intrinsics(void) {
    uint8_t a[16], b[16], bytes[16];
    int16_t s[8], t[8], shorts[8];
    static const float x[] = {0.0f, -0.0f, 3.5f, -1e30f}, y[] = {-0.0f, 0.0f, 3.25f, 1e30f};
    float floats[8];
    for (int i = 0; i < 200; i++) {
        fill(a, sizeof a);
        fill(b, sizeof b);
        fill(s, sizeof s);
        fill(t, sizeof t);
        if (i % 3 == 0) s[i % 8] = t[i % 8] = INT16_MIN;
        for (int j = 0; j < 16; j++) b[j] &= 31;
        swizzle(bytes, a, b);
        state += bytes[i % 16] + mask(a);
        fixed(shorts, s, t);
        state += (uint16_t)shorts[i % 8];
        narrow(bytes, s, t);
        state += bytes[i % 16];
    }
    print("swizzle", bytes, sizeof bytes);
    print("fixed", shorts, sizeof shorts);
    print("state", &state, sizeof state);
    extremes(floats, x, y);
    print("extremes", floats, sizeof floats);
}

int main(void) {
    loops();
    types();
    intrinsics();
}
