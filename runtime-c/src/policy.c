/* Reads the grants: the records that were baked into the program, then the SWASM_ variables of the person who
 * starts it.
 *
 * policy.def has a row for each option, policy_options.h defines the records, and policy_values.c reads the
 * values that people write. This file turns them into swasm_grants. Three things hold:
 *
 * - The records come from our compiler. Even so, the whole policy is refused if any tag, length, number or
 *   text does not fit.
 * - A variable adds to a list or tightens a limit, as its row's rule says. If a name is nearly that of an
 *   option, the program does not start, because a limit may be meant. The first name that begins with SWASM_
 *   and is like no option is left to the caller, who says so. A variable never removes a restriction that was
 *   compiled in, with one exception: SWASM_HARDEN=off, if hardening was not required.
 * - If a variable of the guest is named twice, the later entry wins. Inherited variables are as the host has
 *   them. The guest never gets a variable whose name begins with SWASM_.
 */
#include "policy.h"

#include "../abi/swasm_abi.h"
#include "alloc.h"
#include "coredump.h"
#include "text.h"

static const char malformed[] = "the built-in policy is malformed";
static const char no_memory[] = "out of memory";

/* For each tag, the offset of its number in swasm_grants. */
static const uint16_t fields[SWASM_POLICY_TAGS] = {
#define SWASM_POLICY(NAME, tag, KIND, field, least, most, RULE, says) [tag] = offsetof(swasm_grants, field),
#include "../abi/policy.def"
#undef SWASM_POLICY
};

typedef struct texts {
    const char **items;
    size_t count, capacity;
} texts;

/* Growing lists that share one error. */
typedef struct builder {
    swasm_grants *grants;
    const char *const *host_env;
    swasm_grant_dir *dirs;
    const char **env;
    texts listeners, connects, resolves;
    size_t dir_capacity, env_capacity;
    const char *error;
} builder;

typedef struct bytes {
    const uint8_t *at;
    uint64_t left;
} bytes;

/* ---- Pieces ------------------------------------------------------------------------------------- */

static uint32_t take_u32(builder *b, bytes *from)
{
    uint32_t value = 0;
    if (from->left < sizeof value) {
        b->error = malformed;
        return 0;
    }
    __builtin_memcpy(&value, from->at, sizeof value);
    from->at += sizeof value;
    from->left -= sizeof value;
    return value;
}

static uint64_t take_u64(builder *b, bytes *from)
{
    uint64_t low = take_u32(b, from);
    return low | (uint64_t)take_u32(b, from) << 32;
}

/* A NUL-terminated copy. Text with a NUL inside is an error, because the kernel would read only the part
 * before the NUL. */
static const char *copy_text(builder *b, const char *text, uint64_t length)
{
    for (uint64_t i = 0; i < length; i++)
        if (!text[i]) b->error = malformed;
    if (b->error) return "";
    char *copy = swasm_allocate(length + 1);
    if (!copy) {
        b->error = no_memory;
        return "";
    }
    if (length) __builtin_memcpy(copy, text, length);
    return copy;
}

static const char *take_text(builder *b, bytes *from, uint64_t length)
{
    if (length > from->left) b->error = malformed;
    if (b->error) return "";
    const char *text = copy_text(b, (const char *)from->at, length);
    from->at += length;
    from->left -= length;
    return text;
}

static size_t name_length(const char *variable)
{
    size_t length = 0;
    while (variable[length] && variable[length] != '=') length++;
    return length;
}

static bool same_name(const char *a, const char *b)
{
    size_t length = name_length(a);
    return length == name_length(b) && !__builtin_memcmp(a, b, length);
}

/* Makes room for one more element. The list doubles; the memory of the old list is never freed. */
static void *with_room(builder *b, void *list, size_t count, size_t *capacity, size_t element_bytes)
{
    if (count < *capacity) return list;
    size_t doubled = *capacity ? *capacity * 2 : 8;
    void *larger = swasm_allocate_array(doubled, element_bytes);
    if (!larger) {
        b->error = no_memory;
        return NULL;
    }
    if (count) __builtin_memcpy(larger, list, count * element_bytes);
    *capacity = doubled;
    return larger;
}

/* ---- Grants ------------------------------------------------------------------------------------- */

static void add_dir(builder *b, const char *host, const char *guest, uint32_t flags)
{
    if (b->error) return;
    swasm_grant_dir *dirs = with_room(b, b->dirs, b->grants->dir_count, &b->dir_capacity, sizeof *dirs);
    if (!dirs) return;
    b->dirs = dirs;
    dirs[b->grants->dir_count++] = (swasm_grant_dir){.host = host, .guest = guest, .flags = flags};
}

