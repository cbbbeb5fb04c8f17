// See PromotedStores.h.
#include "PromotedStores.h"

#include "memory/GuestAccess.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Scalar/LICM.h"

using namespace llvm;

namespace swasm {

/// Of a computation, as many as are looked at.
constexpr unsigned mostSteps = 16;

/// Whether a value may be the same in every iteration, once passes have moved what computes it. Only what a phi of the loop
/// or an effect has a part in is certain to be another.
static bool maybeSameInEveryIteration(const Value *value, const Loop &loop, unsigned depth = 0) {
  if (loop.isLoopInvariant(value) || depth == mostSteps)
    return true;
  auto *instruction = cast<Instruction>(value);
  return !isa<PHINode>(instruction) && !instruction->mayHaveSideEffects() &&
         all_of(instruction->operands(),
                [&](const Use &operand) { return maybeSameInEveryIteration(operand, loop, depth + 1); });
}

/// Whether something in the store's block loads at least its bytes from there, whose trap is then the store's.
static bool hasTrapOfLoad(const StoreInst &store) {
  return any_of(*store.getParent(), [&](const Instruction &other) {
    auto *load = dyn_cast<LoadInst>(&other);
    return load && load->getPointerOperand() == store.getPointerOperand() && accessBytes(other) >= accessBytes(store);
  });
}

bool storesToOnePlaceOnly(const Loop &loop) {
  return any_of(loop.blocks(), [&](const BasicBlock *block) {
    return any_of(*block, [&](const Instruction &instruction) {
      auto *store = dyn_cast<StoreInst>(&instruction);
      return store && isGuestAccess(*store) && store->isUnordered() && !hasTrapOfLoad(*store) &&
             maybeSameInEveryIteration(store->getPointerOperand(), loop);
    });
  });
}

void promoteStoresWithCare(PassInstrumentationCallbacks &callbacks) {
  callbacks.registerShouldRunOptionalPassCallback([](StringRef pass, Any ir) {
    auto *loop = any_cast<const Loop *>(&ir);
    return !loop || pass != LICMPass::name() || !storesToOnePlaceOnly(**loop);
  });
}

} // namespace swasm
