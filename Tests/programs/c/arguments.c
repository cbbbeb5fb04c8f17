// Prints arguments and the variables that they name; the exit status is the number of arguments.
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        const char *value = getenv(argv[i]);
        printf("%d [%s] %s\n", i, argv[i], value != NULL ? value : "(unset)");
    }
    return argc - 1;
}
