/* Finding functions in the vDSO: the kernel's own, and images of every form that kernels have had. */
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "../src/elf.h"
#include "../src/vdso.h"
#include "check.h"

enum { ADDRESS = 0x7000, DYNAMIC = 0x200, HASH = 0x300, SYMBOLS = 0x400, NAMES = 0x500, FUNCTION = 0x600, BYTES = 0x1000 };

/* An image of a page. Its symbols are: none, one that is undefined, another function, the clock. */
typedef struct pages {
    _Alignas(4096) uint8_t bytes[BYTES];
} pages;

static void put_names(uint8_t *image, uint16_t section_of_clock)
{
    static const char names[] = "\0" SWASM_VDSO_CLOCK_GETTIME "\0other";
    const uint32_t other = sizeof SWASM_VDSO_CLOCK_GETTIME + 1;
    memcpy(image + NAMES, names, sizeof names);
    const swasm_elf_symbol symbols[] = {
        {0}, {.name = 1, .value = ADDRESS}, {.name = other, .section = 1, .value = ADDRESS + 8},
        {.name = 1, .section = section_of_clock, .value = ADDRESS + FUNCTION}};
    memcpy(image + SYMBOLS, symbols, sizeof symbols);
}

/* Puts a table with 4 symbols, of which the GNU form lists the last three in two chains. */
static void put_hash(uint8_t *image, bool gnu)
{
    static const uint32_t plain[] = {1, 4, 3, 0, 0, 1, 2}, of_gnu[] = {2, 1, 1, 0, 0, 0, 1, 3, 0x11, 0x20, 0x33};
    memcpy(image + HASH, gnu ? of_gnu : plain, gnu ? sizeof of_gnu : sizeof plain);
}

static void make(uint8_t *image, bool gnu, uint64_t address)
{
    const swasm_elf_header header = {.program_headers = sizeof header, .program_header_count = 3};
    const swasm_program_header segments[] = {
        {.type = 4}, {.type = SWASM_PT_DYNAMIC, .offset = DYNAMIC, .address = address + DYNAMIC},
        {.type = SWASM_PT_LOAD, .address = address, .memory_bytes = BYTES}};
    const uint64_t dynamic[] = {SWASM_DT_STRTAB, address + NAMES, SWASM_DT_SYMTAB, address + SYMBOLS, SWASM_DT_STRSZ, 64,
                                gnu ? (uint64_t)SWASM_DT_GNU_HASH : (uint64_t)SWASM_DT_HASH, address + HASH, SWASM_DT_NULL, 0};
    memset(image, 0, BYTES);
    memcpy(image, &header, sizeof header);
    memcpy(image + sizeof header, segments, sizeof segments);
    memcpy(image + DYNAMIC, dynamic, sizeof dynamic);
    put_names(image, 1);
    put_hash(image, gnu);
    for (int i = 0; i < 4; i++) ((swasm_elf_symbol *)(void *)(image + SYMBOLS))[i].value += address - ADDRESS;
}

static const uint8_t *found_in(const uint8_t *image)
{
    swasm_vdso_clock_gettime = NULL;
    swasm_vdso_find(image);
    return (const uint8_t *)swasm_vdso_clock_gettime;
}

static pages page;

static void every_form_of_image_is_read(void)
{
    static const uint64_t addresses[] = {0, ADDRESS, 0xffffffffff700000};
    for (int gnu = 0; gnu < 2; gnu++)
        for (size_t i = 0; i < sizeof addresses / sizeof addresses[0]; i++) {
            make(page.bytes, gnu, addresses[i]);
            CHECK(found_in(page.bytes) == page.bytes + FUNCTION);
        }
}

static void without_an_image_nothing_is_found(void) { CHECK(!found_in(NULL)); }

static void an_image_without_the_function_has_none(void)
{
    make(page.bytes, false, ADDRESS);
    put_names(page.bytes, 0);
    CHECK(!found_in(page.bytes));
    make(page.bytes, false, ADDRESS);
    page.bytes[NAMES + 3] ^= 1;
    CHECK(!found_in(page.bytes));
    make(page.bytes, false, ADDRESS);
    memset(page.bytes + DYNAMIC, 0, 128);
    CHECK(!found_in(page.bytes));
    make(page.bytes, false, ADDRESS);
    ((swasm_elf_header *)(void *)page.bytes)->program_header_count = 1;
    CHECK(!found_in(page.bytes));
}

/* Words of the tables with values that lead outside. AddressSanitizer sees reads beyond the page. */
static void nothing_outside_of_the_image_is_read(void)
{
    static const uint32_t values[] = {0, 1, 2, 5, 0x200, BYTES, 0x7fffffff, 0xffffffff};
    for (int gnu = 0; gnu < 2; gnu++)
        for (size_t word = DYNAMIC; word < NAMES; word += 4)
            for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
                uint8_t *image = malloc(BYTES);
                make(image, gnu, ADDRESS);
                memcpy(image + word, &values[i], sizeof values[i]);
                const uint8_t *found = found_in(image);
                CHECK(!found || (found >= image && found < image + BYTES));
                free(image);
            }
}

static void the_kernels_own_tells_the_time(void)
{
    if (!found_in((const uint8_t *)getauxval(AT_SYSINFO_EHDR))) return; /* some have none */
    for (int32_t clock = 0; clock < 4; clock++) {
        struct timespec before, after;
        swasm_timespec now;
        syscall(SYS_clock_gettime, clock, &before);
        CHECK(swasm_vdso_clock_gettime(clock, &now) == 0);
        syscall(SYS_clock_gettime, clock, &after);
        int64_t nanoseconds = now.seconds * 1000000000 + now.nanoseconds;
        CHECK(before.tv_sec * 1000000000 + before.tv_nsec <= nanoseconds);
        CHECK(nanoseconds <= after.tv_sec * 1000000000 + after.tv_nsec);
    }
    swasm_timespec now;
    CHECK(swasm_vdso_clock_gettime(1000, &now) != 0);
}

int main(void)
{
    RUN(every_form_of_image_is_read);
    RUN(without_an_image_nothing_is_found);
    RUN(an_image_without_the_function_has_none);
    RUN(nothing_outside_of_the_image_is_read);
    RUN(the_kernels_own_tells_the_time);
    return finish();
}
