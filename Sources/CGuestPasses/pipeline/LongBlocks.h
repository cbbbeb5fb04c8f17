// Keeps what straight code costs linear in its length.
//
// LLVM's cost grows with the square of a block's length in three places: the SLP vectoriser numbers a block's instructions
// anew for each tree, scheduling and the pass for two-address instructions look at all earlier or all other uses of
// what an instruction uses. 32,000 instructions in one block took over a minute. Nobody writes such blocks, a producer
// makes them of a table or of relocations, and a hostile module to cost much. So in a function with a very long block
//
//   VectorizeStraightCode        leaves scalars alone
//   GenerateLongBlocksPlainly    (last)  cuts such blocks into pieces and has code generated as where nothing is
//                                optimised. That alone is not linear: the pass for two-address instructions goes through
//                                all copies of a block for each instruction that sets flags
//   PinPlainFunctions            (before that)  keeps the loads of functions that Lowering has marked so: no pass that
//                                would have kept their traps has run on them
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
