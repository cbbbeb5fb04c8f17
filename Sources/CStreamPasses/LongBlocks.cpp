#include "LongBlocks.h"
#include "KeepTraps.h"

#include "llvm/IR/Function.h"
#include "llvm/Transforms/Vectorize/SLPVectorizer.h"

using namespace llvm;

namespace {

/// Instructions. Unrolled cryptography has some thousands in a block; at this length all of LLVM takes about a second.
constexpr size_t longestBlock = 8192;

bool hasLongBlock(const Function &function) {
  return any_of(function, [](const BasicBlock &block) { return block.size() > longestBlock; });
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
  return PreservedAnalyses::none();
}

} // namespace swasm
