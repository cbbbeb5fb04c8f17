/* Calls an export with arguments from the command line. Input: the function's type as text, and the arguments
 * as strings. Output: one line on stdout for each result. A person wrote the arguments; our compiler wrote
 * the type.
 */
#include "invoke.h"

#include "alloc.h"
#include "bignum.h"
#include "decimal.h"
#include "text.h"

enum { USAGE_STATUS = 1 };

/* ---- Types -------------------------------------------------------------------------------------- */

/* Takes one value type from a list such as "i32,(ref null func))...", and moves `list` behind it. NULL at the
 * closing ')'. */
static const char *next_type(const char **list, size_t *length)
{
    const char *type = *list;
    if (*type == ',') type++;
    const char *end = type;
    for (int depth = 0; *end && (depth || (*end != ',' && *end != ')')); end++) depth += (*end == '(') - (*end == ')');
    *list = end;
    *length = (size_t)(end - type);
    return end == type ? NULL : type;
}

static bool is(const char *type, size_t length, const char *name)
{
    return swasm_text_length(name) == length && !__builtin_memcmp(type, name, length);
}

static size_t type_count(const char *list)
{
    size_t count = 0, length;
    while (next_type(&list, &length)) count++;
    return count;
}

/* The text after the '(' of the results. */
static const char *results_of(const char *type_text)
{
    const char *list = type_text + 1;
    size_t length;
    while (next_type(&list, &length)) {}
    return list + 4; /* ")->(" */
}

/* ---- Arguments ---------------------------------------------------------------------------------- */

/* Reads a decimal or 0x... number that fits `bits` bits as a signed or an unsigned number. */
static bool read_integer(const char *text, uint32_t bits, uint64_t *value)
{
    bool negative = *text == '-';
    if (*text == '-' || *text == '+') text++;
    uint64_t base = 10, magnitude = 0;
    if (text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) base = 16, text += 2;
    if (!*text) return false;
    for (; *text; text++) {
        char lower = (char)(*text | 0x20);
        uint64_t digit = *text >= '0' && *text <= '9' ? (uint64_t)(*text - '0')
                         : lower >= 'a' && lower <= 'f' ? (uint64_t)(lower - 'a' + 10) : 16;
        if (digit >= base || __builtin_mul_overflow(magnitude, base, &magnitude) ||
            __builtin_add_overflow(magnitude, digit, &magnitude))
            return false;
    }
    if (magnitude > (negative ? 1ull << (bits - 1) : UINT64_MAX >> (64 - bits))) return false;
    *value = negative ? 0 - magnitude : magnitude;
    return true;
}

static bool read_argument(const char *type, size_t length, const char *text, swasm_value *slot)
{
    uint64_t bits;
    slot->words[0] = slot->words[1] = 0;
    if (is(type, length, "i32") && read_integer(text, 32, &bits)) slot->i32 = (int32_t)bits;
    else if (is(type, length, "i64") && read_integer(text, 64, &bits)) slot->i64 = (int64_t)bits;
    else if (is(type, length, "f32") && swasm_parse_float(&swasm_f32, text, &bits)) slot->f32_bits = (uint32_t)bits;
    else if (is(type, length, "f64") && swasm_parse_float(&swasm_f64, text, &bits)) slot->f64_bits = bits;
    else return false;
    return true;
}

static void complain_about_argument(const char *type, size_t length, const char *text)
{
    swasm_line line = {.length = 0};
    swasm_put_error(&line, SWASM_ERROR_ARGUMENTS);
    swasm_put(&line, "argument ");
    swasm_put_untrusted(&line, text, swasm_text_length(text));
    swasm_put(&line, " is not a value of type ");
    swasm_put_untrusted(&line, type, length);
    swasm_put_out(&line, 2);
}

static void complain_about_count(size_t wanted, size_t given)
{
    swasm_line line = {.length = 0};
    swasm_put_error(&line, SWASM_ERROR_ARGUMENTS);
    swasm_put(&line, "the function takes ");
    swasm_put_decimal(&line, wanted);
    swasm_put(&line, wanted == 1 ? " argument, and got " : " arguments, and got ");
    swasm_put_decimal(&line, given);
    swasm_put_out(&line, 2);
}

