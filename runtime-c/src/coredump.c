/* Writes a core dump in the format of the WebAssembly tool conventions (Coredump.md), with the numbers of
 * instances and the sections `coremodules` and `coreinstances` that engines have added since.
 *
 * Every section is emitted twice: first to count its bytes, which come before it, and then to write them. The
 * values of locals are not known: machine code keeps few of them.
 */
#include "coredump.h"

#include "../abi/swasm_abi.h"
#include "backtrace.h"
#include "locate.h"
#include "memory_runs.h"
#include "output_file.h"
#include "profile.h"
#include "report.h"
#include "sys/sys.h"
#include "text.h"

enum { MOST_INLINED = 32, BUFFER_BYTES = 4096 };

/* The name of the file; "" if only SWASM_COREDUMP has one. */
extern const char swasm_coredump_path[] __attribute__((visibility("hidden")));
/* For each instance: where the bodies of its functions begin and end (counted as in messages of traps; both 0 if
 * it has none), the number of its globals, and the type of each as the binary format writes it. The numbers are
 * u64. */
extern const uint8_t swasm_coredump_instances[] __attribute__((visibility("hidden")));

static int file = -1;
static bool is_writing;

static struct {
    bool counts; /* counts bytes instead of writing them */
    bool is_complete;
    uint64_t bytes; /* of the present section */
    uint64_t buffered;
    uint8_t buffer[BUFFER_BYTES];
} out;

/* ---- Bytes ---------------------------------------------------------------------------------------- */

static void flush(void)
{
    out.is_complete = out.is_complete && swasm_output_write(file, out.buffer, out.buffered);
    out.buffered = 0;
}

static void put_bytes(const void *bytes, uint64_t count)
{
    out.bytes += count;
    if (out.counts) return;
    if (count > BUFFER_BYTES - out.buffered) flush();
    if (count > BUFFER_BYTES) {
        out.is_complete = out.is_complete && swasm_output_write(file, bytes, count);
        return;
    }
    __builtin_memcpy(out.buffer + out.buffered, bytes, count);
    out.buffered += count;
}

static void put_byte(uint8_t byte) { put_bytes(&byte, 1); }

static void put_uleb(uint64_t value)
{
    for (; value > 0x7f; value >>= 7) put_byte((uint8_t)(value | 0x80));
    put_byte((uint8_t)value);
}

static void put_sleb(int64_t value)
{
    for (; value < -0x40 || value > 0x3f; value >>= 7) put_byte((uint8_t)(value | 0x80));
    put_byte(value & 0x7f);
}

static void put_name(const char *bytes, uint64_t count)
{
    put_uleb(count);
    put_bytes(bytes, count);
}

static void put_section(uint8_t number, const char *name, void (*contents)(void))
{
    uint64_t bytes = 0;
    for (int pass = 0; pass < 2; pass++) {
        out.counts = pass == 0;
        if (pass) put_byte(number), put_uleb(bytes);
        out.bytes = 0;
        if (name) put_name(name, swasm_text_length(name));
        contents();
        bytes = out.bytes;
    }
}

/* ---- Instances ------------------------------------------------------------------------------------ */

static const swasm_module *module_at(uint32_t position) { return swasm_main_program.modules[position]; }

static const void *part(uint32_t position, uint64_t offset)
{
    return (const char *)&swasm_main_state + module_at(position)->state_offset + offset;
}

static uint32_t instance_count(void) { return swasm_main_program.module_count; }

static uint64_t word_at(const uint8_t *bytes)
{
    uint64_t word;
    __builtin_memcpy(&word, bytes, sizeof word);
    return word;
}

/* The entry of swasm_coredump_instances. */
static const uint8_t *entry_of(uint32_t position)
{
    const uint8_t *entry = swasm_coredump_instances;
    for (; position; position--) entry += 3 * sizeof(uint64_t) + word_at(entry + 2 * sizeof(uint64_t));
    return entry;
}

static uint64_t global_count(uint32_t position) { return word_at(entry_of(position) + 2 * sizeof(uint64_t)); }