/* Adds `variable`, which is K=V. It is left out if it has no name, or if its name is one of ours. */
static void add_variable(builder *b, const char *variable)
{
    size_t length;
    if (!swasm_policy_read_variable(variable, swasm_text_length(variable), &length)) return;
    const char **env = with_room(b, b->env, b->grants->env_count, &b->env_capacity, sizeof *env);
    if (!env) return;
    b->env = env;
    env[b->grants->env_count++] = variable;
}

/* Adds a named variable. It replaces all variables with its name. */
static void set_variable(builder *b, const char *variable)
{
    size_t kept = 0;
    bool is_placed = false;
    for (size_t i = 0; i < b->grants->env_count; i++) {
        bool is_same = same_name(b->env[i], variable);
        if (is_same && is_placed) continue;
        b->env[kept++] = is_same ? variable : b->env[i];
        is_placed |= is_same;
    }
    b->grants->env_count = kept;
    if (!is_placed) add_variable(b, variable);
}

/* Adds an entry K=V, or K for the value that the host has. */
static void add_env_entry(builder *b, const char *entry)
{
    if (b->error) return;
    if (entry[name_length(entry)] == '=') {
        set_variable(b, entry);
        return;
    }
    for (size_t i = 0; b->host_env[i]; i++)
        if (b->host_env[i][name_length(b->host_env[i])] == '=' && same_name(b->host_env[i], entry))
            set_variable(b, b->host_env[i]);
}

/* The list of the sockets' option `tag`; NULL for other options. net_start.c and listen.c read its texts, if
 * they are linked. */
__attribute__((noinline)) static texts *texts_of(builder *b, uint32_t tag)
{
    return tag == SWASM_POLICY_LISTEN    ? &b->listeners
           : tag == SWASM_POLICY_CONNECT ? &b->connects
           : tag == SWASM_POLICY_RESOLVE ? &b->resolves
                                         : NULL;
}

__attribute__((noinline)) static void add_text(builder *b, texts *list, const char *text)
{
    if (b->error) return;
    const char **items = with_room(b, list->items, list->count, &list->capacity, sizeof *items);
    if (!items) return;
    list->items = items;
    items[list->count++] = text;
}

/* ---- The records -------------------------------------------------------------------------------- */

static uint64_t *number_of(builder *b, uint32_t tag)
{
    return (uint64_t *)(void *)((char *)b->grants + fields[tag]);
}

static void read_dir(builder *b, bytes payload)
{
    uint32_t flags = take_u32(b, &payload);
    const char *host = take_text(b, &payload, take_u32(b, &payload));
    const char *guest = take_text(b, &payload, take_u32(b, &payload));
    if (flags & ~(uint32_t)SWASM_DIR_READ_ONLY || !*host || !*guest || payload.left) b->error = malformed;
    add_dir(b, host, guest, flags);
}

static void read_text(builder *b, uint32_t tag, bytes payload)
{
    const char *text = take_text(b, &payload, payload.left);
    texts *list = texts_of(b, tag);
    if (list) add_text(b, list, text);
    else if (tag == SWASM_POLICY_ENV) add_env_entry(b, text);
    else if (tag == SWASM_POLICY_ARGV0) b->grants->argv0 = text;
    else if (tag == SWASM_POLICY_INVOKE) b->grants->invoke = text;
    else b->error = malformed;
}

static void read_number(builder *b, const swasm_policy_option *option, uint32_t tag, bytes payload)
{
    uint64_t number = take_u64(b, &payload);
    if (payload.left || number < option->least || number > option->most) b->error = malformed;
    *number_of(b, tag) = number;
}

static void read_record(builder *b, uint32_t tag, bytes payload)
{
    const swasm_policy_option *option = swasm_policy_option_of(tag);
    if (!option) { /* a grant or a restriction that this runtime does not know */
        b->error = malformed;
        return;
    }
    b->grants->given |= 1u << tag;
    switch ((swasm_policy_kind)option->kind) {
    case SWASM_KIND_SWITCH:
        if (payload.left) b->error = malformed;
        return;
    case SWASM_KIND_TEXT:
    case SWASM_KIND_VARIABLE:
    case SWASM_KIND_ADDRESS:
    case SWASM_KIND_DESTINATION:
    case SWASM_KIND_NAME:
        read_text(b, tag, payload);
        return;
    case SWASM_KIND_DIRECTORY:
        read_dir(b, payload);
        return;
    case SWASM_KIND_NUMBER:
    case SWASM_KIND_SIZE:
    case SWASM_KIND_DURATION:
    case SWASM_KIND_HARDENING:
    case SWASM_KIND_STREAM:
    case SWASM_KIND_BACKTRACE:
    case SWASM_KIND_TRACE:
        read_number(b, option, tag, payload);
        return;
    }
}

