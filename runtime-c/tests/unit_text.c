/* Only plain characters of a guest's names reach a terminal, and none that a terminal obeys. */
#include "check.h"

#include "../src/text.h"

static bool shows(const char *text, const char *wanted)
{
    swasm_line line = {.length = 0};
    swasm_put_untrusted(&line, text, strlen(text));
    return line.length == strlen(wanted) && memcmp(line.bytes, wanted, line.length) == 0;
}

static void characters_are_shown(void)
{
    CHECK(shows("plain text~", "plain text~"));
    CHECK(shows("\u00a0\u00e9\u07ff\u0800\u20ac\ud7ff\ue000\uffff", "\u00a0\u00e9\u07ff\u0800\u20ac\ud7ff\ue000\uffff"));
    CHECK(shows("\U00010000\U0001f600\U0010ffff", "\U00010000\U0001f600\U0010ffff"));
}

static void controls_are_not(void)
{
    CHECK(shows("a\x1b[31mb\nc\rd\x7f", "a?[31mb?c?d?"));
    CHECK(shows("a\xc2\x9b" "31m", "a?31m")); /* U+009B is ESC [ in one character */
    CHECK(shows("\xc2\x80\xc2\x9f\xc2\xa0", "??\xc2\xa0"));
    CHECK(shows("\x9b" "31m", "?31m")); /* as terminals of eight bits have it */
}

/* Characters that make a line look like two lines, or change the order of its text. */
static void lines_and_directions_are_not(void)
{
    CHECK(shows("\u061c.\u200e\u200f.\u2028\u2029.", "?.??.??."));
    CHECK(shows("\u202a\u202b\u202c\u202d\u202e", "?????"));
    CHECK(shows("\u2066\u2067\u2068\u2069", "????"));
    CHECK(shows("\u061b\u061d\u200d\u2010\u2027\u202f\u2065\u206a", "\u061b\u061d\u200d\u2010\u2027\u202f\u2065\u206a"));
}

static void what_is_no_utf8_is_not(void)
{
    CHECK(shows("\xc0\x9b\xc1\xbf", "????"));
    CHECK(shows("\xe0\x82\x9b", "???"));         /* too long a form of U+009B */
    CHECK(shows("\xf0\x80\x82\x9b", "????"));
    CHECK(shows("\xed\xa0\x80", "???"));         /* a surrogate */
    CHECK(shows("\xf4\x90\x80\x80", "????"));    /* above U+10FFFF */
    CHECK(shows("\xf5\x80\x80\x80\xff", "?????"));
    CHECK(shows("\xe2\x82", "??"));              /* cut off */
    CHECK(shows("\xe2\x82x\xe2", "??x?"));
}

static void what_does_not_fit_is_cut(void)
{
    swasm_line line = {.length = sizeof line.bytes - 3};
    swasm_put_untrusted(&line, "\xe2\x82\xac", 3);
    CHECK(line.length == sizeof line.bytes - 3);
    swasm_put_untrusted(&line, "abc", 3);
    CHECK(line.length == sizeof line.bytes - 1);
}

int main(void)
{
    RUN(characters_are_shown);
    RUN(controls_are_not);
    RUN(lines_and_directions_are_not);
    RUN(what_is_no_utf8_is_not);
    RUN(what_does_not_fit_is_cut);
    return finish();
}
