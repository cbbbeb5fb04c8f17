/* Times how long programs take from being spawned to having ended. Usage: spawn ROUNDS COMMAND...
 *
 * A command is a program and its arguments, divided by single spaces.
 * The programs take turns, so that a machine that slows down slows all of them. Prints a line for each: the
 * median in microseconds and its ratio to the first program's. Their output is thrown away.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

enum { MOST_WORDS = 32 };

static void divide(const char *command, char *words[MOST_WORDS + 1])
{
    char *rest = strdup(command);
    int count = 0;
    while (rest && count < MOST_WORDS) words[count++] = strsep(&rest, " ");
    words[count] = NULL;
}

static double run(char **arguments, posix_spawn_file_actions_t *actions)
{
    const char *program = arguments[0];
    pid_t child;
    int status;
    double start = now();
    if (posix_spawn(&child, program, actions, NULL, arguments, environ) || waitpid(child, &status, 0) < 0 || status) {
        fprintf(stderr, "%s did not run to a successful end\n", program);
        exit(1);
    }
    return now() - start;
}

static int by_value(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return (left > right) - (left < right);
}

int main(int argc, char **argv)
{
    int rounds = argc > 2 ? atoi(argv[1]) : 0, programs = argc - 2;
    if (rounds < 1) {
        fprintf(stderr, "usage: spawn ROUNDS COMMAND...\n");
        return 2;
    }
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    double *times = malloc(sizeof(double) * (size_t)rounds * (size_t)programs);
    if (!times) return 1;
    char *(*words)[MOST_WORDS + 1] = calloc((size_t)programs, sizeof *words);
    if (!words) return 1;
    for (int program = 0; program < programs; program++) divide(argv[2 + program], words[program]);
    for (int round = 0; round < rounds; round++)
        for (int program = 0; program < programs; program++)
            times[program * rounds + round] = run(words[program], &actions);
    double first = 0;
    for (int program = 0; program < programs; program++) {
        double *own = times + program * rounds;
        qsort(own, (size_t)rounds, sizeof(double), by_value);
        double median = own[rounds / 2];
        if (program == 0) first = median;
        printf("%-40s %8.0f us   %.2f\n", argv[2 + program], median, median / first);
    }
    return 0;
}
