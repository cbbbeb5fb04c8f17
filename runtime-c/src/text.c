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

/* The bytes of the UTF-8 character at `bytes`: 0 where none begins, or where it is a control character, which a
 * terminal would obey. U+0080 to U+009F are such characters too. */
static size_t shown_bytes(const uint8_t *bytes, size_t count)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t first = bytes[0];
    if (first < 0x80) return first >= 0x20 && first != 0x7f;
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || length > count) return 0;
    uint32_t character = first & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) return 0;
        character = character << 6 | (bytes[i] & 0x3f);
    }
    if (character < smallest[length] || character > 0x10ffff || (character >= 0xd800 && character < 0xe000)) return 0;
    return character < 0xa0 ? 0 : length;
}

void swasm_put_untrusted(swasm_line *line, const char *bytes, size_t count)
{
    while (count > 0 && line->length < sizeof line->bytes - 1) {
        size_t length = shown_bytes((const uint8_t *)bytes, count);
        if (length > sizeof line->bytes - 1 - line->length) return;
        if (length) swasm_put_bytes(line, bytes, length);
        else swasm_put_bytes(line, "?", 1);
        bytes += length ? length : 1;
        count -= length ? length : 1;
    }
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

void swasm_put_out(swasm_line *line, int fd)
{
    line->bytes[line->length++] = '\n';
    for (size_t done = 0; done < line->length;) {
        long written = swasm_write(fd, line->bytes + done, line->length - done);
        if (written == -SWASM_EINTR) continue;
        if (written <= 0) break;
        done += (size_t)written;
    }
    line->length = 0;
}

void swasm_complain(const char *message, const char *detail)
{
    swasm_line line = {.length = 0};
    swasm_put(&line, swasm_program_name);
    swasm_put(&line, ": ");
    swasm_put(&line, message);
    if (detail) {
        swasm_put(&line, ": ");
        swasm_put_untrusted(&line, detail, swasm_text_length(detail));
    }
    swasm_put_out(&line, 2);
}
