/* See trace.h. The guest's numbers are shown as they are, its addresses are offsets in its memory, and what is in
 * its memory is checked and escaped. Nothing of the host is shown.
 */
#include "trace.h"

enum { MOST_BYTES_OF_ARGUMENTS = 600 };

uint8_t swasm_trace_on;

/* Puts those of the call's words that are results, or those that are not. */
static void put_words(swasm_line *line, const swasm_traced *call, swasm_instance *instance, const uint64_t *arguments,
                      bool results)
{
    const swasm_guest guest = swasm_guest_of(instance);
    const uint64_t *at = arguments;
    bool any = results;
    for (const char *word = call->words; *word; word++) {
        const swasm_trace_kind *kind = swasm_trace_kind_of(word);
        while (*word && *word != ' ') word++;
        if (kind && kind->is_result == results && kind->put) {
            if (any) swasm_put(line, ", ");
            any = true;
            kind->put(line, guest, at, arguments);
        }
        if (kind) at += kind->arguments;
        if (!*word) break;
    }
}

static bool ends(const char *words)
{
    const size_t length = swasm_text_length(words), word = sizeof "ends" - 1;
    return length > word && swasm_text_equal(words + length - word, "ends");
}

void swasm_trace_before(swasm_line *line, const swasm_traced *call, swasm_instance *instance, const uint64_t *arguments)
{
    line->length = 0;
    swasm_put_program(line);
    swasm_put(line, call->name);
    swasm_put(line, "(");
    put_words(line, call, instance, arguments, false);
    if (line->length > MOST_BYTES_OF_ARGUMENTS) {
        line->length = MOST_BYTES_OF_ARGUMENTS;
        swasm_put(line, "...");
    }
    swasm_put(line, ")");
    if (ends(call->words)) swasm_put_out(line, 2);
}

void swasm_trace_after(swasm_line *line, const swasm_traced *call, swasm_instance *instance, const uint64_t *arguments,
                       uint32_t error)
{
    swasm_put(line, " = ");
    swasm_trace_put_errno(line, error);
    if (!error) put_words(line, call, instance, arguments, true);
    swasm_put_out(line, 2);
}
