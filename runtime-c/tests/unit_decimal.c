/* Compares decimal.c with libc: reading with strtod and strtof, printing with printf. */
#include <stdlib.h>

#include "../src/decimal.h"
#include "check.h"

static uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, 8);
    return bits;
}
static uint32_t bits_of_float(float x)
{
    uint32_t bits;
    memcpy(&bits, &x, 4);
    return bits;
}

static void reads_as_libc(const char *text)
{
    uint64_t bits = 0;
    CHECK(swasm_parse_float(&swasm_f64, text, &bits));
    if (bits != bits_of(strtod(text, NULL))) printf("f64 %.60s: %016lx\n", text, (unsigned long)bits);
    CHECK(bits == bits_of(strtod(text, NULL)));
    CHECK(swasm_parse_float(&swasm_f32, text, &bits));
    CHECK(bits == bits_of_float(strtof(text, NULL)));
}

static const char *const chosen[] = {
    "0", "-0", "1", "-1.5", "0.1", ".5", "5.", "1e10", "1e+10", "1E-5", "123456789012345678901234567890",
    "9007199254740993", "9007199254740992.999999", "2.2250738585072011e-308", "2.2250738585072012e-308",
    "4.9e-324", "2.4703282292062327e-324", "2.4703282292062328e-324", "1.7976931348623157e308",
    "1.7976931348623158e308", "1.7976931348623159e308", "1e309", "1e-400", "1e999999999999", "1e-999999999999",
    "0.000000000000000000000000000000000000000001e42", "3.4028235e38", "3.4028236e38", "1.4e-45", "7e-46",
    "0x1p3", "0x1.8p-1", "0x.8", "0x1.fffffffffffff8p0", "0x1.fffffffffffff7p0", "0x1.00000000000008p0",
    "0x1.000000000000080000000000000001p0", "0x0p5", "0x1p-1074", "0x1p-1075", "0x1.8p-1075", "0x1p1024",
    "0xabcdef012345678901234567", "-0x1P+4", "inf", "-inf", "+infinity",
};

static void readsChosenNumbers(void)
{
    for (size_t i = 0; i < sizeof chosen / sizeof chosen[0]; i++) reads_as_libc(chosen[i]);
}

static void readsTiesOfAnyLength(void)
{
    char text[1600];
    /* The numbers halfway between the two smallest doubles, with 752 digits, and between the largest subnormal
     * double and the smallest normal one, with 768. */
    snprintf(text, sizeof text, "%.1075Lf", 0x3p-1075L);
    reads_as_libc(text);
    snprintf(text, sizeof text, "%.1075Lf", 0x1fffffffffffffp-1075L);
    reads_as_libc(text);
    /* Another number halfway between two doubles. A 1 after a thousand zeros makes it larger. */
    int length = snprintf(text, sizeof text, "9007199254740993.");
    memset(text + length, '0', 1000);
    strcpy(text + length + 1000, "1");
    reads_as_libc(text);
    text[length + 1000] = 0;
    reads_as_libc(text);
}

static void readsRandomNumbers(void)
{
    uint64_t seed = 7;
    for (int i = 0; i < 4000; i++) {
        char text[64];
        uint64_t digits = next_random(&seed) >> next_random(&seed) % 60;
        int exponent = (int)(next_random(&seed) % 700) - 360;
        if (i & 1) exponent %= 50;
        snprintf(text, sizeof text, "%lu.%lue%d", (unsigned long)digits, (unsigned long)(next_random(&seed) >> 30),
                 exponent);
        reads_as_libc(text);
    }
}

static void refusesWhatIsNotANumber(void)
{
    static const char *const wrong[] = {"", "-", ".", "e5", "1e", "1e+", "1.2.3", "0x", "0x.", "0x1p", "1 ", " 1",
                                        "1f", "--1", "infi", "nano", "0x1.8p1.0", "1e5x", "+-1"};
    uint64_t bits;
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        CHECK(!swasm_parse_float(&swasm_f64, wrong[i], &bits));
}

static int shortest_digits(double x, bool single)
{
    char text[64];
    for (int digits = 1; digits < 18; digits++) {
        snprintf(text, sizeof text, "%.*e", digits - 1, x);
        if (single ? strtof(text, NULL) == (float)x : strtod(text, NULL) == x) return digits;
    }
    return 18;
}

static int significant_digits(const char *text)
{
    int count = 0, last = 0;
    for (; *text; text++)
        if (*text >= '0' && *text <= '9' && (count || *text != '0')) {
            count++;
            if (*text != '0') last = count;
        }
    return last;
}

static void prints_f64(uint64_t bits)
{
    char text[SWASM_FLOAT_TEXT_BYTES + 1];
    double x;
    memcpy(&x, &bits, 8);
    if (x != x) return;
    text[swasm_print_float(&swasm_f64, bits, text)] = 0;
    CHECK(bits_of(strtod(text, NULL)) == bits);
    if (x != 0 && x - x == 0) CHECK(significant_digits(text) <= shortest_digits(x, false));
}
static void prints_f32(uint32_t bits)
{
    char text[SWASM_FLOAT_TEXT_BYTES + 1];
    float x;
    memcpy(&x, &bits, 4);
    if (x != x) return;
    text[swasm_print_float(&swasm_f32, bits, text)] = 0;
    CHECK(bits_of_float(strtof(text, NULL)) == bits);
    if (x != 0 && x - x == 0) CHECK(significant_digits(text) <= shortest_digits(x, true));
}

static void printsShortestThatReadsBack(void)
{
    uint64_t seed = 99;
    for (int i = 0; i < 1200; i++) {
        uint64_t bits = next_random(&seed);
        prints_f64(bits);
        prints_f32((uint32_t)bits);
    }
    for (int exponent = -1074; exponent < 1024; exponent += 7) prints_f64(bits_of(__builtin_ldexp(1, exponent)));
    for (int exponent = -149; exponent < 128; exponent++)
        prints_f32(bits_of_float((float)__builtin_ldexp(1, exponent)));
    for (int i = 0; i < 1000; i++) prints_f64(bits_of(i / 100.0));
}

static void prints(double x, const char *wanted)
{
    char text[SWASM_FLOAT_TEXT_BYTES + 1];
    text[swasm_print_float(&swasm_f64, bits_of(x), text)] = 0;
    if (strcmp(text, wanted)) printf("printed %s, wanted %s\n", text, wanted);
    CHECK(strcmp(text, wanted) == 0);
}

static void printsWithoutExponent(void)
{
    prints(0, "0"), prints(-0.0, "-0"), prints(1, "1"), prints(-2.5, "-2.5"), prints(0.1, "0.1");
    prints(1e21, "1000000000000000000000"), prints(123456.75, "123456.75"), prints(1e-7, "0.0000001");
    prints(9007199254740992.0, "9007199254740992"), prints(0x1p-44, "0.00000000000005684341886080802");
    prints(__builtin_inf(), "inf"), prints(-__builtin_inf(), "-inf"), prints(__builtin_nan(""), "NaN");
}

int main(void)
{
    RUN(readsChosenNumbers);
    RUN(readsTiesOfAnyLength);
    RUN(readsRandomNumbers);
    RUN(refusesWhatIsNotANumber);
    RUN(printsShortestThatReadsBack);
    RUN(printsWithoutExponent);
    return finish();
}
