/* Unpacks tables, block by block. A block is the length of its packed bytes (uleb128), and then these bytes,
 * in the format of a block of LZ4. Nothing outside of the table and the buffer is read or written, even if
 * the table is damaged. */
#include "packed.h"

#include "../abi/swasm_abi.h"

static uint8_t buffer[SWASM_PACKED_BLOCK_BYTES];

/* Takes a length that begins with 4 bits. */
static uint64_t take_length(const uint8_t **at, const uint8_t *end, uint32_t first)
{
    uint64_t length = first;
    uint8_t more = first == 15 ? 255 : 0;
    while (more == 255 && *at < end) {
        more = *(*at)++;
        length += more;
    }
    return length;
}

/* Unpacks one block to the buffer. Returns the number of bytes there. */
static uint32_t unpack(const uint8_t *at, const uint8_t *end)
{
    uint32_t filled = 0;
    while (at < end) {
        const uint8_t token = *at++;
        uint64_t count = take_length(&at, end, token >> 4);
        if (count > (uint64_t)(end - at) || count > sizeof buffer - filled) break;
        for (; count; count--) buffer[filled++] = *at++;
        if (end - at < 2) break; /* the last sequence has only literals */
        const uint32_t distance = at[0] | (uint32_t)at[1] << 8;
        at += 2;
        count = 4 + take_length(&at, end, token & 15);
        if (distance == 0 || distance > filled || count > sizeof buffer - filled) break;
        for (; count; count--, filled++) buffer[filled] = buffer[filled - distance];
    }
    return filled;
}

swasm_packed swasm_packed_open(const uint8_t *bytes, uint64_t count)
{
    return (swasm_packed){.at = bytes, .end = bytes + count};
}

/* Passes over a block, and returns where its packed bytes begin. */
static inline __attribute__((always_inline)) const uint8_t *take_block(swasm_packed *table)
{
    uint64_t count = 0;
    for (uint32_t shift = 0; table->at < table->end && shift < 64; shift += 7) {
        const uint8_t byte = *table->at++;
        count |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) break;
    }
    const uint64_t left = (uint64_t)(table->end - table->at);
    const uint8_t *const block = table->at;
    table->at += count < left ? count : left;
    return block;
}

bool swasm_packed_has_more(swasm_packed *table)
{
    while (table->next == table->limit && table->at < table->end) {
        const uint8_t *const block = take_block(table);
        table->next = buffer;
        table->limit = buffer + unpack(block, table->at);
    }
    return table->next != table->limit;
}

void swasm_packed_seek(swasm_packed *table, uint64_t position)
{
    for (; position >= SWASM_PACKED_BLOCK_BYTES && table->at < table->end; position -= SWASM_PACKED_BLOCK_BYTES)
        take_block(table);
    for (; position && swasm_packed_has_more(table); position--) table->next++;
}

uint8_t swasm_packed_byte(swasm_packed *table) { return swasm_packed_has_more(table) ? *table->next++ : 0; }

/* The next number. The highest bit of a signed one counts for all bits above it. */
static uint64_t take_number(swasm_packed *table, bool is_signed)
{
    uint64_t value = 0;
    uint32_t shift = 0;
    uint8_t byte = 0x80;
    for (; byte & 0x80 && swasm_packed_has_more(table); shift += 7) {
        byte = swasm_packed_byte(table);
        if (shift < 64) value |= (uint64_t)(byte & 0x7f) << shift;
    }
    if (is_signed && shift < 64 && byte & 0x40) value |= ~0ull << shift;
    return value;
}

uint64_t swasm_packed_uleb(swasm_packed *table) { return take_number(table, false); }

int64_t swasm_packed_sleb(swasm_packed *table) { return (int64_t)take_number(table, true); }

void swasm_packed_skip(swasm_packed *table, uint64_t count)
{
    for (; count && swasm_packed_has_more(table); count--) swasm_packed_uleb(table);
}

bool swasm_packed_row(swasm_packed *table, uint64_t *address, uint64_t limit)
{
    if (!swasm_packed_has_more(table)) return false;
    *address += swasm_packed_uleb(table);
    return *address <= limit;
}

uint32_t swasm_packed_text(swasm_packed *table, char *text)
{
    uint64_t length = swasm_packed_uleb(table);
    uint32_t kept = 0;
    for (; length && swasm_packed_has_more(table); length--) {
        const char byte = (char)swasm_packed_byte(table);
        if (kept < SWASM_FUNCTION_NAME_BYTES) text[kept++] = byte;
    }
    return kept;
}
