/* A host program for generated attacks (`fuzz attacks`). It contains one module, compiled in several ways
 * (configurations). Each call runs in every configuration from the same state. The outcomes are compared with
 * that of the first configuration.
 *
 * Input, one command a line:
 *   configuration NAME BLURS PARTS   the next PARTS of swasm_test_modules are an instance: imports first, module last.
 *                                    BLURS 1: after an out-of-bounds access memory, globals and tables may differ
 *   ready HASHES                     all configurations are named; HASHES 1: if there is only one, tell the module's
 *                                    "hash" after each call that returns
 *   call FUNCTION P Q N M            the export of that name; i32, i32, i32, i64 in hexadecimal
 * Answers:
 *   ref FUNCTION CALL ok VALUE | trap MESSAGE | skipped, then HASH if asked for     CALL counts from 0 in a function
 *   differs FUNCTION CALL NAME KIND: TEXT     CALL is 0 for a changed canary, and NAME says where that is
 *   done
 *
 * A different result, trap or state is a finding. So are:
 *   - A fault outside of the addresses that the specification allows: [base, base + 2^33 + 64 KiB) of a
 *     guarded memory, and none of any other memory. The rest of a reservation is there for accesses that
 *     should not exist.
 *   - A changed byte in the pages at both ends of each reservation, or in this program's own data and heap.
 *   - A call that does not end although the first configuration's does.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>

#include "../../src/runtime.h"
#include "../../src/stack.h"
#include "../../src/sys/signal.h"
#include "../../src/trap.h"

enum {
    MAX_CONFIGURATIONS = 12, MAX_PARTS = 2, MAX_ITEMS = 8, MAX_CANARIES = 256, CANARY_BYTES = 16 << 10,
    WINDOW_BYTES = 64 << 10, HOST_PAGE = 4096, TICK_MICROSECONDS = 4000,
    /* Limits of processor time: for the first configuration, and for the others. */
    REFERENCE_TICKS = 4, OTHER_TICKS = 200,
};
/* Outcomes that are no trap codes. */
enum { ENDED_LATE = 1000, ENDED_WILD = 1001 };

/* An instance of a program. That is a library with its own state, or an executable. */
typedef struct test_instance {
    const swasm_program *program;
    uint64_t position;
    void *state; /* NULL to allocate one */
} test_instance;

extern const test_instance swasm_test_modules[];
extern const uint64_t swasm_test_module_count;

/* The state of an instance that is reset before each call and compared after it. */
typedef struct configuration {
    char name[48];
    bool blurs;
    size_t parts, first_module;
    swasm_instance *instance, *provider;
    swasm_memory *memories[MAX_ITEMS];
    swasm_table *tables[MAX_ITEMS];
    swasm_value *globals[MAX_ITEMS * 4];
    uint32_t code;
    uint64_t result;
    char wild[200];
} configuration;

static configuration configurations[MAX_CONFIGURATIONS];
static size_t configuration_count, memory_count, table_count, global_count, next_module;
/* The first configuration's values after instantiation and "fill". */
static uint64_t initial_bytes[MAX_ITEMS], initial_length[MAX_ITEMS];
static uint8_t *initial_contents[MAX_ITEMS];
static uint32_t *initial_elements[MAX_ITEMS];
static swasm_value initial_globals[MAX_ITEMS * 4];
static bool tells_hashes;

static configuration *running;
static volatile sig_atomic_t ticks_left;
static struct sigaction runtime_action;

static void fail(const char *message)
{
    fprintf(stderr, "attack host: %s\n", message);
    exit(2);
}

/* ---- Canaries ---------------------------------------------------------------------------------- */

static struct {
    uint8_t *at;
    char name[64];
} canaries[MAX_CANARIES];
static size_t canary_count;
static uint8_t own_canary[CANARY_BYTES] = {1};
static uint8_t canary_pattern[CANARY_BYTES];

static void add_canary(uint8_t *at, const char *name, size_t index, const char *where)
{
    if (canary_count == MAX_CANARIES) return;
    memcpy(at, canary_pattern, CANARY_BYTES);
    canaries[canary_count].at = at;
    snprintf(canaries[canary_count++].name, sizeof canaries[0].name, "%s memory %zu %s", name, index, where);
}

/* Maps pages at an unused address. */
static void map_canary(uintptr_t at, const char *name, size_t index, const char *where)
{
    void *got = mmap((void *)at, CANARY_BYTES, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE, -1, 0);
    if (got == MAP_FAILED) return;
    if ((uintptr_t)got != at) munmap(got, CANARY_BYTES);
    else add_canary(got, name, index, where);
}

