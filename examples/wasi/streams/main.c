// Counts the lines of the standard input.
#include <stdio.h>

int main(void) {
  long lines = 0;
  for (int c; (c = getchar()) != EOF;) lines += c == '\n';
  printf("%ld lines\n", lines);
  fprintf(stderr, "This goes to the standard error.\n");
}
