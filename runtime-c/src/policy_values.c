/* The table of policy.def, and the grammar of its values except addresses (policy_address.c). The input is
 * hostile text, or a command line. The output is a value, or false if the text is not exactly one value. The
 * compiler links this file too, so it calls no other part of the runtime. */
#include <stddef.h>

#include "../abi/policy_options.h"

/* An executable says nothing about variables that it does not read. */
#if __STDC_HOSTED__
#define BAKED_TEXT(NAME, says) ADD_TEXT(NAME, says)
#else
#define BAKED_TEXT(NAME, says) "SWASM_" #NAME
#endif
#define ADD_TEXT(NAME, says) "SWASM_" #NAME " must be " says
#define LESSER_TEXT ADD_TEXT
#define GREATER_TEXT ADD_TEXT
#define SEED_TEXT ADD_TEXT
#define HARDEN_TEXT ADD_TEXT
#define CHOICE_TEXT ADD_TEXT

/* Offsets instead of pointers: a pointer takes more space, and has to be relocated when the program starts. */
static const struct texts {
    char none[1];
#define SWASM_POLICY(NAME, tag, KIND, field, low, high, RULE, says) char NAME[sizeof RULE##_TEXT(NAME, says)];
#include "../abi/policy.def"
#undef SWASM_POLICY
} texts = {
    "",
#define SWASM_POLICY(NAME, tag, KIND, field, low, high, RULE, says) RULE##_TEXT(NAME, says),
#include "../abi/policy.def"
#undef SWASM_POLICY
};

static const swasm_policy_option options[SWASM_POLICY_TAGS] = {
#define SWASM_POLICY(NAME, tag, KIND, field, low, high, RULE, says) \
    [tag] = {SWASM_KIND_##KIND, SWASM_RULE_##RULE, sizeof "SWASM_" #NAME - 1, offsetof(struct texts, NAME), low, high},
#include "../abi/policy.def"
#undef SWASM_POLICY
};

/* A row that is out of order would make SWASM_POLICY_TAGS too small for the array above. */
#define SWASM_POLICY(NAME, tag, KIND, field, low, high, RULE, says) \
    _Static_assert(tag > 0 && tag < SWASM_POLICY_TAGS && tag < 32, "the rows are not in the order of their tags, or a tag is above 31");
#include "../abi/policy.def"
#undef SWASM_POLICY

const swasm_policy_option *swasm_policy_option_of(uint32_t tag)
{
    return tag < SWASM_POLICY_TAGS && options[tag].variable_bytes ? &options[tag] : NULL;
}

const char *swasm_policy_refusal(const swasm_policy_option *option)
{
    return (const char *)&texts + option->text;
}

const char *swasm_policy_says(const swasm_policy_option *option)
{
    return swasm_policy_refusal(option) + option->variable_bytes + sizeof " must be " - 1;
}

/* ---- Numbers ------------------------------------------------------------------------------------ */

static bool is(const char *text, size_t length, const char *word)
{
    size_t i = 0;
    while (i < length && word[i] && text[i] == word[i]) i++;
    return i == length && !word[i];
}

/* How many bytes at the start are decimal digits. 0 if there are none, or if the number exceeds 64 bits. */
static size_t read_digits(const char *text, size_t length, uint64_t *number)
{
    size_t i = 0;
    for (*number = 0; i < length && text[i] >= '0' && text[i] <= '9'; i++) {
        if (__builtin_mul_overflow(*number, 10, number)) return 0;
        if (__builtin_add_overflow(*number, (uint64_t)(text[i] - '0'), number)) return 0;
    }
    return i;
}

/* The bytes of a unit; 0 if `unit` is not one. "MB" is not a unit here, because people disagree about its
 * meaning. */
static uint64_t size_unit(const char *unit, size_t length)
{
    static const char letters[] = "KMGT";
    if (is(unit, length, "") || is(unit, length, "B")) return 1;
    if (is(unit, length, "k")) return 1 << 10;
    for (uint32_t i = 0; letters[i]; i++)
        if (length && unit[0] == letters[i] && (length == 1 || is(unit + 1, length - 1, "iB"))) return 1ull << (10 * (i + 1));
    return 0;
}

static uint64_t duration_unit(const char *unit, size_t length)
{
    if (is(unit, length, "") || is(unit, length, "s")) return 1000000000u;
    if (is(unit, length, "ms")) return 1000000u;
    if (is(unit, length, "m")) return 60000000000u;
    return is(unit, length, "h") ? 3600000000000u : 0;
}

/* The words of a kind in the order of their numbers, each with its terminator. */
static const char *words_of(swasm_policy_kind kind)
{
    switch (kind) {
    case SWASM_KIND_HARDENING: return "on\0require\0off\0";
    case SWASM_KIND_STREAM: return "inherit\0null\0";
    case SWASM_KIND_BACKTRACE: return "1\0" "0\0full\0";
    case SWASM_KIND_TRACE: return "off\0wasi\0";
    default: return "";
    }
}

const char *swasm_policy_word(swasm_policy_kind kind, uint64_t number)
{
    const char *word = words_of(kind);
    for (; number && *word; number--)
        while (*word++) continue;
    return *word ? word : NULL;
}

bool swasm_policy_is_near(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t same = 0;
    while (same < a_length && same < b_length && a[same] == b[same]) same++;
    while (a_length > same && b_length > same && a[a_length - 1] == b[b_length - 1]) a_length--, b_length--;
    return a_length - same <= 2 && b_length - same <= 2;
}

static bool read_word(swasm_policy_kind kind, const char *text, size_t length, uint64_t *number)
{
    const char *word;
    for (*number = 0; (word = swasm_policy_word(kind, *number)); ++*number)
        if (is(text, length, word)) return true;
    return false;
}

bool swasm_policy_read_number(const swasm_policy_option *option, const char *text, size_t length, uint64_t *number)
{
    const swasm_policy_kind kind = option->kind;
    if (swasm_policy_word(kind, 0)) return read_word(kind, text, length, number);
    size_t digits = read_digits(text, length, number);
    if (!digits) return false;
    const char *unit = text + digits;
    length -= digits;
    uint64_t factor = kind == SWASM_KIND_SIZE       ? size_unit(unit, length)
                      : kind == SWASM_KIND_DURATION ? duration_unit(unit, length)
                                                    : kind == SWASM_KIND_NUMBER && !length;
    if (!factor || __builtin_mul_overflow(*number, factor, number)) return false;
    return *number >= option->least && *number <= option->most;
}

/* ---- Names -------------------------------------------------------------------------------------- */

bool swasm_policy_read_directory(const char *text, size_t length, swasm_policy_directory *directory)
{
    *directory = (swasm_policy_directory){.host = text, .guest = text};
    if (length >= 3 && is(text + length - 3, 3, ":ro")) {
        directory->flags = SWASM_DIR_READ_ONLY;
        length -= 3;
    }
    size_t host = 0;
    while (host < length && !(length - host >= 2 && text[host] == ':' && text[host + 1] == ':')) host++;
    directory->host_length = directory->guest_length = host;
    if (host < length) {
        directory->guest = text + host + 2;
        directory->guest_length = length - host - 2;
    }
    return directory->host_length && directory->guest_length;
}

bool swasm_policy_read_variable(const char *text, size_t length, size_t *name_length)
{
    static const char ours[] = "SWASM_";
    size_t name = 0;
    while (name < length && text[name] != '=') name++;
    *name_length = name;
    return name && !(name >= sizeof ours - 1 && is(text, sizeof ours - 1, ours));
}