static bool is_guarded(const swasm_memory *memory) { return (memory->flags & SWASM_MEMORY_GUARDED) != 0; }

static void surround(const configuration *c, size_t index)
{
    const swasm_memory *memory = c->memories[index];
    uintptr_t base = (uintptr_t)memory->base;
    map_canary(base - (is_guarded(memory) ? SWASM_GUARD_BEFORE_BYTES : 0) - CANARY_BYTES, c->name, index, "below");
    map_canary(base + memory->reserved_bytes, c->name, index, "above");
}

static void make_pattern(void)
{
    uint64_t state = 0x9e3779b97f4a7c15ull;
    for (size_t i = 0; i < CANARY_BYTES; i++) {
        state = state * 6364136223846793005ull + 1442695040888963407ull;
        canary_pattern[i] = (uint8_t)(state >> 56) | 1;
    }
    add_canary(own_canary, "host", 0, "data");
    uint8_t *heap = malloc(CANARY_BYTES);
    if (heap) add_canary(heap, "host", 0, "heap");
}

static void check_canaries(const char *function)
{
    for (size_t i = 0; i < canary_count; i++) {
        if (memcmp(canaries[i].at, canary_pattern, CANARY_BYTES) == 0) continue;
        size_t at = 0;
        while (canaries[i].at[at] == canary_pattern[at]) at++;
        printf("differs %s 0 %s escape: canary changed at byte %zu\n", function, canaries[i].name, at);
        memcpy(canaries[i].at, canary_pattern, CANARY_BYTES);
    }
}

/* ---- Signals ----------------------------------------------------------------------------------- */

/* Ends the guest's call with `code`; false if no call runs on a guest stack. */
static bool leave(void *context, uint32_t code)
{
    uint64_t *registers = context;
    swasm_stack *stack = swasm_stack_holding(registers[SWASM_UC_SP]);
    if (!running || !stack || !stack->recovery) return false;
    registers[SWASM_UC_SP] = (uint64_t)stack->recovery;
    registers[SWASM_UC_PC] = (uint64_t)swasm_stack_resume;
    registers[SWASM_UC_RESULT] = code;
    return true;
}

static void on_tick(int number, siginfo_t *info, void *context)
{
    (void)number, (void)info;
    if (!running || --ticks_left > 0) return;
    (void)leave(context, ENDED_LATE);
}

/* Whether an access that the specification allows can reach the address: index and offset have 32 bits each. A
 * call that exhausts its stack may reach the stack's guard. */
static bool is_honest(uintptr_t address)
{
    for (size_t i = 0; i < memory_count; i++) {
        const swasm_memory *memory = running->memories[i];
        if (is_guarded(memory) && address - (uintptr_t)memory->base < (1ull << 33) + 65536) return true;
    }
    swasm_stack *stack = swasm_stack_holding(address);
    return stack && address - (uintptr_t)stack->low < SWASM_STACK_GUARD_BYTES;
}

static void describe_wild(uintptr_t address, const uint64_t *registers)
{
    /* The message names the nearest memory. */
    const swasm_memory *nearest = NULL;
    int64_t distance = INT64_MAX;
    for (size_t i = 0; i < memory_count; i++) {
        int64_t own = (int64_t)(address - (uintptr_t)running->memories[i]->base);
        if (llabs(own) < llabs(distance)) distance = own, nearest = running->memories[i];
    }
    bool inside = nearest && is_guarded(nearest) && distance >= -(int64_t)SWASM_GUARD_BEFORE_BYTES &&
                  distance < (int64_t)nearest->reserved_bytes;
    /* Bit 1 of the page fault's error code: a write. */
    bool writes = (registers[5 + 19] & 2) != 0;
    snprintf(running->wild, sizeof running->wild, "%s %s at base %s0x%llx", inside ? "in the reservation," : "outside,",
             writes ? "write" : "read", distance < 0 ? "-" : "+", (unsigned long long)llabs(distance));
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    uintptr_t address = (uintptr_t)info->si_addr;
    if (running && info->si_code > 0 && !is_honest(address)) {
        describe_wild(address, context);
        if (leave(context, ENDED_WILD)) return;
    }
    runtime_action.sa_sigaction(number, info, context);
}

