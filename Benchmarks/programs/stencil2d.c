/* Stencils in two dimensions: five-point relaxation between two grids, and three coupled fields that
 * are updated in place as in electrodynamics.
 */
#include "bench.h"

enum { WIDTH = 260, HEIGHT = 250 };

static double grid[2][HEIGHT][WIDTH];
static double ex[HEIGHT][WIDTH], ey[HEIGHT][WIDTH], hz[HEIGHT][WIDTH];

static void relax(double from[HEIGHT][WIDTH], double to[HEIGHT][WIDTH])
{
    for (int i = 1; i < HEIGHT - 1; i++)
        for (int j = 1; j < WIDTH - 1; j++)
            to[i][j] = 0.2 * (from[i][j] + from[i][j - 1] + from[i][j + 1] + from[i - 1][j] + from[i + 1][j]);
}

static void step_fields(double source)
{
    for (int j = 0; j < WIDTH; j++)
        ey[0][j] = source;
    for (int i = 1; i < HEIGHT; i++)
        for (int j = 0; j < WIDTH; j++)
            ey[i][j] -= 0.5 * (hz[i][j] - hz[i - 1][j]);
    for (int i = 0; i < HEIGHT; i++)
        for (int j = 1; j < WIDTH; j++)
            ex[i][j] -= 0.5 * (hz[i][j] - hz[i][j - 1]);
    for (int i = 0; i < HEIGHT - 1; i++)
        for (int j = 0; j < WIDTH - 1; j++)
            hz[i][j] -= 0.7 * (ex[i][j + 1] - ex[i][j] + ey[i + 1][j] - ey[i][j]);
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 5000);
    for (int i = 0; i < HEIGHT; i++)
        for (int j = 0; j < WIDTH; j++) {
            grid[0][i][j] = grid[1][i][j] = (double)(i * (j + 2) % 41) / 41;
            ex[i][j] = (double)(i * (j + 1) % 13) / 13;
            ey[i][j] = (double)(i * (j + 2) % 19) / 19;
            hz[i][j] = (double)(i * (j + 3) % 23) / 23;
        }
    for (int r = 0; r < rounds; r++) {
        relax(grid[r & 1], grid[(r & 1) ^ 1]);
        step_fields((double)(r % 100) / 100);
    }
    uint64_t sum = 0;
    for (int i = 0; i < HEIGHT; i += 3)
        for (int j = 0; j < WIDTH; j += 5) {
            sum = bench_mix_double(sum, grid[rounds & 1][i][j]);
            sum = bench_mix_double(sum, ex[i][j] + 3 * ey[i][j]);
            sum = bench_mix_double(sum, hz[i][j]);
        }
    return bench_report("stencil2d", sum);
}
