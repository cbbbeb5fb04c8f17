// The isolation checker. It proves that generated code stays within the memory that its instance owns.
//
// In: the LLVM module that code generation will get, a description of the program that the code belongs to,
// and a hash of the module's data from before it was optimised.
// Out: for each function, either "proven" (all that it reads, writes and calls is allowed), or the first
// instruction that is not proven, and why. LLVM's optimiser and our own passes need not be trusted, and the
// checker shares no code with them. Check.h has the claim and an overview. The other headers say what each
// rule is and why it is sound.
//
// The callers use C; the target itself is C++. All arrays belong to the caller and must outlive the call.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct LLVMOpaqueModule *LLVMModuleRef;
typedef struct LLVMOpaqueType *LLVMTypeRef;

/// A value type of wasm: a number, a kind of reference, or SWASM_ISOLATION_TYPED + an index of `types`.
typedef uint32_t swasm_isolation_value;
enum {
  SWASM_ISOLATION_NUMBER = 0,
  SWASM_ISOLATION_FUNCTION = 1,
  SWASM_ISOLATION_EXTERN = 2,
  SWASM_ISOLATION_EXCEPTION = 3,
  /// References to functions of one type.
  SWASM_ISOLATION_TYPED = 16,
};

/// A function type. Two types are equal if their `canonical` is: the index of the first equal type.
typedef struct swasm_isolation_type {
  uint32_t canonical;
  /// The type that Swift's FunctionSignature makes.
  LLVMTypeRef llvm;
  const swasm_isolation_value *parameters;
  /// For each parameter: its position among LLVM's parameters, or -1 - the number of its slot.
  const int32_t *places;
  const swasm_isolation_value *results;
  /// How many bytes of its slot each parameter and each result takes.
  const uint8_t *parameter_bytes, *result_bytes;
  uint32_t parameter_count, result_count;
  /// Results that are returned directly; the others are in slots.
  uint32_t direct_result_count;
  /// The function returns the address of the results' slots, after the direct results.
  bool returns_slots;
  /// The number of slots that arguments and results need.
  uint32_t slot_count;
} swasm_isolation_type;

/// The roles of functions.
enum {
  /// The code of a function of wasm.
  SWASM_ISOLATION_BODY = 0,
  /// Called once by the runtime, with the state.
  SWASM_ISOLATION_INITIALIZER = 1,
  /// The runtime calls references of the type through it: swasm_invoke.
  SWASM_ISOLATION_THUNK = 2,
};

/// A function that the LLVM module may declare or define, with its type and role.
typedef struct swasm_isolation_function {
  const char *name;
  uint32_t type;
  uint32_t role;
} swasm_isolation_function;

typedef struct swasm_isolation_memory {
  bool imported;
  /// Guard pages replace bounds checks: see guard_before_bytes.
  bool guarded;
} swasm_isolation_memory;

typedef struct swasm_isolation_table {
  bool imported;
  swasm_isolation_value element;
} swasm_isolation_table;

typedef struct swasm_isolation_global {
  bool imported;
  bool is_mutable;
  swasm_isolation_value value;
} swasm_isolation_global;

/// An element segment: the type of its references, and their place in the instance, if it keeps them.
typedef struct swasm_isolation_element {
  swasm_isolation_value value;
  uint64_t offset;
  uint64_t count;
} swasm_isolation_element;

/// The layout of the program's state, in bytes. swasm_abi.h and StateLayout define it.
typedef struct swasm_isolation_layout {
  uint64_t bytes;
  /// The size of each instance's head.
  uint64_t head_bytes;
  /// The field of the head that points to the slots.
  uint64_t head_slots;
  /// Offsets in the state of the parts that all instances share.
  uint64_t type_ids, slots;
  uint64_t type_id_count, slot_count;
} swasm_isolation_layout;

