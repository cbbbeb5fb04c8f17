// The smallest ordinary program. ProductTests.swift limits the size of its executable.
#include <stdio.h>

int main(void) {
    puts("hello, world");
    return 0;
}
