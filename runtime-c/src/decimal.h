/* Floating-point numbers as text, correctly rounded both ways; for invoke.c and preview2/float_text.c. */
#ifndef SWASM_DECIMAL_H
#define SWASM_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The longest text is that of the smallest numbers: "-0.", 323 zeros, 17 digits. */
enum { SWASM_FLOAT_TEXT_BYTES = 400 };

typedef struct swasm_float_format {
    int mantissa_bits;        /* with the hidden bit */
    int minimum_exponent;     /* the exponent of the last bit of a subnormal number */
    int exponent_bits;
} swasm_float_format;

extern const swasm_float_format swasm_f32, swasm_f64;

/* Reads `[+-](digits[e[+-]digits] | 0xhex[p[+-]digits] | inf | infinity | nan)` and sets the bits of the
 * nearest number, ties to even. One point may be among the digits or the hexadecimal digits, also first or
 * last. `e`, `x` and `p` may be capitals, and `nan` may be `NaN`. False if `text` does not have this form. */
bool swasm_parse_float(const swasm_float_format *format, const char *text, uint64_t *bits);

/* The shortest decimal text that reads back as `bits`, without an exponent; "NaN", "inf", "-inf".
 * Returns its length; not terminated. */
size_t swasm_print_float(const swasm_float_format *format, uint64_t bits, char text[SWASM_FLOAT_TEXT_BYTES]);

#endif
