/* Names the features that the code needs and this machine lacks. A program must say so rather than die of an illegal
 * instruction. */
#include "sys/processor.h"

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

enum { MOST_NAMES_BYTES = 512 };

static bool has(const swasm_processor_facts *facts, const swasm_processor_feature *feature)
{
    return (facts->words[feature->word] & feature->bits) == feature->bits &&
           (facts->state & feature->state) == feature->state;
}

const char *swasm_processor_refusal_by(const swasm_processor_facts *facts, uint64_t needed)
{
    static char message[MOST_NAMES_BYTES];
    static const char prefix[] = "this program needs a processor with ";
    const size_t start = sizeof prefix - 1;
    size_t length = start;
    __builtin_memcpy(message, prefix, sizeof prefix);
    for (size_t i = 0; swasm_processor_features[i].name; i++) {
        const swasm_processor_feature *feature = &swasm_processor_features[i];
        if (!(needed >> i & 1) || has(facts, feature)) continue;
        if (length > start) message[length++] = ',', message[length++] = ' ';
        size_t bytes = swasm_text_length(feature->name);
        if (length + bytes + 3 > sizeof message) break;
        __builtin_memcpy(message + length, feature->name, bytes);
        length += bytes;
        message[length] = 0;
    }
    return length > start ? message : NULL;
}

const char *swasm_processor_refusal(uint64_t needed, const swasm_initial *initial)
{
    swasm_processor_facts facts = swasm_processor_read(initial);
    return swasm_processor_refusal_by(&facts, needed);
}
