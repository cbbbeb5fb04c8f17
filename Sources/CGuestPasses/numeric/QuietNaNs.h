// Keeps arithmetic from returning a signalling NaN.
//
// If arithmetic returns a NaN, it must be a quiet NaN: WebAssembly requires that, and processors do it. LLVM
// does not promise it. Any pass, even a late one, may replace x + -0.0, x * 1.0 or a demotion of a promotion
// by x. Signalling NaNs come from memory, from integers and from callers, and an instruction that only copies
// a value must keep them. So:
//
//   GuardOperands   (before everything, and again after the vectorisers) puts llvm.arithmetic.fence between
//                   an operand that may be a signalling NaN and an operation that may return it. No pass
//                   looks through a fence, and LLVM's cost models ignore it. If an operation is folded away,
//                   its fence remains.
//   FoldGuards      (after each round of simplification) removes a fence around a value that has become a
//                   constant, or the result of arithmetic.
//   DropGuards      (before the vectorisers, which know no fences, and at the end) removes all fences.
//                   Remaining arithmetic gets the bare operand, and quietens it. Any other user of a fence
//                   gets an operand that was made quiet by integer operations: no pass may change the bits of
//                   integers. Without fences, x * 1.0 and other identities could be folded after all. So the
//                   first time, the operand x of an identity is made quiet. The last time, before code
//                   generation, its constant (1.0) gets a fence, which becomes no instruction. So does the
//                   result of a promotion or square root that code generation could fold away.
//
// Why this is enough: while there are fences, nothing is lost. When fences are removed, the remaining code is
// checked. Only the vectorisers run without fences. They fold constants, and they fold an identity only if
// simplification finds a new one in their output.
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

/// Adds the first two passes to LLVM's pipeline. The caller adds DropGuards.
void guardOperands(llvm::PassBuilder &builder);

} // namespace swasm
