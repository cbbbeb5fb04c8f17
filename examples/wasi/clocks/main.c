// Prints the date, and how long it took to find out.
#include <stdio.h>
#include <time.h>

int main(void) {
  struct timespec before, after;
  clock_gettime(CLOCK_MONOTONIC, &before);
  time_t now = time(NULL);
  printf("%s", asctime(gmtime(&now)));
  clock_gettime(CLOCK_MONOTONIC, &after);
  long long nanoseconds = (after.tv_sec - before.tv_sec) * 1000000000ll + (after.tv_nsec - before.tv_nsec);
  printf("%s\n", nanoseconds >= 0 ? "Time went forward." : "Time went back!");
}
