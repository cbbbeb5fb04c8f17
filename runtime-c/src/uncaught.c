/* Says what an exception carries that nobody caught: its tag and, if the C++ library of LLVM threw it, its C++ type with
 * a number or a text. All of that is read from the guest's memory, which may hold anything.
 * Spec: Itanium C++ ABI, Exception Handling (2.2 C++ Exception Objects) and 5.1 (mangling); LLVM's libc++abi.
 */
#include "uncaught.h"

#include "backtrace.h"

const swasm_exception *swasm_uncaught;

enum {
    MOST_NAME_BYTES = 200, MOST_TEXT_BYTES = 300, MOST_BASES = 16,
    /* The offsets of libc++abi's header from its last member, to which the exception's value points, and of the
     * object that follows it. Addresses have 32 bits. */
    TYPE_BEFORE = 48, OBJECT_BEHIND = 32,
};

/* A memory and what was read from it last. */
typedef struct reader {
    const swasm_memory *memory;
    bool is_good;
} reader;

static uint64_t number_at(reader *from, uint64_t address, uint64_t bytes)
{
    uint64_t value = 0;
    if (address > from->memory->bytes || bytes > from->memory->bytes - address) from->is_good = false;
    else __builtin_memcpy(&value, from->memory->base + address, bytes);
    return value;
}

/* The length of the text at `address`; 0 if it does not end after at most `most` bytes. */
static uint64_t text_length(reader *from, uint64_t address, uint64_t most)
{
    for (uint64_t i = 0; i < most; i++)
        if (!number_at(from, address + i, 1)) return from->is_good ? i : 0;
    return 0;
}

static void put_guest(swasm_line *line, const reader *from, uint64_t address, uint64_t bytes)
{
    swasm_put_untrusted(line, (const char *)from->memory->base + address, bytes);
}

static bool is_name(const reader *from, uint64_t name, uint64_t length, const char *text)
{
    return swasm_text_length(text) == length && !__builtin_memcmp(from->memory->base + name, text, length);
}

/* The types that most programs throw that are no classes. */
static const struct {
    const char mangled[4], name[14];
} simple_types[] = {
    {"i", "int"}, {"j", "unsigned int"}, {"l", "long"}, {"m", "unsigned long"}, {"b", "bool"}, {"PKc", "const char *"},
};

/* `N4shop5EmptyE`, `St13runtime_error` and `5Empty` as people write them; other names as they are. */
static void put_type(swasm_line *line, reader *from, uint64_t name, uint64_t length)
{
    for (size_t i = 0; i < sizeof simple_types / sizeof simple_types[0]; i++)
        if (is_name(from, name, length, simple_types[i].mangled)) {
            swasm_put(line, simple_types[i].name);
            return;
        }
    const size_t start = line->length;
    const char *at = (const char *)from->memory->base + name, *end = at + length;
    const bool is_nested = at < end && *at == 'N';
    at += is_nested;
    if (end - at > 2 && at[0] == 'S' && at[1] == 't') at += 2, swasm_put(line, "std");
    bool is_good = false;
    while (at < end && *at >= '1' && *at <= '9') {
        ptrdiff_t part = 0;
        while (at < end && *at >= '0' && *at <= '9' && part < MOST_NAME_BYTES) part = part * 10 + (*at++ - '0');
        if (part > end - at) break;
        if (line->length > start) swasm_put(line, "::");
        swasm_put_untrusted(line, at, (size_t)part);
        at += part;
        is_good = at == end - is_nested;
        if (is_good || !is_nested) break;
    }
    if (is_good && (!is_nested || *at == 'E')) return;
    line->length = start;
    put_guest(line, from, name, length);
}

/* Whether the type is, or has as its first base, one of the classes of the library that keep a text. */
static bool has_text(reader *from, uint64_t type)
{
    for (int depth = 0; depth < MOST_BASES && type; depth++) {
        uint64_t name = number_at(from, type + 4, 4), length = text_length(from, name, MOST_NAME_BYTES);
        if (!from->is_good || !length) return false;
        if (is_name(from, name, length, "St13runtime_error") || is_name(from, name, length, "St11logic_error")) return true;
        type = number_at(from, type + 8, 4); /* of a class with one base; otherwise the text of another type, or anything */
    }
    return false;
}

static void put_value(swasm_line *line, reader *from, uint64_t type, uint64_t name, uint64_t length, uint64_t object)
{
    uint64_t text = 0;
    if (is_name(from, name, length, "i")) {
        int64_t value = (int32_t)number_at(from, object, 4);
        swasm_put(line, value < 0 ? " -" : " ");
        swasm_put_decimal(line, (uint64_t)(value < 0 ? -value : value));
    } else if (is_name(from, name, length, "j")) {
        swasm_put(line, " ");
        swasm_put_decimal(line, number_at(from, object, 4));
    } else if (is_name(from, name, length, "PKc")) {
        text = number_at(from, object, 4);
    } else if (has_text(from, type)) {
        text = number_at(from, object + 4, 4);
    }
    from->is_good = true;
    uint64_t bytes = text ? text_length(from, text, MOST_TEXT_BYTES) : 0;
    if (!bytes) return;
    swasm_put(line, ": ");
    put_guest(line, from, text, bytes);
}

/* `: std::runtime_error: the text` */
static void put_cxx(swasm_line *line, const swasm_exception *exception)
{
    const swasm_module *module = exception->instance->module;
    if (!module->memory_count || module->imported_memory_count) return;
    const swasm_memory *memory = (const void *)((const char *)exception->instance + module->memories_offset);
    if (memory->flags & SWASM_MEMORY_64) return;
    reader from = {.memory = memory, .is_good = true};
    const uint64_t unwind = (uint32_t)exception->values[0].i32;
    const uint64_t class = number_at(&from, unwind, 8);
    if (class != 0x434c4e47432b2b00 /* CLNGC++ */ || unwind < TYPE_BEFORE) return;
    uint64_t type = number_at(&from, unwind - TYPE_BEFORE, 4), name = number_at(&from, type + 4, 4);
    uint64_t length = text_length(&from, name, MOST_NAME_BYTES);
    if (!from.is_good || !length) return;
    swasm_put(line, ": ");
    put_type(line, &from, name, length);
    put_value(line, &from, type, name, length, unwind + OBJECT_BEHIND);
}

bool swasm_put_uncaught(swasm_line *line)
{
    const swasm_exception *exception = swasm_uncaught;
    const swasm_module *module = exception->instance->module;
    uint32_t index = exception->tag_index;
    swasm_put(line, "uncaught exception: tag ");
    if (index < module->tag_name_count && module->tag_names[index].length)
        swasm_put_untrusted(line, module->tag_names[index].bytes, module->tag_names[index].length);
    else
        swasm_put_decimal(line, index);
    put_cxx(line, exception);
    return swasm_backtrace_put_where && swasm_backtrace_put_where(line, (uintptr_t)exception->thrown_at - 1);
}
