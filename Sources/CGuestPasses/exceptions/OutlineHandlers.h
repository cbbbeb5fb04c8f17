// Moves code that only an exception reaches out of its function. Then handlers cost almost nothing as long as
// nothing is thrown.
//
// Handlers are long once the guest's own runtime is inlined into them. In the function of their try they use
// callee-saved registers, and then each call of the function saves those. This pass runs after LLVM's
// pipeline. Of a handler it leaves only a landing pad and a call:
// 1. Code that a landing pad dominates, or that ends in a throw, becomes a cold function. It loads the
//    unchanging values of the instance that it needs (the memory's address) itself.
// 2. A throw with no call before it leaves by a tail call, which needs no frame.
// 3. A function that may return before it calls is split there (SplitFrames.h).
// 4. Values that only handlers need after a call are kept in the frame, not in registers.
#pragma once

#include "CGuestPasses.h"

#include "llvm/IR/PassManager.h"

namespace swasm {

class OutlineHandlers : public llvm::PassInfoMixin<OutlineHandlers> {
public:
  explicit OutlineHandlers(swasm_argument_registers registers) : registers(registers) {}
  llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &analyses);

private:
  swasm_argument_registers registers;
};

} // namespace swasm
