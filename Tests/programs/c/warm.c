// A reactor whose initialiser fills a table, chooses a function and reads a file if there is one.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ENTRIES (1 << 16)

static uint32_t *table;
static char text[64] = "no file";
static int rounds;
static double sum;

static int next(int number) { return number + 1; }
static int triple(int number) { return number * 3; }
static int (*chosen)(int) = next;

__attribute__((constructor)) static void construct(void) { rounds = 7; }

__attribute__((export_name("prepare"))) void prepare(void) {
    table = malloc(ENTRIES * sizeof *table);
    for (uint32_t i = 0, number = 1; i < ENTRIES; i++) {
        for (int round = 0; round < rounds; round++) number = number * 1664525 + 1013904223;
        table[i] = number;
        sum += number * 1e-9;
    }
    FILE *file = fopen("/data/greeting", "r");
    if (file) {
        if (!fgets(text, sizeof text, file)) strcpy(text, "an empty file");
        fclose(file);
    }
    if (getenv("TRIPLE")) chosen = triple;
}

__attribute__((export_name("run"))) int run(int number) {
    if (!table) prepare();
    printf("%08x %.6f %d %s\n", table[number], sum, rounds, text);
    fflush(stdout);
    return chosen(number);
}

__attribute__((export_name("fail"))) void fail(void) { __builtin_trap(); }
__attribute__((export_name("leave"))) void leave(void) { exit(0); }
__attribute__((export_name("hang"))) void hang(void) {
    fputs("ready", stderr);
    for (;;) next(0);
}
__attribute__((export_name("draw"))) void draw(void) {
    uint64_t number;
    getentropy(&number, sizeof number);
    snprintf(text, sizeof text, "%llu %lld", (unsigned long long)number, (long long)time(NULL));
}
__attribute__((export_name("number"))) int number(void) { return 5; }