/* The instance that has a function at this offset. Of several instances of a module, the first. */
static uint32_t instance_of(uint64_t offset)
{
    for (uint32_t i = 0; i < instance_count(); i++) {
        const uint8_t *entry = entry_of(i);
        if (offset >= word_at(entry) && offset < word_at(entry + sizeof(uint64_t))) return i;
    }
    return 0;
}

/* ---- Sections ------------------------------------------------------------------------------------- */

static void put_process(void)
{
    put_byte(0);
    put_name(swasm_program_name, swasm_text_length(swasm_program_name));
}

static void put_modules(void)
{
    put_uleb(instance_count());
    for (uint32_t i = 0; i < instance_count(); i++) {
        put_byte(0);
        put_name(module_at(i)->name.bytes, module_at(i)->name.length);
    }
}

static void put_instances(void)
{
    uint64_t memory = 0, global = 0;
    put_uleb(instance_count());
    for (uint32_t i = 0; i < instance_count(); i++) {
        put_byte(0);
        put_uleb(i);
        put_uleb(module_at(i)->memory_count);
        for (uint32_t j = 0; j < module_at(i)->memory_count; j++) put_uleb(memory++);
        put_uleb(global_count(i));
        for (uint64_t j = 0; j < global_count(i); j++) put_uleb(global++);
    }
}

static uint64_t put_frames(bool are_counted)
{
    static swasm_location locations[MOST_INLINED];
    uint64_t count = 0;
    if (!swasm_backtrace_kept) return 0; /* a stripped executable */
    for (uint64_t number = 0; swasm_backtrace_kept(&number); number++) {
        const size_t places = swasm_backtrace_places(number, locations, MOST_INLINED);
        for (size_t i = 0; i < places; i++) {
            const swasm_location *at = &locations[i];
            if (!at->is_function) continue;
            count++;
            if (are_counted) continue;
            put_byte(0);
            put_uleb(instance_of(at->offset));
            put_uleb(at->index);
            put_uleb(at->offset - at->begin);
            put_uleb(0); /* locals */
            put_uleb(0); /* the stack of operands */
        }
    }
    return count;
}

static void put_stack(void)
{
    put_byte(0);
    put_name("main", sizeof "main" - 1);
    put_uleb(put_frames(true));
    put_frames(false);
}

static void put_memories(void)
{
    enum { IS_64 = 4, HAS_PAGE_SIZE = 8, USUAL_LOG2 = 16 };
    uint64_t count = 0;
    for (uint32_t i = 0; i < instance_count(); i++) count += module_at(i)->memory_count;
    put_uleb(count);
    for (uint32_t i = 0; i < instance_count(); i++) {
        const swasm_memory *memories = part(i, module_at(i)->memories_offset);
        for (uint32_t j = 0; j < module_at(i)->memory_count; j++) {
            const bool is_usual = memories[j].page_log2 == USUAL_LOG2;
            put_byte((memories[j].flags & SWASM_MEMORY_64 ? IS_64 : 0) | (is_usual ? 0 : HAS_PAGE_SIZE));
            put_uleb(memories[j].bytes >> memories[j].page_log2);
            if (!is_usual) put_uleb(memories[j].page_log2);
        }
    }
}

/* References are shown as null: what they refer to is not in the dump. */
static void put_global(uint8_t type, const swasm_value *value)
{
    enum { I32 = 0x7f, I64 = 0x7e, F32 = 0x7d, F64 = 0x7c, V128 = 0x7b, CONSTANT = 0x41, NULL_REFERENCE = 0xd0, END = 0x0b };
    put_byte(type);
    put_byte(0); /* constant */
    switch (type) {
    case I32: put_byte(CONSTANT), put_sleb(value->i32); break;
    case I64: put_byte(CONSTANT + 1), put_sleb(value->i64); break;
    case F32: put_byte(CONSTANT + 2), put_bytes(value, 4); break;
    case F64: put_byte(CONSTANT + 3), put_bytes(value, 8); break;
    case V128: put_byte(0xfd), put_byte(0x0c), put_bytes(value, sizeof *value); break;
    default: put_byte(NULL_REFERENCE), put_byte(type);
    }
    put_byte(END);
}

