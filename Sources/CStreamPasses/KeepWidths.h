// Keeps the width of guest loads.
//
// To LLVM a load of which only some bits are used may as well read fewer bytes. A guest load that crosses the end
// of memory would then lose its trap: the bytes that are left may lie inside. A volatile load keeps its width, so
// a load becomes volatile when all its users take a part of it, as late as possible: scalars are narrowed in code
// generation only, there with the store of a changed value too; vectors already where vector code is simplified.
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

class KeepWidths : public llvm::PassInfoMixin<KeepWidths> {
public:
  explicit KeepWidths(bool scalars) : scalars(scalars) {}
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }

private:
  bool scalars;
};

} // namespace swasm
