/* JSON: a recursive-descent parser that builds a tree in an arena, a walk over it, and a writer. */
#include "bench.h"

typedef enum kind { NULL_, BOOL, NUMBER, STRING, ARRAY, OBJECT } kind;

typedef struct value {
    kind kind;
    double number;
    const char *text; /* in place, not terminated */
    size_t length;
    struct value *key, *first, *next;
} value;

static char document[1 << 19], written[1 << 19];
static value arena[1 << 16];
static size_t arena_used;
static const char *at;

static value *parse_value(void);

static void skip_space(void)
{
    while (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r')
        at++;
}

static value *make(kind k)
{
    if (arena_used == sizeof arena / sizeof *arena)
        exit(3);
    value *v = &arena[arena_used++];
    memset(v, 0, sizeof *v);
    v->kind = k;
    return v;
}

static value *parse_string(void)
{
    value *v = make(STRING);
    v->text = ++at;
    while (*at != '"')
        at += *at == '\\' ? 2 : 1;
    v->length = (size_t)(at++ - v->text);
    return v;
}

static value *parse_number(void)
{
    value *v = make(NUMBER);
    double sign = *at == '-' ? at++, -1 : 1, number = 0, scale = 1;
    for (; *at >= '0' && *at <= '9'; at++)
        number = number * 10 + (*at - '0');
    if (*at == '.')
        for (at++; *at >= '0' && *at <= '9'; at++) {
            number = number * 10 + (*at - '0');
            scale *= 10;
        }
    v->number = sign * number / scale;
    return v;
}

static value *parse_members(kind k, char close)
{
    value *v = make(k), **tail = &v->first;
    at++;
    for (skip_space(); *at != close; skip_space()) {
        value *key = NULL;
        if (k == OBJECT) {
            key = parse_string();
            skip_space();
            at++; /* the colon */
        }
        value *member = parse_value();
        member->key = key;
        *tail = member;
        tail = &member->next;
        skip_space();
        if (*at == ',')
            at++;
    }
    at++;
    return v;
}

static value *parse_value(void)
{
    skip_space();
    switch (*at) {
    case '{': return parse_members(OBJECT, '}');
    case '[': return parse_members(ARRAY, ']');
    case '"': return parse_string();
    case 't': at += 4; return make(BOOL);
    case 'f': at += 5; return make(BOOL);
    case 'n': at += 4; return make(NULL_);
    default: return parse_number();
    }
}

static uint64_t walk(const value *v, uint64_t sum)
{
    sum = bench_mix(sum, v->kind);
    if (v->key)
        sum = bench_mix(sum, (uint8_t)v->key->text[0] + v->key->length);
    if (v->kind == NUMBER)
        sum = bench_mix_double(sum, v->number);
    for (size_t i = 0; i < v->length; i++)
        sum = sum * 31 + (uint8_t)v->text[i];
    for (const value *m = v->first; m; m = m->next)
        sum = walk(m, sum);
    return sum;
}

static char *write_value(char *out, const value *v)
{
    if (v->key) {
        *out++ = '"';
        memcpy(out, v->key->text, v->key->length);
        out += v->key->length;
        *out++ = '"', *out++ = ':';
    }
    if (v->kind == STRING) {
        *out++ = '"';
        for (size_t i = 0; i < v->length; i++)
            *out++ = v->text[i];
        *out++ = '"';
    } else if (v->kind == NUMBER) {
        long n = (long)v->number;
        if (n < 0)
            *out++ = '-', n = -n;
        char digits[24];
        int count = 0;
        do
            digits[count++] = (char)('0' + n % 10);
        while (n /= 10);
        while (count)
            *out++ = digits[--count];
    } else if (v->kind >= ARRAY) {
        *out++ = v->kind == ARRAY ? '[' : '{';
        for (const value *m = v->first; m; m = m->next) {
            out = write_value(out, m);
            *out++ = m->next ? ',' : ' ';
        }
        *out++ = v->kind == ARRAY ? ']' : '}';
    } else
        *out++ = 'n', *out++ = 'u', *out++ = 'l', *out++ = 'l';
    return out;
}

static size_t write_document(uint64_t *seed)
{
    char *out = document;
    *out++ = '[';
    for (int i = 0; i < 2500; i++) {
        uint32_t r = bench_random(seed);
        out += sprintf(out, "%s\n {\"id\": %d, \"name\": \"item \\\"%x\\\" of many\", \"price\": %u.%02u, \"tags\": [\"a%u\", \"b\", null],"
                            " \"nested\": {\"deep\": {\"x\": -%u, \"y\": true}, \"list\": [%u, %u, %u]}}",
                       i ? "," : "", i, r, r % 1000, r % 100, r % 9, r % 777, r % 3, r % 33, r % 333);
    }
    *out++ = ']';
    *out = 0;
    return (size_t)(out - document);
}

int main(int argc, char **argv)
{
    int rounds = bench_rounds(argc, argv, 500);
    uint64_t seed = 23, sum = 0;
    sum = bench_mix(sum, write_document(&seed));
    for (int r = 0; r < rounds; r++) {
        arena_used = 0;
        at = document;
        value *root = parse_value();
        sum = walk(root, sum);
        size_t length = (size_t)(write_value(written, root) - written);
        sum = bench_mix(sum, length);
        for (size_t i = 0; i < length; i += 127)
            sum = sum * 31 + (uint8_t)written[i];
    }
    return bench_report("json", sum);
}
