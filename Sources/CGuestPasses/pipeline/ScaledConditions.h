// Writes the offset of a table's element as the check of its index sees the index.
//
// An index may be a condition: 0 or 1. LLVM turns the offset, which is the index times the size of an element, into a
// choice of two constants. The comparison of the index with the table's length stays as it is. Then the isolation
// check does not see that both are about one number. So `select c, a, b` becomes `zext(c) * (a - b) + b` in
// addresses of the state. Add it after all passes that could undo it.
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

class ScaleConditions : public llvm::PassInfoMixin<ScaleConditions> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace swasm
