/* The one boundary between generated code and the runtime: the layout of an instance, the module
 * descriptor, trap codes and builtins.
 *
 * Generated code refers to nothing outside this header except memcpy, memmove, memset, memcmp and the
 * rounding helpers that LLVM may call. Swift sees this header as the module CSwasmABI; offsets are
 * taken from it, never written twice. Every struct here has the same layout on all 64-bit targets.
 */
#ifndef SWASM_ABI_H
#define SWASM_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SWASM_ABI_VERSION 1

/* ---- Limits and address-space layout (bytes unless named otherwise) ---------------------------- */

#define SWASM_PAGE_BYTES 65536ull
/* Reserved before and from the base of a guarded 32-bit memory. An index and a static offset reach 2^33 bytes
 * and a vector. The rest is distance: a wrong 33-bit computation reaches nothing on either side. */
#define SWASM_GUARD_BEFORE_BYTES (1ull << 34)
#define SWASM_GUARD_SPAN_BYTES (1ull << 35)
/* No memory is larger, whatever its type says: its addresses have at most this many bits. */
#define SWASM_MEMORY_MAX_ADDRESS_BITS 48
#define SWASM_TABLE_MAX_ELEMENTS 10000000ull
#define SWASM_DEFAULT_STACK_BYTES (8ull << 20)

/* ---- Traps -------------------------------------------------------------------------------------- */

/* X(code, NAME, message). The code is the immediate of llvm.ubsantrap at the trapping instruction;
 * swasm_trap_code_at in src/sys/<architecture>/machine.h reads it. The message is the one of the specification's test
 * suite. */
#define SWASM_TRAPS(X)                                             \
    X(1, UNREACHABLE, "unreachable")                               \
    X(2, INTEGER_DIVIDE_BY_ZERO, "integer divide by zero")         \
    X(3, INTEGER_OVERFLOW, "integer overflow")                     \
    X(4, INVALID_CONVERSION, "invalid conversion to integer")      \
    X(5, MEMORY_OUT_OF_BOUNDS, "out of bounds memory access")      \
    X(6, TABLE_OUT_OF_BOUNDS, "out of bounds table access")        \
    X(7, UNDEFINED_ELEMENT, "undefined element")                   \
    X(8, UNINITIALIZED_ELEMENT, "uninitialized element")           \
    X(9, INDIRECT_CALL_TYPE, "indirect call type mismatch")        \
    X(10, STACK_EXHAUSTED, "call stack exhausted")                 \
    X(11, NULL_REFERENCE, "null reference")                        \
    X(12, NULL_FUNCTION_REFERENCE, "null function reference")      \
    X(13, UNALIGNED_ATOMIC, "unaligned atomic")                    \
    X(14, EXPECTED_SHARED_MEMORY, "expected shared memory")        \
    X(15, UNCAUGHT_EXCEPTION, "uncaught exception")                \
    X(16, UNKNOWN_IMPORT, "unknown import called")                 \
    X(17, NULL_EXCEPTION_REFERENCE, "null exception reference")    \
    X(18, TIMEOUT, "time limit reached")                           \
    X(19, EXCEPTIONS_EXHAUSTED, "too many exceptions alive")

typedef enum swasm_trap_code {
#define X(code, name, message) SWASM_TRAP_##name = code,
    SWASM_TRAPS(X)
#undef X
} swasm_trap_code;

/* ---- Values, references, storage ---------------------------------------------------------------- */

typedef struct swasm_instance swasm_instance;
typedef struct swasm_module swasm_module;
typedef struct swasm_funcref swasm_funcref;

/* One value in memory: arguments and results of `invoke`, a global's cell. Little-endian, low lanes first. */
typedef union swasm_value {
    int32_t i32;
    int64_t i64;
    uint32_t f32_bits;
    uint64_t f64_bits;
    void *ref; /* funcref: swasm_funcref *; externref, exnref: opaque; NULL is the null reference */
    uint8_t v128[16];
    uint64_t words[2];
} __attribute__((aligned(16))) swasm_value;

/* Calls `function` with arguments read from slots[0..], then stores its results to slots[0..]. */
typedef void (*swasm_invoke)(const swasm_funcref *function, swasm_value *slots);

/* What a function reference points to. `code` is a tailcc function. In a library it takes the program's state
 * and then the wasm parameters; in an executable the wasm parameters only. Nothing is passed on the stack:
 * parameters beyond 6 general (the state is one) and 8 vector registers are in the program's slots
 * (swasm_instance.results) in order, 16 bytes each, as are results beyond 3 general and 2 vector registers; in a
 * library, one general register then holds the address of those results (see RATIONALE.md). */
