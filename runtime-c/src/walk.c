/* The walk (walk.h), and the reader of tables of frames. */
#include "walk.h"

#include "packed.h"
#include "stack.h"
#include "sys/machine.h"

enum {
    WORD = 8,
    MOST_WORDS = 8192,     /* that are looked at for the first return address */
    MOST_SEARCHES = 4096,  /* of tables in one walk; deep recursion has few different addresses */
    FRAMES_COMPARED = 64,  /* above a candidate */
    REMEMBERED = 4096,
};

/* How to get from an instruction to the caller. All but `function` and `base` count in words. */
typedef struct rule {
    uintptr_t pc, function; /* where its function begins */
    uint32_t base, size; /* the CFA is the register with the number `base`, plus `size`; 0: nothing is known */
    uint32_t address;    /* how far below the CFA the return address is; 0: it is in its register */
    uint32_t pointer;    /* the same for the caller's frame pointer; 0: it is unchanged */
    bool is_part; /* the function was split from another one */
} rule;

/* ---- Tables of frames --------------------------------------------------------------------------- */

/* The number of the state at the rule's address; 0 if it is not known. */
static uint64_t find_state(rule *rule, const swasm_code_map *map)
{
    swasm_packed table = swasm_packed_open(map->frames, map->frames_bytes);
    uint64_t address = 0, state = 0;
    swasm_packed_skip(&table, 4 * swasm_packed_uleb(&table));
    while (swasm_packed_row(&table, &address, rule->pc - (uintptr_t)map->code_begin)) {
        const uint64_t next = swasm_packed_uleb(&table);
        state = next >> 2;
        if (!(next & 1)) continue;
        rule->function = (uintptr_t)map->code_begin + address;
        rule->is_part = next & 2;
    }
    return state;
}

static void search(rule *rule, uintptr_t pc)
{
    const swasm_code_map *const map = swasm_code_map_at(pc);
    *rule = (struct rule){.pc = pc};
    uint64_t state = map ? find_state(rule, map) : 0;
    if (!state) return;
    swasm_packed table = swasm_packed_open(map->frames, map->frames_bytes);
    swasm_packed_skip(&table, 1 + 4 * (state - 1));
    rule->base = (uint32_t)swasm_packed_uleb(&table);
    rule->size = (uint32_t)swasm_packed_uleb(&table);
    rule->address = (uint32_t)swasm_packed_uleb(&table);
    rule->pointer = (uint32_t)swasm_packed_uleb(&table);
}

/* NULL if nothing is known about the address. */
static const rule *rule_at(swasm_walk *walk, uintptr_t pc)
{
    static rule remembered[REMEMBERED];
    rule *const rule = &remembered[(pc * 0x9e3779b97f4a7c15u >> 32) % REMEMBERED];
    if (rule->pc != pc) {
        if (walk->searches++ >= MOST_SEARCHES) return NULL;
        search(rule, pc);
    }
    return rule->base ? rule : NULL;
}

static bool enter(swasm_walk *walk);

/* ---- Steps -------------------------------------------------------------------------------------- */

/* Loads a word that lies `distance` words below `cfa`; nothing if that is 0. False if it is not above
 * `from` on the stack. */
static bool load(const swasm_walk *walk, uintptr_t from, uintptr_t cfa, uint32_t distance, uintptr_t *word)
{
    if (!distance) return true;
    const uintptr_t address = cfa - (uintptr_t)distance * WORD;
    if (address % WORD || address < from || address < walk->low || address >= walk->high) return false;
    *word = *(const uintptr_t *)address;
    return true;
}

/* Whether guest code may return to an address, and what it called then; 0: not known. */
static bool follows_call(uintptr_t address, uintptr_t *target)
{
    const swasm_code_map *const map = swasm_code_map_at(address - 1);
    return map && swasm_follows_call(address, address - (uintptr_t)map->code_begin, target);
}

/* Finds the caller of a frame. Its address may lie outside of the guest's code; it is 0 if it is not
 * known. */
static bool find_caller(swasm_walk *walk, swasm_cursor *caller)
{
    const swasm_cursor *const frame = &walk->at;
    const rule *const rule = rule_at(walk, frame->pc);
    if (!rule) return false;
    /* Only the first frame's `scratch` and `link` are known, and not 0. */
    const uintptr_t base = rule->base == SWASM_DWARF_SP   ? frame->sp
                           : rule->base == SWASM_DWARF_FP ? frame->fp
                                                          : frame->scratch;
    const uintptr_t cfa = base + (uintptr_t)rule->size * WORD;
    /* Only a function that has not stored its return address has no frame. */
    if (cfa < frame->sp + (rule->address != 0)) return false;
    *caller = (swasm_cursor){.pc = frame->link, .sp = cfa, .fp = frame->fp};
    return load(walk, frame->sp, cfa, rule->pointer, &caller->fp) && load(walk, frame->sp, cfa, rule->address, &caller->pc);
}

