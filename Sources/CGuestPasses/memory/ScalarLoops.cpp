// Marks loops as already vectorised.
#include "ScalarLoops.h"

#include "CGuestIR.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Transforms/Utils/LoopUtils.h"

using namespace llvm;

namespace swasm {

PreservedAnalyses ScalarLoops::run(Function &function, FunctionAnalysisManager &analyses) {
  if (function.hasFnAttribute(SWASM_IR_SCALAR_LOOPS))
    for (Loop *loop : analyses.getResult<LoopAnalysis>(function).getLoopsInPreorder())
      addStringMetadataToLoop(loop, "llvm.loop.isvectorized", 1);
  return PreservedAnalyses::all();
}

} // namespace swasm
