/* Exception objects: how they are allocated and thrown, and when their memory is used again.
 *
 * Each guest stack has a pool, so threads of a host never meet here. If no reference to an exception was
 * taken, the catch that reads its values gives it back. Others wait for a collection, which runs when the
 * pool has doubled since the last one. It marks conservatively: an object lives if anything on this stack, or
 * in another object's values, looks like a pointer into it. In a library, objects that escaped from the stack
 * are kept. So are those that they refer to, because a reference that is stored in an exception has escaped,
 * too. In an executable, the state of all its instances and their tables are searched instead.
 *
 * Generated code says whether a reference was taken. The sandbox does not rely on it, nor on what a
 * collection sees of registers and stacks: a cell is for exceptions of one tag, for good. So a reference that
 * is used after its exception was given back still finds the same tag. The values there have the types of
 * that tag, but they may belong to another exception.
 */
#include "alloc.h"
#include "runtime.h"
#include "stack.h"
#include "text.h"
#include "trap.h"
#include "uncaught.h"
#include "unwind.h"

enum {
    CLASS_COUNT = 10,      /* cells of 64, 128, ... 32768 bytes */
    LEAST_CELL_BYTES = 64, /* one value */
    LEAST_CHUNK_BYTES = 64 << 10,
    MOST_CHUNK_BYTES = 1 << 20,
    POOL_LIMIT_BYTES = 256 << 20,
    MAX_CHUNKS = 512,
    TAG_BUCKETS = 64,
};
_Static_assert(sizeof(swasm_exception) + SWASM_EXCEPTION_MAX_VALUES * sizeof(swasm_value) <=
                   LEAST_CELL_BYTES << (CLASS_COUNT - 1),
               "the largest exception has a class");

/* swasm_exception.state; MARKED is added during a collection. `next` links three kinds of cells: free ones,
 * those that were given back, and marked ones that are not yet scanned. */
enum { FREE = 0, LIVE = 1, GIVEN_BACK = 2, MARKED = 4 };

typedef struct chunk {
    uint8_t *begin, *end;
    uint32_t class;
} chunk;

/* The cells of a tag that were given back. */
typedef struct tag_cells {
    const void *tag;
    uint32_t class;
    swasm_exception *first;
    struct tag_cells *next; /* the next in the same bucket */
} tag_cells;

struct swasm_exception_pool {
    swasm_exception *free[CLASS_COUNT]; /* cells that never had a tag */
    tag_cells *tags[TAG_BUCKETS];
    swasm_exception *unscanned;
    uint64_t live_bytes, threshold_bytes, chunk_bytes;
    uint32_t chunk_count;
    chunk chunks[MAX_CHUNKS]; /* by address */
};
typedef struct swasm_exception_pool pool;

/* These are absent in a host program that links libraries. */
extern swasm_instance swasm_main_state __attribute__((weak));
extern const swasm_program swasm_main_program __attribute__((weak));

static uint64_t cell_bytes(uint32_t class) { return (uint64_t)LEAST_CELL_BYTES << class; }

/* Whether every place that may hold references can be searched. */
static bool is_searched(void) { return &swasm_main_state != NULL; }

/* ---- Collection --------------------------------------------------------------------------------- */

/* The object that `address` points into, even if it was given back; or NULL. */
static swasm_exception *object_at(const pool *pool, uintptr_t address)
{
    uint32_t low = 0, high = pool->chunk_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        const chunk *chunk = &pool->chunks[middle];
        if (address < (uintptr_t)chunk->begin)
            high = middle;
        else if (address >= (uintptr_t)chunk->end)
            low = middle + 1;
        else {
            uint64_t offset = (address - (uintptr_t)chunk->begin) & ~(cell_bytes(chunk->class) - 1);
            swasm_exception *object = (void *)(chunk->begin + offset);
            return object->state == FREE ? NULL : object;
        }
    }
    return NULL;
}

/* Marks the objects that the words of [begin, end) point to. */
static void mark_range(pool *pool, const void *begin, const void *end)
{
    if (pool->chunk_count == 0) return;
    const uintptr_t first = (uintptr_t)pool->chunks[0].begin;
    const uintptr_t span = (uintptr_t)pool->chunks[pool->chunk_count - 1].end - first;
    for (const uintptr_t *word = begin; (const void *)(word + 1) <= end; word++) {
        if (*word - first >= span) continue;
        swasm_exception *object = object_at(pool, *word);
        if (!object || (object->state & MARKED)) continue;
        object->state |= MARKED;
        object->next = pool->unscanned;
        pool->unscanned = object;
    }
}

/* Marks the objects that an instance's tables of exception references refer to. */
static void mark_tables(pool *pool, const swasm_module *module, const char *instance)
{
    const swasm_table *tables = (const void *)(instance + module->tables_offset);
    for (uint32_t i = 0; i < module->table_count; i++) {
        if (!(module->tables[i].flags & SWASM_TABLE_OF_EXCEPTIONS)) continue;
        mark_range(pool, tables[i].elements, tables[i].elements + tables[i].length);
    }
}

