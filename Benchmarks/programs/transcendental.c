/* Floating point beyond the four operations: the C library's sin, cos, exp, log and pow, planets under
 * gravity, and a Mandelbrot set. Native programs use the same C library sources as WASI's (musl), so
 * that the results agree to the last bit.
 */
#include "bench.h"
#include <math.h>

static uint64_t library(int n, uint64_t sum)
{
    double total = 0;
    for (int i = 1; i <= n; i++) {
        double x = (double)i / 97;
        total += sin(x) * cos(x / 3) + log(x) + exp(-x / 50) + pow(x, 0.37) + sqrt(x) + atan2(x, 3 - x);
    }
    return bench_mix_double(sum, total);
}

typedef struct body {
    double place[3], speed[3], mass;
} body;

static uint64_t planets(int steps, uint64_t sum)
{
    enum { BODIES = 5 };
    body b[BODIES];
    for (int i = 0; i < BODIES; i++)
        for (int d = 0; d < 3; d++) {
            b[i].place[d] = (i + 1) * (d == 0 ? 4.0 : d == 1 ? 1.5 * (i % 2 ? 1 : -1) : 0.3);
            b[i].speed[d] = (d == 1 ? 2.0 : 0.2) / (i + 1);
            b[i].mass = i == 0 ? 39.0 : 0.03 / i;
        }
    for (int s = 0; s < steps; s++) {
        for (int i = 0; i < BODIES; i++)
            for (int j = i + 1; j < BODIES; j++) {
                double delta[3], square = 0;
                for (int d = 0; d < 3; d++) {
                    delta[d] = b[i].place[d] - b[j].place[d];
                    square += delta[d] * delta[d];
                }
                double pull = 0.001 / (square * sqrt(square));
                for (int d = 0; d < 3; d++) {
                    b[i].speed[d] -= delta[d] * b[j].mass * pull;
                    b[j].speed[d] += delta[d] * b[i].mass * pull;
                }
            }
        for (int i = 0; i < BODIES; i++)
            for (int d = 0; d < 3; d++)
                b[i].place[d] += 0.001 * b[i].speed[d];
    }
    for (int i = 0; i < BODIES; i++)
        sum = bench_mix_double(sum, b[i].place[0] + b[i].place[1]);
    return sum;
}

static uint64_t mandelbrot(int side, uint64_t sum)
{
    for (int i = 0; i < side; i++)
        for (int j = 0; j < side; j++) {
            double cr = 2.0 * j / side - 1.5, ci = 2.0 * i / side - 1, zr = 0, zi = 0;
            int n = 0;
            while (n < 60 && zr * zr + zi * zi < 4) {
                double t = zr * zr - zi * zi + cr;
                zi = 2 * zr * zi + ci;
                zr = t;
                n++;
            }
            sum = sum * 31 + (uint64_t)n;
        }
    return sum;
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 80);
    uint64_t sum = 0;
    for (int r = 0; r < rounds; r++) {
        sum = library(60000, sum);
        sum = planets(40000, sum);
        sum = mandelbrot(180, sum);
    }
    return bench_report("transcendental", sum);
}
