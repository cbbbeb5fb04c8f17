#include "LongBlocks.h"
#include "traps/KeepTraps.h"

#include "llvm/IR/Function.h"
#include "llvm/Transforms/Vectorize/SLPVectorizer.h"

using namespace llvm;

namespace {

/// The longest block that is optimised, in instructions. Unrolled cryptography has a few thousand. A block of
/// this length costs LLVM about a second.
constexpr size_t longestBlock = 8192;

/// The number of instructions in each of the blocks into which a long block is cut.
constexpr unsigned pieceLength = 1024;

bool hasLongBlock(const Function &function) {
  return any_of(function, [](const BasicBlock &block) { return block.size() > longestBlock; });
}

/// Cuts the block into pieces, from its end, so that each instruction is moved once.
void cut(BasicBlock &block) {
  size_t left = block.size();
  // The instruction before the terminator may have to stay with it, as a tail call does.
  auto place = block.getTerminator()->getIterator();
  while (left > 2 * pieceLength) {
    for (unsigned steps = 0; steps < pieceLength; steps++) {
      // Room in the frame is static only in a function's first block.
      if (isa<AllocaInst, PHINode>(*--place))
        return;
    }
    left -= pieceLength;
    block.splitBasicBlock(place);
    place = block.getTerminator()->getIterator();
  }
}

} // namespace

namespace swasm {

PreservedAnalyses VectorizeStraightCode::run(Function &function, FunctionAnalysisManager &analyses) {
  return hasLongBlock(function) ? PreservedAnalyses::all() : SLPVectorizerPass().run(function, analyses);
}

PreservedAnalyses PinPlainFunctions::run(Function &function, FunctionAnalysisManager &analyses) {
  return function.hasOptNone() ? PinLoads().run(function, analyses) : PreservedAnalyses::all();
}

PreservedAnalyses GenerateLongBlocksPlainly::run(Function &function, FunctionAnalysisManager &) {
  if (!hasLongBlock(function))
    return PreservedAnalyses::all();
  function.removeFnAttr(Attribute::OptimizeForSize);
  function.removeFnAttr(Attribute::MinSize);
  function.removeFnAttr(Attribute::AlwaysInline);
  function.addFnAttr(Attribute::NoInline);
  function.addFnAttr(Attribute::OptimizeNone);
  for (BasicBlock &block : make_early_inc_range(function))
    if (block.size() > longestBlock)
      cut(block);
  return PreservedAnalyses::none();
}

} // namespace swasm