/* Marks the objects that an executable's state and its instances' tables refer to. The elements of tables lie
 * outside the state. */
static void mark_state(pool *pool, const swasm_program *program, const char *state)
{
    mark_range(pool, state, state + program->state_bytes);
    for (uint32_t i = 0; i < program->module_count; i++)
        mark_tables(pool, program->modules[i], state + program->modules[i]->state_offset);
}

/* Marks from the values of marked objects until nothing is left to scan. */
static void mark_values(pool *pool)
{
    while (pool->unscanned) {
        swasm_exception *object = pool->unscanned;
        pool->unscanned = object->next;
        mark_range(pool, object->values, (const uint8_t *)object + cell_bytes(object->size_class));
    }
}

static void release_cell(pool *pool, swasm_exception *object)
{
    uint32_t class = object->size_class;
    object->state = FREE;
    object->next = pool->free[class];
    pool->free[class] = object;
}

/* The link to the cells of a tag in their bucket. It is NULL if the tag is new to the pool. */
static tag_cells **cells_of(pool *pool, const void *tag, uint32_t class)
{
    tag_cells **link = &pool->tags[(uintptr_t)tag / sizeof(void *) % TAG_BUCKETS];
    while (*link && ((*link)->tag != tag || (*link)->class != class)) link = &(*link)->next;
    return link;
}

static void give_back(pool *pool, swasm_exception *object)
{
    tag_cells *cells = *cells_of(pool, object->tag, object->size_class);
    object->state = GIVEN_BACK;
    object->next = cells->first;
    cells->first = object;
}

/* A cell that was given back by an exception of the same tag, or else one that never had a tag; or NULL. */
static swasm_exception *reuse(pool *pool, tag_cells *cells)
{
    swasm_exception **link = cells->first ? &cells->first : &pool->free[cells->class], *object = *link;
    if (!object) return NULL;
    *link = object->next;
    pool->live_bytes += cell_bytes(cells->class);
    return object;
}

/* Gives back or keeps a cell after a collection has marked. */
static void sweep_cell(pool *pool, swasm_exception *object)
{
    bool is_marked = object->state & MARKED;
    object->state &= (uint8_t)~MARKED;
    if (object->state == FREE)
        release_cell(pool, object);
    else if (object->state == GIVEN_BACK || (!is_marked && (is_searched() || !object->escaped)))
        give_back(pool, object);
}

/* Gives back unmarked cells. If not everything was searched, escaped objects stay. */
static void sweep(pool *pool)
{
    pool->live_bytes = 0;
    for (uint32_t class = 0; class < CLASS_COUNT; class++) pool->free[class] = NULL;
    for (uint32_t i = 0; i < TAG_BUCKETS; i++)
        for (tag_cells *cells = pool->tags[i]; cells; cells = cells->next) cells->first = NULL;
    for (uint32_t i = 0; i < pool->chunk_count; i++) {
        const chunk *chunk = &pool->chunks[i];
        uint64_t bytes = cell_bytes(chunk->class);
        for (uint8_t *cell = chunk->begin; cell < chunk->end; cell += bytes) {
            swasm_exception *object = (void *)cell;
            sweep_cell(pool, object);
            if (object->state == LIVE) pool->live_bytes += bytes;
        }
    }
}

static void collect(pool *pool, const void *stack_begin, const void *stack_end)
{
    mark_range(pool, stack_begin, stack_end);
    if (is_searched()) mark_state(pool, &swasm_main_program, (const char *)&swasm_main_state);
    mark_values(pool);
    sweep(pool);
    pool->threshold_bytes = 2 * pool->live_bytes;
    if (pool->threshold_bytes < LEAST_CHUNK_BYTES) pool->threshold_bytes = LEAST_CHUNK_BYTES;
}

/* ---- Allocation --------------------------------------------------------------------------------- */

static bool add_chunk(pool *pool, uint32_t class)
{
    uint64_t bytes = pool->chunk_bytes / 4;
    if (bytes < LEAST_CHUNK_BYTES) bytes = LEAST_CHUNK_BYTES;
    if (bytes > MOST_CHUNK_BYTES) bytes = MOST_CHUNK_BYTES;
    bytes &= ~(cell_bytes(CLASS_COUNT - 1) - 1);
    if (pool->chunk_count == MAX_CHUNKS || pool->chunk_bytes + bytes > POOL_LIMIT_BYTES) return false;
    uint8_t *begin = swasm_map(bytes);
    if (!begin) return false;
    pool->chunk_bytes += bytes;
    uint32_t at = pool->chunk_count++;
    for (; at > 0 && pool->chunks[at - 1].begin > begin; at--) pool->chunks[at] = pool->chunks[at - 1];
    pool->chunks[at] = (chunk){.begin = begin, .end = begin + bytes, .class = class};
    for (uint64_t offset = bytes; offset > 0; offset -= cell_bytes(class)) {
        swasm_exception *object = (void *)(begin + offset - cell_bytes(class));
        object->size_class = (uint8_t)class;
        release_cell(pool, object);
    }
    return true;
}

