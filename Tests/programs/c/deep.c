// Recurses as deep as the first argument says, and prints the depth. The volatile read of `step` after each
// call keeps the recursion from becoming a loop.
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
