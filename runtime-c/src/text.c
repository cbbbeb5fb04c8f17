/* Lines of text for people (text.h). */
#include "text.h"

#include "sys/sys.h"

const char *swasm_program_name = "swasm";

size_t swasm_text_length(const char *text)
{
    size_t length = 0;
    while (text[length]) length++;
    return length;
}

bool swasm_text_equal(const char *a, const char *b)
{
    while (*a && *a == *b) a++, b++;
    return *a == *b;
}

const char *swasm_text_basename(const char *path)
{
    const char *base = path;
    for (const char *c = path; *c; c++)
        if (*c == '/' && c[1]) base = c + 1;
    return base;
}

void swasm_put_bytes(swasm_line *line, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count && line->length < sizeof line->bytes - 1; i++)
        line->bytes[line->length++] = bytes[i];
}

/* Whether a terminal or a text view obeys the character: control characters (C0 and C1), line and paragraph
 * separators, and marks, overrides and isolates of direction. */
static bool is_obeyed(uint32_t character)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {{0, 0x1f}, {0x7f, 0x9f}, {0x61c, 0x61c}, {0x200e, 0x200f}, {0x2028, 0x202e}, {0x2066, 0x2069}};
    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++)
        if (character >= ranges[i].first && character <= ranges[i].last) return true;
    return false;
}

/* The length of the UTF-8 character at `bytes`; 0 if none begins there. */
static size_t character_bytes(const uint8_t *bytes, size_t count, uint32_t *character)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = bytes[0];
    *character = first;
    if (first < 0x80) return 1;
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || length > count) return 0;
    *character = first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) return 0;
        *character = *character << 6 | (bytes[i] & 0x3f);
    }
    if (*character < smallest[length] || *character > 0x10ffff || (*character >= 0xd800 && *character < 0xe000)) return 0;
    return length;
}

void swasm_put_untrusted(swasm_line *line, const char *bytes, size_t count)
{
    while (count > 0 && line->length < sizeof line->bytes - 1) {
        uint32_t character;
        size_t length = character_bytes((const uint8_t *)bytes, count, &character);
        if (length > sizeof line->bytes - 1 - line->length) return;
        if (length && !is_obeyed(character)) swasm_put_bytes(line, bytes, length);
        else swasm_put_bytes(line, "?", 1);
        bytes += length ? length : 1;
        count -= length ? length : 1;
    }
}

void swasm_put_program(swasm_line *line)
{
    swasm_put_untrusted(line, swasm_program_name, swasm_text_length(swasm_program_name));
    swasm_put(line, ": ");
}

void swasm_put(swasm_line *line, const char *text) { swasm_put_bytes(line, text, swasm_text_length(text)); }

void swasm_put_decimal(swasm_line *line, uint64_t value)
{
    char digits[20];
    size_t first = sizeof digits;
    do digits[--first] = (char)('0' + value % 10);
    while (value /= 10);
    swasm_put_bytes(line, digits + first, sizeof digits - first);
}

void swasm_put_hex(swasm_line *line, uint64_t value)
{
    char digits[16];
    size_t first = sizeof digits;
    do digits[--first] = "0123456789abcdef"[value & 15];
    while (value >>= 4);
    swasm_put(line, "0x");
    swasm_put_bytes(line, digits + first, sizeof digits - first);
}

bool swasm_put_out(swasm_line *line, int fd)
{
    line->bytes[line->length++] = '\n';
    size_t done = 0;
    while (done < line->length) {
        long written = swasm_write(fd, line->bytes + done, line->length - done);
        if (written == -SWASM_EINTR) continue;
        if (written <= 0) break;
        done += (size_t)written;
    }
    const bool is_whole = done == line->length;
    line->length = 0;
    return is_whole;
}

void swasm_put_error(swasm_line *line, swasm_error_code code)
{
    swasm_put_program(line);
    swasm_put(line, code ? "error[E" : "warning: ");
    if (!code) return;
    swasm_put_decimal(line, code); /* those of executables have four digits */
    swasm_put(line, "]: ");
}

void swasm_complain(swasm_error_code code, const char *message, const char *detail)
{
    swasm_line line = {.length = 0};
    swasm_put_error(&line, code);
    swasm_put(&line, message);
    if (detail) {
        swasm_put(&line, ": ");
        swasm_put_untrusted(&line, detail, swasm_text_length(detail));
    }
    swasm_put_out(&line, 2);
}

void swasm_complain_of_signal(int number)
{
    swasm_line line = {.length = 0};
    swasm_put_program(&line);
    swasm_put(&line, "signal ");
    swasm_put_decimal(&line, (uint64_t)number);
    swasm_put(&line, " was sent to this process");
    swasm_put_out(&line, 2);
}
