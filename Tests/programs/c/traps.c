// Ends in the trap that its argument names. Each is in a function of its own, whose name the message shows.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

volatile int zero;
volatile uint32_t far_away = 0xffff0000u;
volatile int sink;

__attribute__((noinline)) static void reach_unreachable(void) { __builtin_trap(); }

__attribute__((noinline)) static int divide(int dividend) { return dividend / zero; }

__attribute__((noinline)) static int read_far_away(void) { return *(volatile int *)(uintptr_t)far_away; }

__attribute__((noinline)) static int recurse(int depth) {
    return depth == zero ? 0 : (recurse(depth + 1) ^ depth) * 3;
}

static double takes_a_double(double x) { return x; }

__attribute__((noinline)) static int call_wrong_type(void) {
    int (*volatile function)(int, int) = (int (*)(int, int))(uintptr_t)takes_a_double;
    return function(1, 2);
}

int main(int argc, char **argv) {
    const char *kind = argc > 1 ? argv[1] : "";
    puts("before");
    fflush(stdout);
    if (strcmp(kind, "unreachable") == 0) reach_unreachable();
    if (strcmp(kind, "divide") == 0) sink = divide(argc);
    if (strcmp(kind, "memory") == 0) sink = read_far_away();
    if (strcmp(kind, "recurse") == 0) sink = recurse(argc);
    if (strcmp(kind, "call") == 0) sink = call_wrong_type();
    puts("after");
    return 0;
}
