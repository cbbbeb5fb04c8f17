// The clocks go forward and a sleep lasts as long as it was asked to.
#include <stdio.h>
#include <time.h>

static double now(clockid_t clock) {
    struct timespec at;
    if (clock_gettime(clock, &at) != 0) return -1;
    return (double)at.tv_sec + (double)at.tv_nsec * 1e-9;
}

int main(void) {
    double before = now(CLOCK_MONOTONIC);
    struct timespec pause = {0, 2000000};
    int slept = nanosleep(&pause, NULL);
    double after = now(CLOCK_MONOTONIC);
    printf("slept %d, %s\n", slept, after - before >= 0.002 ? "long enough" : "too short");
    printf("the year is %s\n", now(CLOCK_REALTIME) > 1577836800.0 ? "2020 or later" : "before 2020");
    return 0;
}
