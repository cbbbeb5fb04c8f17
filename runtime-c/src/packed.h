/* Reads tables that the compiler has packed (Sources/Driver/Packing.swift). Only reports of traps do, so the
 * tables take little space in an executable, and reading them may take milliseconds. */
#ifndef SWASM_PACKED_H
#define SWASM_PACKED_H

#include <stdbool.h>
#include <stdint.h>

typedef struct swasm_packed {
    /* The blocks that are still packed. */
    const uint8_t *at, *end;
    /* The bytes of the current block that were not taken yet. */
    const uint8_t *next, *limit;
} swasm_packed;

/* Begins to read. All tables share one buffer, so a table must be read before the next one begins. */
swasm_packed swasm_packed_open(const uint8_t *bytes, uint64_t count);
/* Passes over so many bytes from the beginning of a table. It unpacks only the block where they end. */
void swasm_packed_seek(swasm_packed *table, uint64_t position);
/* Whether there is one more byte. False, too, behind a damaged block. */
bool swasm_packed_has_more(swasm_packed *table);
/* The next byte; 0 at the end. */
uint8_t swasm_packed_byte(swasm_packed *table);
/* The next number in LEB128; at the end of the table what there is of it. */
uint64_t swasm_packed_uleb(swasm_packed *table);
int64_t swasm_packed_sleb(swasm_packed *table);
/* Passes over numbers in LEB128. */
void swasm_packed_skip(swasm_packed *table, uint64_t count);
/* Takes a text with its length before it. Returns how many bytes of it are in `text`, which has room for
 * SWASM_FUNCTION_NAME_BYTES. */
uint32_t swasm_packed_text(swasm_packed *table, char *text);
/* Begins a row of a table of addresses: takes the difference from the address of the row before. False at
 * the end, and if the row is beyond `limit`. */
bool swasm_packed_row(swasm_packed *table, uint64_t *address, uint64_t limit);

#endif
