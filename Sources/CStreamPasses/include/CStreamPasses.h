// The optimisation pipeline of swasmc, with the passes of its own that LLVM's C API cannot express.
//
// In: a module as Lowering makes it. Out: the same module, optimised in place, fit for code generation.
// The passes here recognise guest memory by one mark only: the access-type node of the TBAA tag is named
// SWASM_GUARDED_MEMORY_TBAA, which promises what Streams.h states. Behind this header is C++, before it is C.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct LLVMOpaqueModule *LLVMModuleRef;
typedef struct LLVMOpaqueTargetMachine *LLVMTargetMachineRef;

/// Name of the TBAA type of accesses to a memory that is defined in the module, has 32-bit addresses and
/// guard pages, and is capped at SWASM_STREAM_MEMORY_CAP_BYTES.
#define SWASM_GUARDED_MEMORY_TBAA "guarded memory"

/// What the names of the TBAA types of accesses to other memories begin with.
#define SWASM_MEMORY_TBAA "guest memory"

/// No guarded memory ever has more bytes than this: 4 GiB less two wasm pages.
#define SWASM_STREAM_MEMORY_CAP_BYTES ((1ull << 32) - (1ull << 17))

typedef struct swasm_optimize_options {
  /// Lets loops over guest memory be vectorised as native ones are (Streams.h). An access that traps may then do so
  /// before earlier stores are done.
  bool streams;
  /// Memory, globals and tables are exact whenever a trap strikes.
  bool precise_traps;
  /// Run LLVM's verifier after the pipeline; swasm_optimize says false when it complains.
  bool verify;
  /// Bytes of the reservation before and after the base of a guarded memory; streams are used only when
  /// they cover the farthest address that a vector iteration can form.
  uint64_t guard_before_bytes;
  uint64_t guard_span_bytes;
} swasm_optimize_options;

/// Optimises `module` for `machine` at `level` (0 to 3). On failure returns a message that the caller frees
/// with swasm_optimize_free; NULL on success.
char *swasm_optimize(LLVMModuleRef module, LLVMTargetMachineRef machine, unsigned level,
                     swasm_optimize_options options);

/// Tells LLVM which counts are hot in `module`: the entry counts and weights that it carries stem from a run that
/// counted these. Without it they order blocks, and no more.
void swasm_set_profile_summary(LLVMModuleRef module, const uint64_t *counts, size_t count);

/// Runs only the passes that this target adds, for tests: `name` is "streams", "hide-loop-values",
/// "show-loop-values", "guard-operands", "fold-guards", "drop-guards", "drop-last-guards", "budget-inlining",
/// "outline-handlers" or "restore-shadow-stack".
char *swasm_run_pass(LLVMModuleRef module, const char *name, swasm_optimize_options options);

void swasm_optimize_free(char *message);

#ifdef __cplusplus
}
#endif
