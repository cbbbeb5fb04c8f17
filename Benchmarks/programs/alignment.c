/* Dynamic programming on strings: edit distance with rolling rows, local alignment with gap costs, a
 * longest common subsequence with its trace, and a knapsack.
 */
#include "bench.h"

enum { LENGTH = 900, CAPACITY = 4000, ITEMS = 120 };

static uint8_t left[LENGTH], right[LENGTH];
static int rows[2][LENGTH + 1];
static int16_t best[LENGTH + 1][LENGTH + 1];
static int value[CAPACITY + 1];

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

static int edit_distance(void)
{
    for (int j = 0; j <= LENGTH; j++)
        rows[0][j] = j;
    for (int i = 1; i <= LENGTH; i++) {
        int *above = rows[(i - 1) & 1], *row = rows[i & 1];
        row[0] = i;
        for (int j = 1; j <= LENGTH; j++)
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (left[i - 1] != right[j - 1]));
    }
    return rows[LENGTH & 1][LENGTH];
}

static int local_alignment(void)
{
    int top = 0, gap[LENGTH + 1];
    memset(rows, 0, sizeof rows);
    memset(gap, 0, sizeof gap);
    for (int i = 1; i <= LENGTH; i++) {
        int *above = rows[(i - 1) & 1], *row = rows[i & 1], run = 0;
        for (int j = 1; j <= LENGTH; j++) {
            gap[j] = most(gap[j] - 1, above[j] - 5);
            run = most(run - 1, row[j - 1] - 5);
            int match = above[j - 1] + (left[i - 1] == right[j - 1] ? 4 : -3);
            row[j] = most(0, most(match, most(gap[j], run)));
            top = most(top, row[j]);
        }
    }
    return top;
}

static uint64_t common_subsequence(void)
{
    for (int i = 1; i <= LENGTH; i++)
        for (int j = 1; j <= LENGTH; j++)
            best[i][j] = left[i - 1] == right[j - 1] ? (int16_t)(best[i - 1][j - 1] + 1)
                                                     : (int16_t)most(best[i - 1][j], best[i][j - 1]);
    uint64_t sum = (uint64_t)best[LENGTH][LENGTH];
    for (int i = LENGTH, j = LENGTH; i > 0 && j > 0;) {
        if (left[i - 1] == right[j - 1]) {
            sum = bench_mix(sum, left[i - 1]);
            i--, j--;
        } else if (best[i - 1][j] >= best[i][j - 1])
            i--;
        else
            j--;
    }
    return sum;
}

static int knapsack(uint64_t *seed)
{
    memset(value, 0, sizeof value);
    for (int k = 0; k < ITEMS; k++) {
        int weight = (int)(bench_random(seed) % 300) + 1, worth = (int)(bench_random(seed) % 500);
        for (int c = CAPACITY; c >= weight; c--)
            value[c] = most(value[c], value[c - weight] + worth);
    }
    return value[CAPACITY];
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 80);
    uint64_t seed = 7, sum = 0;
    for (int r = 0; r < rounds; r++) {
        for (int i = 0; i < LENGTH; i++) {
            left[i] = (uint8_t)("ACGT"[bench_random(&seed) & 3]);
            right[i] = bench_random(&seed) % 3 ? left[i] : (uint8_t)("ACGT"[bench_random(&seed) & 3]);
        }
        sum = bench_mix(sum, (uint64_t)edit_distance());
        sum = bench_mix(sum, (uint64_t)local_alignment());
        sum = bench_mix(sum, common_subsequence());
        sum = bench_mix(sum, (uint64_t)knapsack(&seed));
    }
    return bench_report("alignment", sum);
}
