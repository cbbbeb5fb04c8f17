// A reactor: a library with an _initialize that must run before its exports do.
#include <stdio.h>

static int initialized;

__attribute__((constructor)) static void initialize(void) { initialized = 7; }

__attribute__((export_name("answer"))) int answer(int factor) {
    printf("asked\n");
    fflush(stdout);
    return initialized * factor;
}
