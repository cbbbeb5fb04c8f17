// Copies standard input to standard output in capitals. Prints the numbers of bytes and lines to standard
// error. Ends with status 3 if there are more than two lines.
#include <ctype.h>
#include <stdio.h>

int main(void) {
    long bytes = 0, lines = 0;
    for (int c; (c = getchar()) != EOF; bytes++) {
        lines += c == '\n';
        putchar(toupper(c));
    }
    fflush(stdout);
    fprintf(stderr, "%ld bytes, %ld lines\n", bytes, lines);
    return lines > 2 ? 3 : 0;
}
