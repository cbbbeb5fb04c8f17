// The optimisation pipeline of swasmc, with the passes of its own that LLVM's C API cannot express.
//
// In: a module as Lowering makes it (CGuestIR.h). Out: the same module, optimised in place, fit for code generation.
// The passes here recognise guest memory by its address space (GuestAccess.h). Behind this header is C++, before it is C.
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

/// How many arguments of each kind the target passes in registers: integers and addresses; floats and vectors.
typedef struct swasm_argument_registers {
  unsigned general, vector;
} swasm_argument_registers;

typedef struct swasm_optimize_options {
  /// Lets loops over guest memory be vectorised as native ones are (Streams.h).
  bool streams;
  /// Memory, globals and tables are exact whenever a trap strikes.
  bool precise_traps;
  /// Run LLVM's verifier after the pipeline; swasm_optimize says false when it complains.
  bool verify;
  swasm_argument_registers registers;
} swasm_optimize_options;

/// Optimises `module` for `machine` at `level` (0 to 3). On failure returns a message that the caller frees
/// with swasm_optimize_free; NULL on success.
char *swasm_optimize(LLVMModuleRef module, LLVMTargetMachineRef machine, unsigned level,
                     swasm_optimize_options options);

/// Tells LLVM which counts are hot in `module`: the entry counts and weights that it carries stem from a run that
/// counted these. Without it they order blocks, and no more.
void swasm_set_profile_summary(LLVMModuleRef module, const uint64_t *counts, size_t count);

/// Runs one of the passes that this target adds, for tests: `name` is one of namedPasses in pipeline/Pipeline.cpp.
char *swasm_run_pass(LLVMModuleRef module, const char *name, swasm_optimize_options options);

/// Sets an option of LLVM for the whole process, for tests: as swasm_optimize sets those that it needs
/// (pipeline/ProcessOptions.h). Returns a message as swasm_optimize does.
char *swasm_set_process_option(const char *name, const char *value);

void swasm_optimize_free(char *message);

/// Whether code generation by `machine` has been set not to optimise, as of a module that it would take too long for
/// (pipeline/LoopBudget.h).
bool swasm_generates_plainly(LLVMTargetMachineRef machine);

/// Is told, on the thread that works, the name of each function that a pass is about to run on, not terminated; empty
/// for a pass over the whole module.
typedef void (*swasm_function_watcher)(const char *name, size_t length);

/// Of this process: for swasm_optimize, and for code generation in contexts that are watched.
void swasm_watch_functions(swasm_function_watcher told);
void swasm_watch_code_generation(LLVMContextRef context);

#ifdef __cplusplus
}
#endif
