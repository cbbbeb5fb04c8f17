// Makes an exception reset the guest's stack pointer, so that no function needs to save it for its handlers.
//
// Producers keep a stack in linear memory, with its pointer in a global. A function lowers the pointer, and
// raises it when it returns, but not when an exception leaves it. So a function with a handler loads the
// pointer at its entry and keeps it over every call, and its handlers store it back. A program pays for this
// even if it throws nothing.
//
// This pass gives each function that lowers the pointer a landing pad that raises it again. That costs
// nothing until something is thrown. Then a handler finds the pointer as it was before the call. Its store
// changes nothing, and goes together with the load. The pass looks at the whole program, and acts only if
// nobody can tell the difference:
// 1. Every function of the guest returns with the pointer as it found it, on every way.
// 2. Every handler stores to the pointer before anything can read it, and before it returns.
// Then nothing depends on the pointer that an exception left. If the two do not hold, or no store could go,
// nothing changes.
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

/// To run first, over a module with all functions of the program.
class RestoreShadowStack : public llvm::PassInfoMixin<RestoreShadowStack> {
public:
  llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &analyses);
};

/// Throws on what a landing pad passes to `resume`: we have no C++ runtime that does it.
void lowerResumes(llvm::Module &module);

} // namespace swasm
