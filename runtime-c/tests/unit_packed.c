/* Tests of the tables that the compiler packs: known blocks, and damaged ones, under AddressSanitizer. */
#include <stdlib.h>

#include "../src/packed.h"
#include "check.h"
#include "../abi/swasm_abi.h"

/* Whether a table unpacks to these bytes. */
static bool unpacks(const uint8_t *packed, size_t count, const char *expected, size_t length)
{
    swasm_packed table = swasm_packed_open(packed, count);
    for (size_t i = 0; i < length; i++)
        if (!swasm_packed_has_more(&table) || swasm_packed_byte(&table) != (uint8_t)expected[i]) return false;
    return !swasm_packed_has_more(&table) && swasm_packed_byte(&table) == 0;
}
#define UNPACKS(text, ...) \
    unpacks((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}), text, sizeof(text) - 1)

static void literals(void)
{
    CHECK(UNPACKS("", 1, 0x00));
    CHECK(UNPACKS("abc", 4, 0x30, 'a', 'b', 'c'));
    CHECK(UNPACKS("abcdefghijklmnop", 18, 0xf0, 1, 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm',
        'n', 'o', 'p'));
    CHECK(UNPACKS("abcde", 4, 0x30, 'a', 'b', 'c', 1, 0x00, 3, 0x20, 'd', 'e'));
}

static void copies(void)
{
    CHECK(UNPACKS("abcdabcdx", 9, 0x40, 'a', 'b', 'c', 'd', 4, 0, 0x10, 'x'));
    /* The copy overlaps its source. */
    CHECK(UNPACKS("aaaaaaaa", 4, 0x13, 'a', 1, 0));
    CHECK(UNPACKS("ababababababababababab", 6, 0x2f, 'a', 'b', 2, 0, 1));
}

static void numbers(void)
{
    const uint8_t packed[] = {9, 0x80, 0xe5, 0x8e, 0x26, 0x7f, 0x80, 0x01, 0x3f, 0x80};
    swasm_packed table = swasm_packed_open(packed, sizeof packed);
    CHECK(swasm_packed_uleb(&table) == 624485);
    CHECK(swasm_packed_sleb(&table) == -1);
    CHECK(swasm_packed_sleb(&table) == 128);
    CHECK(swasm_packed_sleb(&table) == 63);
    CHECK(swasm_packed_uleb(&table) == 0); /* cut off */
    CHECK(!swasm_packed_has_more(&table));
}

/* A whole block of one letter, and one more with a text and another letter. */
static void positions(void)
{
    static uint8_t packed[300];
    size_t count = 0;
    packed[count++] = 0x80 | 261 % 128, packed[count++] = 261 / 128;
    packed[count++] = 0x1f, packed[count++] = 'a', packed[count++] = 1, packed[count++] = 0;
    for (int i = 0; i < 256; i++) packed[count++] = 255;
    packed[count++] = SWASM_PACKED_BLOCK_BYTES - 1 - 4 - 15 - 256 * 255;
    const uint8_t last[] = {6, 0x50, 3, 'x', 'y', 'z', 'b'};
    for (size_t i = 0; i < sizeof last; i++) packed[count++] = last[i];
    for (int at = 0; at < 3; at++) {
        const uint64_t position = SWASM_PACKED_BLOCK_BYTES * (uint64_t)at / 2;
        swasm_packed table = swasm_packed_open(packed, count);
        swasm_packed_seek(&table, position);
        CHECK(swasm_packed_has_more(&table));
        if (at < 2) CHECK(swasm_packed_byte(&table) == 'a');
        if (at < 2) continue;
        char text[SWASM_FUNCTION_NAME_BYTES];
        CHECK(swasm_packed_text(&table, text) == 3 && text[0] == 'x' && text[2] == 'z');
        CHECK(swasm_packed_byte(&table) == 'b');
    }
    swasm_packed table = swasm_packed_open(packed, count);
    swasm_packed_seek(&table, SWASM_PACKED_BLOCK_BYTES - 1);
    CHECK(swasm_packed_byte(&table) == 'a' && swasm_packed_byte(&table) == 3);
    for (uint64_t beyond = 5; beyond < 1ull << 40; beyond *= 7) {
        table = swasm_packed_open(packed, count);
        swasm_packed_seek(&table, SWASM_PACKED_BLOCK_BYTES + beyond);
        CHECK(!swasm_packed_has_more(&table));
    }
}

/* Nothing outside of the table is read, wherever it ends and whatever its bytes are. */
static void damaged(void)
{
    uint64_t random = 1;
    for (int round = 0; round < 200000; round++) {
        const size_t count = next_random(&random) % 40;
        uint8_t *bytes = malloc(count + !count);
        for (size_t i = 0; i < count; i++) {
            const uint64_t number = next_random(&random);
            bytes[i] = number & 0x100 ? (uint8_t)number : (uint8_t)(number % 20);
        }
        swasm_packed table = swasm_packed_open(bytes, count);
        uint64_t taken = 0;
        while (swasm_packed_has_more(&table)) taken += swasm_packed_byte(&table) >= 0;
        CHECK(taken <= (uint64_t)count * SWASM_PACKED_BLOCK_BYTES);
        free(bytes);
    }
}

int main(void)
{
    RUN(literals);
    RUN(copies);
    RUN(numbers);
    RUN(positions);
    RUN(damaged);
    return finish();
}
