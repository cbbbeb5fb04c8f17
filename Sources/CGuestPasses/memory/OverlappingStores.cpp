// See OverlappingStores.h.
#include "OverlappingStores.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Vectorize/LoopVectorize.h"

using namespace llvm;

namespace swasm {

static bool hasPointersOfOneSize(const Loop &loop, const DataLayout &layout) {
  SmallDenseMap<const Value *, TypeSize> sizes;
  for (const BasicBlock *block : loop.blocks())
    for (const Instruction &instruction : *block)
      if (auto *store = dyn_cast<StoreInst>(&instruction)) {
        TypeSize size = layout.getTypeStoreSize(store->getValueOperand()->getType());
        if (sizes.try_emplace(store->getPointerOperand(), size).first->second != size)
          return false;
      }
  return true;
}

bool hasPointersOfOneSize(const Function &function) {
  DominatorTree dominators(const_cast<Function &>(function));
  LoopInfo loops(dominators);
  return all_of(loops.getLoopsInPreorder(), [&](const Loop *loop) {
    return !loop->isInnermost() || hasPointersOfOneSize(*loop, function.getDataLayout());
  });
}

void vectorizeStoresWithCare(PassInstrumentationCallbacks &callbacks) {
  callbacks.registerShouldRunOptionalPassCallback([](StringRef pass, Any ir) {
    auto *function = any_cast<const Function *>(&ir);
    return !function || pass != LoopVectorizePass::name() || hasPointersOfOneSize(**function);
  });
}

} // namespace swasm
