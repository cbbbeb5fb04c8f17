// The smallest ordinary program; its size and start-up time are measured too.
#include <stdio.h>

int main(void) {
    puts("hello, world");
    return 0;
}
