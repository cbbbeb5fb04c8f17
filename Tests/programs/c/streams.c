// Loops that attack a compiler that vectorises: vectorised accesses might leave guest memory, or a trap might
// be lost.
// Usage: streams CASE BASE STEP COUNT [EXTRA]. Addresses and numbers are 32-bit, in any base that strtoul takes.
// Prints a digest of the memory at the end of a case that did not trap. Only for wasm32.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LOOP _Pragma("clang loop vectorize(disable) unroll(disable)")
#define CASE static __attribute__((noinline)) void

typedef uint32_t u32;

static u32 base, extra;
static int32_t step;
static u32 count;

static uint8_t *byte(u32 address)
{
    return (uint8_t *)(uintptr_t)address;
}

static u32 *word(u32 address)
{
    return (u32 *)(uintptr_t)address;
}

// A store at each STEP; the steps that matter are constants, others come from a variable.
#define STEPS(X) X(1) X(4) X(-4) X(16) X(-16) X(4096) X(-4096) X(65532) X(65535) X(-65535) X(65536) X(1048576) \
    X(-1048576) X(1073741824) X(2147483647) X(-2147483647)

CASE store_each(u32 at, int32_t by, u32 n)
{
    switch (by) {
#define X(s)                          \
    case s:                           \
        LOOP                          \
        for (u32 i = 0; i < n; i++) { \
            *byte(at) = (uint8_t)i;   \
            at += (u32)(s);           \
        }                             \
        break;
    STEPS(X)
#undef X
    default:
        LOOP
        for (u32 i = 0; i < n; i++) {
            *byte(at) = (uint8_t)i;
            at += (u32)by;
        }
    }
}

// With static offsets; the lowest access is not the first.
CASE store_offsets(u32 at, u32 n)
{
    LOOP
    for (u32 i = 0; i < n; i++) {
        word(at)[3] = i;
        word(at)[0] = i + 1;
        at += 4;
    }
}

CASE store_down(u32 at, u32 n)
{
    LOOP
    for (u32 i = 0; i < n; i++) {
        word(at)[16] = i;
        at -= 4;
    }
}

CASE store_down_pair(u32 at, u32 n)
{
    LOOP
    for (u32 i = 0; i < n; i++) {
        word(at)[16] = i;
        word(at)[0] = i ^ 5;
        at -= 8;
    }
}

// The step is read from memory in every iteration, and may change on the way.
CASE step_from_memory(u32 at, u32 n, u32 cell)
{
    LOOP
    for (u32 i = 0; i < n; i++) {
        *byte(at) = (uint8_t)i;
        at += *word(cell);
    }
}

// The count is read from memory, which the loop writes.
CASE count_from_memory(u32 at, u32 cell)
{
    LOOP
    for (u32 i = 0; i < *word(cell); i++) {
        *word(at) = i;
        at += 4;
    }
}

// Some iterations access nothing: the address may wrap around without any trap.
CASE store_below(u32 at, u32 n, u32 limit)
{
    LOOP
    for (u32 i = 0; i < n; i++) {
        if (at < limit)
            *byte(at) = (uint8_t)i;
        at += 4096;
    }
}

// A load in every iteration whose value is not used, and stores in some iterations.
CASE load_and_store_below(u32 at, u32 n, u32 limit)
{
    u32 sum = 0;
    LOOP
    for (u32 i = 0; i < n; i++) {
        sum += *word(at) * 0;
        if (i % 3 == 0 && at < limit)
            *byte(at) = (uint8_t)(i + sum);
        at += 4096;
    }
}

// An address that is small only because another access did not trap, and grows fast.
CASE narrow_range(u32 at, u32 n)
{
    u32 last = 0xfffdfff0u;
    LOOP
    for (u32 i = 0; i < n; i++) {
        u32 near = at + i;
        if (near < last)
            break;
        *byte((near - last) << 28) = (uint8_t)i;
        *byte(near) = 1;
    }
}

CASE nested(u32 at, int32_t by, u32 n)
{
    LOOP
    for (u32 i = 0; i < n; i++) {
        LOOP
        for (u32 j = 0; j < 40; j++)
            word(at)[j] = i + j;
        at += (u32)by;
    }
}

