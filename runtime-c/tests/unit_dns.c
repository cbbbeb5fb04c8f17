/* dns_message.c: questions, answers, and answers that are wrong, hostile or random. Messages are exact
 * allocations, so that the sanitizers find a byte that is read beyond them. */
#include <ctype.h>
#include <stdlib.h>

#include "../src/wasi/dns_message.h"
#include "check.h"

static swasm_dns_question question;
static swasm_dns_answer answer;
static uint8_t message[70000];
static size_t count;

static void put(const void *bytes, size_t n) { memcpy(message + count, bytes, n), count += n; }
static void put_u16(unsigned value) { put((uint8_t[2]){(uint8_t)(value >> 8), (uint8_t)value}, 2); }
static void put_name(const char *text) /* labels, separated by dots; ends with the empty one */
{
    while (*text) {
        size_t n = strcspn(text, ".");
        message[count++] = (uint8_t)n;
        put(text, n);
        text += n + (text[n] == '.');
    }
    message[count++] = 0;
}
static void put_data(unsigned type, const void *data, unsigned bytes)
{
    put_u16(type), put_u16(1), put_u16(0), put_u16(60), put_u16(bytes), put(data, bytes);
}

static void ask_for(const char *name, uint16_t type)
{
    uint8_t random[34];
    for (size_t i = 0; i < sizeof random; i++) random[i] = (uint8_t)(0x5a + 37 * i);
    swasm_dns_ask(&question, name, strlen(name), type, random);
}

/* Begins an answer to the question. */
static void reply(unsigned flags, unsigned answers)
{
    count = swasm_dns_write(&question, message);
    message[2] = (uint8_t)(flags >> 8), message[3] = (uint8_t)flags;
    message[7] = (uint8_t)answers, message[6] = (uint8_t)(answers >> 8);
}

static swasm_dns_result read_as(bool by_tcp)
{
    uint8_t *exact = malloc(count);
    memcpy(exact, message, count);
    swasm_dns_result result = swasm_dns_read(exact, count, by_tcp, &question, &answer);
    free(exact);
    return result;
}
static swasm_dns_result result(void) { return read_as(false); }

static const uint8_t four[4] = {192, 0, 2, 7}, six[16] = {0x20, 1, [15] = 9};

static void questionsAreWritten(void)
{
    uint8_t bytes[SWASM_DNS_QUESTION_BYTES];
    ask_for("a.example.com", SWASM_DNS_AAAA);
    CHECK(swasm_dns_write(&question, bytes) == 12 + 15 + 4);
    CHECK(bytes[0] == question.id >> 8 && bytes[1] == (uint8_t)question.id && bytes[2] == 1 && bytes[5] == 1 && bytes[28] == 28);
    CHECK(bytes[12] == 1 && bytes[14] == 7 && bytes[22] == 3 && bytes[26] == 0);
    unsigned upper = 0;
    for (size_t i = 12; i < 26; i++) upper += isupper(bytes[i]) != 0, bytes[i] = (uint8_t)tolower(bytes[i]);
    CHECK(upper > 0 && upper < 11 && !memcmp(bytes + 15, "example", 7));
    char longest[254];
    memset(longest, 'a', 253);
    longest[253] = 0;
    for (size_t i = 63; i < 253; i += 64) longest[i] = '.';
    ask_for(longest, SWASM_DNS_A);
    CHECK(swasm_dns_write(&question, bytes) == 12 + 255 + 4 && question.name[254] == 0);
}

static void addressesAreFound(void)
{
    ask_for("example.com", SWASM_DNS_A);
    reply(0x8180, 2);
    put_u16(0xc00c), put_data(1, four, 4);
    put_name("EXAMPLE.com"), put_data(1, (uint8_t[4]){10, 0, 0, 1}, 4);
    CHECK(result() == SWASM_DNS_ADDRESSES && answer.count == 2 && !memcmp(answer.addresses[0], four, 4) && answer.addresses[1][0] == 10);
    CHECK(answer.addresses[0][4] == 0);
    ask_for("example.com", SWASM_DNS_AAAA);
    reply(0x8180, 1);
    put_u16(0xc00c), put_data(28, six, 16);
    CHECK(result() == SWASM_DNS_ADDRESSES && answer.count == 1 && !memcmp(answer.addresses[0], six, 16));
}

