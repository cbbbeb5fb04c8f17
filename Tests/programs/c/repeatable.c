// Prints values that differ between runs and machines unless a run is deterministic: times, random numbers,
// the bits of NaNs.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static uint64_t bits(double value) {
    uint64_t result;
    memcpy(&result, &value, sizeof result);
    return result;
}

static uint32_t bits32(float value) {
    uint32_t result;
    memcpy(&result, &value, sizeof result);
    return result;
}

static double with_payload(uint64_t payload) {
    uint64_t number = 0xfff8000000000000u | payload;
    double result;
    memcpy(&result, &number, sizeof result);
    return result;
}

int main(int argc, char **argv) {
    (void)argv;
    volatile double zero = argc - 1, infinity = 1 / zero, minus = -1 - zero, odd = with_payload(77 + argc);
    volatile float narrow = (float)zero;
    printf("%llx %llx %llx %llx\n", (unsigned long long)bits(zero / zero), (unsigned long long)bits(infinity - infinity),
           (unsigned long long)bits(sqrt(minus)), (unsigned long long)bits(odd + 1));
    printf("%llx %x %x\n", (unsigned long long)bits(floor(odd)), bits32((float)odd), bits32(narrow / narrow));
    struct timespec before, after;
    clock_gettime(CLOCK_REALTIME, &before);
    sleep(3);
    clock_gettime(CLOCK_REALTIME, &after);
    printf("%lld.%09ld %lld.%09ld\n", (long long)before.tv_sec, before.tv_nsec, (long long)after.tv_sec, after.tv_nsec);
    uint64_t random = 0;
    getentropy(&random, sizeof random);
    printf("%016llx\n", (unsigned long long)random);
    return 0;
}
