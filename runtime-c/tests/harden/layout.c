/* layout STARTS PROGRAM: starts a program (attack.c's show_places) many times, half of them without the
 * kernel's address randomisation, and compares the addresses. Fails if a distance repeats, if an accessible
 * mapping lies within 2^33 bytes of the memory's base, or if the stack or the table lacks a guard on either
 * side.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MEMORY, STACK, TABLE, INSTANCE, PLACES, MOST_STARTS = 64, MOST_MAPPINGS = 256 };
static const char *const names[PLACES] = {"memory", "stack", "table", "instance"};
static const uint64_t reach = 1ull << 33;

typedef struct mapping {
    uint64_t begin, end;
    char access[5];
} mapping;

static int problems;

static void complain(const char *what, const char *a, const char *b)
{
    printf("layout: %s: %s %s\n", what, a, b);
    problems++;
}

static int mappings_of(pid_t pid, mapping *list)
{
    char path[64], line[512];
    snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    FILE *maps = fopen(path, "r");
    int count = 0;
    while (maps && count < MOST_MAPPINGS && fgets(line, sizeof line, maps)) {
        mapping *m = &list[count];
        count += sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s", &m->begin, &m->end, m->access) == 3;
    }
    if (maps) fclose(maps);
    return count;
}

static bool is_guard(const mapping *m) { return !strncmp(m->access, "---", 3); }

static void check_guards(const mapping *list, int count, uint64_t address, const char *name)
{
    for (int i = 1; i + 1 < count; i++) {
        if (address < list[i].begin || address >= list[i].end) continue;
        if (list[i - 1].end != list[i].begin || !is_guard(&list[i - 1])) complain("no guard below", name, "");
        if (list[i + 1].begin != list[i].end || !is_guard(&list[i + 1])) complain("no guard above", name, "");
        return;
    }
    complain("not mapped", name, "");
}

static void check_reach(const mapping *list, int count, uint64_t base)
{
    for (int i = 0; i < count; i++) {
        if (is_guard(&list[i]) || list[i].begin == base) continue;
        bool below = list[i].end <= base && base - list[i].end < reach;
        bool above = list[i].begin > base && list[i].begin - base < reach;
        if (below || above || (list[i].begin < base && list[i].end > base)) complain("in reach of the memory", list[i].access, "");
    }
}

/* Starts the program, reads the addresses that it prints, and reads its mappings while it waits until nobody
 * reads its standard error. */
static void start(const char *program, bool randomised, uint64_t places[PLACES])
{
    int in[2], out[2];
    if (pipe(in) || pipe(out)) exit(2);
    pid_t pid = fork();
    if (pid == 0) {
        if (!randomised) personality(ADDR_NO_RANDOMIZE);
        dup2(in[0], 0), dup2(out[1], 2);
        close(in[1]), close(out[0]);
        execl(program, program, (char *)NULL);
        _exit(2);
    }
    close(in[0]), close(out[1]);
    FILE *told = fdopen(out[0], "r");
    for (int i = 0; i < PLACES; i++)
        if (fscanf(told, "%" SCNu64, &places[i]) != 1) complain("does not tell", program, names[i]);
    mapping list[MOST_MAPPINGS];
    int count = mappings_of(pid, list);
    check_reach(list, count, places[MEMORY]);
    check_guards(list, count, places[STACK], names[STACK]);
    check_guards(list, count, places[TABLE], names[TABLE]);
    close(in[1]), fclose(told);
    waitpid(pid, NULL, 0);
}

int main(int argc, char **argv)
{
    static uint64_t places[MOST_STARTS][PLACES];
    int starts = argc == 3 ? atoi(argv[1]) : 0;
    if (starts < 2 || starts > MOST_STARTS) return 64;
    for (int i = 0; i < starts; i++) start(argv[2], i % 2, places[i]);
    for (int i = 0; i < starts; i++)
        for (int j = 0; j < i; j++)
            for (int a = 0; a < PLACES; a++)
                for (int b = 0; b < a; b++)
                    if (places[i][a] - places[i][b] == places[j][a] - places[j][b])
                        complain("the same distance twice", names[a], names[b]);
    return problems != 0;
}