static void otherRecordsAreLeftOut(void)
{
    ask_for("example.com", SWASM_DNS_A);
    reply(0x8180, 6);
    put_name("other.com"), put_data(1, four, 4);
    put_u16(0xc00c), put_data(28, six, 16);
    put_u16(0xc00c), put_data(1, six, 16);  /* an address of another length */
    put_u16(0xc00c), put_data(1, four, 3);
    put_u16(0xc00c), put_u16(1), put_u16(3), put_u16(0), put_u16(0), put_u16(4), put(four, 4); /* another class */
    put_name("com"), put_data(1, four, 4);
    CHECK(result() == SWASM_DNS_NO_NAME && !answer.count);
}

static void aliasesAreFollowed(void)
{
    ask_for("example.com", SWASM_DNS_A);
    reply(0x8180, 3); /* in an order that servers do not use */
    put_name("b.net"), put_data(1, four, 4);
    put_name("a.net"), put_data(5, "\1b\3net", 7);
    put_u16(0xc00c), put_data(5, "\1A\3nEt", 7);
    CHECK(result() == SWASM_DNS_ADDRESSES && answer.count == 1);
    reply(0x8180, 2); /* a circle */
    put_u16(0xc00c), put_data(5, "\1a\3net", 7);
    put_name("a.net"), put_data(5, "\7example\3com", 13);
    CHECK(result() == SWASM_DNS_NO_NAME);
    reply(0x8180, 21); /* too many */
    put_u16(0xc00c), put_data(5, "\1a\1a", 5);
    for (char c = 'a'; c < 'a' + 19; c++) {
        const char owner[] = {c, '.', c, 0}, alias[] = {1, (char)(c + 1), 1, (char)(c + 1), 0};
        put_name(owner), put_data(5, alias, 5);
    }
    put_name("t.t"), put_data(1, four, 4);
    CHECK(result() == SWASM_DNS_NO_NAME);
    reply(0x8180, 2); /* the alias is longer or shorter than its record */
    put_u16(0xc00c), put_data(5, "\1a\3net\0", 8);
    put_name("a.net"), put_data(1, four, 4);
    CHECK(result() == SWASM_DNS_NO_NAME);
}

static void manyAddressesAreCut(void)
{
    ask_for("example.com", SWASM_DNS_A);
    reply(0x8180, 300);
    for (int i = 0; i < 300; i++) put_u16(0xc00c), put_data(1, four, 4);
    CHECK(read_as(true) == SWASM_DNS_ADDRESSES && answer.count == SWASM_DNS_MOST_ADDRESSES);
    reply(0x8180, 301); /* the address comes too late */
    for (int i = 0; i < 300; i++) put_u16(0xc00c), put_data(16, four, 4);
    put_u16(0xc00c), put_data(1, four, 4);
    CHECK(read_as(true) == SWASM_DNS_NO_NAME);
}

static void codesHaveMeanings(void)
{
    static const struct { unsigned flags; swasm_dns_result result; } rows[] = {
        {0x8183, SWASM_DNS_NO_NAME}, {0x8180, SWASM_DNS_NO_NAME}, {0x8182, SWASM_DNS_TRY_OTHERS}, {0x8185, SWASM_DNS_REFUSED},
        {0x8181, SWASM_DNS_REFUSED}, {0x8184, SWASM_DNS_REFUSED}, {0x818f, SWASM_DNS_REFUSED}, {0x8380, SWASM_DNS_ASK_BY_TCP},
        {0x0180, SWASM_DNS_NOT_OURS}, {0x8980, SWASM_DNS_NOT_OURS}, {0xf980, SWASM_DNS_NOT_OURS}};
    ask_for("example.com", SWASM_DNS_A);
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        reply(rows[i].flags, 0);
        CHECK(result() == rows[i].result);
    }
    reply(0x8380, 0);
    CHECK(read_as(true) == SWASM_DNS_NO_NAME); /* nothing is cut there */
}

static void forgedAnswersAreNotOurs(void)
{
    ask_for("example.com", SWASM_DNS_A);
    for (size_t i = 0; i < 2; i++) {
        reply(0x8180, 0);
        message[i] ^= 1; /* the id */
        CHECK(result() == SWASM_DNS_NOT_OURS && read_as(true) == SWASM_DNS_NOT_OURS);
    }
    for (size_t i = 12; i < 29; i++) { /* the question: name, type and class */
        reply(0x8180, 0);
        message[i] ^= 2;
        CHECK(result() == SWASM_DNS_NOT_OURS && read_as(true) == SWASM_DNS_NOT_OURS);
    }
    reply(0x8180, 0);
    message[13] ^= 32; /* a letter of another case */
    CHECK(result() == SWASM_DNS_ASK_BY_TCP && read_as(true) == SWASM_DNS_NO_NAME);
    reply(0x8180, 0);
    message[5] = 2; /* two questions */
    CHECK(result() == SWASM_DNS_NOT_OURS);
}

