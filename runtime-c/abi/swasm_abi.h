/* The one boundary between generated code and the runtime: the layout of an instance, the module
 * descriptor, trap codes and builtins.
 *
 * Generated code refers to nothing outside this header except the calls of wasi_p1.h, memcpy, memmove,
 * memset, memcmp and the rounding helpers that LLVM may call. Swift sees this header as the module CSwasmABI
 * and takes all offsets from it. Every struct here has the same layout on all 64-bit targets.
 */
#ifndef SWASM_ABI_H
#define SWASM_ABI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SWASM_ABI_VERSION 1

/* ---- Limits and address-space layout (bytes unless named otherwise) ---------------------------- */

/* The address space that is reserved before the base of a guarded 32-bit memory, and from the base on. An
 * access (index plus static offset) ends at most one vector beyond 2^33 bytes. The rest keeps distance, so
 * that a wrong 33-bit computation reaches nothing on either side. */
#define SWASM_GUARD_BEFORE_BYTES (1ull << 34)
#define SWASM_GUARD_SPAN_BYTES (1ull << 35)
/* No memory is larger, whatever its type says: its addresses have at most this many bits. */
#define SWASM_MEMORY_MAX_ADDRESS_BITS 48
#define SWASM_TABLE_MAX_ELEMENTS 10000000ull
#define SWASM_DEFAULT_STACK_BYTES (8ull << 20)

/* ---- Traps -------------------------------------------------------------------------------------- */

/* Why an adapter between components stops a call. Spec: CanonicalABI.md. */
#define SWASM_COMPONENT_TRAPS(X)                                                         \
    X(20, CANNOT_LEAVE, "cannot leave component instance")                              \
    X(21, CANNOT_ENTER, "cannot enter component instance")                              \
    X(22, UNALIGNED_POINTER, "unaligned pointer")                                       \
    X(23, POINTER_OUT_OF_BOUNDS, "pointer out of bounds of memory")                     \
    X(24, STRING_OUT_OF_BOUNDS, "string content out-of-bounds")                         \
    X(25, LIST_OUT_OF_BOUNDS, "list content out-of-bounds")                             \
    X(26, TOO_LONG, "string or list is too long")                                       \
    X(27, INVALID_DISCRIMINANT, "invalid variant discriminant")                         \
    X(28, INVALID_CHAR, "invalid `char` bit pattern")                                   \
    X(29, INVALID_UTF8, "invalid utf-8")                                                \
    X(30, INCOMPLETE_UTF8, "incomplete utf-8 byte sequence")                            \
    X(31, INVALID_UTF16, "invalid utf-16")                                              \
    X(32, REALLOC_UNALIGNED, "realloc return: result not aligned")                      \
    X(33, REALLOC_OUT_OF_BOUNDS, "realloc return: beyond end of memory")                \
    X(34, UNKNOWN_HANDLE, "unknown handle index")                                       \
    X(35, HANDLE_TYPE, "handle index used with the wrong type")                         \
    X(36, HANDLE_LENT, "cannot remove owned resource while borrowed")                   \
    X(37, HANDLE_BORROWED, "borrow used where an owned resource is needed")             \
    X(38, BORROWS_REMAIN, "borrow handles still remain at the end of the call")         \
    X(39, HANDLES_EXHAUSTED, "too many handles alive")                                  \
    X(40, BACKPRESSURE, "backpressure counter overflow")                                \
    X(41, COMPONENT_UNSUPPORTED, "asynchronous functions are not supported yet")

/* X(code, NAME, message). The code is the immediate of llvm.ubsantrap at the trapping instruction.
 * swasm_trap_code_at in src/sys/<architecture>/machine.h reads it. If the specification's test suite has a
 * message for a trap, it is the same one. */
#define SWASM_CORE_TRAPS(X)                                        \
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

#define SWASM_TRAPS(X) SWASM_CORE_TRAPS(X) SWASM_COMPONENT_TRAPS(X)

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

