/* A small framework for unit tests. CHECK records a failure and goes on, RUN counts a test, and `finish`
 * prints the totals, which run.sh adds up. */
#ifndef SWASM_TESTS_CHECK_H
#define SWASM_TESTS_CHECK_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static int tests_passed, tests_failed, failures_in_test;

static inline void check(bool condition, const char *text, const char *file, int line)
{
    if (condition) return;
    if (failures_in_test++ < 5) printf("%s:%d: failed: %s\n", file, line, text);
}
#define CHECK(condition) check(condition, #condition, __FILE__, __LINE__)

static inline void run(void (*test)(void), const char *name)
{
    failures_in_test = 0;
    test();
    if (failures_in_test) printf("FAILED %s (%d checks)\n", name, failures_in_test), tests_failed++;
    else tests_passed++;
}
#define RUN(test) run(test, #test)

static inline int finish(void)
{
    printf("%d passed, %d failed\n", tests_passed, tests_failed);
    return tests_failed != 0;
}

/* Random numbers that are the same on every run (xorshift64*). */
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12, *state ^= *state << 25, *state ^= *state >> 27;
    return *state * 0x2545f4914f6cdd1dull;
}

#endif