static void install_signals(void)
{
    swasm_trap_install();
    struct sigaction fault = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    struct sigaction tick = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART};
    if (sigaction(SIGSEGV, &fault, &runtime_action) || sigaction(SIGBUS, &fault, NULL) || sigaction(SIGPROF, &tick, NULL))
        fail("sigaction");
    /* The parent of this process may have blocked signals. */
    sigset_t none;
    sigemptyset(&none);
    if (sigprocmask(SIG_SETMASK, &none, NULL)) fail("sigprocmask");
    struct itimerval timer = {{0, TICK_MICROSECONDS}, {0, TICK_MICROSECONDS}};
    if (setitimer(ITIMER_PROF, &timer, NULL)) fail("setitimer");
}

/* ---- Instances --------------------------------------------------------------------------------- */

static bool resolve(void *user, const swasm_import *import, swasm_extern *found)
{
    configuration *c = user;
    return c->provider && swasm_find_export(c->provider, import->name, found);
}

static void instantiate(configuration *c)
{
    swasm_instance_limits limits = {.max_memory_bytes = UINT64_MAX};
    for (size_t part = 0; part < c->parts; part++) {
        swasm_error error = {0};
        c->provider = c->instance;
        const test_instance *wanted = &swasm_test_modules[c->first_module + part];
        uint32_t got = swasm_instantiate(wanted->program, (uint32_t)wanted->position, wanted->state, &limits, resolve, c,
                                         &c->instance, &error);
        if (got != SWASM_OK) fail("a module cannot be instantiated");
    }
}

/* The exports are the same in every configuration. */
static void find_state(configuration *c)
{
    const swasm_module *module = c->instance->module;
    memory_count = table_count = global_count = 0;
    for (uint32_t i = 0; i < module->export_count; i++) {
        swasm_extern found = {0};
        if (!swasm_find_export(c->instance, module->exports[i].name, &found)) fail("an export is missing");
        if (found.kind == SWASM_MEMORY && memory_count < MAX_ITEMS) c->memories[memory_count++] = found.item;
        if (found.kind == SWASM_TABLE && table_count < MAX_ITEMS) c->tables[table_count++] = found.item;
        if (found.kind == SWASM_GLOBAL && global_count < MAX_ITEMS * 4) c->globals[global_count++] = found.item;
    }
}

static swasm_funcref *function_named(const configuration *c, const char *name)
{
    swasm_extern found = {0};
    if (!swasm_find_export(c->instance, (swasm_string){name, strlen(name)}, &found) || found.kind != SWASM_FUNCTION)
        return NULL;
    return found.item;
}

static uint64_t call_plain(const configuration *c, const char *name)
{
    swasm_value slots[8] = {{.words = {0}}};
    swasm_funcref *function = function_named(c, name);
    if (!function || swasm_call(function, slots) != 0) fail("fill or hash failed");
    return slots[0].words[0];
}

/* The parts of a memory that are filled, compared and reset: all of a small memory, windows of a large
 * one. */
static size_t windows(uint64_t bytes, uint64_t starts[4], uint64_t *window_bytes)
{
    *window_bytes = bytes <= 4 * WINDOW_BYTES ? bytes : WINDOW_BYTES;
    starts[0] = 0;
    if (bytes <= 4 * WINDOW_BYTES) return 1;
    starts[1] = bytes - WINDOW_BYTES;
    if (bytes <= (1ull << 31) + WINDOW_BYTES) return 2;
    starts[2] = (1ull << 31) - WINDOW_BYTES / 2;
    return 3;
}

static uint32_t number_of_element(const void *element)
{
    return element ? ((const swasm_funcref *)element)->function_index : UINT32_MAX;
}

static void keep_initial_state(configuration *c)
{
    call_plain(c, "fill");
    for (size_t i = 0; i < memory_count; i++) {
        const swasm_memory *memory = c->memories[i];
        uint64_t starts[4], bytes;
        size_t count = windows(memory->bytes, starts, &bytes);
        initial_bytes[i] = memory->bytes;
        initial_contents[i] = malloc(count * bytes + 1);
        if (!initial_contents[i]) fail("out of memory");
        for (size_t w = 0; w < count; w++) memcpy(initial_contents[i] + w * bytes, memory->base + starts[w], bytes);
    }
    for (size_t i = 0; i < table_count; i++) {
        initial_length[i] = c->tables[i]->length;
        initial_elements[i] = calloc(initial_length[i] + 1, sizeof(uint32_t));
        if (!initial_elements[i]) fail("out of memory");
        for (uint64_t e = 0; e < initial_length[i]; e++)
            initial_elements[i][e] = number_of_element(c->tables[i]->elements[e]);
    }
    for (size_t i = 0; i < global_count; i++) initial_globals[i] = *c->globals[i];
}

