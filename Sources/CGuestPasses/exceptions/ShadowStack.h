// Makes an exception reset the guest's stack pointer, so that no function needs to save it for its handlers.
//
// Compilers to WebAssembly keep a stack in linear memory, with its pointer in a global. A function lowers the
// pointer, and raises it when it returns, but not when an exception leaves it. So a function with a handler
// loads the pointer at its entry and keeps it over every call, and its handlers store it back. A program pays
// for this even if it throws nothing.
//
// This pass gives each function that lowers the pointer a landing pad that raises it again. That costs
// nothing until something is thrown. Then a handler finds the pointer as it was before the call. Its store
// changes nothing, and is removed together with the load. The pass looks at the whole program, and acts only
// if nobody can notice the difference:
// 1. Every guest function returns with the pointer as it found it, on every path.
// 2. Every handler stores to the pointer before anything can read it, and before it returns.
// Then nothing depends on the pointer that an exception left. If one of these does not hold, or if no store
// could be removed, nothing changes.
//
// A partition has only some of the functions. There the pass does what was found for the whole program.
#pragma once

#include "CGuestPasses.h"

#include "llvm/IR/PassManager.h"

namespace swasm {

/// Run it first.
class RestoreShadowStack : public llvm::PassInfoMixin<RestoreShadowStack> {
public:
  /// `stack` was found in the whole program. If it is empty, the module is examined, and must have all
  /// functions of the program.
  explicit RestoreShadowStack(swasm_shadow_stack stack = {}) : stack(stack) {}
  llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &analyses);

private:
  swasm_shadow_stack stack;
};

/// Finds the stack pointer in a module that has all functions of a program, but none that nothing calls.
swasm_shadow_stack findShadowStack(llvm::Module &module);

/// Replaces each `resume` by a throw of the exception, because there is no C++ runtime that would do it.
void lowerResumes(llvm::Module &module);

} // namespace swasm