struct swasm_funcref {
    void *code;
    swasm_instance *instance; /* the state of its program, which begins with the first instance */
    uint32_t type_id; /* equal exactly where the types are equal, in the whole process */
    uint32_t function_index; /* in its module; what profiles name */
    swasm_invoke invoke; /* NULL where no host may call it */
};

/* A linear memory. `base` never moves; `bytes` grows and is a multiple of the page size. */
typedef struct swasm_memory {
    uint8_t *base;
    uint64_t bytes;
    uint64_t maximum_pages; /* effective: the type's maximum, the policy's and the implementation's, the least */
    uint64_t reserved_bytes; /* accessible or faulting as a trap, counted from base */
    uint32_t page_log2;
    uint32_t flags; /* SWASM_MEMORY_* */
    uint64_t declared_maximum_pages; /* of the type; UINT64_MAX when it has none */
} swasm_memory;

/* A table. `elements` never moves; each is a swasm_funcref * or an opaque reference, NULL for null. */
typedef struct swasm_table {
    void **elements;
    uint64_t length;
    uint64_t maximum; /* effective */
    uint64_t reserved_elements;
    uint64_t declared_maximum; /* UINT64_MAX when the type has none */
    uint32_t type_id; /* index in swasm_module.types of the element type, for link checks */
    uint32_t flags;   /* SWASM_TABLE_64 */
} swasm_table;

enum {
    SWASM_MEMORY_64 = 1,
    SWASM_MEMORY_SHARED = 2,
    SWASM_MEMORY_GUARDED = 4, /* reserve SWASM_GUARD_*; otherwise code checks bounds explicitly */
    SWASM_TABLE_64 = 1,
};

/* The head of every instance. The module's own parts follow at the offsets that its descriptor names. */
struct swasm_instance {
    const swasm_module *module;
    void *host;            /* the embedder's; the WASI context in an executable */
    swasm_value *results;  /* arguments and results of a call that do not fit registers, in order */
    uint8_t *dropped_elements; /* one byte a passive segment: 1 once dropped */
    uint8_t *dropped_data;
    void *reserved[3];
};

/* ---- Exceptions --------------------------------------------------------------------------------- */

/* The object that an exnref points to. A tag's identity is the address of the tag_ids slot of the instance
 * that defined it. The object lives until a catch that keeps no reference frees it. Once captured, it lives
 * until a collection finds no pointer to it on the guest stack (or, in an executable, in the instance and its
 * tables). */
typedef struct swasm_exception {
    void *tag;
    swasm_instance *instance; /* that threw it */
    const void *thrown_at;    /* the return address of swasm_exception_new */
    uint32_t tag_index;       /* in the tag index space of `instance` */
    uint8_t captured;         /* 1: a reference to it may exist */
    uint8_t escaped;          /* 1: it was stored to a global, a table or another exception, or given to a host */
    uint8_t state, size_class; /* the runtime's, as is `next` */
    struct swasm_exception *next;
    swasm_value values[];
} swasm_exception;
_Static_assert(sizeof(swasm_exception) == 48, "values follow at an offset that generated code knows");

#define SWASM_EXCEPTION_MAX_VALUES 2000u

/* ---- The module descriptor ---------------------------------------------------------------------- */

enum { SWASM_FUNCTION = 0, SWASM_TABLE = 1, SWASM_MEMORY = 2, SWASM_GLOBAL = 3, SWASM_TAG = 4 };

/* A type as text, canonical: equal strings exactly where the specification says equal types.
 * Functions "(i32,i64)->(f32)"; values "i32", "funcref", "(ref null 3)" resolved structurally;
 * globals prefix "mut " or "const ". */
typedef struct swasm_type {
    const char *text;
    swasm_invoke invoke; /* functions only; NULL unless some host may call this type */
    uint32_t parameter_count, result_count;
} swasm_type;

typedef struct swasm_string {
    const char *bytes;
    uint64_t length;
} swasm_string;

typedef struct swasm_limits {
    uint64_t minimum;
    uint64_t maximum; /* UINT64_MAX: none */
} swasm_limits;

/* An import that a host or another instance of the program provides. */
typedef struct swasm_import {
    swasm_string module, name;
    uint32_t provider;       /* 1 + the position in the program of the instance that provides it; 0: a host does */
    uint32_t provider_index; /* in that instance's index space of this kind; of a function, in its function_pointers */
    uint32_t index;          /* in this module's index space */
    uint32_t kind;
    uint32_t type; /* function, tag: index in types; global, table: index in types of the value or element type */
    swasm_limits limits; /* tables and memories */
    uint32_t flags;      /* SWASM_MEMORY_*, SWASM_TABLE_64; globals: 1 is mutable */
    uint32_t page_log2;
} swasm_import;

