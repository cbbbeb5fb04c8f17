// Has an exception put the guest's stack pointer back, so that no function need keep it for its handlers.
//
// Producers keep a stack in linear memory, its pointer in a global. A function lowers the pointer and raises it when it
// returns; one that an exception leaves does not raise it. So a function with a handler loads the pointer when it is
// entered, keeps it over every call, and its handlers store it back: what a program pays that throws nothing.
//
// This pass gives each function that lowers the pointer a landing pad that raises it again, which costs nothing until
// something is thrown. Then the pointer is in a handler what it was before the call, the store is one of what is there
// already, and with it goes the load. Only where nobody can tell the difference, for which the whole program is looked at:
// 1. every function of the guest returns with the pointer as it found it, whatever the way;
// 2. every handler stores to the pointer before anything can read it, and before it returns.
// Then nothing depends on what an exception left in the pointer. Where the two do not hold, or no store could
// go, all stays.
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

/// To run first, over a module with all functions of the program.
class RestoreShadowStack : public llvm::PassInfoMixin<RestoreShadowStack> {
public:
  llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &analyses);
};

/// Throws on what a landing pad hands on by `resume`: ours has no C++ runtime to do that.
void lowerResumes(llvm::Module &module);

} // namespace swasm
