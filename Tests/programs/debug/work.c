/* Spends nearly all of its instructions in two lines of one function, for profilers. */
#include <stdio.h>
#include <stdlib.h>

__attribute__((noinline)) static double harmonic(int count)
{
    double sum = 0;
    for (int i = 1; i < count; i++)
        sum += 1.0 / i;
    return sum;
}

__attribute__((noinline)) static int seldom(int n)
{
    return rand() % n;
}

int main(void)
{
    double sum = 0;
    for (int round = 0; round < 20; round++)
        sum += harmonic(1000000 + round) + seldom(7);
    printf("%d\n", sum > 0);
    return 0;
}