/* Goes to the caller, which is not always a function of its own. */
static bool step(swasm_walk *walk)
{
    swasm_cursor next;
    walk->has_caller = find_caller(walk, &next);
    walk->is_complete = false;
    if (!walk->has_caller) return walk->is_interrupted && enter(walk);
    walk->is_complete = swasm_stack_is_entry(next.pc);
    if (!follows_call(next.pc, &walk->target)) return false;
    next.pc--;
    walk->at = next;
    walk->is_interrupted = false;
    return true;
}

uintptr_t swasm_walk_function(swasm_walk *walk)
{
    const rule *const rule = rule_at(walk, walk->at.pc);
    return rule ? rule->function : 0;
}

bool swasm_walk_next(swasm_walk *walk)
{
    for (;;) {
        const rule *const rule = rule_at(walk, walk->at.pc);
        const uintptr_t part = rule && rule->is_part ? rule->function : 0;
        if (!step(walk)) return false;
        if (!part || walk->target != part) return true;
    }
}

/* ---- The first frame ---------------------------------------------------------------------------- */

/* How often the frames above call something else than the function of the frame below: never, unless there
 * are tail calls or a word is left over from an earlier call. MOST_WORDS if they do not lead to the
 * runtime's code that called the guest. Moves the walk. */
static uint32_t count_mismatches(swasm_walk *walk)
{
    uint32_t count = swasm_code_map_at(walk->target) != NULL;
    for (uint32_t frames = 0; frames < FRAMES_COMPARED; frames++) {
        const uintptr_t function = swasm_walk_function(walk);
        if (!step(walk)) return walk->is_complete ? count : MOST_WORDS;
        count += walk->target && walk->target != function;
    }
    return count;
}

/* The best first frame so far, and how many mismatches there are above it. */
typedef struct choice {
    uintptr_t pc, sp;
    uint32_t mismatches;
} choice;

/* Looks at the guest's frame that would be the first if `word` is its address. */
static void consider(choice *best, swasm_walk *walk, uintptr_t word, uintptr_t sp)
{
    swasm_walk candidate = *walk;
    if (!follows_call(word, &candidate.target)) return;
    candidate.at = (swasm_cursor){.pc = word - 1, .sp = sp, .fp = walk->at.fp};
    candidate.is_interrupted = false;
    const uint32_t mismatches = count_mismatches(&candidate);
    walk->searches = candidate.searches;
    if (mismatches >= best->mismatches) return;
    *best = (choice){.pc = word - 1, .sp = sp, .mismatches = mismatches};
}

/* Goes from code of the runtime to the frame of the guest that called it. A function that calls no other may have
 * left its return address in the register for it. */
static bool enter(swasm_walk *walk)
{
    choice best = {.mismatches = MOST_WORDS};
    uintptr_t address = ((walk->at.sp > walk->low ? walk->at.sp : walk->low) + (WORD - 1)) / WORD * WORD, word;
    if (SWASM_UC_LINK != SWASM_UC_PC) consider(&best, walk, walk->at.link, walk->at.sp);
    for (uint32_t left = MOST_WORDS; left && best.mismatches && load(walk, address, address + WORD, 1, &word); left--, address += WORD)
        consider(&best, walk, word, address + WORD);
    if (best.mismatches == MOST_WORDS) return false;
    walk->at = (swasm_cursor){.pc = best.pc, .sp = best.sp, .fp = walk->at.fp};
    walk->is_interrupted = false;
    return follows_call(walk->at.pc + 1, &walk->target);
}

bool swasm_walk_begin(swasm_walk *walk, const swasm_cursor *at)
{
    *walk = (swasm_walk){.at = *at, .is_interrupted = true};
    const swasm_stack *const stack = swasm_stack_holding(at->sp);
    if (stack) {
        walk->low = (uintptr_t)stack->low + SWASM_STACK_GUARD_BYTES;
        walk->high = (uintptr_t)stack->high;
    }
    return swasm_code_map_at(at->pc) || enter(walk);
}
