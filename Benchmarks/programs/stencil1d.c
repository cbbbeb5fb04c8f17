/* Stencils in one dimension: a smoothing filter of radius two, a wave equation and a recurrence. */
#include "bench.h"

enum { CELLS = 20000 };

static float wave[3][CELLS];
static double smooth[2][CELLS];
static int32_t counts[CELLS];

static void step_smooth(const double *from, double *to)
{
    for (int i = 2; i < CELLS - 2; i++)
        to[i] = 0.1 * from[i - 2] + 0.2 * from[i - 1] + 0.4 * from[i] + 0.2 * from[i + 1] + 0.1 * from[i + 2];
}

static void step_wave(const float *before, const float *now, float *next)
{
    for (int i = 1; i < CELLS - 1; i++)
        next[i] = 2 * now[i] - before[i] + 0.25f * (now[i - 1] - 2 * now[i] + now[i + 1]);
}

static void step_counts(void)
{
    for (int i = 1; i < CELLS; i++)
        counts[i] = counts[i] * 3 + 1;
    for (int i = 1; i < CELLS; i++)
        counts[i] += counts[i - 1] >> 5;
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 24000);
    for (int i = 0; i < CELLS; i++) {
        smooth[0][i] = smooth[1][i] = (double)(i * 37 % 101) / 101;
        wave[0][i] = wave[1][i] = (float)(i * 13 % 31) / 31;
        counts[i] = i;
    }
    for (int r = 0; r < rounds; r++) {
        step_smooth(smooth[r & 1], smooth[(r & 1) ^ 1]);
        step_wave(wave[r % 3], wave[(r + 1) % 3], wave[(r + 2) % 3]);
        step_counts();
    }
    uint64_t sum = 0;
    for (int i = 0; i < CELLS; i += 3) {
        sum = bench_mix_double(sum, smooth[rounds & 1][i]);
        sum = bench_mix_double(sum, wave[(rounds + 1) % 3][i]);
        sum = bench_mix(sum, (uint32_t)counts[i]);
    }
    return bench_report("stencil1d", sum);
}
