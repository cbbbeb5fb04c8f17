// Takes out of a function what only an exception reaches, so that a call that throws nothing pays next to nothing.
//
// Handlers are long once the guest's own runtime has been inlined into them. In the function of their try they take
// callee-saved registers, which each call of the function then pushes. This pass, the last one over the IR, leaves a
// landing pad and a call:
// 1. what a landing pad dominates, or what ends in a throw, becomes a cold function, and loads itself what it needs of
//    the instance that never changes (the memory's address);
// 2. a throw that no call comes before leaves by a tail call: it needs no frame;
// 3. a function that may return before it calls is split there (SplitFrames.h);
// 4. values that only handlers need after a call are kept in the frame, not in registers.
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
