/* Calls that call themselves: Fibonacci, Ackermann, queens on a board, Hanoi, permutations. */
#include "bench.h"

static uint32_t fibonacci(uint32_t n)
{
    return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2);
}

static uint32_t ackermann(uint32_t m, uint32_t n)
{
    if (m == 0)
        return n + 1;
    return ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1));
}

static uint32_t queens(uint32_t all, uint32_t columns, uint32_t left, uint32_t right)
{
    uint32_t count = columns == all, free = all & ~(columns | left | right);
    while (free) {
        uint32_t bit = free & -free;
        free ^= bit;
        count += queens(all, columns | bit, (left | bit) << 1, (right | bit) >> 1);
    }
    return count;
}

static uint64_t hanoi(int discs, int from, int to, uint64_t sum)
{
    if (discs == 0)
        return sum;
    int other = 3 - from - to;
    sum = hanoi(discs - 1, from, other, sum);
    sum = sum * 31 + (uint64_t)(from * 3 + to);
    return hanoi(discs - 1, other, to, sum);
}

static uint64_t permute(uint8_t *items, int n, uint64_t sum)
{
    if (n == 1) {
        for (int i = 0; i < 8; i++)
            sum = sum * 7 + items[i];
        return sum;
    }
    for (int i = 0; i < n; i++) {
        uint8_t swap = items[i];
        items[i] = items[n - 1];
        items[n - 1] = swap;
        sum = permute(items, n - 1, sum);
        items[n - 1] = items[i];
        items[i] = swap;
    }
    return sum;
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 60);
    uint64_t sum = 0;
    for (int r = 0; r < rounds; r++) {
        uint8_t items[8] = {1, 2, 3, 4, 5, 6, 7, (uint8_t)r};
        sum = bench_mix(sum, fibonacci(30 + (uint32_t)(r & 1)));
        sum = bench_mix(sum, ackermann(2, 1200));
        sum = bench_mix(sum, queens(0x7ff, 0, 0, 0));
        sum = bench_mix(sum, hanoi(19, 0, 2, (uint64_t)r));
        sum = permute(items, 8, sum);
    }
    return bench_report("recursion", sum);
}
