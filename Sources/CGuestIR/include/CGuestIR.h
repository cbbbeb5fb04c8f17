// The names in the guest's IR that lowering and the passes share: types of memory, attributes, flags of
// modules, symbols, and functions of the runtime. Other names in lowered code come from LLVM or WASI.
// Tests/LoweringTests/GuestIRTests checks that.
//
// The isolation check does not include this header. It repeats the few symbols, attributes and the section
// that it checks, so that a mistake here cannot change what it accepts.
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
/// Functions of the runtime that generated code calls.
#define SWASM_IR_MEMORY_GROW "swasm_memory_grow"
#define SWASM_IR_MEMORY_INIT "swasm_memory_init"
#define SWASM_IR_MEMORY_WAIT "swasm_memory_wait"
#define SWASM_IR_MEMORY_NOTIFY "swasm_memory_notify"
#define SWASM_IR_TABLE_GROW "swasm_table_grow"
#define SWASM_IR_TABLE_INIT "swasm_table_init"
#define SWASM_IR_TABLE_COPY "swasm_table_copy"
#define SWASM_IR_TABLE_FILL "swasm_table_fill"
#define SWASM_IR_EXCEPTION_NEW "swasm_exception_new"
#define SWASM_IR_EXCEPTION_FREE "swasm_exception_free"
#define SWASM_IR_THROW "swasm_throw"
#define SWASM_IR_PERSONALITY "swasm_personality"
#define SWASM_IR_PROFILE_TARGET "swasm_profile_target"
#define SWASM_IR_UNKNOWN_IMPORT "swasm_unknown_import"

/// Functions of the runtime to which the program's descriptor points, so that the linker includes them. A
/// descriptor has only those that its program needs. The first links imports of a host, the second links
/// imports of other instances, the third gives ids to types.
#define SWASM_IR_LINK_IMPORTS "swasm_link_imports"
#define SWASM_IR_LINK_INSTANCES "swasm_link_instances"
#define SWASM_IR_NUMBER_TYPES "swasm_number_types"

/// All functions of the runtime, other than those of WASI, to which generated code refers.
#define SWASM_IR_BUILTINS(X)            \
  X(SWASM_IR_MEMORY_GROW)               \
  X(SWASM_IR_MEMORY_INIT)               \
  X(SWASM_IR_MEMORY_WAIT)               \
  X(SWASM_IR_MEMORY_NOTIFY)             \
  X(SWASM_IR_TABLE_GROW)                \
  X(SWASM_IR_TABLE_INIT)                \
  X(SWASM_IR_TABLE_COPY)                \
  X(SWASM_IR_TABLE_FILL)                \
  X(SWASM_IR_EXCEPTION_NEW)             \
  X(SWASM_IR_EXCEPTION_FREE)            \
  X(SWASM_IR_THROW)                     \
  X(SWASM_IR_PERSONALITY)               \
  X(SWASM_IR_PROFILE_TARGET)            \
  X(SWASM_IR_UNKNOWN_IMPORT)            \
  X(SWASM_IR_LINK_IMPORTS)              \
  X(SWASM_IR_LINK_INSTANCES)            \
  X(SWASM_IR_NUMBER_TYPES)

/// Types of memory, attributes that are strings, and flags of modules.
#define SWASM_IR_MARKS(X)               \
  X(SWASM_IR_TBAA_ROOT)                 \
  X(SWASM_IR_MEMORY)                    \
  X(SWASM_IR_IMPORTED_MEMORY)           \
  X(SWASM_IR_INSTANCE)                  \
  X(SWASM_IR_GLOBAL)                    \
  X(SWASM_IR_TABLE_ELEMENT)             \
  X(SWASM_IR_FUNCTION_REFERENCE)        \
  X(SWASM_IR_COMPARED_MEMORY)           \
  X(SWASM_IR_NO_STREAMS)                \
  X(SWASM_IR_SCALAR_LOOPS)              \
  X(SWASM_IR_PROBE_STACK)               \
  X(SWASM_IR_NO_TAIL_CALLS)             \
  X(SWASM_IR_FRAME_POINTER)

/// The name at `position` of SWASM_IR_BUILTINS or SWASM_IR_MARKS; NULL behind the last one.
const char *swasm_ir_builtin_at(size_t position);
const char *swasm_ir_mark_at(size_t position);

#ifdef __cplusplus
}
#endif
