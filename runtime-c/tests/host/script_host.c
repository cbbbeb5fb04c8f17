/* A host program for the conformance tests: links with module objects and the runtime, reads commands from
 * a script file and answers each with one line on standard output.
 *
 * Input, one command a line, names in hexadecimal ("-" is the empty name):
 *   new MODULE SLOT            make an instance of swasm_test_modules[MODULE]; it is SLOT from now on
 *   register SLOT NAME         its exports satisfy imports from NAME; the latest registration has precedence
 *   invoke SLOT NAME VALUE...  VALUE is LOW:HIGH, 64 bits each in hexadecimal; or extern:N
 *   get SLOT NAME
 *   text SLOT                  call the export `call`, which returns a length, and read so many bytes of the export `memory`
 * Answers: "ok LOW:HIGH..." | for text "ok HEX" | "trap MESSAGE" | "unlinkable MESSAGE" | "error MESSAGE"
 * The first line is "externs ADDRESS BYTES": where extern:0 is, and how far extern:1 is from it.
 * The reader compares the answers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/runtime.h"

enum { MAX_SLOTS = 4096, MAX_REGISTERED = 512, MAX_VALUES = 1100, EXTERN_COUNT = 4096, MAX_TOKENS = 1200 };

/* An instance of a program. That is a library with its own state, or an executable. */
typedef struct test_instance {
    const swasm_program *program;
    uint64_t position;
    void *state; /* NULL to allocate one */
} test_instance;

extern const test_instance swasm_test_modules[];
extern const uint64_t swasm_test_module_count;

typedef struct name {
    char *bytes;
    size_t length;
} name;

typedef struct registration {
    name name;
    swasm_instance *instance;
} registration;

static swasm_instance *slots[MAX_SLOTS];
static registration registered[MAX_REGISTERED];
static size_t registered_count;
static swasm_value externs[EXTERN_COUNT];

static void fail(const char *message) {
    fprintf(stderr, "script host: %s\n", message);
    exit(2);
}

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    fail("not a hexadecimal digit");
    return 0;
}

static name decode_name(const char *text) {
    size_t length = strcmp(text, "-") == 0 ? 0 : strlen(text) / 2;
    name result = {malloc(length + 1), length};
    if (result.bytes == NULL) fail("out of memory");
    for (size_t i = 0; i < length; i++) {
        result.bytes[i] = (char)(hex_digit(text[2 * i]) * 16 + hex_digit(text[2 * i + 1]));
    }
    result.bytes[length] = 0;
    return result;
}

static size_t decode_index(const char *text, size_t limit) {
    char *end = NULL;
    unsigned long long value = strtoull(text, &end, 10);
    if (end == text || *end != 0 || value >= limit) fail("an index is out of range");
    return (size_t)value;
}

static swasm_value decode_value(const char *text) {
    swasm_value value = {.words = {0, 0}};
    if (strncmp(text, "extern:", 7) == 0) {
        value.ref = &externs[decode_index(text + 7, EXTERN_COUNT)];
        return value;
    }
    char *end = NULL;
    value.words[0] = strtoull(text, &end, 16);
    if (*end != ':') fail("not a value");
    value.words[1] = strtoull(end + 1, &end, 16);
    return value;
}

/* The latest registration has precedence. Several modules may have the same name, as the modules of spectest
 * do. */
static bool resolve(void *user, const swasm_import *import, swasm_extern *found) {
    (void)user;
    for (size_t i = registered_count; i-- > 0;) {
        const registration *entry = &registered[i];
        if (entry->name.length != import->module.length) continue;
        if (memcmp(entry->name.bytes, import->module.bytes, entry->name.length) != 0) continue;
        if (swasm_find_export(entry->instance, import->name, found)) return true;
    }
    return false;
}

static void answer_error(const swasm_error *error) {
    switch (error->kind) {
    case SWASM_UNKNOWN_IMPORT_ERROR: printf("unlinkable unknown import\n"); return;
    case SWASM_INCOMPATIBLE_IMPORT:
        printf("unlinkable incompatible import type%s\n", error->import->kind == SWASM_MEMORY ? " of memory" : "");
        return;
    case SWASM_TRAPPED: printf("trap %s\n", swasm_trap_message(error->trap)); return;
    case SWASM_OUT_OF_ADDRESSES:
    case SWASM_MEMORY_REFUSED:
    case SWASM_OUT_OF_MEMORY: printf("error out of memory\n"); return;
    default: printf("error of unknown kind %u\n", error->kind);
    }
}

static void run_new(char **tokens, size_t count) {
    if (count != 3) fail("new MODULE SLOT");
    const test_instance *wanted = &swasm_test_modules[decode_index(tokens[1], swasm_test_module_count)];
    size_t slot = decode_index(tokens[2], MAX_SLOTS);
    swasm_instance_limits limits = {.max_memory_bytes = UINT64_MAX};
    swasm_error error = {0};
    swasm_instance *instance = NULL;
    if (swasm_instantiate(wanted->program, (uint32_t)wanted->position, wanted->state, &limits, resolve, NULL, &instance,
                          &error) != SWASM_OK) {
        answer_error(&error);
        return;
    }
    slots[slot] = instance;
    printf("ok\n");
}

static swasm_instance *instance_of(const char *token) {
    swasm_instance *instance = slots[decode_index(token, MAX_SLOTS)];
    if (instance == NULL) printf("error no instance\n");
    return instance;
}

static void run_register(char **tokens, size_t count) {
    if (count != 3 || registered_count == MAX_REGISTERED) fail("register SLOT NAME");
    swasm_instance *instance = instance_of(tokens[1]);
    if (instance == NULL) return;
    registered[registered_count++] = (registration){decode_name(tokens[2]), instance};
    printf("ok\n");
}

