// Breaks proven IR in one place, to see whether the isolation checker (CIsolation) notices.
//
// A sabotage searches a module for sites: places where a kind of change can be made. A mutant is a copy of
// the module with one change. A separate oracle, which shares nothing with the checker, explains why some
// mutants are harmless. It says nothing about the others. If the checker proves a mutant and the oracle does
// not explain it, it is suspect.
//
// The callers use C; the target itself is C++.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct LLVMOpaqueModule *LLVMModuleRef;
typedef struct swasm_sabotage swasm_sabotage;
typedef struct swasm_mutant swasm_mutant;

size_t swasm_sabotage_kind_count(void);
const char *swasm_sabotage_kind_name(size_t kind);
/// Whether every change of the kind, in code that can run, is a hole. Examples are an access outside of every
/// memory, a call of a wrong address, and a host address that the guest can read.
bool swasm_sabotage_kind_is_harmful(size_t kind);

/// Finds the sites of a module, and gives its guest functions an attribute. The module and the offsets must
/// outlive the sabotage.
/// - guest_functions: the names of functions with guest code, and of those that make the instance.
/// - protected_offsets: offsets in bytes of parts of the instance that generated code must not write.
/// - all_guarded: whether every memory, imported or not, has guard pages.
swasm_sabotage *swasm_sabotage_create(LLVMModuleRef module, const char *const *guest_functions, size_t function_count,
                                      const uint64_t *protected_offsets, size_t offset_count, bool all_guarded);
void swasm_sabotage_free(swasm_sabotage *sabotage);

/// The number of places where a kind of change can be made.
size_t swasm_sabotage_site_count(const swasm_sabotage *sabotage, size_t kind);

/// Makes a copy with one change. NULL if the change is not possible after all, or makes invalid IR. The seed
/// decides between possible changes.
swasm_mutant *swasm_sabotage_apply(const swasm_sabotage *sabotage, size_t kind, size_t site, uint64_t seed);
void swasm_mutant_free(swasm_mutant *mutant);

/// The mutant owns what these return.
LLVMModuleRef swasm_mutant_module(const swasm_mutant *mutant);
/// The name of the function that was changed.
const char *swasm_mutant_function(const swasm_mutant *mutant);
/// The instruction at the site, as it was before the change.
const char *swasm_mutant_change(const swasm_mutant *mutant);
/// Why the change cannot reach outside; NULL if the oracle does not know. Call it after the check.
const char *swasm_mutant_harmless(swasm_mutant *mutant);
/// The function before and after, as text.
const char *swasm_mutant_text(swasm_mutant *mutant);

#ifdef __cplusplus
}
#endif