static pool *pool_of(swasm_stack *stack)
{
    if (!stack) return NULL;
    if (!stack->exceptions) {
        stack->exceptions = swasm_allocate(sizeof(pool));
        if (stack->exceptions) stack->exceptions->threshold_bytes = LEAST_CHUNK_BYTES;
    }
    return stack->exceptions;
}

static uint32_t class_of(uint32_t value_count)
{
    uint64_t bytes = sizeof(swasm_exception) + value_count * sizeof(swasm_value);
    uint32_t class = 0;
    while (cell_bytes(class) < bytes) class++;
    return class;
}

/* A cell for an exception of a tag; NULL if there are no more. */
static swasm_exception *take_cell(pool *pool, uint32_t class, const void *tag, const void *stack_begin,
                                  const void *stack_end)
{
    tag_cells **link = cells_of(pool, tag, class), *cells = *link;
    if (!cells) {
        *link = cells = swasm_allocate(sizeof(tag_cells));
        if (!cells) return NULL;
        *cells = (tag_cells){.tag = tag, .class = class};
    }
    swasm_exception *object = reuse(pool, cells);
    if (object) return object;
    if (pool->live_bytes >= pool->threshold_bytes) {
        collect(pool, stack_begin, stack_end);
        object = reuse(pool, cells);
        if (object) return object;
    }
    if (!add_chunk(pool, class)) collect(pool, stack_begin, stack_end);
    return reuse(pool, cells);
}

/* Does the work of swasm_exception_new. `thrown_at` is the return address of swasm_exception_new.
 * `stack_begin` is the lowest address of the stack that is in use. */
__attribute__((used)) swasm_exception *swasm_exception_make(swasm_instance *instance, uint32_t tag_index,
                                                            uint32_t value_count, const void *thrown_at,
                                                            const void *stack_begin);

swasm_exception *swasm_exception_make(swasm_instance *instance, uint32_t tag_index, uint32_t value_count,
                                      const void *thrown_at, const void *stack_begin)
{
    swasm_stack *stack = swasm_stack_holding((uintptr_t)stack_begin);
    pool *pool = pool_of(stack);
    if (!pool || value_count > SWASM_EXCEPTION_MAX_VALUES) swasm_trap(SWASM_TRAP_EXCEPTIONS_EXHAUSTED);
    void *tag = ((void **)(void *)((char *)instance + instance->module->tag_ids_offset))[tag_index];
    swasm_exception *object = take_cell(pool, class_of(value_count), tag, stack_begin, stack->high);
    if (!object) swasm_trap(SWASM_TRAP_EXCEPTIONS_EXHAUSTED);
    object->tag = tag;
    object->instance = instance;
    object->thrown_at = thrown_at;
    object->tag_index = tag_index;
    object->captured = 0;
    object->escaped = 0;
    object->state = LIVE;
    /* The cell may still hold the values of an earlier exception. */
    swasm_value *values = object->values;
    for (uint32_t i = 0; i < value_count; i++) values[i] = (swasm_value){0};
    return object;
}

void swasm_exception_free(swasm_exception *exception)
{
    if (exception->captured || exception->escaped || exception->state != LIVE) return;
    pool *pool = pool_of(swasm_stack_holding((uintptr_t)__builtin_frame_address(0)));
    if (!pool || object_at(pool, (uintptr_t)exception) != exception) return;
    pool->live_bytes -= cell_bytes(exception->size_class);
    give_back(pool, exception);
}

/* ---- Throwing ----------------------------------------------------------------------------------- */

/* swasm_throw with the state of the frame that called it. */
__attribute__((used)) _Noreturn void swasm_exception_raise(swasm_exception *exception, swasm_frame *frame);

void swasm_exception_raise(swasm_exception *exception, swasm_frame *frame)
{
    const swasm_cursor thrown = {.pc = frame->slots[SWASM_SLOT_PC] - 1, .sp = frame->slots[SWASM_SLOT_SP],
                                 .fp = frame->slots[SWASM_SLOT_FP]};
    if (swasm_unwind_to_handler(frame)) swasm_unwind_resume(frame, exception);
    swasm_uncaught = exception;
    if (swasm_trap_fatal) swasm_trap_fatal(SWASM_TRAP_UNCAUGHT_EXCEPTION, &thrown);
    swasm_trap(SWASM_TRAP_UNCAUGHT_EXCEPTION);
}
