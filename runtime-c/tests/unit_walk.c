/* Tests of the walk over the guest's stack, under AddressSanitizer: what it finds on stacks that are as
 * they should be, and that on others it ends within the stack. */
#include "../src/walk.h"

#include <stdlib.h>

#include "../src/locate.h"
#include "../src/stack.h"
#include "../src/sys/machine.h"
#include "check.h"

enum { WORD = 8, WORDS = 512, CODE_BYTES = 64, DEEP = 1 << 16 };

/* Code of the guest: two functions of 32 bytes. The first makes a direct call to the second at 8, the
 * second a call through a register at 40. The one at 56 is to code that is not the guest's. */
static uint8_t code[CODE_BYTES + 64] __attribute__((aligned(64)));
static uint64_t *words;
static swasm_stack stack;
static swasm_code_map map;

const swasm_code_map *swasm_code_map_at(uintptr_t pc)
{
    return pc - (uintptr_t)map.code_begin < map.code_bytes ? &map : NULL;
}
swasm_stack *swasm_stack_holding(uintptr_t address)
{
    return address - (uintptr_t)stack.low < (uintptr_t)(stack.high - stack.low) ? &stack : NULL;
}

/* The code at 104 is the runtime's, from which the guest is called. */
bool swasm_stack_is_entry(uintptr_t address) { return address == (uintptr_t)&code[104]; }

/* States: 1 is that of a function's first byte, 2 and 3 have frames of 4 and 2 words below the CFA. The
 * table is one packed block of literal bytes. */
#define LITERALS(count, ...) {(count) + 2, 0xf0, (count) - 15, __VA_ARGS__}
#define RA_IN_FIRST (SWASM_UC_LINK == SWASM_UC_PC)
static const uint8_t frames[] = LITERALS(27, 4, SWASM_DWARF_SP, RA_IN_FIRST, RA_IN_FIRST, 0, SWASM_DWARF_SP, 4, 1, 2,
                                         SWASM_DWARF_SP, 2, 1, 0, SWASM_DWARF_FP, 3, 1, 0, 0, 1 << 2 | 1, 4, 2 << 2, 28,
                                         1 << 2 | 1, 4, 3 << 2, 20, 4 << 2);

static void set_call(size_t end, uintptr_t target)
{
#if defined(__x86_64__)
    if (target) {
        int32_t distance = (int32_t)(target - (uintptr_t)&code[end]);
        code[end - 5] = 0xe8;
        memcpy(&code[end - 4], &distance, 4);
    } else {
        code[end - 2] = 0xff, code[end - 1] = 0xd0;
    }
#elif defined(__aarch64__)
    uint32_t word = target ? 0x94000000 | (((uint32_t)(target - (uintptr_t)&code[end - 4]) >> 2) & 0x3ffffff) : 0xd63f0000;
    memcpy(&code[end - 4], &word, 4);
#endif
}

static void begin(void)
{
    map = (swasm_code_map){.code_begin = code, .code_bytes = CODE_BYTES, .frames = frames, .frames_bytes = sizeof frames};
    memset(words, 0, WORDS * WORD);
    stack.low = (uint8_t *)words - SWASM_STACK_GUARD_BYTES; /* nothing may read it */
    stack.high = (uint8_t *)(words + WORDS);
}

static uintptr_t at(size_t offset) { return (uintptr_t)&code[offset]; }
static uintptr_t place(size_t word) { return (uintptr_t)&words[word]; }

/* A trap in the second function, which the first one called; that one was called by code that is not the
 * guest's. */
static void frames_are_found(void)
{
    begin();
    words[11] = at(8);      /* state 3: the return address is one word below the CFA */
    words[15] = at(104); /* outside of the code */
    words[14] = 77;         /* the frame pointer of the first one's caller */
    swasm_walk walk;
    const swasm_cursor trap = {.pc = at(40), .sp = place(10), .fp = 5};
    CHECK(swasm_walk_begin(&walk, &trap));
    CHECK(walk.at.pc == at(40));
    CHECK(swasm_walk_next(&walk));
    CHECK(walk.at.pc == at(7) && walk.at.sp == place(12) && walk.at.fp == 5);
    CHECK(walk.target == at(32));
    CHECK(!swasm_walk_next(&walk));
}

/* The walk begins in the runtime. A word of an earlier call is nearer than the right one, but does not fit
 * the frames above. */
