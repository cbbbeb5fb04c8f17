/* Dense linear algebra along rows: C = alpha A B + beta C, and y = A x, on arrays of constant shape. */
#include "bench.h"

enum { ROWS = 200, INNER = 220, COLUMNS = 240 };

static double a[ROWS][INNER], b[INNER][COLUMNS], c[ROWS][COLUMNS];
static double x[COLUMNS], y[ROWS];

static void fill(void)
{
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < INNER; k++)
            a[i][k] = (double)((i * k + 1) % 17) / 17;
    for (int k = 0; k < INNER; k++)
        for (int j = 0; j < COLUMNS; j++)
            b[k][j] = (double)((k * (j + 2)) % 23) / 23;
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLUMNS; j++)
            c[i][j] = (double)((i + j) % 5) / 5;
    for (int j = 0; j < COLUMNS; j++)
        x[j] = (double)(j % 7) / 7;
}

static void multiply(double alpha, double beta)
{
    for (int i = 0; i < ROWS; i++) {
        for (int j = 0; j < COLUMNS; j++)
            c[i][j] *= beta;
        for (int k = 0; k < INNER; k++)
            for (int j = 0; j < COLUMNS; j++)
                c[i][j] += alpha * a[i][k] * b[k][j];
    }
}

static void apply(void)
{
    for (int i = 0; i < ROWS; i++) {
        double sum = 0;
        for (int j = 0; j < COLUMNS; j++)
            sum += c[i][j] * x[j];
        y[i] = sum;
    }
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 300);
    fill();
    for (int r = 0; r < rounds; r++) {
        multiply(1.5, 0.25);
        apply();
    }
    uint64_t sum = 0;
    for (int i = 0; i < ROWS; i++)
        sum = bench_mix_double(sum, y[i]);
    for (int i = 0; i < ROWS; i += 7)
        for (int j = 0; j < COLUMNS; j += 5)
            sum = bench_mix_double(sum, c[i][j]);
    return bench_report("matmul", sum);
}
