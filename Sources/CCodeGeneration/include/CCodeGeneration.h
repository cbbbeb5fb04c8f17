// Code generation for objects.
//
// LLVM's C API can only generate code with everything that a debugger may want. An executable needs nothing
// of that but the line table, from which its code map is made. Nor can the C API choose how registers are
// allocated.
//
// The callers use C; the target itself is C++.
#pragma once

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct LLVMOpaqueContext *LLVMContextRef;
typedef struct LLVMOpaqueModule *LLVMModuleRef;
typedef struct LLVMOpaqueTargetMachine *LLVMTargetMachineRef;
typedef struct LLVMOpaqueMemoryBuffer *LLVMMemoryBufferRef;

typedef struct swasm_emission {
  /// Leave out all debug information of LLVM. The machine code is the same.
  bool plain;
  /// Write the line table of LineTable.h. If there are also rows of LLVM, its rows are those with the flag
  /// basic_block.
  bool has_places;
  /// Keep values in registers across blocks although the machine's level is none. The code becomes about half
  /// as large, and faster. It takes a third of the time of the lowest level that optimises.
  bool allocates_registers;
} swasm_emission;

/// Makes the machines of Sources/Targets known to LLVM. To be called once.
void swasm_register_targets(void);

/// Replaces what instruction selection of the module's machine does not have (MachineForms.cpp). To be called
/// before code is generated; swasm_emit_object does it itself.
void swasm_adapt_to_machine(LLVMModuleRef module);

/// Generates an object. The module may lose its list of compile units, and parts of its IR are lowered in
/// place.
/// - Returns the object, which the caller owns. NULL if the machine cannot generate objects.
LLVMMemoryBufferRef swasm_emit_object(LLVMTargetMachineRef machine, LLVMModuleRef module, swasm_emission emission);

/// What LLVM says about an optimisation.
typedef struct swasm_remark {
  /// "passed", "missed", "analysis" or "failure".
  const char *kind;
  const char *pass, *name, *message;
  /// The line of the code that is meant, and of its function; 0 if unknown.
  unsigned line, function_line;
} swasm_remark;

typedef void (*swasm_take_remark)(void *sink, const swasm_remark *remark);

/// From now on, every remark about code in the context goes to `take`. Its texts are valid during the call.
void swasm_collect_remarks(LLVMContextRef context, swasm_take_remark take, void *sink);

/// The names of the processors that LLVM knows for a machine. To be called after swasm_register_targets.
/// - Returns a text that lives as long as the process; NULL behind the last name.
const char *swasm_processor_name(const char *triple, unsigned position);

/// Whether a processor has a feature, after features were added to it or taken from it. All names must be known to
/// LLVM.
/// - Parameter features: In LLVM's notation, `+a,-b`.
bool swasm_processor_has(const char *triple, const char *name, const char *features, const char *feature);

/// A name in Rust's v0 scheme as people write it. The time and the length of the result can double with each
/// of the name's references to itself.
/// - Returns a text that the caller frees; NULL if it is not such a name.
char *swasm_demangle_rust(const char *name);

#ifdef __cplusplus
}
#endif
