// The names in the guest's IR that lowering and the passes share. Lowering uses no other names for types of
// memory, for attributes that are strings, for flags of modules and for functions of the runtime, except
// those of LLVM and of WASI. Tests/LoweringTests/GuestIRTests checks that.
//
// The isolation check trusts none of them. It uses only types, address spaces and symbols.
#pragma once

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Pointers into guest memories, and no others, are in this address space.
#define SWASM_GUEST_ADDRESS_SPACE 1

/// The root of the types of memory below (TBAA). Accesses of different types do not overlap.
#define SWASM_IR_TBAA_ROOT "swasm"
/// Each memory that the program's instances define has its own type, whose name begins with this.
#define SWASM_IR_MEMORY "memory "
/// All memories that a host provides share one type, because they may be one memory.
#define SWASM_IR_IMPORTED_MEMORY "imported memory"
/// The parts that only an instance's own code and the runtime touch: sizes, flags, slots.
#define SWASM_IR_INSTANCE "instance"
#define SWASM_IR_GLOBAL "global"
#define SWASM_IR_TABLE_ELEMENT "table element"
#define SWASM_IR_FUNCTION_REFERENCE "function reference"

/// A flag of modules that compare addresses with the size of a memory. There, no code is split off a
/// function: the comparison and its access must stay together, so that the isolation check sees both.
#define SWASM_IR_COMPARED_MEMORY "swasm_compared_memory"

/// The attribute of a function whose loops must stay as the guest wrote them.
#define SWASM_IR_NO_STREAMS "swasm-no-streams"
/// The attribute of a function whose loops must not be vectorised.
#define SWASM_IR_SCALAR_LOOPS "swasm-scalar-loops"
/// With this attribute, a frame that is larger than the guard region cannot jump over it.
#define SWASM_IR_PROBE_STACK "probe-stack"
/// With this attribute, endless recursion ends in a trap and not in an endless loop. It does not affect
/// musttail.
#define SWASM_IR_NO_TAIL_CALLS "disable-tail-calls"
#define SWASM_IR_FRAME_POINTER "frame-pointer"
/// The attribute that names the processor for which code generation arranges the code.
#define SWASM_IR_TUNE_CPU "tune-cpu"

/// The column of locations that only debuggers use. The others, with column 0, are the places that messages
/// of traps show.
#define SWASM_IR_DEBUGGER_COLUMN 1

/// Symbols: the state of an executable, its descriptor, and the beginning of the names of a profile's
/// counters.
#define SWASM_IR_STATE "swasm_main_state"
#define SWASM_IR_PROGRAM "swasm_main_program"
#define SWASM_IR_COUNTERS "swasm_profile_f"
/// The section of the counters. Its name is an identifier of C, so that the linker makes symbols for its
/// bounds.
#define SWASM_IR_COUNTER_SECTION "swasm_profile"
/// Functions of the runtime that passes know.
#define SWASM_IR_THROW "swasm_throw"
#define SWASM_IR_PERSONALITY "swasm_personality"

/// The descriptor of a program points to these, if it needs them, so that the linker takes them: what links imports of
/// a host, what links imports of other instances, and what gives ids to types.
#define SWASM_IR_LINK_IMPORTS "swasm_link_imports"
#define SWASM_IR_LINK_INSTANCES "swasm_link_instances"
#define SWASM_IR_NUMBER_TYPES "swasm_number_types"

/// Functions of the runtime, other than those of WASI, to which generated code refers.
#define SWASM_IR_BUILTINS(X)                                                                                             \
  X("swasm_memory_grow")                                                                                                 \
  X("swasm_memory_init")                                                                                                 \
  X("swasm_memory_wait")                                                                                                 \
  X("swasm_memory_notify")                                                                                               \
  X("swasm_table_grow")                                                                                                  \
  X("swasm_table_init")                                                                                                  \
  X("swasm_table_copy")                                                                                                  \
  X("swasm_table_fill")                                                                                                  \
  X("swasm_exception_new")                                                                                               \
  X("swasm_exception_free")                                                                                              \
  X(SWASM_IR_THROW)                                                                                                      \
  X(SWASM_IR_PERSONALITY)                                                                                                \
  X("swasm_profile_target")                                                                                              \
  X("swasm_unknown_import")                                                                                              \
  X(SWASM_IR_LINK_IMPORTS)                                                                                               \
  X(SWASM_IR_LINK_INSTANCES)                                                                                             \
  X(SWASM_IR_NUMBER_TYPES)

/// Types of memory, attributes that are strings, and flags of modules.
#define SWASM_IR_MARKS(X)                                                                                                \
  X(SWASM_IR_TBAA_ROOT)                                                                                                  \
  X(SWASM_IR_MEMORY)                                                                                                     \
  X(SWASM_IR_IMPORTED_MEMORY)                                                                                            \
  X(SWASM_IR_INSTANCE)                                                                                                   \
  X(SWASM_IR_GLOBAL)                                                                                                     \
  X(SWASM_IR_TABLE_ELEMENT)                                                                                              \
  X(SWASM_IR_FUNCTION_REFERENCE)                                                                                         \
  X(SWASM_IR_COMPARED_MEMORY)                                                                                            \
  X(SWASM_IR_NO_STREAMS)                                                                                                 \
  X(SWASM_IR_SCALAR_LOOPS)                                                                                               \
  X(SWASM_IR_PROBE_STACK)                                                                                                \
  X(SWASM_IR_NO_TAIL_CALLS)                                                                                              \
  X(SWASM_IR_FRAME_POINTER)

/// The name at `position` of SWASM_IR_BUILTINS or SWASM_IR_MARKS; NULL behind the last one.
const char *swasm_ir_builtin_at(size_t position);
const char *swasm_ir_mark_at(size_t position);

#ifdef __cplusplus
}
#endif
