/* See variables.h. Open addressing with steps of one; the table is made again whenever the list grows. */
#include "variables.h"

#include "alloc.h"

size_t swasm_variable_name_length(const char *variable)
{
    size_t length = 0;
    while (variable[length] && variable[length] != '=') length++;
    return length;
}

/* FNV-1a. */
static uint64_t hash_of(const char *name, size_t length)
{
    uint64_t hash = 0xcbf29ce484222325ull;
    for (size_t i = 0; i < length; i++) hash = (hash ^ (uint8_t)name[i]) * 0x100000001b3ull;
    return hash ^ hash >> 32;
}

/* The slot of the variable of that name, or the empty one where it belongs. `capacity` is a power of two. */
static uint32_t *slot_of(const swasm_variables *variables, const char *variable)
{
    const size_t length = swasm_variable_name_length(variable), mask = variables->capacity * 2 - 1;
    for (size_t i = hash_of(variable, length) & mask;; i = (i + 1) & mask) {
        uint32_t *slot = &variables->slots[i];
        if (!*slot) return slot;
        const char *other = variables->list[*slot - 1];
        if (swasm_variable_name_length(other) == length && !__builtin_memcmp(other, variable, length)) return slot;
    }
}

static bool grow(swasm_variables *variables)
{
    const size_t capacity = variables->capacity ? variables->capacity * 2 : 16;
    const char **list = swasm_allocate_array(capacity, sizeof *list);
    uint32_t *slots = swasm_allocate_array(capacity * 2, sizeof *slots);
    if (!list || !slots) return false;
    if (variables->count) __builtin_memcpy(list, variables->list, variables->count * sizeof *list);
    __builtin_memset(slots, 0, capacity * 2 * sizeof *slots);
    *variables = (swasm_variables){.list = list, .count = variables->count, .capacity = capacity, .slots = slots};
    for (size_t i = 0; i < variables->count; i++) *slot_of(variables, list[i]) = (uint32_t)(i + 1);
    return true;
}

bool swasm_variables_set(swasm_variables *variables, const char *variable)
{
    if (variables->count == variables->capacity && !grow(variables)) return false;
    uint32_t *slot = slot_of(variables, variable);
    if (!*slot) *slot = (uint32_t)++variables->count;
    variables->list[*slot - 1] = variable;
    return true;
}
