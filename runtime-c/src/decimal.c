/* Floating-point text (decimal.h) by exact arithmetic. Reading computes a quotient of two big integers.
 * Printing starts from the full decimal expansion. This is slow and exact; it serves only the arguments and
 * results of --invoke.
 */
#include "decimal.h"

#include "bignum.h"

const swasm_float_format swasm_f32 = {.mantissa_bits = 24, .minimum_exponent = -149, .exponent_bits = 8};
const swasm_float_format swasm_f64 = {.mantissa_bits = 53, .minimum_exponent = -1074, .exponent_bits = 11};

enum {
    /* A number halfway between two doubles has up to 767 digits; further digits can only break a tie. */
    DIGITS_KEPT = 800,
    /* Beyond 10^±400 a number is infinite or zero in both formats. */
    EXPONENT_BEYOND = 400,
};

/* 0.digits[0] digits[1]... × 10^point */
typedef struct decimal {
    int count;
    int64_t point;
    uint8_t digits[DIGITS_KEPT + 1];
} decimal;

static uint64_t infinity_of(const swasm_float_format *format)
{
    return ((1ull << format->exponent_bits) - 1) << (format->mantissa_bits - 1);
}

static uint64_t sign_of(const swasm_float_format *format)
{
    return 1ull << (format->mantissa_bits - 1 + format->exponent_bits);
}

/* The bits of the number nearest to mantissa × 2^exponent. Bit 63 of mantissa is set. `more` says whether the
 * true value is a little larger. */
static uint64_t round_binary(const swasm_float_format *format, uint64_t mantissa, int64_t exponent, bool more)
{
    int64_t last = exponent + 64 - format->mantissa_bits;
    if (last < format->minimum_exponent) last = format->minimum_exponent;
    int64_t shift = last - exponent; /* at least 11 */
    if (shift > 64) return 0;
    uint64_t kept = shift == 64 ? 0 : mantissa >> shift;
    bool half = mantissa >> (shift - 1) & 1;
    bool rest = more || (mantissa & ((1ull << (shift - 1)) - 1));
    if (half && (rest || kept & 1)) kept++;
    int64_t biased = last - format->minimum_exponent;
    if (biased >= 1 << format->exponent_bits) return infinity_of(format);
    /* This addition lets the hidden bit, or a carry out of the mantissa, add one to the exponent, as it
     * must. */
    uint64_t bits = ((uint64_t)biased << (format->mantissa_bits - 1)) + kept;
    return bits < infinity_of(format) ? bits : infinity_of(format);
}

static uint64_t round_decimal(const swasm_float_format *format, const decimal *value)
{
    if (value->count == 0 || value->point < -EXPONENT_BEYOND) return 0;
    if (value->point > EXPONENT_BEYOND) return infinity_of(format);
    int power = (int)(value->point - value->count);
    swasm_bignum numerator = {.count = 0}, denominator;
    numerator.words[0] = 0;
    for (int i = 0; i < value->count; i++) {
        if (!numerator.count) swasm_big_set(&numerator, value->digits[i]);
        else swasm_big_multiply(&numerator, 10, value->digits[i]);
    }
    swasm_big_set(&denominator, 1);
    swasm_big_multiply_power(&numerator, 10, power);
    swasm_big_multiply_power(&denominator, 10, -power);
    /* Scale so that the quotient has 64 or 65 bits, then find them one by one until 64 are there. */
    int scale = 64 - (swasm_big_bits(&numerator) - swasm_big_bits(&denominator));
    if (scale >= 0) swasm_big_shift_left(&numerator, scale);
    else swasm_big_shift_left(&denominator, -scale);
    swasm_big_shift_left(&denominator, 64);
    uint64_t quotient = 0;
    int exponent = 65 - scale;
    while (!(quotient >> 63)) {
        quotient <<= 1;
        exponent--;
        if (swasm_big_at_least(&numerator, &denominator)) {
            swasm_big_subtract(&numerator, &denominator);
            quotient |= 1;
        }
        swasm_big_halve(&denominator);
    }
    return round_binary(format, quotient, exponent, numerator.count != 0);
}

/* ---- Reading ------------------------------------------------------------------------------------ */

/* Reads `[+-]digits` up to the end of the text. Once the value has reached 10^6, further digits are ignored:
 * such exponents all mean infinity or zero. */
static bool read_exponent(const char *text, int64_t *exponent)
{
    bool negative = *text == '-';
    if (*text == '-' || *text == '+') text++;
    if (!*text) return false;
    int64_t value = 0;
    for (; *text >= '0' && *text <= '9'; text++)
        if (value < 1000000) value = value * 10 + (*text - '0');
    *exponent = negative ? -value : value;
    return !*text;
}

