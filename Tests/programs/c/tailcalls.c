// Calls in tail position that must not use stack, built with -mtail-call: each chain is far longer than any
// stack is deep. Direct, through pointers, with results in memory and with more parameters than registers.
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

#define TAIL __attribute__((musttail)) return

enum { DEPTH = 20000000 };

static int odd(uint32_t n);

__attribute__((noinline)) static int even(uint32_t n) {
    if (n == 0) return 1;
    TAIL odd(n - 1);
}

__attribute__((noinline)) static int odd(uint32_t n) {
    if (n == 0) return 0;
    TAIL even(n - 1);
}

typedef struct machine {
    const uint8_t *code;
    uint64_t accumulator, counter;
} machine;

typedef uint64_t operation(machine *m, const uint8_t *at);

static operation add, multiply, rotate, again;
static operation *const operations[] = {add, multiply, rotate, again};

static uint64_t add(machine *m, const uint8_t *at) {
    m->accumulator += m->counter;
    TAIL operations[at[1]](m, at + 1);
}

static uint64_t multiply(machine *m, const uint8_t *at) {
    m->accumulator *= 6364136223846793005u;
    TAIL operations[at[1]](m, at + 1);
}

static uint64_t rotate(machine *m, const uint8_t *at) {
    m->accumulator = m->accumulator << 7 | m->accumulator >> 57;
    TAIL operations[at[1]](m, at + 1);
}

static uint64_t again(machine *m, const uint8_t *at) {
    (void)at;
    if (--m->counter == 0) return m->accumulator;
    TAIL operations[m->code[0]](m, m->code);
}

typedef struct pair {
    double x, y;
} pair;

// Twelve parameters and a result by address: more than fit registers.
__attribute__((noinline)) static pair wide(uint32_t n, double a, float b, uint64_t c, double d, int e, double f,
                                           int64_t g, double h, float i, double j, double k) {
    if (n == 0) return (pair){a + b + d + f + h + i + j + k, (double)(c % 1000) + e + (double)(g % 1000)};
    TAIL wide(n - 1, b, (float)a, c * 3 + n, f, e + 1, d, g ^ (int64_t)c, j, (float)k, h, i);
}

int main(void) {
    static const uint8_t code[] = {0, 1, 2, 0, 2, 1, 3};
    machine m = {.code = code, .accumulator = 1, .counter = DEPTH / 8};
    printf("%d %d\n", even(DEPTH), even(DEPTH + 1));
    printf("%016" PRIx64 "\n", operations[code[0]](&m, code));
    pair p = wide(DEPTH / 4, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11);
    printf("%g %g\n", p.x, p.y);
}
