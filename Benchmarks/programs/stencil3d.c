/* A heat equation in three dimensions: seven points, grids from the heap, sides that differ. */
#include "bench.h"

typedef struct grid {
    int depth, height, width;
    double *cells;
} grid;

static double *at(const grid *g, int i, int j)
{
    return g->cells + ((size_t)i * g->height + j) * g->width;
}

static void diffuse(const grid *from, const grid *to)
{
    for (int i = 1; i < from->depth - 1; i++)
        for (int j = 1; j < from->height - 1; j++) {
            const double *here = at(from, i, j), *below = at(from, i - 1, j), *above = at(from, i + 1, j);
            const double *north = at(from, i, j - 1), *south = at(from, i, j + 1);
            double *out = at(to, i, j);
            for (int k = 1; k < from->width - 1; k++)
                out[k] = 0.125 * (above[k] - 2.0 * here[k] + below[k]) +
                         0.125 * (south[k] - 2.0 * here[k] + north[k]) +
                         0.125 * (here[k + 1] - 2.0 * here[k] + here[k - 1]) + here[k];
        }
}

static grid make(int depth, int height, int width)
{
    grid g = {depth, height, width, malloc(sizeof(double) * depth * height * width)};
    if (!g.cells)
        exit(1);
    for (int i = 0; i < depth * height * width; i++)
        g.cells[i] = (double)(i * 7 % 103) / 103;
    return g;
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 1500);
    grid a = make(58, 62, 66), b = make(58, 62, 66);
    for (int r = 0; r < rounds; r++) {
        diffuse(&a, &b);
        diffuse(&b, &a);
    }
    uint64_t sum = 0;
    for (int i = 0; i < a.depth * a.height * a.width; i += 11)
        sum = bench_mix_double(sum, a.cells[i]);
    return bench_report("stencil3d", sum);
}
