// KeepWidths; what it is for is in KeepWidths.h.
#include "KeepWidths.h"

#include "GuestAccess.h"
#include "KeepTraps.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace swasm {
namespace {

/// The widest access of wasm. Wider vectors are the vectoriser's, and all their lanes are used.
constexpr unsigned widestBits = 128;

/// Whether the result, or the store that it goes to, may depend on a part of `value`'s bytes only.
bool takesPart(const User &user) {
  if (isa<TruncInst, ExtractElementInst, ShuffleVectorInst>(user))
    return true;
  if (auto *call = dyn_cast<IntrinsicInst>(&user))
    return call->getIntrinsicID() == Intrinsic::bswap;
  auto *operation = dyn_cast<BinaryOperator>(&user);
  return operation && (operation->isShift() || operation->isBitwiseLogicOp()) &&
         isa<Constant>(operation->getOperand(1));
}

bool onlyPartsAreTaken(const Value &value) {
  return all_of(value.users(), [](const User *user) {
    return takesPart(*user) || (isa<BitCastInst>(user) && onlyPartsAreTaken(*user));
  });
}

/// Where some bits of memory are changed, code generation narrows load and store together, and looks at the store
/// only: at those of what one or two logic operations make of `value`.
void keepStores(Value &value, unsigned operations) {
  for (User *user : value.users())
    if (auto *store = dyn_cast<StoreInst>(user)) {
      if (store->isSimple() && store->getValueOperand() == &value)
        store->setVolatile(true);
    } else if (auto *operation = dyn_cast<BinaryOperator>(user); operation && operation->isBitwiseLogicOp()) {
      if (operations > 0)
        keepStores(*operation, operations - 1);
    }
}

} // namespace

PreservedAnalyses KeepWidths::run(Function &function, FunctionAnalysisManager &) {
  for (Instruction &instruction : make_early_inc_range(instructions(function))) {
    auto *load = dyn_cast<LoadInst>(&instruction);
    if (!load || load->isAtomic() || !isGuestMemory(*load) || !(scalars || load->getType()->isVectorTy()))
      continue;
    unsigned bits = load->getType()->getPrimitiveSizeInBits().getKnownMinValue();
    if (bits <= 8 || bits > widestBits || !onlyPartsAreTaken(*load))
      continue;
    load->setVolatile(true);
    if (!scalars)
      continue;
    keepStores(*load, 2);
    // Selection of instructions folds even a volatile vector into one that extends its lower half.
    if (load->getType()->isVectorTy())
      addFakeUse(*load);
  }
  return PreservedAnalyses::all();
}

} // namespace swasm
