/* Pieces of the grammar of addresses and destinations (policy_address.c, policy_destination.c). A text is
 * from a first character up to `end`. */
#ifndef SWASM_POLICY_TEXT_H
#define SWASM_POLICY_TEXT_H

#include "../abi/policy_options.h"

static inline bool swasm_text_is(const char *text, const char *end, const char *word, size_t length)
{
    return (size_t)(end - text) == length && !__builtin_memcmp(text, word, length);
}

/* Whether the text ends with the word and has something before it. If so, takes the word off. */
static inline bool swasm_drop_ending(const char *text, const char **end, const char *word, size_t length)
{
    if ((size_t)(*end - text) <= length || __builtin_memcmp(*end - length, word, length)) return false;
    *end -= length;
    return true;
}

/* Reads the digits in `base` from `*text` on. False if there are none or more than `digits`, or if the number
 * exceeds `most`. */
static inline bool swasm_take_number(const char **text, const char *end, uint32_t base, uint32_t digits, uint32_t most,
                                     uint32_t *number)
{
    const char *first = *text;
    for (*number = 0; *text < end; ++*text) {
        uint32_t digit = (uint32_t)(**text - '0'), letter = (uint32_t)((**text | 32) - 'a');
        if (digit > 9) digit = letter < 6 ? letter + 10 : base;
        if (digit >= base) break;
        *number = *number * base + digit;
        if (*number > most) return false;
    }
    return *text > first && *text - first <= digits;
}

/* The port after the last colon, or NULL without a colon. */
static inline const char *swasm_find_port(const char *text, const char *end)
{
    while (end > text && end[-1] != ':') end--;
    return end == text ? NULL : end;
}

/* The whole text must be a port, without zeros before it. */
static inline bool swasm_read_port(const char *text, const char *end, uint16_t *port)
{
    const char *digits = text;
    uint32_t number;
    if (!swasm_take_number(&digits, end, 10, 5, 65535, &number) || digits != end) return false;
    *port = (uint16_t)number;
    return *text != '0' || end - text == 1;
}

#endif
