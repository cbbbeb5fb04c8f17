// Calls itself as often as its first argument says. No call can be optimised away.
#include <stdio.h>
#include <stdlib.h>

static volatile int step = 1;

__attribute__((noinline)) static int deep(int left) {
    if (left <= 0) return 0;
    int below = deep(left - step);
    return below + step;
}

int main(int argc, char **argv) {
    printf("%d\n", deep(argc > 1 ? atoi(argv[1]) : 0));
}
