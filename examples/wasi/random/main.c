// Throws a die.
#include <stdio.h>
#include <unistd.h>

int main(void) {
  unsigned char byte;
  do
    if (getentropy(&byte, 1)) return 1;
  while (byte >= 252);  // so that each face is equally likely
  printf("You threw a %d.\n", byte % 6 + 1);
}
