/* See dns_message.h. */
#include "dns_message.h"

enum {
    HEADER_BYTES = 12, RECORD_BYTES = 10, CLASS_INTERNET = 1, TYPE_CNAME = 5,
    FLAG_RESPONSE = 0x8000, OPCODE_MASK = 0x7800, FLAG_CUT = 0x0200, FLAG_RECURSION_DESIRED = 0x0100, CODE_MASK = 15,
    CODE_NO_ERROR = 0, CODE_SERVER_FAILURE = 2, CODE_NO_NAME = 3,
    POINTER = 0xc0, MOST_LABEL = 63,
    MOST_RECORDS = 256, /* of an answer; later ones are not looked at */
    MOST_ALIASES = 12,  /* from the name that was asked for to the one with addresses */
};

typedef struct message {
    const uint8_t *bytes;
    size_t count;
} message;

typedef struct name {
    uint8_t bytes[SWASM_DNS_NAME_BYTES];
    size_t count;
} name;

typedef struct record {
    name owner;
    uint32_t type, class;
    size_t data, data_bytes; /* within the message */
} record;

/* ---- Questions ---------------------------------------------------------------------------------- */

static bool is_letter(uint8_t c) { return (uint8_t)((c | 32) - 'a') < 26; }

void swasm_dns_ask(swasm_dns_question *question, const char *text, size_t length, uint16_t type, const uint8_t random[34])
{
    size_t label = 0;
    question->type = type;
    question->id = (uint16_t)(random[32] << 8 | random[33]);
    question->name_bytes = (uint16_t)(length + 2);
    question->name[length + 1] = 0;
    for (size_t i = 0; i < length; i++) {
        uint8_t c = (uint8_t)text[i];
        if (is_letter(c)) c = (uint8_t)((c | 32) ^ (random[i / 8] >> i % 8 & 1) << 5);
        question->name[i + 1] = c;
        if (c != '.') continue;
        question->name[label] = (uint8_t)(i - label);
        label = i + 1;
    }
    question->name[label] = (uint8_t)(length - label);
}

static uint8_t *put_u16(uint8_t *to, uint32_t value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
    return to + 2;
}

size_t swasm_dns_write(const swasm_dns_question *question, uint8_t to[SWASM_DNS_QUESTION_BYTES])
{
    uint8_t *at = put_u16(to, question->id);
    at = put_u16(at, FLAG_RECURSION_DESIRED);
    at = put_u16(at, 1); /* one question, and no records */
    for (int i = 0; i < 3; i++) at = put_u16(at, 0);
    __builtin_memcpy(at, question->name, question->name_bytes);
    at = put_u16(at + question->name_bytes, question->type);
    at = put_u16(at, CLASS_INTERNET);
    return (size_t)(at - to);
}

/* ---- Reading ------------------------------------------------------------------------------------ */

static uint32_t u16_at(message m, size_t at) { return (uint32_t)m.bytes[at] << 8 | m.bytes[at + 1]; }

/* Reads a name, which may continue at an earlier place of the message (4.1.4 Message compression). Every
 * pointer must lead before the place to which the last one led, so none is followed twice. Returns the place
 * behind the name, or 0 if there is no name at `at`. */
static size_t read_name(message m, size_t at, name *to)
{
    size_t behind = 0, lowest = at;
    to->count = 0;
    while (at < m.count) {
        const uint8_t length = m.bytes[at];
        if ((length & POINTER) == POINTER) {
            if (m.count - at < 2) return 0;
            if (!behind) behind = at + 2;
            at = u16_at(m, at) & 0x3fff;
            if (at >= lowest) return 0;
            lowest = at;
            continue;
        }
        if (length > MOST_LABEL || m.count - at <= length || to->count + length + 1 > SWASM_DNS_NAME_BYTES) return 0;
        __builtin_memcpy(to->bytes + to->count, m.bytes + at, length + 1u);
        to->count += length + 1u;
        at += length + 1u;
        if (length == 0) return behind ? behind : at;
    }
    return 0;
}

static uint8_t lower(uint8_t c) { return c >= 'A' && c <= 'Z' ? c | 32 : c; }