/* Saves each configuration's own references, which are restored later. */
static void *own_elements[MAX_CONFIGURATIONS][MAX_ITEMS][64];

static void keep_elements(configuration *c)
{
    for (size_t i = 0; i < table_count; i++) {
        if (c->tables[i]->length > 64) fail("a table is too large");
        for (uint64_t e = 0; e < c->tables[i]->length; e++)
            own_elements[c - configurations][i][e] = c->tables[i]->elements[e];
    }
}

static uint64_t page_ceiling(uint64_t bytes) { return (bytes + HOST_PAGE - 1) & ~(uint64_t)(HOST_PAGE - 1); }

static void reset_memory(swasm_memory *memory, size_t index)
{
    uint64_t open = page_ceiling(memory->bytes), wanted = page_ceiling(initial_bytes[index]);
    if (open > wanted) {
        madvise(memory->base + wanted, open - wanted, MADV_DONTNEED);
        if (mprotect(memory->base + wanted, open - wanted, PROT_NONE)) fail("mprotect");
    }
    memory->bytes = initial_bytes[index];
    uint64_t starts[4], bytes;
    size_t count = windows(memory->bytes, starts, &bytes);
    if (count > 1) madvise(memory->base, wanted, MADV_DONTNEED);
    /* A memory that ends inside of a page of the host may have grown and been reset. Clear the bytes behind
     * it. */
    if (wanted > memory->bytes) memset(memory->base + memory->bytes, 0, wanted - memory->bytes);
    for (size_t w = 0; w < count; w++) memcpy(memory->base + starts[w], initial_contents[index] + w * bytes, bytes);
}

static void reset(configuration *c)
{
    for (size_t i = 0; i < memory_count; i++) reset_memory(c->memories[i], i);
    for (size_t i = 0; i < table_count; i++) {
        c->tables[i]->length = initial_length[i];
        memcpy(c->tables[i]->elements, own_elements[c - configurations][i], initial_length[i] * sizeof(void *));
    }
    for (size_t i = 0; i < global_count; i++) *c->globals[i] = initial_globals[i];
}

/* ---- Calls ------------------------------------------------------------------------------------- */

static void run(configuration *c, const char *name, const uint64_t arguments[4])
{
    swasm_value slots[8];
    memset(slots, 0, sizeof slots);
    for (size_t i = 0; i < 4; i++) slots[i].words[0] = i < 3 ? (uint32_t)arguments[i] : arguments[i];
    const swasm_funcref *function = function_named(c, name);
    if (!function || !function->invoke) fail("no such function");
    reset(c);
    ticks_left = c == configurations ? REFERENCE_TICKS : OTHER_TICKS;
    running = c;
    c->code = swasm_call(function, slots);
    running = NULL;
    c->result = slots[0].words[0];
}

static const char *text_of(uint32_t code)
{
    if (code == 0) return "ok";
    return code == ENDED_LATE ? "does not end" : code == ENDED_WILD ? "wild access" : swasm_trap_message(code);
}

/* Writes the first difference in memory, tables or globals; false if there is none. */
static bool state_differs(const configuration *a, const configuration *b, char *text, size_t limit)
{
    for (size_t i = 0; i < memory_count; i++) {
        const swasm_memory *x = a->memories[i], *y = b->memories[i];
        if (x->bytes != y->bytes)
            return snprintf(text, limit, "memory %zu has %llu bytes, not %llu", i, (unsigned long long)y->bytes, (unsigned long long)x->bytes) > 0;
        uint64_t starts[4], bytes;
        size_t count = windows(x->bytes, starts, &bytes);
        for (size_t w = 0; w < count; w++) {
            const uint8_t *p = x->base + starts[w], *q = y->base + starts[w];
            if (memcmp(p, q, bytes) == 0) continue;
            uint64_t at = 0;
            while (p[at] == q[at]) at++;
            return snprintf(text, limit, "memory %zu byte %llu is %u, not %u", i, (unsigned long long)(starts[w] + at), q[at], p[at]) > 0;
        }
    }
    for (size_t i = 0; i < table_count; i++) {
        if (a->tables[i]->length != b->tables[i]->length) return snprintf(text, limit, "table %zu: another length", i) > 0;
        for (uint64_t e = 0; e < a->tables[i]->length; e++)
            if (number_of_element(a->tables[i]->elements[e]) != number_of_element(b->tables[i]->elements[e]))
                return snprintf(text, limit, "table %zu: another element %llu", i, (unsigned long long)e) > 0;
    }
    for (size_t i = 0; i < global_count; i++)
        if (memcmp(a->globals[i], b->globals[i], 8) != 0) return snprintf(text, limit, "global %zu", i) > 0;
    return false;
}

