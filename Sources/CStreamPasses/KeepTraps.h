// Keeps the traps of loads whose values come to nothing.
//
// A guest load may trap, to LLVM it has no effect: it deletes one that nothing uses, and sinks one into the
// branch that uses it. Both would lose a trap. So:
//
//   MarkLoads      (first, and once more at the end)  puts a mark behind each load whose value is not
//                  observed in its own block; the mark counts as a use, so the load stays where it is.
//   ResolveMarks   (after simplification, before loops are vectorised, which marks prevent) removes the marks. A
//                  load that only a mark had kept is made volatile: whatever else happens, it is carried out.
//
//   PinLoads       (alone, where nothing is optimised)  makes every load volatile: code generation deletes dead ones
//                  at any level.
//
// What the marks of the first round cost is the knowledge that a function only reads; what the last round's cost
// is nothing, for by then they only stop code generation from sinking.
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

enum class MarkRound { first, last };

class MarkLoads : public llvm::PassInfoMixin<MarkLoads> {
public:
  explicit MarkLoads(MarkRound round) : round(round) {}
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);

private:
  MarkRound round;
};

class PinLoads : public llvm::PassInfoMixin<PinLoads> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

class ResolveMarks : public llvm::PassInfoMixin<ResolveMarks> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace swasm
