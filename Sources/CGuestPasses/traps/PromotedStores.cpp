// See PromotedStores.h.
#include "PromotedStores.h"

#include "memory/GuestAccess.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Scalar/LICM.h"

using namespace llvm;

namespace swasm {

/// Whether a value is the same in every iteration, or LICM makes it so by moving what computes it.
static bool isSameInEveryIteration(const Value *value, const Loop &loop, unsigned depth = 0) {
  if (loop.isLoopInvariant(value))
    return true;
  auto *instruction = cast<Instruction>(value);
  auto *load = dyn_cast<LoadInst>(instruction);
  bool isMovable = isa<GetElementPtrInst, CastInst, BinaryOperator, SelectInst, CmpInst, FreezeInst>(instruction) ||
                   (load && load->hasMetadata(LLVMContext::MD_invariant_load));
  return isMovable && depth < 16 && all_of(instruction->operands(), [&](const Use &operand) {
           return isSameInEveryIteration(operand, loop, depth + 1);
         });
}

bool storesToOnePlaceOnly(const Loop &loop) {
  SmallPtrSet<const Value *, 8> stored, loaded;
  for (const BasicBlock *block : loop.blocks())
    for (const Instruction &instruction : *block) {
      if (!isGuestAccess(instruction))
        continue;
      if (auto *load = dyn_cast<LoadInst>(&instruction))
        loaded.insert(load->getPointerOperand());
      auto *store = dyn_cast<StoreInst>(&instruction);
      if (store && !store->isVolatile() && isSameInEveryIteration(store->getPointerOperand(), loop))
        stored.insert(store->getPointerOperand());
    }
  return any_of(stored, [&](const Value *pointer) { return !loaded.contains(pointer); });
}

void promoteStoresWithCare(PassInstrumentationCallbacks &callbacks) {
  callbacks.registerShouldRunOptionalPassCallback([](StringRef pass, Any ir) {
    auto *loop = any_cast<const Loop *>(&ir);
    return !loop || pass != LICMPass::name() || !storesToOnePlaceOnly(**loop);
  });
}

} // namespace swasm
