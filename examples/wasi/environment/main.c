// Greets the user whom the variable NAME names.
#include <stdio.h>
#include <stdlib.h>

int main(void) {
  const char *name = getenv("NAME");
  printf("Hello, %s!\n", name ? name : "whoever you are");
}