static void words_of_earlier_calls_are_passed_over(void)
{
    begin();
    words[3] = at(8);   /* left over: the first function, as if it was called by the word below */
    words[6] = at(56);  /* the second function, which called the runtime; what called it calls something else now */
    words[8] = at(56);
    words[10] = at(8);
    words[5] = at(3);   /* not after a call */
    words[12] = at(48); /* the second function called the runtime through a register */
    words[14] = at(8);
    words[18] = at(104);
    set_call(48, 0);
    swasm_walk walk;
    const swasm_cursor trap = {.sp = place(1)};
    CHECK(swasm_walk_begin(&walk, &trap));
    CHECK(walk.at.pc == at(47) && walk.at.sp == place(13));
    CHECK(swasm_walk_next(&walk) && walk.at.pc == at(7));
    CHECK(!swasm_walk_next(&walk));
}

static void nothing_is_found_outside(void)
{
    begin();
    swasm_walk walk;
    const swasm_cursor elsewhere = {.pc = at(100), .sp = 64};
    CHECK(!swasm_walk_begin(&walk, &elsewhere));
    const swasm_cursor zero = {0};
    CHECK(!swasm_walk_begin(&walk, &zero));
    const swasm_cursor here = {.pc = at(40), .sp = 64};
    CHECK(swasm_walk_begin(&walk, &here) && !swasm_walk_next(&walk));
    /* In the guard, of which nothing may be read. */
    const swasm_cursor guard = {.pc = at(40), .sp = place(0) - 64};
    CHECK(swasm_walk_begin(&walk, &guard) && !swasm_walk_next(&walk));
    const swasm_cursor odd = {.pc = at(40), .sp = place(0) + 3};
    CHECK(swasm_walk_begin(&walk, &odd) && !swasm_walk_next(&walk));
}

/* Words are addresses of code, of the stack, or anything. Each walk ends, and reads nothing else. */
static void random_stacks_end_the_walk(void)
{
    uint64_t state = 1;
    for (int round = 0; round < 20000; round++) {
        begin();
        for (int i = 0; i < WORDS; i++) {
            const uint64_t random = next_random(&state);
            words[i] = random % 3 == 0 ? at(random / 8 % 80) : random % 3 == 1 ? place(random / 8 % (WORDS + 40)) : random;
        }
        const uint64_t random = next_random(&state);
        const swasm_cursor trap = {.pc = random % 4 ? at(random / 4 % 70) : 0,
                                   .sp = place(random / 512 % WORDS) + (random % 64 ? 0 : random % 7),
                                   .fp = words[random % WORDS], .link = words[random / 7 % WORDS],
                                   .scratch = words[random / 9 % WORDS]};
        swasm_walk walk;
        uint64_t count = 0;
        uintptr_t last = 0;
        if (!swasm_walk_begin(&walk, &trap)) continue;
        do {
            CHECK(walk.at.sp >= last);
            last = walk.at.sp;
            count++;
        } while (count < DEEP && swasm_walk_next(&walk));
        CHECK(count <= WORDS + 1);
    }
}

/* Every byte of the table is damaged in turn. */
static void damaged_tables_harm_nothing(void)
{
    static uint8_t damaged[sizeof frames];
    for (size_t i = 0; i < sizeof frames; i++)
        for (int value = 0; value < 256; value += 5) {
            begin();
            memcpy(damaged, frames, sizeof frames);
            damaged[i] = (uint8_t)value;
            map.frames = damaged;
            map.code_begin = code;
            for (int word = 0; word < WORDS; word++) words[word] = at((size_t)word % 64);
            swasm_walk walk;
            const swasm_cursor trap = {.pc = at(i % 60), .sp = place(3), .fp = place(9)};
            uint64_t count = 0;
            if (!swasm_walk_begin(&walk, &trap)) continue;
            while (count++ < DEEP && swasm_walk_next(&walk)) continue;
            CHECK(count <= WORDS + 1);
        }
}

int main(void)
{
    words = malloc(WORDS * WORD);
    set_call(8, at(32));
    set_call(40, 0);
    set_call(56, at(100));
    RUN(frames_are_found);
    RUN(words_of_earlier_calls_are_passed_over);
    RUN(nothing_is_found_outside);
    RUN(random_stacks_end_the_walk);
    RUN(damaged_tables_harm_nothing);
    free(words);
    return finish();
}