/* ---- Results ------------------------------------------------------------------------------------ */

static void put_signed(swasm_line *line, int64_t value)
{
    if (value < 0) swasm_put(line, "-");
    swasm_put_decimal(line, value < 0 ? 0 - (uint64_t)value : (uint64_t)value);
}

static void put_float(swasm_line *line, const swasm_float_format *format, uint64_t bits)
{
    char text[SWASM_FLOAT_TEXT_BYTES];
    swasm_put_bytes(line, text, swasm_print_float(format, bits, text));
}

/* Prints a vector as one unsigned number of 128 bits. */
static void put_vector(swasm_line *line, const swasm_value *value)
{
    swasm_bignum number;
    swasm_big_set(&number, value->words[1]);
    swasm_big_shift_left(&number, 64);
    swasm_bignum low;
    swasm_big_set(&low, value->words[0]);
    if (!number.count) number = low;
    else for (int i = 0; i < low.count; i++) number.words[i] = low.words[i];
    char digits[40];
    size_t first = sizeof digits;
    do digits[--first] = (char)('0' + swasm_big_divide(&number, 10));
    while (number.count);
    swasm_put_bytes(line, digits + first, sizeof digits - first);
}

static void put_result(swasm_line *line, const char *type, size_t length, const swasm_value *slot)
{
    if (is(type, length, "i32")) put_signed(line, slot->i32);
    else if (is(type, length, "i64")) put_signed(line, slot->i64);
    else if (is(type, length, "f32")) put_float(line, &swasm_f32, slot->f32_bits);
    else if (is(type, length, "f64")) put_float(line, &swasm_f64, slot->f64_bits);
    else if (is(type, length, "v128")) put_vector(line, slot);
    else swasm_put(line, slot->ref ? "<reference>" : "null");
}

/* ---- The call ----------------------------------------------------------------------------------- */

static bool read_arguments(const char *list, int argc, const char *const *argv, swasm_value *slots)
{
    size_t wanted = type_count(list), length;
    if ((size_t)argc != wanted) {
        complain_about_count(wanted, (size_t)argc);
        return false;
    }
    for (int i = 0; i < argc; i++) {
        const char *type = next_type(&list, &length);
        if (!read_argument(type, length, argv[i], &slots[i])) {
            complain_about_argument(type, length, argv[i]);
            return false;
        }
    }
    return true;
}

int swasm_invoke_export(const swasm_extern *found, int argc, const char *const *argv)
{
    const swasm_funcref *function = found->item;
    const char *parameters = found->type_text + 1, *results = results_of(found->type_text);
    size_t slot_count = type_count(parameters) + type_count(results) + 1, length;
    swasm_value *slots = swasm_allocate_array(slot_count, sizeof *slots);
    if (!slots || !function->invoke) {
        swasm_complain(slots ? SWASM_ERROR_NO_EXPORT : SWASM_ERROR_OUT_OF_MEMORY,
                       slots ? "this export cannot be called from outside" : "out of memory", NULL);
        return USAGE_STATUS;
    }
    if (!read_arguments(parameters, argc, argv, slots)) return USAGE_STATUS;
    uint32_t code = swasm_call(function, slots); /* other traps do not return: see swasm_trap_fatal */
    if (code) {
        swasm_complain(SWASM_ERROR_OUT_OF_MEMORY, "there is no memory for the program's stack", NULL);
        return USAGE_STATUS;
    }
    const char *type;
    for (const swasm_value *slot = slots; (type = next_type(&results, &length)); slot++) {
        swasm_line line = {.length = 0};
        put_result(&line, type, length, slot);
        if (swasm_put_out(&line, 1)) continue;
        swasm_complain(SWASM_ERROR_RESULT, "the result cannot be written to standard output", NULL);
        return USAGE_STATUS;
    }
    return 0;
}
