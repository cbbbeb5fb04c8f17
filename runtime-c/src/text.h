/* Text for people: one line at a time to a descriptor, without allocation and without printf. */
#ifndef SWASM_TEXT_H
#define SWASM_TEXT_H

#include "../abi/errors.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line under construction. Text that does not fit is cut. */
typedef struct swasm_line {
    size_t length;
    char bytes[1000];
} swasm_line;

void swasm_put(swasm_line *line, const char *text);
void swasm_put_bytes(swasm_line *line, const char *bytes, size_t count);
/* As swasm_put_bytes, for text that may be hostile: every name, argument and path. Three kinds of bytes
 * become '?': bytes that are not UTF-8; control characters (also U+0080 to U+009F), which a terminal would
 * obey; and characters that break a line or change the direction of text, because then the message would say
 * something else. */
void swasm_put_untrusted(swasm_line *line, const char *bytes, size_t count);
/* Puts `app: `, with which a message begins. */
void swasm_put_program(swasm_line *line);
void swasm_put_decimal(swasm_line *line, uint64_t value);
void swasm_put_hex(swasm_line *line, uint64_t value);
/* Writes the line and a newline with one system call, and empties it. Returns whether all of it was written. */
bool swasm_put_out(swasm_line *line, int fd);

size_t swasm_text_length(const char *text);
bool swasm_text_equal(const char *a, const char *b);
/* The part after the last '/' that is not at the end. */
const char *swasm_text_basename(const char *path);

/* The program's name in messages: "app" in `app: wasm trap: ...`. start.c sets it. */
extern const char *swasm_program_name;

/* Puts `app: error[E1201]: `, or `app: warning: `, with which the message of an error begins. */
void swasm_put_error(swasm_line *line, swasm_error_code code);
/* Prints `app: error[E1201]: message: detail` (detail may be NULL) to standard error. */
void swasm_complain(swasm_error_code code, const char *message, const char *detail);
/* Prints that somebody sent this process a signal, which is about to end it. */
void swasm_complain_of_signal(int number);

#endif