static void put_globals(void)
{
    uint64_t count = 0;
    for (uint32_t i = 0; i < instance_count(); i++) count += global_count(i);
    put_uleb(count);
    for (uint32_t i = 0; i < instance_count(); i++) {
        const swasm_value *globals = part(i, module_at(i)->globals_offset);
        const uint8_t *types = entry_of(i) + 3 * sizeof(uint64_t);
        for (uint64_t j = 0; j < global_count(i); j++) put_global(types[j], &globals[j]);
    }
}

/* A section has less than 4 GiB: memory that does not fit is left out. */
static uint64_t put_runs(bool are_counted)
{
    enum { HEAD_BYTES = 32 };
    uint64_t number = 0, count = 0, room = UINT32_MAX, at, bytes;
    for (uint32_t i = 0; i < instance_count(); i++) {
        const swasm_memory *memories = part(i, module_at(i)->memories_offset);
        for (uint32_t j = 0; j < module_at(i)->memory_count; j++, number++) {
            const swasm_memory *memory = &memories[j];
            for (at = 0; swasm_memory_run(memory, &at, &bytes); at += bytes) {
                if (bytes + HEAD_BYTES > room) return count;
                room -= bytes + HEAD_BYTES;
                count++;
                if (are_counted) continue;
                const bool is_64 = memory->flags & SWASM_MEMORY_64;
                put_byte(number ? 2 : 0);
                if (number) put_uleb(number);
                put_byte(is_64 ? 0x42 : 0x41);
                put_sleb(is_64 ? (int64_t)at : (int32_t)at);
                put_byte(0x0b);
                put_uleb(bytes);
                put_bytes(memory->base + at, bytes);
            }
        }
    }
    return count;
}

static void put_data(void)
{
    put_uleb(put_runs(true));
    put_runs(false);
}

/* ---- The file ------------------------------------------------------------------------------------- */

bool swasm_coredump_begin(const swasm_grants *grants, bool has_foreign_rights)
{
    const swasm_output output = {SWASM_ERROR_CORE_DUMP, "core dump", "SWASM_COREDUMP", swasm_coredump_path};
    if (!swasm_output_open(&output, grants, has_foreign_rights, &file)) return false;
    if (file >= 0) swasm_memory_runs_begin();
    return true;
}

int swasm_coredump_descriptor(void) { return file; }

bool swasm_coredump_is_late(void)
{
    enum { MOST_SECONDS = 10 };
    static uint32_t seconds;
    if (!is_writing) return false;
    if (++seconds < MOST_SECONDS) return true;
    if (seconds == MOST_SECONDS) /* the next signal ends the process, if this cannot be printed */
        swasm_complain(SWASM_ERROR_CORE_DUMP, "the core dump was not complete 10 s after the time limit, and ends early", NULL);
    swasm_end(SWASM_TRAP_STATUS);
}

void swasm_coredump_write(void)
{
    static const char head[] = {0, 'a', 's', 'm', 1, 0, 0, 0};
    enum { CUSTOM = 0, MEMORY = 5, GLOBAL = 6, DATA = 11 };
    if (file < 0) return;
    is_writing = out.is_complete = true;
    put_bytes(head, sizeof head);
    put_section(CUSTOM, "core", put_process);
    put_section(CUSTOM, "coremodules", put_modules);
    put_section(CUSTOM, "coreinstances", put_instances);
    put_section(CUSTOM, "corestack", put_stack);
    put_section(MEMORY, NULL, put_memories);
    put_section(GLOBAL, NULL, put_globals);
    put_section(DATA, NULL, put_data);
    flush();
    is_writing = false;
    file = -1;
    if (!out.is_complete) swasm_complain(SWASM_ERROR_CORE_DUMP, "the core dump could not be written", NULL);
}
