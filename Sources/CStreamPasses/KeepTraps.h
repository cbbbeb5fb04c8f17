// Keeps the traps of loads whose values come to nothing.
//
// A guest load may trap, to LLVM it has no effect: it deletes one that nothing uses, and sinks one into the
// branch that uses it. Both would lose a trap. So:
//
//   MarkLoads      puts a mark behind each load that is not surely needed in its own block as long as the mark is
//                  there; the mark counts as a use, so the load stays where it is. Once before everything, once
//                  before loops are vectorised, which marks prevent (so only outside innermost loops), once before
//                  they are unrolled, and once before code is generated.
//   ResolveMarks   (before loops are vectorised, and before code is generated) removes the marks. A load that
//                  only a mark had kept is made volatile: whatever else happens, it is carried out.
//
//   PinLoads       (alone, where nothing is optimised)  makes every load volatile: code generation deletes dead ones
//                  at any level.
//   PinAccesses    (alone, before everything, where somebody looks at memory after a trap)  makes what the guest reads
//                  and writes volatile, so that all of it happens in program order.
//
// What the marks of the first round cost is the knowledge that a function only reads; what the last round's cost
// is nothing, for by then they only stop code generation from sinking.
//
// Not covered: what the vectoriser itself finds to be useless while it rewrites a loop.
#pragma once

#include "llvm/IR/Instructions.h"
#include "llvm/IR/PassManager.h"

namespace swasm {

/// What comes next, and must not lose a load.
enum class MarkRound { simplification, vectorization, unrolling, codeGeneration };

/// Adds a use that every pass but inlining respects, and that is nothing in machine code.
void addFakeUse(llvm::LoadInst &load);

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

class PinAccesses : public llvm::PassInfoMixin<PinAccesses> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

class ResolveMarks : public llvm::PassInfoMixin<ResolveMarks> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace swasm