/* Reads the types of a list. `*text` points behind its '(', and then behind its ')'. */
static size_t count_types(const char **text) {
    size_t commas = 0, depth = 0;
    const char *start = *text, *at = start;
    for (; *at != 0 && !(*at == ')' && depth == 0); at++) {
        if (*at == '(') depth++;
        if (*at == ')') depth--;
        if (*at == ',' && depth == 0) commas++;
    }
    *text = *at == ')' ? at + 1 : at;
    return at == start ? 0 : commas + 1;
}

/* Reads a type such as "(i32,i64)->(f32)". */
static bool count_signature(const char *text, size_t *parameters, size_t *results) {
    if (text == NULL || *text++ != '(') return false;
    *parameters = count_types(&text);
    if (strncmp(text, "->(", 3) != 0) return false;
    text += 3;
    *results = count_types(&text);
    return *parameters <= MAX_VALUES && *results <= MAX_VALUES;
}

static void answer_values(const swasm_value *values, size_t count) {
    printf("ok");
    for (size_t i = 0; i < count; i++) {
        printf(" %llx:%llx", (unsigned long long)values[i].words[0], (unsigned long long)values[i].words[1]);
    }
    printf("\n");
}

static bool find(const char *slot, const char *field, swasm_extern *found) {
    swasm_instance *instance = instance_of(slot);
    if (instance == NULL) return false;
    name decoded = decode_name(field);
    bool exists = swasm_find_export(instance, (swasm_string){decoded.bytes, decoded.length}, found);
    if (!exists) printf("error no export of that name\n");
    free(decoded.bytes);
    return exists;
}

static void run_invoke(char **tokens, size_t count) {
    static swasm_value values[MAX_VALUES];
    swasm_extern found = {0};
    size_t parameters = 0, results = 0;
    if (count < 3) fail("invoke SLOT NAME VALUE...");
    if (!find(tokens[1], tokens[2], &found)) return;
    if (found.kind != SWASM_FUNCTION || !count_signature(found.type_text, &parameters, &results)) {
        printf("error not a function with a readable type: %s\n", found.type_text ? found.type_text : "none");
        return;
    }
    if (parameters != count - 3) {
        printf("error %zu arguments for %s\n", count - 3, found.type_text);
        return;
    }
    const swasm_funcref *function = found.item;
    if (function->invoke == NULL) {
        printf("error the function cannot be called by a host\n");
        return;
    }
    memset(values, 0, sizeof values);
    for (size_t i = 0; i < parameters; i++) values[i] = decode_value(tokens[3 + i]);
    uint32_t trap = swasm_call(function, values);
    if (trap != 0) {
        printf("trap %s\n", swasm_trap_message(trap));
        return;
    }
    answer_values(values, results);
}

static void run_get(char **tokens, size_t count) {
    swasm_extern found = {0};
    if (count != 3) fail("get SLOT NAME");
    if (!find(tokens[1], tokens[2], &found)) return;
    if (found.kind != SWASM_GLOBAL) {
        printf("error not a global\n");
        return;
    }
    answer_values(found.item, 1);
}

static swasm_extern export_of(swasm_instance *instance, const char *name, uint32_t kind) {
    swasm_extern found = {0};
    bool exists = swasm_find_export(instance, (swasm_string){name, strlen(name)}, &found);
    if (!exists || found.kind != kind) fail("text: the instance lacks an export");
    return found;
}

static void run_text(char **tokens, size_t count) {
    if (count != 2) fail("text SLOT");
    swasm_instance *instance = instance_of(tokens[1]);
    if (instance == NULL) return;
    swasm_extern call = export_of(instance, "call", SWASM_FUNCTION);
    swasm_extern text = export_of(instance, "memory", SWASM_MEMORY);
    swasm_value value = {.words = {0, 0}};
    uint32_t trap = swasm_call(call.item, &value);
    if (trap != 0) {
        printf("trap %s\n", swasm_trap_message(trap));
        return;
    }
    const swasm_memory *memory = text.item;
    if ((uint32_t)value.i32 > memory->bytes) fail("text: more bytes than the memory has");
    printf("ok ");
    for (uint32_t i = 0; i < (uint32_t)value.i32; i++) printf("%02x", memory->base[i]);
    printf("\n");
}

static void run_line(char *line) {
    static char *tokens[MAX_TOKENS];
    size_t count = 0;
    for (char *token = strtok(line, " \n"); token != NULL; token = strtok(NULL, " \n")) {
        if (count == MAX_TOKENS) fail("a line has too many words");
        tokens[count++] = token;
    }
    if (count == 0) return;
    if (strcmp(tokens[0], "new") == 0) run_new(tokens, count);
    else if (strcmp(tokens[0], "register") == 0) run_register(tokens, count);
    else if (strcmp(tokens[0], "invoke") == 0) run_invoke(tokens, count);
    else if (strcmp(tokens[0], "get") == 0) run_get(tokens, count);
    else if (strcmp(tokens[0], "text") == 0) run_text(tokens, count);
    else fail("unknown command");
    /* Write each answer at once, because the next command may end the process. */
    fflush(stdout);
}

int main(int argc, char **argv) {
    if (argc != 2) fail("usage: host SCRIPT");
    FILE *script = fopen(argv[1], "r");
    if (script == NULL) fail("the script cannot be opened");
    printf("externs %llx %zx\n", (unsigned long long)(uintptr_t)externs, sizeof externs[0]);
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, script) > 0) run_line(line);
    free(line);
    fclose(script);
    return 0;
}
