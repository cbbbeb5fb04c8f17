// Ends with the status that its argument says.
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: exit STATUS\n");
    return 64;
  }
  exit(atoi(argv[1]));
}
