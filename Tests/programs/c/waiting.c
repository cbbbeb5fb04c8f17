// Says that it has begun, then waits for a line.
#include <stdio.h>

int main(void) {
    puts("ready");
    fflush(stdout);
    getchar();
    return 0;
}
