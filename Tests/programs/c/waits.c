// Never ends: computes, or waits in a call of WASI if there is an argument.
#include <unistd.h>

volatile int zero;
int values[64];

__attribute__((noinline)) static int compute(int number)
{
    while (!zero) values[number & 63] = number = number * 3 + values[(number >> 8) & 63];
    return number;
}

__attribute__((noinline)) static int wait(int number)
{
    sleep(1000);
    return number;
}

__attribute__((noinline)) static int work(int count) { return 1 + (count > 1 ? wait(count) : compute(count)); }

int main(int argc, char **argv)
{
    (void)argv;
    return work(argc);
}
