// The optimisation pipeline of swasmc, with our own passes, which LLVM's C API cannot express.
//
// In: a module as Lowering makes it (CGuestIR.h). Out: the same module, optimised in place, fit for code
// generation. The passes recognise guest memory by its address space (GuestAccess.h). The callers use C; the
// target itself is C++.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct LLVMOpaqueContext *LLVMContextRef;
typedef struct LLVMOpaqueModule *LLVMModuleRef;
typedef struct LLVMOpaqueTargetMachine *LLVMTargetMachineRef;

/// How many arguments of each kind the target passes in registers. `general`: integers and addresses.
/// `vector`: floats and vectors.
typedef struct swasm_argument_registers {
  unsigned general, vector;
} swasm_argument_registers;

/// Where the guest's stack pointer is, which exceptions reset (exceptions/ShadowStack.h): its offset in the
/// program's state in bytes, and its width. If `bits` is 0, exceptions reset nothing.
typedef struct swasm_shadow_stack {
  uint64_t offset;
  unsigned bits;
} swasm_shadow_stack;

typedef struct swasm_optimize_options {
  /// Vectorise loops over guest memory like native ones (Streams.h).
  bool streams;
  /// Memory, globals and tables are exact at every trap.
  bool precise_traps;
  /// Run LLVM's verifier after the pipeline. If it complains, swasm_optimize fails.
  bool verify;
  swasm_argument_registers registers;
  /// What swasm_find_shadow_stack found in the whole program, if the module is a part of it.
  swasm_shadow_stack shadow_stack;
  /// Small code matters more than fast code.
  bool for_size;
} swasm_optimize_options;

/// Finds out whether exceptions may reset the guest's stack pointer, in a module with all code of a program.
/// Its answer has `bits` 0 if they must not. It removes the functions that nothing calls from the module.
swasm_shadow_stack swasm_find_shadow_stack(LLVMModuleRef module);

/// Optimises `module` for `machine` at `level` (0 to 3). On failure returns a message that the caller frees
/// with swasm_optimize_free; NULL on success.
char *swasm_optimize(LLVMModuleRef module, LLVMTargetMachineRef machine, unsigned level,
                     swasm_optimize_options options);

/// Tells LLVM which counts are hot in `module`. `counts` come from the run that gave the module its entry
/// counts and weights. Without this call, those only decide the order of blocks.
void swasm_set_profile_summary(LLVMModuleRef module, const uint64_t *counts, size_t count);

/// Runs one of the passes that this target adds, for tests: `name` is one of namedPasses in
/// pipeline/Pipeline.cpp. Returns a message as swasm_optimize does.
char *swasm_run_pass(LLVMModuleRef module, const char *name, swasm_optimize_options options);

/// For tests: sets an option of LLVM for the whole process. swasm_optimize sets those that it needs in the
/// same way (pipeline/ProcessOptions.h). Returns a message as swasm_optimize does.
char *swasm_set_process_option(const char *name, const char *value);

void swasm_optimize_free(char *message);

/// Whether code generation by `machine` was set not to optimise, because optimising would take too long for
/// this module (pipeline/LoopBudget.h).
bool swasm_generates_plainly(LLVMTargetMachineRef machine);

/// From now on the machine's objects have a section for each variable, and say which variables' addresses are
/// compared.
void swasm_separate_data(LLVMTargetMachineRef machine);

/// Called on the working thread before each run of a pass, with the name of the function. The name is not
/// terminated. It is empty for a pass over the whole module.
typedef void (*swasm_function_watcher)(const char *name, size_t length);

/// Sets the watcher of this process. It is told about the passes of swasm_optimize, and about code generation
/// in the contexts for which swasm_watch_code_generation was called.
void swasm_watch_functions(swasm_function_watcher told);
void swasm_watch_code_generation(LLVMContextRef context);

#ifdef __cplusplus
}
#endif