static bool read_decimal(const swasm_float_format *format, const char *text, uint64_t *bits)
{
    decimal value = {.count = 0};
    bool any = false, after_point = false;
    for (; (*text >= '0' && *text <= '9') || (*text == '.' && !after_point); text++) {
        if (*text == '.') {
            after_point = true;
            continue;
        }
        any = true;
        uint8_t digit = (uint8_t)(*text - '0');
        if (!after_point && (value.count || digit)) value.point++;
        if (after_point && !value.count && !digit) value.point--;
        if (!value.count && !digit) continue;
        if (value.count < DIGITS_KEPT) value.digits[value.count++] = digit;
        else if (digit) value.digits[DIGITS_KEPT - 1] |= 1; /* so it is not a tie */
    }
    int64_t exponent = 0;
    if (*text == 'e' || *text == 'E') {
        if (!read_exponent(text + 1, &exponent)) return false;
    } else if (*text) {
        return false;
    }
    value.point += exponent;
    *bits = round_decimal(format, &value);
    return any;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool read_hex(const swasm_float_format *format, const char *text, uint64_t *bits)
{
    uint64_t mantissa = 0;
    int64_t exponent = 0, written = 0;
    bool any = false, after_point = false, more = false;
    for (; hex_digit(*text) >= 0 || (*text == '.' && !after_point); text++) {
        if (*text == '.') {
            after_point = true;
            continue;
        }
        any = true;
        if (after_point) exponent -= 4;
        if (mantissa >> 60) { /* full: further digits only decide `more` */
            more |= hex_digit(*text) != 0;
            exponent += 4;
        } else {
            mantissa = mantissa << 4 | (uint64_t)hex_digit(*text);
        }
    }
    if (*text == 'p' || *text == 'P') {
        if (!read_exponent(text + 1, &written)) return false;
    } else if (*text) {
        return false;
    }
    *bits = 0;
    if (!mantissa) return any;
    int zeros = __builtin_clzll(mantissa);
    *bits = round_binary(format, mantissa << zeros, exponent + written - zeros, more);
    return any;
}

static bool same_text(const char *a, const char *b)
{
    while (*a && *a == *b) a++, b++;
    return *a == *b;
}

bool swasm_parse_float(const swasm_float_format *format, const char *text, uint64_t *bits)
{
    uint64_t sign = *text == '-' ? sign_of(format) : 0;
    if (*text == '-' || *text == '+') text++;
    bool ok = true;
    if (same_text(text, "inf") || same_text(text, "infinity")) *bits = infinity_of(format);
    else if (same_text(text, "nan") || same_text(text, "NaN"))
        *bits = infinity_of(format) | 1ull << (format->mantissa_bits - 2);
    else if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) ok = read_hex(format, text + 2, bits);
    else ok = read_decimal(format, text, bits);
    if (ok) *bits |= sign;
    return ok;
}

/* ---- Printing ----------------------------------------------------------------------------------- */

/* All digits of mantissa × 2^exponent, at most 767, none of them a leading zero. */
static void expand(uint64_t mantissa, int exponent, decimal *exact)
{
    swasm_bignum number;
    swasm_big_set(&number, mantissa);
    if (exponent >= 0) swasm_big_shift_left(&number, exponent);
    else swasm_big_multiply_power(&number, 5, -exponent); /* × 10^-exponent */
    uint8_t reversed[DIGITS_KEPT];
    int count = 0;
    while (number.count) reversed[count++] = (uint8_t)swasm_big_divide(&number, 10);
    exact->count = count;
    exact->point = exponent < 0 ? count + exponent : count;
    for (int i = 0; i < count; i++) exact->digits[i] = reversed[count - 1 - i];
}

/* The first `count` digits, with one unit more in the last place if `up`. */
static void cut(const decimal *exact, int count, bool up, decimal *value)
{
    value->count = count;
    value->point = exact->point;
    for (int i = 0; i < count; i++) value->digits[i] = i < exact->count ? exact->digits[i] : 0;
    if (!up) return;
    int i = count - 1;
    while (i >= 0 && value->digits[i] == 9) value->digits[i--] = 0;
    if (i >= 0) {
        value->digits[i]++;
        return;
    }
    value->digits[0] = 1; /* 999 -> 1000 */
    value->point++;
}

/* Whether the digits after the first `count` are more than half a unit of the last kept digit, or exactly
 * half if that digit is odd. */
static bool rounds_up(const decimal *exact, int count)
{
    if (count >= exact->count || exact->digits[count] != 5) return count < exact->count && exact->digits[count] > 5;
    for (int i = count + 1; i < exact->count; i++)
        if (exact->digits[i]) return true;
    return count > 0 && exact->digits[count - 1] & 1;
}

static void shortest(const swasm_float_format *format, uint64_t bits, const decimal *exact, decimal *value)
{
    for (int count = 1; count <= 17; count++) {
        bool up = rounds_up(exact, count);
        cut(exact, count, up, value);
        if (round_decimal(format, value) == bits) return;
        cut(exact, count, !up, value);
        if (round_decimal(format, value) == bits) return;
    }
}

static size_t print_digits(const decimal *value, char *text)
{
    size_t length = 0;
    int count = value->count, point = (int)value->point;
    while (count > 1 && !value->digits[count - 1]) count--;
    if (point <= 0) {
        text[length++] = '0';
        text[length++] = '.';
        for (int i = point; i < 0; i++) text[length++] = '0';
    }
    for (int i = 0; i < count || i < point; i++) {
        if (i == point && i > 0) text[length++] = '.';
        text[length++] = (char)('0' + (i < count ? value->digits[i] : 0));
    }
    return length;
}

static size_t print_word(const char *word, char *text)
{
    size_t length = 0;
    while (word[length]) text[length] = word[length], length++;
    return length;
}

size_t swasm_print_float(const swasm_float_format *format, uint64_t bits, char text[SWASM_FLOAT_TEXT_BYTES])
{
    uint64_t magnitude = bits & (sign_of(format) - 1);
    if (magnitude > infinity_of(format)) return print_word("NaN", text);
    size_t length = 0;
    if (bits & sign_of(format)) text[length++] = '-';
    if (magnitude == infinity_of(format)) return length + print_word("inf", text + length);
    if (magnitude == 0) return length + print_word("0", text + length);
    uint64_t biased = magnitude >> (format->mantissa_bits - 1);
    uint64_t mantissa = magnitude & ((1ull << (format->mantissa_bits - 1)) - 1);
    if (biased) mantissa |= 1ull << (format->mantissa_bits - 1);
    decimal exact, value;
    expand(mantissa, format->minimum_exponent + (int)(biased ? biased - 1 : 0), &exact);
    shortest(format, magnitude, &exact, &value);
    return length + print_digits(&value, text + length);
}
