// Waits for a line of input, but not longer than two seconds.
#include <poll.h>
#include <stdio.h>

int main(void) {
  struct pollfd input = {.fd = 0, .events = POLLIN};
  if (poll(&input, 1, 2000) != 1) {
    puts("Nobody answered.");
    return 1;
  }
  char line[100] = "";
  fgets(line, sizeof line, stdin);
  printf("You said: %s", line);
}
