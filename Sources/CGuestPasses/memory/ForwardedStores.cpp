// See ForwardedStores.h.
#include "ForwardedStores.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Scalar/LoopLoadElimination.h"

using namespace llvm;

namespace swasm {

namespace {

/// Whether all accesses of a loop to one address space have the same size. Address spaces without stores do
/// not count.
class AccessSizes {
public:
  /// Adds an access. False if its address space now has a store and accesses of several sizes.
  bool add(const Instruction &instruction, const DataLayout &layout) {
    const Value *pointer = getLoadStorePointerOperand(&instruction);
    if (!pointer)
      return true;
    TypeSize size = layout.getTypeStoreSize(getLoadStoreType(&instruction));
    auto &seen = sizes[pointer->getType()->getPointerAddressSpace()];
    seen.isStored |= isa<StoreInst>(instruction);
    if (!seen.size)
      seen.size = size;
    else if (*seen.size != size)
      seen.isMixed = true;
    return !(seen.isStored && seen.isMixed);
  }

private:
  struct Seen {
    std::optional<TypeSize> size;
    bool isStored = false, isMixed = false;
  };
  SmallDenseMap<unsigned, Seen> sizes;
};

} // namespace

bool hasLoopsOfOneSize(const Function &function) {
  const DataLayout &layout = function.getDataLayout();
  DominatorTree dominators(const_cast<Function &>(function));
  LoopInfo loops(dominators);
  for (const Loop *loop : loops.getLoopsInPreorder()) {
    if (!loop->isInnermost())
      continue;
    AccessSizes sizes;
    for (const BasicBlock *block : loop->blocks())
      for (const Instruction &instruction : *block)
        if (!sizes.add(instruction, layout))
          return false;
  }
  return true;
}

void forwardStoresWithCare(PassInstrumentationCallbacks &callbacks) {
  callbacks.registerShouldRunOptionalPassCallback([](StringRef pass, Any ir) {
    auto *function = any_cast<const Function *>(&ir);
    return !function || pass != LoopLoadEliminationPass::name() || hasLoopsOfOneSize(**function);
  });
}

} // namespace swasm
