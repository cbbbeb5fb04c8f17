// Leaves the loops of some functions scalar, because their vectorised form could not be proven isolated.
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

/// Runs right before the vectoriser. Acts on functions with the attribute SWASM_IR_SCALAR_LOOPS.
class ScalarLoops : public llvm::PassInfoMixin<ScalarLoops> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace swasm