typedef struct swasm_export {
    swasm_string name;
    uint32_t kind;
    uint32_t index; /* in the index space of its kind, imports first */
} swasm_export;

typedef struct swasm_function { /* a function defined here that may be referenced or called by a host */
    void *code;
    uint32_t type;
    uint32_t index; /* in the function index space */
} swasm_function;

typedef struct swasm_data_segment {
    const uint8_t *bytes;
    uint64_t length;
} swasm_data_segment;

/* Elements as positions in the instance's function pointers (UINT32_MAX: null). For a segment with other
 * expressions, `functions` is NULL, and void *[count] is at refs_offset, set by initialize. */
typedef struct swasm_element_segment {
    const uint32_t *functions;
    uint64_t count;
    uint64_t refs_offset;
} swasm_element_segment;

typedef struct swasm_memory_type {
    swasm_limits limits;
    uint32_t flags;
    uint32_t page_log2;
} swasm_memory_type;

typedef struct swasm_table_type {
    swasm_limits limits;
    uint32_t flags;
    uint32_t type; /* element type: index in types */
} swasm_table_type;

typedef struct swasm_global_type {
    uint32_t type; /* index in types of the value type */
    uint32_t mutable_;
} swasm_global_type;

enum {
    /* The type id of a function is the index of its type in `types`. The texts there are distinct. Only
     * modules of an executable have this: their code compares against constants. type_ids_offset is not
     * used. */
    SWASM_MODULE_STATIC_TYPE_IDS = 1,
};

struct swasm_module {
    uint32_t abi_version;
    uint32_t flags; /* SWASM_MODULE_* */
    swasm_string name;
    uint64_t instance_bytes; /* head included; the runtime zeroes it */
    uint64_t state_offset;   /* where the instance is in its program's state; a multiple of 16 */

    uint32_t type_count, import_count, export_count, function_count;
    const swasm_type *types;
    const swasm_import *imports;
    const swasm_export *exports;
    const swasm_function *functions;

    /* Defined here, imports not counted. */
    uint32_t memory_count, table_count, global_count, tag_count;
    const swasm_memory_type *memories;
    const swasm_table_type *tables;
    const swasm_global_type *globals;
    const uint32_t *tags; /* indices in types */

    uint32_t data_count, element_segment_count;
    const swasm_data_segment *data;
    const swasm_element_segment *element_segments;
    uint32_t imported_function_count, imported_table_count, imported_memory_count, imported_global_count;
    uint32_t imported_tag_count;
    uint32_t wasi_memory; /* in the memory index space: the one exported as "memory", which WASI's pointers are about */

    /* Offsets in the instance, in bytes; what they point at, by index space with imports first. */
    uint64_t function_pointers_offset; /* swasm_funcref *[imported + function_count]: the functions of `imports` in
                                          order, then one per entry of `functions` */
    uint64_t funcrefs_offset;          /* swasm_funcref[function_count]; the runtime fills it */
    uint64_t memory_pointers_offset;   /* swasm_memory *[imported + defined] */
    uint64_t memories_offset;          /* swasm_memory[defined] */
    uint64_t table_pointers_offset;    /* swasm_table *[imported + defined] */
    uint64_t tables_offset;            /* swasm_table[defined] */
    uint64_t global_pointers_offset;   /* swasm_value *[imported] */
    uint64_t globals_offset;           /* swasm_value[defined] */
    uint64_t tag_ids_offset;           /* void *[imported + defined]: identity of each tag */
    uint64_t dropped_offset;           /* uint8_t[element_segment_count + data_count] */
    /* Offsets in the program's state: what all its instances share. */
    uint64_t type_ids_offset; /* uint32_t[type_count], process-wide ids */
    uint64_t results_offset;  /* swasm_value[], as many as the program's functions need */

    /* Gets the program's state. Sets globals, then runs active element and data segments in order. Returns 0,
     * or the trap code of the first segment that does not fit (earlier writes stay, as the specification
     * says). */
    int32_t (*initialize)(swasm_instance *state);
    /* The start function or UINT32_MAX; called by the runtime after initialize. */
    uint32_t start_function; /* index in the function index space */
    uint32_t reserved2;
    const struct swasm_debug *debug; /* NULL when names were left out */
};

/* Instances that were compiled together, in the order of their instantiation. Their state is one block, with
 * a place for each. */
typedef struct swasm_program {
    uint32_t abi_version;
    uint32_t module_count;
    const swasm_module *const *modules; /* one for each instance; the last one is what the program is started by */
    uint64_t state_bytes;
    /* swasm_link_imports, or NULL where no module has imports: then the linker leaves it out. */
    void (*link)(void); /* cast from swasm_linker */
} swasm_program;

