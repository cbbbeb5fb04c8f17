/* Dynamic programming on a graph: all shortest paths (Floyd and Warshall), in integers and in floats. */
#include "bench.h"

enum { NODES = 260 };

static int32_t hops[NODES][NODES];
static float cost[NODES][NODES];

static void fill(uint64_t *seed)
{
    for (int i = 0; i < NODES; i++)
        for (int j = 0; j < NODES; j++) {
            uint32_t r = bench_random(seed);
            hops[i][j] = i == j ? 0 : r % 13 == 0 ? (int32_t)(r % 97 + 1) : 100000;
            cost[i][j] = (float)(bench_random(seed) % 1000) / 8;
        }
}

static void shortest(void)
{
    for (int k = 0; k < NODES; k++)
        for (int i = 0; i < NODES; i++)
            for (int j = 0; j < NODES; j++)
                hops[i][j] = hops[i][j] < hops[i][k] + hops[k][j] ? hops[i][j] : hops[i][k] + hops[k][j];
}

static void cheapest(void)
{
    for (int k = 0; k < NODES; k++)
        for (int i = 0; i < NODES; i++) {
            float first = cost[i][k];
            for (int j = 0; j < NODES; j++) {
                float through = first + cost[k][j];
                if (through < cost[i][j])
                    cost[i][j] = through;
            }
        }
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 28);
    uint64_t seed = 42, sum = 0;
    for (int r = 0; r < rounds; r++) {
        fill(&seed);
        shortest();
        cheapest();
        for (int i = 0; i < NODES; i += 3)
            for (int j = 0; j < NODES; j += 3)
                sum = bench_mix_double(bench_mix(sum, (uint32_t)hops[i][j]), cost[i][j]);
    }
    return bench_report("paths", sum);
}