CASE grow_inside(u32 at, u32 n)
{
    LOOP
    for (u32 i = 0; i < n; i++) {
        if (i % 16384 == 0)
            __builtin_wasm_memory_grow(0, 1);
        *word(at) = i;
        at += 4;
    }
}

// A call in the loop that leaves the program before the access that would trap.
CASE leave_before(u32 at, u32 n)
{
    LOOP
    for (u32 i = 0; i < n; i++) {
        word(at)[2] = i;
        if (i == extra) {
            printf("left at %u\n", i);
            exit(7);
        }
        word(at)[0] = i;
        at += 12;
    }
}

// Copies within one array at every small distance: each store may feed later loads.
CASE copy_within(u32 at, u32 distance, u32 n)
{
    LOOP
    for (u32 i = 0; i < n; i++)
        byte(at)[i + distance] = byte(at)[i] + 1;
}

CASE copy_words(u32 to, u32 from, u32 n)
{
    LOOP
    for (u32 i = 0; i < n; i += 3) {
        word(to)[i] = word(from)[i] + 1;
        word(to)[i + 1] = word(from)[i + 1] + 1;
        word(to)[i + 2] = word(from)[i + 2] + 1;
    }
}

static uint64_t digest(void)
{
    uint64_t sum = 1469598103934665603ull;
    uint8_t *end = byte((u32)__builtin_wasm_memory_size(0) << 16);
    // Below the program's data lies the end of its stack, where nothing else is.
    u32 window = base < 65536 ? 16384 : 262144, first = base & ~(window - 1);
    for (uint8_t *p = byte(first); p < end && p < byte(first + window); p++)
        sum = (sum ^ *p) * 1099511628211ull;
    for (uint8_t *p = byte(0x200000); p < byte(0x240000); p++)
        sum = (sum ^ *p) * 1099511628211ull;
    return sum;
}

static u32 number(int argc, char **argv, int index)
{
    return index < argc ? (u32)strtoll(argv[index], NULL, 0) : 0;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";
    base = number(argc, argv, 2);
    step = (int32_t)number(argc, argv, 3);
    count = number(argc, argv, 4);
    extra = number(argc, argv, 5);
    // 4 MiB. If the name starts with ^, as much as possible, so that addresses near 4 GiB are valid.
    u32 wanted = name[0] == '^' ? 65534 : 64;
    name += name[0] == '^';
    while (wanted > __builtin_wasm_memory_size(0) &&
           __builtin_wasm_memory_grow(0, wanted - __builtin_wasm_memory_size(0)) == (size_t)-1)
        wanted--;
    for (u32 i = 0; i < 65536; i++)
        word(0x200000)[i] = i * 7 | (i == 0 ? 0 : 4);
    if (!strcmp(name, "each"))
        store_each(base, step, count);
    else if (!strcmp(name, "offsets"))
        store_offsets(base, count);
    else if (!strcmp(name, "down"))
        store_down(base, count);
    else if (!strcmp(name, "down-pair"))
        store_down_pair(base, count);
    else if (!strcmp(name, "step-from-memory")) {
        *word(0x200000) = (u32)step;
        step_from_memory(base, count, 0x200000);
    } else if (!strcmp(name, "count-from-memory")) {
        *word(0x200000) = count;
        count_from_memory(base, 0x200000);
    } else if (!strcmp(name, "below"))
        store_below(base, count, extra);
    else if (!strcmp(name, "load-below"))
        load_and_store_below(base, count, extra);
    else if (!strcmp(name, "narrow-range"))
        narrow_range(base, count);
    else if (!strcmp(name, "nested"))
        nested(base, step, count);
    else if (!strcmp(name, "grow"))
        grow_inside(base, count);
    else if (!strcmp(name, "leave"))
        leave_before(base, count);
    else if (!strcmp(name, "copy"))
        copy_within(base, (u32)step, count);
    else if (!strcmp(name, "copy-words"))
        copy_words(base, base + (u32)step, count);
    else
        return 2;
    printf("%s %016llx\n", name, (unsigned long long)digest());
    return 0;
}