/// An instance of the program: its offsets in the state, and its part of each list of the description.
typedef struct swasm_isolation_instance {
  uint64_t start;
  uint64_t memory_pointers, memories, table_pointers, tables, global_pointers, globals, function_pointers, funcrefs;
  uint64_t tag_ids, dropped;
  uint64_t dropped_count;
  uint32_t first_memory, first_table, first_global, first_element, first_tag, first_function_pointer, first_funcref;
  /// Imports come first.
  uint32_t memory_count, table_count, global_count, element_count, tag_count, function_pointer_count, funcref_count;
  uint32_t data_count;
} swasm_isolation_instance;

/// Sizes and offsets of fields that swasm_abi.h fixes, in bytes.
typedef struct swasm_isolation_abi {
  uint64_t memory_base, memory_bytes, memory_stride;
  uint64_t table_elements, table_length, table_stride;
  uint64_t funcref_code, funcref_instance, funcref_type_id, funcref_function_index, funcref_stride;
  uint64_t exception_tag, exception_captured, exception_escaped, exception_values;
  uint64_t value_stride;
  /// For a guarded memory: how many bytes are reserved before its base, and from its base on.
  uint64_t guard_before_bytes, guard_span_bytes;
  /// No table ever has more elements, and no memory more bytes.
  uint64_t table_maximum_elements, memory_maximum_bytes;
} swasm_isolation_abi;

typedef struct swasm_isolation_description {
  /// The state is the global `swasm_main_state`; otherwise it is the first parameter of guest code.
  bool static_instance;
  /// LLVM's number of the calling convention of functions with guest code.
  uint32_t calling_convention;
  swasm_isolation_layout layout;
  swasm_isolation_abi abi;
  const swasm_isolation_instance *instances;
  uint32_t instance_count;
  const swasm_isolation_type *types;
  /// For each of these lists: the entries of all instances, one instance after another.
  const swasm_isolation_memory *memories;
  const swasm_isolation_table *tables;
  const swasm_isolation_global *globals;
  const swasm_isolation_element *elements;
  /// The type of each tag.
  const uint32_t *tags;
  uint32_t type_count, memory_count, table_count, global_count, element_count, tag_count;
  /// For each type id of a static instance: an index of `types`, or UINT32_MAX.
  const uint32_t *type_of_id;
  uint32_t id_count;
  /// For each entry of function_pointers and funcrefs: the type of its function.
  const uint32_t *function_pointer_types;
  const uint32_t *funcref_types;
  const swasm_isolation_function *functions;
  size_t function_count;
} swasm_isolation_description;

/// A hash of all data that the runtime reads from a module.
typedef struct swasm_isolation_digest {
  uint8_t bytes[32];
} swasm_isolation_digest;

/// The result for one function. Its texts are valid only during the callback.
typedef struct swasm_isolation_result {
  const char *function;
  bool proven;
  /// If not proven: why, the first instruction that is not, and the line of its debug location, or 0 if that
  /// is unknown. Lowering decides what a line means (LineNumbering).
  const char *reason;
  const char *instruction;
  uint32_t line;
  /// Whether the proof failed because the budget was used up: the function is too large for the check.
  bool exhausted;
} swasm_isolation_result;

typedef void (*swasm_isolation_callback)(void *context, const swasm_isolation_result *result);

/// Removes from the module whatever could make machine code differ from the proven code: flags, attributes
/// and metadata that turn wrong values into undefined behaviour. The results of correct programs do not
/// change.
void swasm_harden(LLVMModuleRef module);

/// Returns the hash of all data that the runtime reads from the module. Call it before the module is
/// optimised.
swasm_isolation_digest swasm_isolation_digest_of(LLVMModuleRef module);

/// Checks every function that the module defines, and calls `callback` for each, unless it is null. Returns
/// how many are not proven: all of them if the module's digest is no longer `digest`.
size_t swasm_check_isolation(LLVMModuleRef module, const swasm_isolation_description *description,
                             swasm_isolation_digest digest, swasm_isolation_callback callback, void *context);

#ifdef __cplusplus
}
#endif
