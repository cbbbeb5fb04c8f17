/* The least that a program does that says something. */
#include <stdio.h>

int main(void)
{
    puts("hello");
    return 0;
}
