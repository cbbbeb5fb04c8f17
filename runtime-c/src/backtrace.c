/* Finds and prints the guest's call stack. Input: the guest's registers, and the tables of the executable.
 * This runs in the signal handler, so it does not allocate and takes no locks.
 */
#include "backtrace.h"

#include "../abi/policy_options.h"
#include "locate.h"
#include "report.h"
#include "walk.h"

enum {
    KEPT = 16,         /* frames at either end, of more than twice as many */
    KEPT_FULL = 512,   /* the same for SWASM_BACKTRACE=full */
    MOST_INLINED = 32, /* functions that one frame shows */
    TOGETHER = 64,     /* places whose functions are found at a time */
};

/* The frames of the guest, the innermost first, but for those in the middle: addresses within their
 * instructions. The places after those of the first frames are used in turn. */
static struct {
    uint64_t count, most; /* all of them; how many are kept at either end */
    bool is_complete;     /* the last one is the outermost */
    uintptr_t kept[2 * KEPT_FULL];
} frames;

/* One more than the number of the frame of the line before. */
static uint64_t next_frame;

static uintptr_t *frame_at(uint64_t number)
{
    const uint64_t most = frames.most;
    return &frames.kept[number < most ? number : most + number % most];
}

/* Finds the places of an instruction. One that has none gets those of its function's beginning: the compiler
 * may have merged it with others. Code that the compiler added has no place at all, such as the first function
 * of all. */
static size_t places_of(uintptr_t pc, swasm_location *locations, size_t most)
{
    const size_t count = swasm_locate(pc, locations, most);
    if (locations[0].offset) return count;
    swasm_walk there = {.at = {.pc = pc}};
    const uintptr_t function = swasm_walk_function(&there);
    return function ? swasm_locate(function, locations, most) : count;
}

static bool is_known(uintptr_t pc)
{
    static swasm_location location;
    return places_of(pc, &location, 1) && location.offset;
}

bool swasm_backtrace_find(const swasm_cursor *at)
{
    swasm_walk walk;
    frames.count = 0;
    frames.most = swasm_backtrace == SWASM_BACKTRACE_FULL ? KEPT_FULL : KEPT;
    if (!swasm_walk_begin(&walk, at)) return false;
    do {
        if (!frames.count && !is_known(walk.at.pc)) continue;
        *frame_at(frames.count++) = walk.at.pc;
    } while (swasm_walk_next(&walk));
    frames.is_complete = walk.is_complete;
    return frames.count != 0;
}

/* `<name>`, or `func[<index>]` for a function without one. */
static void put_function(swasm_line *line, const swasm_location *location)
{
    if (location->name_bytes) {
        swasm_put_untrusted(line, location->name, location->name_bytes);
    } else {
        swasm_put(line, "func[");
        swasm_put_decimal(line, location->index);
        swasm_put(line, "]");
    }
}

/* ` at offset 0x…`, and ` of FILE` if the program was made of several files. */
static void put_place(swasm_line *line, const char *at, const swasm_source_file *file)
{
    swasm_put(line, at);
    swasm_put_hex(line, file->offset);
    if (!file->name_bytes) return;
    swasm_put(line, " of ");
    swasm_put_untrusted(line, file->name, file->name_bytes);
}

void swasm_backtrace_put_frame(const swasm_location *location)
{
    swasm_source_file file;
    if (!location->is_function || !swasm_source_file_at(&file, location->offset)) return;
    swasm_line line = {.length = 0};
    swasm_put(&line, "  ");
    const bool is_next = location->frame + 1 != next_frame;
    if (is_next) swasm_put_decimal(&line, location->frame);
    swasm_put(&line, is_next ? ": " : "   ");
    put_function(&line, location);
    put_place(&line, " at ", &file);
    swasm_put_out(&line, 2);
    next_frame = location->frame + 1;
}

/* If the executable has places in the source, the linker takes the function in source.c instead. */
__attribute__((weak)) void swasm_backtrace_put_function(const swasm_location *function)
{
    swasm_backtrace_put_frame(function);
}

/* `count`: how many frames are left out; 0: all further ones, which cannot be found. */
static void put_gap(uint64_t count)
{
    swasm_line line = {.length = 0};
    swasm_put(&line, "  ... ");
    if (count) swasm_put_decimal(&line, count);
    swasm_put(&line, count ? " more frames ..." : "and frames that cannot be found");
    swasm_put_out(&line, 2);
}

/* The functions of a frame have its number before the first of them. */
void swasm_backtrace_put(void)
{
    static swasm_location locations[TOGETHER];
    size_t count = 0;
    if (swasm_backtrace == SWASM_BACKTRACE_OFF) return;
    for (uint64_t number = 0;; number++) {
        const bool is_gap = number == frames.most && frames.count > 2 * frames.most;
        const bool is_end = number == frames.count;
        if (is_gap || is_end || count > TOGETHER - MOST_INLINED) {
            swasm_name_functions(locations, count);
            for (size_t i = 0; i < count; i++) swasm_backtrace_put_function(&locations[i]);
            count = 0;
        }
        if (is_end) break;
        if (is_gap) {
            put_gap(frames.count - 2 * frames.most);
            number = frames.count - frames.most;
        }
        const size_t places = places_of(*frame_at(number), locations + count, MOST_INLINED);
        for (size_t i = 0; i < places; i++) locations[count++].frame = number;
    }
    if (frames.count && !frames.is_complete) put_gap(0);
}

bool swasm_backtrace_put_where(swasm_line *line, uintptr_t pc)
{
    static swasm_location location;
    swasm_source_file file;
    if (!places_of(pc, &location, 1) || !location.offset) return false;
    swasm_name_functions(&location, 1);
    if (location.is_function) {
        swasm_put(line, " in ");
        put_function(line, &location);
    }
    if (swasm_source_file_at(&file, location.offset)) put_place(line, " at offset ", &file);
    return true;
}

uintptr_t swasm_backtrace_innermost(void) { return frames.kept[0]; }

bool swasm_backtrace_kept(uint64_t *number)
{
    if (frames.count > 2 * frames.most && *number >= frames.most && *number < frames.count - frames.most)
        *number = frames.count - frames.most;
    return *number < frames.count;
}

size_t swasm_backtrace_places(uint64_t number, swasm_location *locations, size_t most)
{
    const size_t count = places_of(*frame_at(number), locations, most);
    swasm_name_functions(locations, count);
    return count;
}