static void compare(const char *function, size_t call, configuration *c)
{
    const configuration *first = configurations;
    char text[200] = "";
    const char *kind = NULL;
    if (c->code == ENDED_WILD) {
        kind = "escape";
        snprintf(text, sizeof text, "%s; expected %s", c->wild, text_of(first->code));
    } else if (c->code != first->code) {
        kind = c->code == 0 ? "lost trap" : c->code == ENDED_LATE ? "does not end" : first->code == 0 ? "wrong trap" : "other trap";
        snprintf(text, sizeof text, "%s, expected %s", text_of(c->code), text_of(first->code));
    } else if (c->code == 0 && c->result != first->result) {
        kind = "result";
        snprintf(text, sizeof text, "%llx, expected %llx", (unsigned long long)c->result, (unsigned long long)first->result);
    } else if (!(c->blurs && c->code == SWASM_TRAP_MEMORY_OUT_OF_BOUNDS) && state_differs(first, c, text, sizeof text)) {
        kind = c->code == 0 ? "state" : "state after trap";
    }
    if (kind) printf("differs %s %zu %s %s: %s\n", function, call, c->name, kind, text);
}

static void run_call(const char *function, size_t call, const uint64_t arguments[4])
{
    configuration *first = configurations;
    run(first, function, arguments);
    if (first->code == ENDED_LATE) {
        printf("ref %s %zu skipped\n", function, call);
        return;
    }
    printf("ref %s %zu %s%s", function, call, first->code ? "trap " : "", text_of(first->code));
    if (!first->code) printf(" %llx", (unsigned long long)first->result);
    if (first->code == ENDED_WILD) printf("\ndiffers %s %zu %s escape: %s", function, call, first->name, first->wild);
    for (size_t k = 1; k < configuration_count; k++) {
        run(&configurations[k], function, arguments);
        if (k == 1) printf("\n");
        compare(function, call, &configurations[k]);
    }
    if (configuration_count == 1) {
        if (tells_hashes && !first->code) printf(" %llx", (unsigned long long)call_plain(first, "hash"));
        printf("\n");
    }
}

/* ---- The script -------------------------------------------------------------------------------- */

static void add_configuration(const char *line)
{
    int blurs = 0;
    if (configuration_count == MAX_CONFIGURATIONS) fail("too many configurations");
    configuration *c = &configurations[configuration_count];
    if (sscanf(line, "configuration %47s %d %zu", c->name, &blurs, &c->parts) != 3 || c->parts > MAX_PARTS)
        fail("configuration NAME BLURS PARTS");
    c->blurs = blurs != 0;
    c->first_module = next_module;
    next_module += c->parts;
    if (next_module > swasm_test_module_count) fail("no such module");
    configuration_count++;
    instantiate(c);
    find_state(c);
    for (size_t i = 0; i < memory_count; i++) surround(c, i);
}

static void get_ready(const char *line)
{
    int hashes = 0;
    if (sscanf(line, "ready %d", &hashes) != 1) fail("ready HASHES");
    tells_hashes = hashes != 0;
    keep_initial_state(configurations);
    for (size_t k = 0; k < configuration_count; k++) keep_elements(&configurations[k]);
    install_signals();
}

static void run_line(const char *line)
{
    static char previous[64];
    static size_t call;
    char function[64];
    unsigned long long p, q, n, m;
    if (strncmp(line, "configuration ", 14) == 0) add_configuration(line);
    else if (strncmp(line, "ready ", 6) == 0) get_ready(line);
    else if (sscanf(line, "call %63s %llx %llx %llx %llx", function, &p, &q, &n, &m) == 5) {
        call = strcmp(previous, function) == 0 ? call + 1 : 0;
        strcpy(previous, function);
        run_call(function, call, (uint64_t[4]){p, q, n, m});
        check_canaries(function);
        fflush(stdout);
    } else {
        fail("unknown command");
    }
}

int main(int argc, char **argv)
{
    if (argc != 2) fail("usage: attack_host SCRIPT");
    FILE *script = fopen(argv[1], "r");
    if (script == NULL) fail("the script cannot be opened");
    make_pattern();
    char *line = NULL;
    size_t capacity = 0;
    while (getline(&line, &capacity, script) > 0) run_line(line);
    printf("done\n");
    free(line);
    fclose(script);
    return 0;
}
