// Keeps arithmetic from handing on a signalling NaN.
//
// If arithmetic returns a NaN, the NaN is quiet: WebAssembly says so, and machines do so. LLVM does not promise that. Any
// pass, also a late one, may replace x + -0.0, x * 1.0 or a demotion of a promotion by x. Signalling NaNs come from
// memory, from integers and from callers, and an instruction that only copies a value must keep them. So:
//
//   GuardOperands   (before everything, and again when the vectorisers are done)  puts llvm.arithmetic.fence between an
//                   operand that may be a signalling NaN and an operation that may return it. No pass looks through
//                   a fence, and in LLVM's models of cost there is none. An operation that is folded away
//                   hands on the fence.
//   FoldGuards      (after each round of simplification)  takes away a fence around what has become a constant, or the
//                   result of arithmetic.
//   DropGuards      (before the vectorisers, who know no fence, and at the end)  takes away all. Arithmetic that is still
//                   there gets the bare operand, and quietens it. For what else has come to use a fence, the operand is
//                   made quiet, in integers: no pass may change their bits.
//                   Code generation folds identities too. The first time, an operation that looks like one gets an
//                   operand that was made quiet; the last time, what makes it one gets a fence, which becomes
//                   no instruction.
//
// Why this is enough: while there are fences, nothing is lost. When fences are removed, what is left is checked. Only the
// vectorisers run without fences. They fold constants, and an identity only if simplification finds a new one in their
// output.
#pragma once

#include "llvm/IR/PassManager.h"
#include "llvm/Passes/PassBuilder.h"

namespace swasm {

class GuardOperands : public llvm::PassInfoMixin<GuardOperands> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

class FoldGuards : public llvm::PassInfoMixin<FoldGuards> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

class DropGuards : public llvm::PassInfoMixin<DropGuards> {
public:
  /// isLast: code generation follows.
  explicit DropGuards(bool isLast) : isLast(isLast) {}
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }

private:
  bool isLast;
};

/// Puts the first two where they belong in LLVM's pipeline. The last has to run at the end of all passes.
void guardOperands(llvm::PassBuilder &builder);

} // namespace swasm
