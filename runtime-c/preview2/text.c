/* Text as components have it: UTF-8. Names and arguments of Linux may be any bytes. */
#include "preview2.h"

/* The length of the character at the beginning of the text; 0 if there is none. Spec: Unicode, table 3-7. */
static uint32_t character_bytes(const uint8_t *at, uint32_t bytes)
{
    if (at[0] < 0x80) return 1;
    if (at[0] < 0xc2 || at[0] > 0xf4) return 0;
    uint32_t length = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
    if (length > bytes) return 0;
    uint8_t lowest = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : 0x80;
    uint8_t highest = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : 0xbf;
    if (at[1] < lowest || at[1] > highest) return 0;
    for (uint32_t i = 2; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80) return 0;
    }
    return length;
}

bool p2_is_text(const uint8_t *at, uint32_t bytes)
{
    uint32_t length;
    for (uint32_t i = 0; i < bytes; i += length) {
        length = character_bytes(at + i, bytes - i);
        if (length == 0) return false;
    }
    return true;
}

p2_string p2_text(const uint8_t *at, uint32_t bytes)
{
    if (p2_is_text(at, bytes)) return (p2_string){at, bytes};
    uint8_t *text = p2_allocate((size_t)bytes * 3);
    uint32_t used = 0;
    for (uint32_t i = 0; i < bytes;) {
        uint32_t length = character_bytes(at + i, bytes - i);
        if (length == 0) {
            text[used++] = 0xef;
            text[used++] = 0xbf;
            text[used++] = 0xbd;
            i++;
        }
        while (length-- > 0) text[used++] = at[i++];
    }
    return (p2_string){text, used};
}
