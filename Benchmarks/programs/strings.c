/* Text: substring search (naive, Horspool, the C library's), splitting, number formatting and parsing. */
#include "bench.h"

enum { TEXT = 200000 };

static char text[TEXT + 1];

static void write_text(uint64_t *seed)
{
    static const char *words[] = {"stream", "of", "address", "the", "loop", "guard", "wasm", "a", "native", "trap"};
    size_t used = 0;
    while (used < TEXT) {
        const char *word = words[bench_random(seed) % 10];
        size_t length = strlen(word);
        if (used + length + 1 > TEXT)
            break;
        memcpy(text + used, word, length);
        used += length;
        text[used++] = bench_random(seed) % 9 ? ' ' : '\n';
    }
    text[used] = 0;
}

static int naive(const char *needle)
{
    int found = 0;
    size_t length = strlen(needle);
    for (const char *p = text; *p; p++) {
        size_t i = 0;
        while (i < length && p[i] == needle[i])
            i++;
        found += i == length;
    }
    return found;
}

static int horspool(const char *needle)
{
    size_t length = strlen(needle), total = strlen(text), skip[256];
    int found = 0;
    for (int i = 0; i < 256; i++)
        skip[i] = length;
    for (size_t i = 0; i + 1 < length; i++)
        skip[(uint8_t)needle[i]] = length - 1 - i;
    for (size_t at = 0; at + length <= total; at += skip[(uint8_t)text[at + length - 1]])
        found += memcmp(text + at, needle, length) == 0;
    return found;
}

static int library(const char *needle)
{
    int found = 0;
    for (const char *p = text; (p = strstr(p, needle)); p++)
        found++;
    return found;
}

static uint64_t split(void)
{
    uint64_t sum = 0, word = 0;
    for (const char *p = text; *p; p++) {
        if (*p == ' ' || *p == '\n') {
            sum = bench_mix(sum, word);
            word = 0;
        } else
            word = word * 33 + (uint8_t)*p;
    }
    return sum;
}

static uint64_t numbers(uint64_t *seed)
{
    char line[96];
    uint64_t sum = 0;
    for (int i = 0; i < 6000; i++) {
        int a = (int)bench_random(seed), b = (int)(bench_random(seed) % 1000);
        double c = (double)a / 1024 + b;
        int length = snprintf(line, sizeof line, "%d,%05d,%x,%.3f,%s", a, b, (unsigned)a, c, b & 1 ? "odd" : "even");
        char *end;
        sum = bench_mix(sum, (uint64_t)length + (uint64_t)strtol(line, &end, 10));
        sum = bench_mix(sum, (uint64_t)strtol(end + 1, &end, 10));
        sum = bench_mix(sum, strtoul(end + 1, &end, 16));
        sum = bench_mix_double(sum, strtod(end + 1, &end));
    }
    return sum;
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 80);
    uint64_t seed = 11, sum = 0;
    static const char *needles[] = {"guard the", "native trap", "zebra", "loop loop loop"};
    for (int r = 0; r < rounds; r++) {
        write_text(&seed);
        for (int i = 0; i < 4; i++) {
            sum = bench_mix(sum, (uint64_t)naive(needles[i]));
            sum = bench_mix(sum, (uint64_t)horspool(needles[i]));
            sum = bench_mix(sum, (uint64_t)library(needles[i]));
        }
        sum = bench_mix(sum, split());
        sum = bench_mix(sum, numbers(&seed));
    }
    return bench_report("strings", sum);
}
