/* setjmp and longjmp: out of nested calls, again and again, past frames with state, and with values. */
#include <setjmp.h>
#include <stdio.h>

static jmp_buf outer, inner;

static __attribute__((noinline)) int dive(int depth, int code)
{
    if (depth == 0) longjmp(code & 1 ? inner : outer, code);
    return dive(depth - 1, code) + depth;
}

static int attempt(int code)
{
    volatile int state = 1;
    int got = setjmp(inner);
    if (got == 0) {
        state = 2;
        dive(5, code);
    }
    printf("inner %d state %d\n", got, state);
    return got;
}

int main(void)
{
    volatile int round = 0;
    int got = setjmp(outer);
    if (got) printf("outer %d\n", got);
    if (round < 6) {
        round = round + 1;
        attempt(round);
        dive(3, 10 + round * 2);
    }
    volatile long sum = 0;
    for (volatile int i = 1; i < 20000; i++) {
        int value = setjmp(inner);
        if (value == 0) dive(2, i | 1);
        sum += value;
    }
    printf("sum %ld\n", (long)sum);
    return 0;
}