/* A function reference points to this. In a library, `code` takes the program's state and then the wasm
 * parameters; in an executable, it takes the wasm parameters only. Nothing is passed on the stack. The target
 * (Sources/Targets) says how many parameters and how many results are in general and in vector registers; the
 * state takes one of the general ones. The others go through the program's slots (swasm_instance.results) in
 * order, 16 bytes each. If results go through slots in a library, one general register holds the slots'
 * address (see RATIONALE.md). */
struct swasm_funcref {
    void *code;
    swasm_instance *instance; /* the state of its program, which begins with the first instance */
    uint32_t type_id; /* in the whole process, ids are equal exactly if the types are */
    uint32_t function_index; /* in its module; profiles name it */
    swasm_invoke invoke; /* NULL if no host may call it */
};

/* A linear memory. `base` never moves; `bytes` grows and is a multiple of the page size. */
typedef struct swasm_memory {
    uint8_t *base;
    uint64_t bytes;
    uint64_t maximum_pages; /* the least of the type's, the policy's and the implementation's maximum, and of what is
                               reserved */
    uint64_t reserved_bytes; /* from base on; an access here works, or its fault becomes a trap */
    uint32_t page_log2;
    uint32_t flags; /* SWASM_MEMORY_* */
    uint64_t declared_maximum_pages; /* the type's maximum; UINT64_MAX if it has none */
} swasm_memory;

/* A table. `elements` never moves; each is a swasm_funcref * or an opaque reference, NULL for null. */
typedef struct swasm_table {
    void **elements;
    uint64_t length;
    uint64_t maximum; /* the least of the type's and the implementation's maximum */
    uint64_t reserved_elements;
    uint64_t declared_maximum; /* the type's maximum; UINT64_MAX if it has none */
    uint32_t type_id; /* the index of the element type in swasm_module.types, for link checks */
    uint32_t flags;   /* SWASM_TABLE_64, SWASM_TABLE_OF_EXCEPTIONS */
} swasm_table;

enum {
    SWASM_MEMORY_64 = 1,
    SWASM_MEMORY_SHARED = 2,
    SWASM_MEMORY_GUARDED = 4, /* SWASM_GUARD_* is reserved; otherwise code checks bounds explicitly */
    SWASM_TABLE_64 = 1,
    SWASM_TABLE_OF_EXCEPTIONS = 2,
};

/* The head of every instance. The module's own parts follow at the offsets that its descriptor names. */
struct swasm_instance {
    const swasm_module *module;
    void *host;            /* the embedder's own pointer; in an executable, the WASI context */
    swasm_value *results;  /* arguments and results of a call that do not fit registers, in order */
    uint8_t *dropped_elements; /* one byte for each segment: 1 if it was dropped */
    uint8_t *dropped_data;
    void *reserved[3];
};

/* ---- Exceptions --------------------------------------------------------------------------------- */

/* The object that an exnref points to. A tag's identity is the address of the tag_ids slot of the instance
 * that defined it. The object lives until a catch that keeps no reference frees it. Once captured, it lives
 * until a collection finds no pointer to it on the guest stack or in another exception. In an executable, the
 * instances and their tables are searched, too. In a library, an object that escaped is never freed. */
typedef struct swasm_exception {
    void *tag;
    swasm_instance *instance; /* the instance that threw it */
    const void *thrown_at;    /* the return address of swasm_exception_new */
    uint32_t tag_index;       /* in the tag index space of `instance` */
    uint8_t captured;         /* 1: a reference to it may exist */
    uint8_t escaped;          /* 1: it was stored to a global, a table or another exception, or given to a host */
    uint8_t state, size_class; /* only the runtime uses these and `next` */
    struct swasm_exception *next;
    swasm_value values[];
} swasm_exception;
_Static_assert(sizeof(swasm_exception) == 48, "values follow at an offset that generated code knows");

#define SWASM_EXCEPTION_MAX_VALUES 2000u

/* ---- The module descriptor ---------------------------------------------------------------------- */

enum { SWASM_FUNCTION = 0, SWASM_TABLE = 1, SWASM_MEMORY = 2, SWASM_GLOBAL = 3, SWASM_TAG = 4 };

