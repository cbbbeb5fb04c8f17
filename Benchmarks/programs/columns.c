/* Dense linear algebra along columns: transposed products, a rank-two update and a triangular solve
 * that walks columns, on matrices from the heap whose size is known only at run time.
 */
#include "bench.h"

static void transposed_product(int n, const double *m, const double *x, double *y)
{
    for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int i = 0; i < n; i++)
            sum += m[(size_t)i * n + j] * x[i];
        y[j] = sum;
    }
}

static void rank_two_update(int n, double *m, const double *u, const double *v)
{
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            m[(size_t)i * n + j] += 1e-6 * (u[i] * v[j] + v[i] * u[j]);
}

static void forward_substitution(int n, const double *m, double *x)
{
    for (int j = 0; j < n; j++) {
        x[j] /= 2 + m[(size_t)j * n + j];
        for (int i = j + 1; i < n; i++)
            x[i] -= 1e-3 * m[(size_t)i * n + j] * x[j];
    }
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 900);
    int n = 601; /* odd, so that rows are not aligned alike */
    double *m = malloc(sizeof *m * n * n);
    double *x = malloc(sizeof *x * n), *y = malloc(sizeof *y * n);
    if (!m || !x || !y)
        return 1;
    for (int i = 0; i < n * n; i++)
        m[i] = (double)(i % 29) / 29;
    for (int i = 0; i < n; i++)
        x[i] = (double)(i % 11) / 11;
    for (int r = 0; r < rounds; r++) {
        transposed_product(n, m, x, y);
        for (int i = 0; i < n; i++)
            y[i] = y[i] / n + 0.25; /* stays away from zero and from infinity */
        rank_two_update(n, m, x, y);
        forward_substitution(n, m, y);
        double *swap = x;
        x = y;
        y = swap;
    }
    uint64_t sum = 0;
    for (int i = 0; i < n; i++)
        sum = bench_mix_double(sum, x[i]);
    for (int i = 0; i < n * n; i += 97)
        sum = bench_mix_double(sum, m[i]);
    return bench_report("columns", sum);
}