/* Calls `read_record` for the INHERIT_ENV records (`inherit`), or for all others. The caller reads the
 * INHERIT_ENV records first, so that named variables win over inherited ones. */
static void read_records(builder *b, bytes records, bool inherit)
{
    while (!b->error) {
        uint32_t tag = take_u32(b, &records);
        if (b->error || tag == SWASM_POLICY_END) return;
        uint64_t length = take_u32(b, &records), padded = (length + 3) & ~3ull;
        if (padded > records.left) b->error = malformed;
        if (b->error) return;
        if ((tag == SWASM_POLICY_INHERIT_ENV) == inherit)
            read_record(b, tag, (bytes){.at = records.at, .left = length});
        records.at += padded;
        records.left -= padded;
    }
}

/* ---- What the person who starts the program adds ------------------------------------------------ */

static void add_entry(builder *b, const swasm_policy_option *option, uint32_t tag, const char *entry, uint64_t length)
{
    swasm_policy_directory dir;
    size_t name;
    bool good = true;
    if (tag == SWASM_POLICY_DIR) {
        if ((good = swasm_policy_read_directory(entry, length, &dir))) {
            const char *host = copy_text(b, dir.host, dir.host_length);
            add_dir(b, host, copy_text(b, dir.guest, dir.guest_length), dir.flags);
        }
    } else if (tag == SWASM_POLICY_ENV) {
        if ((good = swasm_policy_read_variable(entry, length, &name))) add_env_entry(b, copy_text(b, entry, length));
    } else if (texts_of(b, tag)) {
        add_text(b, texts_of(b, tag), copy_text(b, entry, length));
    } else {
        good = false;
    }
    if (!good) b->error = swasm_policy_refusal(option);
}

/* Adds each entry of a list; skips empty ones. */
static void add_entries(builder *b, const swasm_policy_option *option, uint32_t tag, const char *list)
{
    const char separator = tag == SWASM_POLICY_ENV ? '\n' : ';';
    while (*list && !b->error) {
        size_t length = 0;
        while (list[length] && list[length] != '\n' && list[length] != separator) length++;
        if (length) add_entry(b, option, tag, list, length);
        list += length + (list[length] != 0);
    }
}

/* Whether `number` may replace `old`: the baked-in value, or that of an earlier variable. */
static bool takes_effect(swasm_policy_rule rule, bool is_given, uint64_t old, uint64_t number)
{
    switch (rule) {
    case SWASM_RULE_BAKED:
    case SWASM_RULE_ADD:
        return false;
    case SWASM_RULE_LESSER:
        return !is_given || number < old;
    case SWASM_RULE_GREATER:
        return number > old;
    case SWASM_RULE_SEED:
    case SWASM_RULE_CHOICE:
        return true;
    case SWASM_RULE_HARDEN:
        return old != SWASM_HARDEN_REQUIRE;
    }
    return false;
}

static void set_number(builder *b, const swasm_policy_option *option, uint32_t tag, const char *text)
{
    const swasm_policy_rule rule = option->rule;
    uint64_t number = 0;
    bool good = swasm_policy_read_number(option, text, swasm_text_length(text), &number);
    if (rule == SWASM_RULE_SEED && !*text) good = true;
    if (!good) b->error = swasm_policy_refusal(option);
    else if (takes_effect(rule, swasm_is_given(b->grants, tag), *number_of(b, tag), number)) {
        *number_of(b, tag) = number;
        b->grants->given |= 1u << tag;
    }
}

/* The tag of the option that this variable sets, or 0. */
static uint32_t option_of_variable(const char *variable, size_t length)
{
    for (uint32_t tag = 0; tag < SWASM_POLICY_TAGS; tag++) {
        const swasm_policy_option *option = swasm_policy_option_of(tag);
        if (option && option->rule != SWASM_RULE_BAKED && length == option->variable_bytes &&
            !__builtin_memcmp(variable, swasm_policy_refusal(option), length))
            return tag;
    }
    return 0;
}

/* The option whose variable's name is nearly this one; NULL if there is none. Options without a variable
 * count, too: SWASM_SEALED is meant as a restriction. */
static const swasm_policy_option *near_option(const char *variable, size_t length)
{
    for (uint32_t tag = 0; tag < SWASM_POLICY_TAGS; tag++) {
        const swasm_policy_option *option = swasm_policy_option_of(tag);
        if (option && swasm_policy_is_near(variable, length, swasm_policy_refusal(option), option->variable_bytes)) return option;
    }
    return NULL;
}