/* A type as canonical text: two strings are equal exactly if the specification says that the types are equal.
 * A function type is like "(i32,i64)->(f32)". A value type is like "i32" or "funcref"; a reference to a
 * defined type contains that type's text. A global's text begins with "mut " or "const ". */
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
    uint32_t provider;       /* 0 if a host provides it; or else 1 + the providing instance's position */
    uint32_t provider_index; /* in that instance's index space; for a function, in function_pointers */
    uint32_t index;          /* in this module's index space */
    uint32_t kind;
    uint32_t type; /* function, tag: index in types; global, table: index in types of the value or element type */
    swasm_limits limits; /* tables and memories */
    uint32_t flags;      /* SWASM_MEMORY_*, SWASM_TABLE_64; for a global, 1 if it is mutable */
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

/* Elements are positions in the instance's function pointers (UINT32_MAX for null). For a segment with other
 * expressions, `functions` is NULL, and `initialize` sets the void *[count] at refs_offset. */
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
    uint32_t type; /* index in types of the element type */
} swasm_table_type;

typedef struct swasm_global_type {
    uint32_t type; /* index in types of the value type */
    uint32_t mutable_;
} swasm_global_type;

struct swasm_module {
    uint32_t abi_version;
    uint32_t instance_bytes; /* head included; the runtime zeroes it */
    swasm_string name;
    uint64_t state_offset;   /* the offset of the instance in its program's state; a multiple of 16 */

    uint32_t type_count, import_count, export_count, function_count;
    const swasm_type *types; /* in an executable, only those up to the last that a host may ask for */
    const swasm_import *imports;
    const swasm_export *exports;
    const swasm_function *functions;

    /* The items that the module defines, without imports. */
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
    uint32_t wasi_memory; /* index space of memories: the one that WASI's pointers refer to */

    /* Offsets in the instance, in bytes. Each array follows its index space, imports first. */
    uint32_t function_pointers_offset; /* swasm_funcref *[imported + function_count]: the functions of `imports` in
                                          order, then one per entry of `functions` */
    uint32_t funcrefs_offset;          /* swasm_funcref[function_count]; the runtime fills it */
    uint32_t memory_pointers_offset;   /* swasm_memory *[imported + defined] */
    uint32_t memories_offset;          /* swasm_memory[defined] */
    uint32_t table_pointers_offset;    /* swasm_table *[imported + defined] */
    uint32_t tables_offset;            /* swasm_table[defined] */
    uint32_t global_pointers_offset;   /* swasm_value *[imported] */
    uint32_t globals_offset;           /* swasm_value[defined] */
    uint32_t tag_ids_offset;           /* void *[imported + defined]: identity of each tag */
    uint32_t dropped_offset;           /* uint8_t[element_segment_count + data_count] */
    /* Offsets in the program's state, of the parts that all its instances share. */
    uint64_t type_ids_offset; /* uint32_t[type_count], process-wide ids */
    uint64_t results_offset;  /* swasm_value[], as many as the program's functions need */

    /* Gets the program's state. Sets globals, then runs active element and data segments in order. Returns 0,
     * or the trap code of the first segment that does not fit (earlier writes stay, as the specification
     * says). */
    int32_t (*initialize)(swasm_instance *state);
    /* The start function, which the runtime calls after initialize, or UINT32_MAX. */
    uint32_t start_function; /* index in the function index space */
    uint32_t reserved2;
    const swasm_string *tag_names; /* by tag index; empty if a tag has no name. NULL if names were left out */
    uint64_t tag_name_count;
};

/* Instances that were compiled together, in the order of their instantiation. Their state is one block, with
 * a place for each. */
typedef struct swasm_program {
    uint32_t abi_version;
    uint32_t module_count;
    const swasm_module *const *modules; /* one for each instance; the program starts with the last one */
    uint64_t state_bytes;
    /* swasm_link_imports or swasm_link_instances, cast from swasm_linker * (src/instance.h). NULL if no module
     * has a swasm_import: then the linker leaves the function out. */
    void (*link)(void);
    /* swasm_number_types, cast from swasm_type_numberer * (src/instance.h). NULL in an executable: there the type
     * id of a function is the position of its type in the program, type_ids_offset is not used, and code compares
     * with constants. */
    void (*number_types)(void);
} swasm_program;