/* ---- Where in the module a machine address comes from ------------------------------------------- */

/* The most bytes of a function's name that an executable keeps, and that a report shows. */
#define SWASM_FUNCTION_NAME_BYTES 256

/* Functions by their place in the wasm file, ascending: a trap's file offset finds its function. */
typedef struct swasm_function_name {
    uint32_t begin, end; /* file offsets of the body */
    uint32_t index;      /* in the function index space */
    uint32_t name_length;
    const char *name; /* not terminated; NULL when the name section does not name it */
} swasm_function_name;

typedef struct swasm_debug {
    const swasm_function_name *functions;
    uint64_t function_count;
    const swasm_string *tag_names; /* by tag index; empty where a tag has none */
    uint64_t tag_name_count;
} swasm_debug;

/* One block of machine code with its rows: pairs (uleb128 address delta, sleb128 file offset delta), address
 * from code_begin, both starting at 0; file offset 0 means unknown. The product has an array of these,
 * swasm_code_maps, and its length swasm_code_map_count; both are weak and may be absent. */
typedef struct swasm_code_map {
    const uint8_t *code_begin;
    uint64_t code_bytes;
    const uint8_t *rows;
    uint64_t rows_bytes;
} swasm_code_map;

extern const swasm_code_map swasm_code_maps[] __attribute__((weak));
extern const uint64_t swasm_code_map_count __attribute__((weak));

/* ---- What an executable provides to the runtime ------------------------------------------------- */

/* The program's state, which begins with its first instance, its descriptor, and the grants that were baked in (see
 * policy_options.h for the records). */
extern swasm_instance swasm_main_state;
extern const swasm_program swasm_main_program;
extern const uint8_t swasm_policy[];
extern const uint64_t swasm_policy_bytes;
/* The message of an executable whose module has only exports and nothing to run, in lines that are safe to
 * print. Weak; absent in other executables. */
extern const char swasm_missing_command[] __attribute__((weak));

/* ---- Builtins: called by generated code, C calling convention ----------------------------------- */

/* memory.grow: the previous size in pages, or UINT64_MAX when refused. */
uint64_t swasm_memory_grow(swasm_memory *memory, uint64_t delta_pages);
/* table.grow: the previous length, or UINT64_MAX when refused. */
uint64_t swasm_table_grow(swasm_table *table, uint64_t delta, void *initial);
/* memory.init, table.init and friends: 0, or the trap code; on a trap nothing was written. Lengths and
 * offsets are zero-extended to 64 bits by the caller. */
int32_t swasm_memory_init(swasm_instance *instance, swasm_memory *memory, uint32_t data_index,
                          uint64_t destination, uint64_t source, uint64_t bytes);
int32_t swasm_table_init(swasm_instance *instance, swasm_table *table, uint32_t element_index,
                         uint64_t destination, uint64_t source, uint64_t count);
int32_t swasm_table_copy(swasm_table *destination_table, swasm_table *source_table, uint64_t destination,
                         uint64_t source, uint64_t count);
int32_t swasm_table_fill(swasm_table *table, uint64_t start, void *value, uint64_t count);
/* memory.copy and memory.fill check inline and call memmove and memset. */

/* memory.atomic.wait on 4 or 8 bytes that are readable: 0 woken, 1 the value is not `expected`, 2 timed out after
 * `nanoseconds` (negative: never). memory.atomic.notify: how many were woken, at most `count`. */
uint32_t swasm_memory_wait(void *address, uint64_t expected, uint32_t bytes, int64_t nanoseconds);
uint32_t swasm_memory_notify(void *address, uint32_t count);

/* A new exception, whose `value_count` values the caller stores before it throws it. Traps (returns no more)
 * when the limit of live exceptions is reached. */
swasm_exception *swasm_exception_new(swasm_instance *instance, uint32_t tag_index, uint32_t value_count);
/* Continues at the innermost landing pad on this guest stack, with the exception in the first result register
 * of a landing pad; ends the call as an uncaught exception when there is none. Frames of generated code that it
 * may pass need unwind tables (`uwtable`); those that handle need the personality swasm_personality. */
_Noreturn void swasm_throw(swasm_exception *exception);
/* A catch that keeps no reference has read the values. */
void swasm_exception_free(swasm_exception *exception);
void swasm_personality(void);

/* Only in code that counts for a profile: a call site is about to reach `function`. `slots` are its 9
 * words. */
void swasm_profile_target(uint64_t *slots, uint32_t function);

/* A call of an import that nothing provides: ends the process with a message that names it. */
_Noreturn void swasm_unknown_import(swasm_instance *instance, const char *module, const char *name);

#endif
