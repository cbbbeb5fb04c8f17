// Ends with the status that the second argument gives, in the way that the first one names.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void last_words(void) { puts("at exit"); }

int main(int argc, char **argv) {
    int status = argc > 2 ? atoi(argv[2]) : 0;
    atexit(last_words);
    if (argc > 1 && strcmp(argv[1], "exit") == 0) exit(status);
    if (argc > 1 && strcmp(argv[1], "_Exit") == 0) _Exit(status);
    return status;
}
