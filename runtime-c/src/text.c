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

void swasm_put_untrusted(swasm_line *line, const char *bytes, size_t count)
{
    for (size_t i = 0; i < count && line->length < sizeof line->bytes - 1; i++) {
        uint8_t byte = (uint8_t)bytes[i];
        line->bytes[line->length++] = byte < 0x20 || byte == 0x7f ? '?' : (char)byte;
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
