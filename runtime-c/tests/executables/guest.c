/* A handwritten executable. GUEST_BODY is the body of its export GUEST_EXPORT. It is compiled once for each
 * behaviour that run.sh checks, with a code map as a compiler makes it (GUEST_MAPS) or without.
 */
#include "../guest.h"
#include "../../src/sys/sys.h"

void *memset(void *destination, int value, size_t bytes);
double floor(double x);

static uint8_t *base(void)
{
    guest_instance *instance = (guest_instance *)(void *)&swasm_main_state;
    return instance->memories[0].base;
}

static void say(const char *text)
{
    size_t length = 0;
    while (text[length]) length++;
    swasm_write(2, text, length);
}

/* The code of the "guest" lies in one section, because a code map needs its beginning and its end. */
__asm__(".section guest_code, \"ax\"\nguest_begin:\n.text\n");
#define GUEST __attribute__((section("guest_code"), used, noinline))

GUEST static void trap_unreachable(void) { __asm__ volatile("ud1l 1(%eax), %eax"); }
GUEST static void trap_division(void) { __asm__ volatile("ud1l 2(%eax), %eax"); }
GUEST static void load_beyond(void) { (void)*(volatile uint8_t *)(base() + 65536); }
GUEST static void load_far_beyond(void) { (void)*(volatile uint8_t *)(base() + 0x1fffffffeull); }
GUEST static void load_below(void) { (void)*(volatile uint8_t *)(base() - 1); }
GUEST static void fill_beyond(void) { memset(base() + 65000, 1, 600); }
GUEST static uint64_t recurse(uint64_t depth)
{
    volatile uint64_t frame[4] = {depth};
    uint64_t result = depth == UINT64_MAX ? 0 : recurse(depth + 1);
    return result + frame[0];
}
GUEST static void exhaust_stack(void) { recurse(0); }
GUEST static void null_pointer(void) { *(volatile int *)8 = 1; }
GUEST static void plain_ud2(void) { __asm__ volatile("ud2"); }
GUEST static void grow_and_store(void)
{
    guest_instance *instance = (guest_instance *)(void *)&swasm_main_state;
    uint64_t before = swasm_memory_grow(&instance->memories[0], 1);
    *(volatile uint8_t *)(base() + 131071) = 1;
    if (before == 1 && swasm_memory_grow(&instance->memories[0], 2) == UINT64_MAX) say("grown\n");
}
GUEST static void round_down(void)
{
    volatile double x = 2.5;
    if (floor(x) == 2) say("2\n");
}
GUEST static void nothing(void) { say("ran\n"); }
GUEST static void unknown_import(void)
{
    swasm_unknown_import(&swasm_main_state, "env", "missing\033[31m");
}

GUEST static void guest_end(void) {} /* the last function of the section */

/* Acts like a bug of the runtime: it runs on the guest stack, and accesses guest memory without a check. */
__attribute__((noinline, unused)) static void runtime_bug(void) { (void)*(volatile uint8_t *)(base() + 65536); }

/* The stack may also run out in a function of the runtime. That is a trap, too. */
__attribute__((noinline)) static uint64_t runtime_recursion(uint64_t depth)
{
    volatile uint8_t frame[3000] = {(uint8_t)depth};
    return depth == UINT64_MAX ? 0 : runtime_recursion(depth + 1) + frame[0];
}
__attribute__((unused)) static void runtime_exhausts_stack(void) { runtime_recursion(0); }

static void invoke_start(const swasm_funcref *function, swasm_value *slots)
{
    (void)slots;
    ((void (*)(void))function->code)();
}

static void echo(swasm_value *slots) { slots[0].i32 = -slots[0].i32; }
static void invoke_echo(const swasm_funcref *function, swasm_value *slots)
{
    ((void (*)(swasm_value *))function->code)(slots);
}

static const swasm_type types[] = {
    {.text = "()->()", .invoke = invoke_start},
    {.text = "(i32,i64,f32,f64)->(i32,i64,f32,f64)", .invoke = invoke_echo, .parameter_count = 4, .result_count = 4},
};
static const swasm_function functions[] = {
    {.code = (void *)GUEST_BODY, .type = 0, .index = 3}, {.code = (void *)echo, .type = 1, .index = 4}};
static const swasm_export exports[] = {
    {.name = {GUEST_EXPORT, sizeof GUEST_EXPORT - 1}, .kind = SWASM_FUNCTION, .index = 3},
    {.name = {"echo", 4}, .kind = SWASM_FUNCTION, .index = 4},
};
static const swasm_memory_type memories[] = {
    {.limits = {.minimum = 1, .maximum = 3}, .flags = SWASM_MEMORY_GUARDED, .page_log2 = 16}};

#if GUEST_MAPS
/* Both tables are packed: one block, which is a few literal bytes. One map has one row: file offset 0x20,
 * from the first byte on. */
__asm__(".section .data.rel.ro.maps, \"aw\"\n.balign 8\n.globl swasm_code_maps, swasm_code_map_count\n"
        "swasm_code_maps: .quad guest_begin, guest_end - guest_begin, 1f, 4, 1f, 0, 1f, 0\n"
        "swasm_code_map_count: .quad 1\n1: .byte 3, 0x20, 0, 0x20\n.text\n");
/* One function: the body is at 0x10 to 0x30, the index is 3. */
const uint8_t swasm_functions[] = {11, 0xa0, 0x10, 0x20, 3, 6, 'm', 'a', 'i', 'n', 7, 'x'};
const uint64_t swasm_functions_bytes = sizeof swasm_functions;
/* The compiler makes such a reference, too. */
__asm__(".section .note.backtrace\n.quad swasm_backtrace_find\n.text\n");
#endif

guest_instance storage __asm__("swasm_main_state");

static const swasm_module module = {
    GUEST_OFFSETS,
    .type_count = 2, .types = types,
    .export_count = 2, .exports = exports,
    .function_count = 2, .functions = functions,
    .memory_count = 1, .memories = memories,
    .start_function = UINT32_MAX,
};

static const swasm_module *const modules[] = {&module};
const swasm_program swasm_main_program = {
    .abi_version = SWASM_ABI_VERSION, .module_count = 1, .modules = modules, .state_bytes = sizeof(guest_instance)};
