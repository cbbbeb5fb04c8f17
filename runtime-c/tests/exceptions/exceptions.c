/* Throws exceptions through every form of frame that generated code may have (guest.ll). This is a host
 * program, because a host has its own frames, which must stop an exception. It is compiled a second time with
 * SEARCHED. Then the instance is the state of an executable, where a collection of unused exceptions looks
 * for references.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../src/runtime.h"
#include "../../src/stack.h"

static int passed, failed;

static void expect(bool good, const char *behaviour)
{
    if (good) {
        passed++;
        return;
    }
    failed++;
    printf("failed: %s\n", behaviour);
}

/* ---- An instance with many tags ----------------------------------------------------------------- */

enum { TAGS = 300 };

typedef struct instance {
    swasm_instance head;
    void *tags[TAGS];
} instance;

static const swasm_module module = {
    .instance_bytes = sizeof(instance),
    .tag_count = TAGS,
    .tag_ids_offset = offsetof(instance, tags),
};
#ifdef SEARCHED
extern instance guest __asm__("swasm_main_state");
instance guest = {.head = {.module = &module}};
static const swasm_module *const modules[] = {&module};
const swasm_program swasm_main_program = {.state_bytes = sizeof(instance), .module_count = 1, .modules = modules};
#else
static instance guest = {.head = {.module = &module}};
#endif

static void invoke(const swasm_funcref *function, swasm_value *slots)
{
    int64_t (*code)(swasm_instance *, int64_t);
    memcpy(&code, &function->code, sizeof code);
    slots[0].i64 = code(function->instance, slots[0].i64);
}

/* Calls a guest function. Returns its result, or the negated trap code. */
static int64_t call(int64_t (*code)(swasm_instance *, int64_t), int64_t argument)
{
    swasm_funcref function = {.instance = &guest.head, .invoke = invoke};
    memcpy(&function.code, &code, sizeof code);
    swasm_value slots[1] = {{.i64 = argument}};
    uint32_t trap = swasm_call(&function, slots);
    return trap ? -(int64_t)trap : slots[0].i64;
}

int64_t t_caught(swasm_instance *, int64_t), t_pressure(swasm_instance *, int64_t), t_many(swasm_instance *, int64_t),
    t_nested(swasm_instance *, int64_t), t_tail_call(swasm_instance *, int64_t), t_shapes(swasm_instance *, int64_t),
    t_uncaught(swasm_instance *, int64_t), t_through_host(swasm_instance *, int64_t),
    t_garbage(swasm_instance *, int64_t), t_hold(swasm_instance *, int64_t), t_hold_large(swasm_instance *, int64_t),
    t_escape(swasm_instance *, int64_t), t_escaped_value(swasm_instance *, int64_t),
    t_given_back(swasm_instance *, int64_t), t_dropped(swasm_instance *, int64_t), t_tags(swasm_instance *, int64_t);

int64_t host_call_again(swasm_instance *instance, int64_t value);
int64_t host_call_again(swasm_instance *instance, int64_t value)
{
    (void)instance;
    return call(t_uncaught, value);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void measure(void)
{
    double start = seconds();
    call(t_many, 200000);
    printf("a throw through three frames: %.0f ns\n", (seconds() - start) / 200000 * 1e9);
    start = seconds();
    call(t_caught, 100000);
    printf("a throw through 100000 frames: %.1f ms\n", (seconds() - start) * 1e3);
}

static void test_collections(void)
{
    expect(call(t_given_back, 3) == 3, "a cell that is given back is used again for the same tag, and for no other");
    expect(call(t_dropped, 20000) == 0, "what a collection takes back is used again for the same tag alone");
    expect(call(t_tags, 400000) == 0, "cells of many tags are used again, each for its tag");
    expect(call(t_garbage, 20000) == 20000, "captured exceptions that nothing refers to are collected");
}

int main(int argc, char **argv)
{
    swasm_stack_configure(64 << 20);
    for (int i = 0; i < TAGS; i++) guest.tags[i] = &guest.tags[i];
    expect(call(t_caught, 0) == 42, "an exception reaches the handler of the caller");
    expect(call(t_caught, 7) == 42, "an exception passes frames with stack arguments");
    expect(call(t_caught, 100000) == 42, "an exception passes 100,000 frames");
    expect(call(t_pressure, 12345) == 0, "values in preserved registers and in the frame survive a throw");
    expect(call(t_many, 10000) == 49995000, "a loop may throw in every iteration");
    expect(call(t_nested, 5) == 105, "a handler may itself throw");
    expect(call(t_tail_call, 21) == 42, "an exception passes a function that a tail call entered");
    expect(call(t_shapes, 50) == 100, "an exception passes probed, framed and realigned frames");
    expect(call(t_uncaught, 1) == -SWASM_TRAP_UNCAUGHT_EXCEPTION, "an exception that nobody catches is a trap");
    expect(call(t_caught, 3) == 42, "after an uncaught exception the guest may be called again");
    expect(call(t_through_host, 1) == -SWASM_TRAP_UNCAUGHT_EXCEPTION, "an exception does not cross a host's frame");
    test_collections();
#ifndef SEARCHED
    int64_t escaped = call(t_escape, 77);
    expect(call(t_hold, 20000) == 0, "an exception is kept if the stack or another exception refers to it");
    expect(call(t_escaped_value, escaped) == 77, "an exception that escaped is kept");
#endif
    expect(call(t_hold_large, 100000) == -SWASM_TRAP_EXCEPTIONS_EXHAUSTED, "too many live exceptions are a trap");
    expect(call(t_garbage, 20000) == 20000, "after that trap the memory is used again");
    if (argc > 1 && !strcmp(argv[1], "--measure")) measure();
    printf("exceptions: %d passed, %d failed\n", passed, failed);
    return failed != 0;
}