/* Names that circle, lead forward, are too long, or end beyond the message. */
static void hostileNamesEnd(void)
{
    static const uint8_t labels[] = {0x40, 0x80, 0xbf, 64};
    ask_for("example.com", SWASM_DNS_A);
    const unsigned pointers[] = {0xc000 | 29, 0xc000 | 30, 0xc000 | 31, 0xffff, 0xc000 | 200};
    for (size_t i = 0; i < sizeof pointers / sizeof pointers[0]; i++) {
        reply(0x8180, 1);
        put_u16(pointers[i]), put_data(1, four, 4);
        CHECK(result() == SWASM_DNS_NO_NAME);
    }
    for (size_t i = 0; i < sizeof labels; i++) {
        reply(0x8180, 1);
        put(&labels[i], 1), put_data(1, four, 4);
        CHECK(result() == SWASM_DNS_NO_NAME);
    }
    reply(0x8180, 1); /* a pointer to itself in the question */
    message[12] = 0xc0, message[13] = 12;
    CHECK(result() == SWASM_DNS_NOT_OURS);
    reply(0x8180, 2); /* labels of 260 bytes */
    size_t start = count;
    for (int i = 0; i < 26; i++) put("\11aaaaaaaaa", 10);
    put("", 1), put_data(1, four, 4);
    put_u16(0xc000 | (unsigned)start), put_data(1, four, 4);
    CHECK(result() == SWASM_DNS_NO_NAME);
    reply(0x8180, 200); /* each name is a pointer to the one before: bounded by its length */
    size_t last = 12;
    for (int i = 0; i < 200; i++) {
        size_t here = count;
        put("\1a", 2), put_u16(0xc000 | (unsigned)last), put_data(16, four, 4);
        last = here;
    }
    CHECK(read_as(true) == SWASM_DNS_NO_NAME);
}

static void everyBeginningIsRead(void)
{
    ask_for("example.com", SWASM_DNS_A);
    reply(0x8180, 3);
    put_u16(0xc00c), put_data(5, "\1a\3net", 7);
    put_name("a.net"), put_data(1, four, 4);
    put_u16(0xc00c), put_data(28, six, 16);
    for (size_t whole = count; count > 0; count--) {
        swasm_dns_result found = result();
        CHECK(found != SWASM_DNS_ADDRESSES || count >= whole - 28);
        CHECK(count >= 29 || found == SWASM_DNS_NOT_OURS);
    }
}

static void randomMessagesNeverReadBeyond(void)
{
    uint64_t seed = 7;
    for (int i = 0; i < 200000; i++) {
        ask_for("example.com", next_random(&seed) & 1 ? SWASM_DNS_A : SWASM_DNS_AAAA);
        reply(0x8180, 4);
        put_u16(0xc00c), put_data(5, "\1a\xc0\x14", 4);
        put("\1a\xc0\x14", 4), put_data(1, four, 4);
        put_u16(0xc00c), put_data(28, six, 16);
        put_name("a.net"), put_data(1, four, 4);
        size_t changes = 1 + next_random(&seed) % 6;
        while (changes--) message[(next_random(&seed) % 8 ? 29 : 0) + next_random(&seed) % (count - 29)] = (uint8_t)(next_random(&seed) >> 20);
        if (next_random(&seed) % 4 == 0) count = next_random(&seed) % count;
        read_as(next_random(&seed) & 1);
        CHECK(answer.count <= 4);
    }
}

int main(void)
{
    RUN(questionsAreWritten);
    RUN(addressesAreFound);
    RUN(otherRecordsAreLeftOut);
    RUN(aliasesAreFollowed);
    RUN(manyAddressesAreCut);
    RUN(codesHaveMeanings);
    RUN(forgedAnswersAreNotOurs);
    RUN(hostileNamesEnd);
    RUN(everyBeginningIsRead);
    RUN(randomMessagesNeverReadBeyond);
    return finish();
}
