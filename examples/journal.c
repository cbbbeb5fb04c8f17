// The demonstration: a program that uses its arguments, its environment, a directory, and the processor.
//
//   journal DIRECTORY [ROUNDS]
//
// Appends a line to DIRECTORY/journal.txt and reads the file back; then computes ROUNDS generations of the
// game of life and as many matrix products.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int keep_journal(const char *directory) {
    char path[1024];
    char line[256];
    const char *author = getenv("AUTHOR");
    snprintf(path, sizeof path, "%s/journal.txt", directory);
    FILE *journal = fopen(path, "a");
    if (journal == NULL) {
        fprintf(stderr, "cannot write %s: %s\n", path, strerror(errno));
        return 1;
    }
    fprintf(journal, "%s was here\n", author != NULL ? author : "somebody");
    fclose(journal);

    journal = fopen(path, "r");
    if (journal == NULL) {
        fprintf(stderr, "cannot read %s: %s\n", path, strerror(errno));
        return 1;
    }
    for (int number = 1; fgets(line, sizeof line, journal) != NULL; number++) printf("  %d: %s", number, line);
    fclose(journal);
    return 0;
}

enum { FIELD = 512, ORDER = 160 };

// One cell more on each side, always dead.
static unsigned char field[2][FIELD + 2][FIELD + 2];

static int live(int rounds) {
    unsigned seed = 1;
    for (int y = 1; y <= FIELD; y++) {
        for (int x = 1; x <= FIELD; x++) {
            seed = seed * 1664525u + 1013904223u;
            field[0][y][x] = seed >> 31;
        }
    }
    for (int round = 0; round < rounds; round++) {
        unsigned char (*now)[FIELD + 2] = field[round % 2], (*next)[FIELD + 2] = field[(round + 1) % 2];
        for (int y = 1; y <= FIELD; y++) {
            for (int x = 1; x <= FIELD; x++) {
                int neighbours = now[y - 1][x - 1] + now[y - 1][x] + now[y - 1][x + 1] + now[y][x - 1] +
                                 now[y][x + 1] + now[y + 1][x - 1] + now[y + 1][x] + now[y + 1][x + 1];
                next[y][x] = neighbours == 3 || (neighbours == 2 && now[y][x]);
            }
        }
    }
    int alive = 0;
    for (int y = 1; y <= FIELD; y++) {
        for (int x = 1; x <= FIELD; x++) alive += field[rounds % 2][y][x];
    }
    return alive;
}

static float product[ORDER][ORDER], left[ORDER][ORDER], right[ORDER][ORDER];

static double multiply(int rounds) {
    for (int i = 0; i < ORDER; i++) {
        for (int j = 0; j < ORDER; j++) {
            left[i][j] = (float)(i % 7 - j % 5);
            right[i][j] = (float)(i % 3 + j % 11) / 8;
        }
    }
    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < ORDER; i++) {
            for (int k = 0; k < ORDER; k++) {
                for (int j = 0; j < ORDER; j++) product[i][j] += left[i][k] * right[k][j];
            }
        }
    }
    double trace = 0;
    for (int i = 0; i < ORDER; i++) trace += product[i][i];
    return trace;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        fprintf(stderr, "usage: %s DIRECTORY [ROUNDS]\n", argv[0]);
        return 2;
    }
    if (keep_journal(argv[1]) != 0) return 1;
    int rounds = argc > 2 ? atoi(argv[2]) : 0;
    if (rounds > 0) {
        printf("  %d cells are alive after %d generations\n", live(rounds), rounds);
        printf("  the trace of the product is %.6f\n", multiply(rounds));
    }
    return 0;
}