/* Whether two names are the same but for the case of letters. A length of a label is at most 63, so it is no
 * letter. */
static bool same_name(const uint8_t *a, size_t a_count, const uint8_t *b, size_t b_count)
{
    if (a_count != b_count) return false;
    for (size_t i = 0; i < a_count; i++)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

/* Returns the place behind the record, or 0 if there is no record at `at`. */
static size_t read_record(message m, size_t at, record *to)
{
    at = read_name(m, at, &to->owner);
    if (!at || m.count - at < RECORD_BYTES) return 0;
    to->type = u16_at(m, at), to->class = u16_at(m, at + 2);
    to->data_bytes = u16_at(m, at + 8);
    to->data = at + RECORD_BYTES;
    return m.count - to->data < to->data_bytes ? 0 : to->data + to->data_bytes;
}

/* Adds the addresses of `owner` to the answer. If `owner` is an alias, stores the name for which it stands,
 * and returns true. */
static bool collect(message m, size_t at, uint32_t records, const name *owner, uint32_t type, name *alias,
                    swasm_dns_answer *answer)
{
    const size_t wanted = type == SWASM_DNS_A ? 4 : 16;
    bool is_alias = false;
    record r;
    for (uint32_t i = 0; i < records && i < MOST_RECORDS && (at = read_record(m, at, &r)); i++) {
        if (r.class != CLASS_INTERNET || !same_name(r.owner.bytes, r.owner.count, owner->bytes, owner->count)) continue;
        if (r.type == TYPE_CNAME && !is_alias) is_alias = read_name(m, r.data, alias) == r.data + r.data_bytes;
        if (r.type != type || r.data_bytes != wanted || answer->count == SWASM_DNS_MOST_ADDRESSES) continue;
        __builtin_memset(answer->addresses[answer->count], 0, 16);
        __builtin_memcpy(answer->addresses[answer->count++], m.bytes + r.data, wanted);
    }
    return is_alias;
}

static swasm_dns_result read_records(message m, size_t at, const swasm_dns_question *question, swasm_dns_answer *answer)
{
    name owner, alias;
    __builtin_memcpy(owner.bytes, question->name, question->name_bytes);
    owner.count = question->name_bytes;
    for (int aliases = 0; aliases < MOST_ALIASES; aliases++) {
        bool is_alias = collect(m, at, u16_at(m, 6), &owner, question->type, &alias, answer);
        if (answer->count) return SWASM_DNS_ADDRESSES;
        if (!is_alias) break;
        owner = alias;
    }
    return SWASM_DNS_NO_NAME;
}

swasm_dns_result swasm_dns_read(const uint8_t *bytes, size_t count, bool by_tcp, const swasm_dns_question *question,
                                swasm_dns_answer *answer)
{
    const message m = {bytes, count};
    name asked;
    answer->count = 0;
    if (count < HEADER_BYTES || u16_at(m, 0) != question->id || u16_at(m, 4) != 1) return SWASM_DNS_NOT_OURS;
    const uint32_t flags = u16_at(m, 2), code = flags & CODE_MASK;
    if (!(flags & FLAG_RESPONSE) || flags & OPCODE_MASK) return SWASM_DNS_NOT_OURS;
    const size_t at = read_name(m, HEADER_BYTES, &asked);
    if (!at || count - at < 4 || u16_at(m, at) != question->type || u16_at(m, at + 2) != CLASS_INTERNET)
        return SWASM_DNS_NOT_OURS;
    if (!same_name(asked.bytes, asked.count, question->name, question->name_bytes)) return SWASM_DNS_NOT_OURS;
    const bool same_case = !__builtin_memcmp(asked.bytes, question->name, question->name_bytes);
    if (!by_tcp && (flags & FLAG_CUT || !same_case)) return SWASM_DNS_ASK_BY_TCP;
    if (code == CODE_NO_NAME) return SWASM_DNS_NO_NAME;
    if (code == CODE_SERVER_FAILURE) return SWASM_DNS_TRY_OTHERS;
    if (code != CODE_NO_ERROR) return SWASM_DNS_REFUSED;
    return read_records(m, at + 4, question, answer);
}
