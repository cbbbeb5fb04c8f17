// Keeps the cost of straight code linear in its length.
//
// LLVM's cost grows with the square of a block's length in three places. The SLP vectoriser numbers a block's
// instructions anew for each tree. Scheduling looks at all earlier uses of an instruction's operands, and the
// pass for two-address instructions at all other uses. 32,000 instructions in one block took over a minute.
// Nobody writes such blocks. A compiler makes them from a table or from relocations, and a hostile module has
// them to cause cost. So in a function with a very long block
//
//   VectorizeStraightCode        leaves scalars alone
//   GenerateLongBlocksPlainly    (last) cuts such blocks into pieces, and has code generated without
//                                optimisation. Without the cuts even that is not linear: for each instruction
//                                that sets flags, the pass for two-address instructions goes through all
//                                copies of a block
//   PinPlainFunctions            (before that) makes the guest loads of functions that are not optimised
//                                volatile (PinLoads)
#pragma once

#include "llvm/IR/PassManager.h"

namespace swasm {

class VectorizeStraightCode : public llvm::PassInfoMixin<VectorizeStraightCode> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

class PinPlainFunctions : public llvm::PassInfoMixin<PinPlainFunctions> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

class GenerateLongBlocksPlainly : public llvm::PassInfoMixin<GenerateLongBlocksPlainly> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

} // namespace swasm