/* The most bytes of the state that an initialiser leaves (--preinit): a module may have 1 GiB. */
#define SWASM_SNAPSHOT_BYTES (1 << 30)

/* ---- Where in the module a machine address comes from ------------------------------------------- */

/* The tables here are packed: see src/packed.h. They are weak, and absent if the executable is stripped. */

/* The most bytes of a table that are packed together. */
#define SWASM_PACKED_BLOCK_BYTES 65535

/* The most bytes of a name that these tables keep and that a report shows. */
#define SWASM_FUNCTION_NAME_BYTES 256

/* The functions with code, by their place in the file: the number of bytes between the body before and this
 * one, the number of its bytes, the difference from the index before (sleb128), the length of the name, and
 * the name. The other numbers are uleb128. A function without a name has the length 0. All counting starts
 * at 0. */
extern const uint8_t swasm_functions[] __attribute__((weak));
extern const uint64_t swasm_functions_bytes __attribute__((weak));

/* One section of machine code with its rows. A row is a pair (uleb128 address delta, sleb128 file offset
 * delta). Addresses count from code_begin, and both values start at 0. The file offset is unknown before the
 * first row, and from a row with offset delta 0 to the next row; the delta of that one counts from the last
 * known offset, and may be 0.
 *
 * `frames` says how to get from an address to the caller of its function: the number of states; each state as
 * four numbers; and rows of two, an address delta and four times the number of a state, plus 1 where a
 * function begins, plus 2 if that function was split from another one. All are uleb128. The first state has
 * the number 1; 0 means unknown, as do addresses before the first row. A state has DWARF's number of a
 * register, and three counts of 8 bytes: how far the canonical frame address is above that register's value,
 * and how far below the canonical frame address the return address and the caller's frame pointer were
 * stored. For these two, 0 means that they are still in their registers.
 *
 * `inlined` says which calls were inlined at an address. First comes their number (uleb128). Each call has two
 * numbers: the difference of its file offset from that of the call before (sleb128), and by how much the number
 * of the call that it is nested in is lower (uleb128; 0 if it is in none). Then come rows of two: an address
 * delta (uleb128), and the difference of the number of a call from that of the row before (sleb128). The first
 * call has the number 1, and 0 means none. Empty if nothing was inlined.
 *
 * The product has an array of these, swasm_code_maps, and its length swasm_code_map_count. */
typedef struct swasm_code_map {
    const uint8_t *code_begin;
    uint64_t code_bytes;
    const uint8_t *rows;
    uint64_t rows_bytes;
    const uint8_t *frames;
    uint64_t frames_bytes;
    const uint8_t *inlined;
    uint64_t inlined_bytes;
} swasm_code_map;

extern const swasm_code_map swasm_code_maps[] __attribute__((weak));
extern const uint64_t swasm_code_map_count __attribute__((weak));

/* The files of a program that was made of components: for each the number of its bytes, and the length of
 * its name (both uleb128), and the name, which is empty if there is one file. Offsets of code count on from
 * one file to the next, and then to the modules that the compiler added. Absent if the program is one core
 * module. */
extern const uint8_t swasm_files[] __attribute__((weak));
extern const uint64_t swasm_files_bytes __attribute__((weak));

/* How many rows of `rows` below make a chunk. */
#define SWASM_LINES_CHUNK_ROWS 512

/* Places in the source, if a module has debug information: five tables, one behind the other, and the bytes of
 * each. All numbers are uleb128, but differences that may be negative are sleb128.
 *
 * 1. The chunks of the next table: by how much the first offset in the file is higher than that of the chunk before,
 *    and the number of bytes of the chunk before, not packed. All counting starts at 0.
 * 2. Rows. Each has four times the difference of an offset in the file from that of the row before, plus 1 if the
 *    file differs, plus 2 if the call differs; the difference of the line; the column; the difference of the
 *    number of the file, and that of the position of a call, if they differ. The first row of a chunk counts from
 *    the first offset of the chunk, and otherwise from 0. File 0 means that the place is not known. A row holds up
 *    to the next one.
 * 3. The paths of files: the length, and the bytes. File 1 is the first.
 * 4. The calls that the guest's compiler inlined: the position of the function's name in the next table, the
 *    file, line and column of the call, and by how much the position of the call around it is lower (0: it is in
 *    none).
 * 5. Names: the length, and the bytes.
 *
 * A position counts the bytes of a table that is not packed; 0 means none. */