/* A misspelt limit would not hold, so the program does not start. */
static const char *misspelt(const char *variable, size_t length, const swasm_policy_option *meant)
{
    static const char no[] = " is unknown", did_you_mean[] = "; did you mean ";
    char *message = swasm_allocate(length + sizeof no + sizeof did_you_mean + meant->variable_bytes + 1), *at = message;
    if (!message) return no_memory;
    __builtin_memcpy(at, variable, length), at += length;
    __builtin_memcpy(at, no, sizeof no - 1), at += sizeof no - 1;
    if (meant->rule == SWASM_RULE_BAKED) return message; /* there is no such variable */
    __builtin_memcpy(at, did_you_mean, sizeof did_you_mean - 1), at += sizeof did_you_mean - 1;
    __builtin_memcpy(at, swasm_policy_refusal(meant), meant->variable_bytes);
    at[meant->variable_bytes] = '?';
    return message;
}

static void read_unknown(builder *b, const char *variable, size_t length)
{
    const swasm_policy_option *meant = near_option(variable, length);
    if (meant) b->error = misspelt(variable, length, meant);
    else if (!b->grants->unknown_variable) b->grants->unknown_variable = copy_text(b, variable, length);
}

static void read_variable(builder *b, const char *variable)
{
    static const char profile[] = "SWASM_PROFILE", coredump[] = "SWASM_COREDUMP needs a program compiled with --coredump";
    const size_t length = name_length(variable);
    enum { OUR_BYTES = sizeof "SWASM_" - 1 };
    if (length < OUR_BYTES || __builtin_memcmp(variable, profile, OUR_BYTES)) return;
    if (length == sizeof profile - 1 && !__builtin_memcmp(variable, profile, length)) return; /* profile.c reads it */
    if (length == sizeof "SWASM_COREDUMP" - 1 && !__builtin_memcmp(variable, coredump, length)) {
        if (!swasm_coredump_begin) b->error = coredump; /* else coredump.c reads it */
        return;
    }
    const uint32_t tag = option_of_variable(variable, length);
    const swasm_policy_option *option = swasm_policy_option_of(tag);
    if (!option) {
        read_unknown(b, variable, length);
        return;
    }
    if (!variable[length]) b->error = swasm_policy_refusal(option); /* no '=' */
    else if (option->rule == SWASM_RULE_ADD) add_entries(b, option, tag, variable + length + 1);
    else set_number(b, option, tag, variable + length + 1);
}

const char *swasm_grants_read(swasm_grants *grants, bool sealed, const uint8_t *records, uint64_t record_bytes,
                              const char *argv0, const char *const *envp)
{
    *grants = (swasm_grants){
        .given = (uint32_t)sealed << SWASM_POLICY_SEALED, .argv0 = argv0, .host_env = envp,
        .max_memory_bytes = UINT64_MAX, .stack_bytes = SWASM_DEFAULT_STACK_BYTES,
    };
    builder b = {.grants = grants, .host_env = envp};
    bytes all = {.at = records, .left = record_bytes};
    read_records(&b, all, true);
    if (swasm_is_given(grants, SWASM_POLICY_INHERIT_ENV))
        for (size_t i = 0; envp[i] && !b.error; i++)
            if (envp[i][name_length(envp[i])] == '=') add_variable(&b, envp[i]);
    read_records(&b, all, false);
    grants->problem = b.error ? SWASM_ERROR_POLICY : SWASM_ERROR_VARIABLE;
    if (!swasm_is_given(grants, SWASM_POLICY_SEALED))
        for (size_t i = 0; envp[i] && !b.error; i++) read_variable(&b, envp[i]);
    grants->dirs = b.dirs;
    grants->env = b.env;
    grants->listeners = b.listeners.items, grants->listener_count = b.listeners.count;
    grants->connects = b.connects.items, grants->connect_count = b.connects.count;
    grants->resolves = b.resolves.items, grants->resolve_count = b.resolves.count;
    return b.error;
}

/* Strings that copy_text made. None of them is a string of the host, and none is a constant. */
__attribute__((noinline)) static void wipe(const char *const *copies, size_t count)
{
    for (size_t i = 0; i < count; i++) __builtin_memset((char *)copies[i], 0, swasm_text_length(copies[i]));
}

void swasm_grants_forget(swasm_grants *grants)
{
    for (size_t i = 0; i < grants->dir_count; i++) wipe(&grants->dirs[i].host, 1);
    wipe(grants->listeners, grants->listener_count);
    wipe(grants->connects, grants->connect_count);
    wipe(grants->resolves, grants->resolve_count);
}