extern const uint8_t swasm_lines[];
extern const uint64_t swasm_lines_bytes[5];

/* ---- What an executable provides to the runtime ------------------------------------------------- */

/* The program's state, which begins with its first instance; the program's descriptor; and the records of the
 * grants that were baked in (see policy_options.h). */
extern swasm_instance swasm_main_state;
extern const swasm_program swasm_main_program;
extern const uint8_t swasm_policy[];
extern const uint64_t swasm_policy_bytes;
/* The message of an executable whose module has exports but nothing to run. Its lines are safe to print.
 * Weak; absent in other executables. */
extern const char swasm_missing_command[] __attribute__((weak));

/* ---- Builtins: called by generated code, C calling convention ----------------------------------- */

/* memory.grow. Returns the previous size in pages, or UINT64_MAX if the memory cannot grow. */
uint64_t swasm_memory_grow(swasm_memory *memory, uint64_t delta_pages);
/* table.grow. Returns the previous length, or UINT64_MAX if the table cannot grow. */
uint64_t swasm_table_grow(swasm_table *table, uint64_t delta, void *initial);
/* memory.init, table.init and similar instructions. They return 0 or the trap code. On a trap nothing was
 * written. The caller zero-extends lengths and offsets to 64 bits. */
int32_t swasm_memory_init(swasm_instance *instance, swasm_memory *memory, uint32_t data_index,
                          uint64_t destination, uint64_t source, uint64_t bytes);
int32_t swasm_table_init(swasm_instance *instance, swasm_table *table, uint32_t element_index,
                         uint64_t destination, uint64_t source, uint64_t count);
int32_t swasm_table_copy(swasm_table *destination_table, swasm_table *source_table, uint64_t destination,
                         uint64_t source, uint64_t count);
int32_t swasm_table_fill(swasm_table *table, uint64_t start, void *value, uint64_t count);
/* For memory.copy and memory.fill, generated code checks the bounds and then calls memmove or memset. */

/* memory.atomic.wait on 4 or 8 readable bytes. Returns 0 if woken, 1 if the value is not `expected`, 2 after
 * `nanoseconds` (negative: no limit). memory.atomic.notify returns how many it woke, at most `count`. */
uint32_t swasm_memory_wait(void *address, uint64_t expected, uint32_t bytes, int64_t nanoseconds);
uint32_t swasm_memory_notify(void *address, uint32_t count);

/* Makes an exception. The caller stores its `value_count` values before it throws it. Traps, and so does not
 * return, if the limit of live exceptions is reached. */
swasm_exception *swasm_exception_new(swasm_instance *instance, uint32_t tag_index, uint32_t value_count);
/* Continues at the innermost landing pad on this guest stack, with the exception in the first result register
 * of a landing pad. If there is none, ends the call as an uncaught exception. Functions that it may unwind
 * need unwind tables (`uwtable`). Functions with landing pads need the personality swasm_personality. */
_Noreturn void swasm_throw(swasm_exception *exception);
/* Frees an exception after a catch that keeps no reference has read its values. */
void swasm_exception_free(swasm_exception *exception);
void swasm_personality(void);

/* Code that counts for a profile calls this before a call site reaches `function`. `slots` are the 9 words of
 * the call site. */
void swasm_profile_target(uint64_t *slots, uint32_t function);

/* Generated code calls this for an import that nothing provides. An executable prints a message that names
 * it, and ends. In a library the call traps. */
_Noreturn void swasm_unknown_import(swasm_instance *instance, const char *module, const char *name);

#endif
