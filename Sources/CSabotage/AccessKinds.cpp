// Changes of addresses, accesses and calls.
#include "Mutation.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace sabotage {

namespace {

bool isAccess(const Instruction &at) {
  return pointerOperandOf(at) >= 0;
}

bool isGuestAccess(const Instruction &at) {
  int operand = pointerOperandOf(at);
  return operand >= 0 && at.getOperand(unsigned(operand))->getType()->getPointerAddressSpace() == 1;
}

Value *addressOf(Instruction &at) {
  return at.getOperand(unsigned(pointerOperandOf(at)));
}

bool setAddress(Instruction &at, Value *address, Change &change) {
  return change.set(at, unsigned(pointerOperandOf(at)), address);
}

/// Converts a pointer to the address space of the access's operand.
Value *asAddress(Instruction &at, Value *pointer) {
  if (!pointer)
    return nullptr;
  IRBuilder<> builder(&at);
  return builder.CreateAddrSpaceCast(pointer, addressOf(at)->getType());
}

bool shift(Instruction &at, int64_t distance, Change &change) {
  IRBuilder<> builder(&at);
  return setAddress(at, builder.CreatePtrAdd(addressOf(at), builder.getInt64(uint64_t(distance))), change);
}

bool offsetShifted(Instruction &at, Change &change) {
  return shift(at, change.random.pick<int64_t>({int64_t(1) << 35, -(int64_t(1) << 35), int64_t(1) << 33, -(int64_t(1) << 33),
                                                1 << 20, -64, 64, 4096, -8, 8}),
               change);
}

/// Moves the address by more than the length of any reservation.
bool offsetFar(Instruction &at, Change &change) {
  return shift(at, change.random.pick<int64_t>({int64_t(1) << 36, -(int64_t(1) << 36), -(int64_t(1) << 49), int64_t(1) << 62}),
               change);
}

bool offsetAdded(Instruction &at, Change &change) {
  Value *index = change.wide(at, nullptr);
  IRBuilder<> builder(&at);
  return index && setAddress(at, builder.CreatePtrAdd(addressOf(at), index), change);
}

bool baseInteger(Instruction &at, Change &change) {
  Value *number = change.wide(at, nullptr);
  IRBuilder<> builder(&at);
  return number && setAddress(at, builder.CreateIntToPtr(number, addressOf(at)->getType()), change);
}

bool baseInstance(Instruction &at, Change &change) {
  return setAddress(at, asAddress(at, Change::instanceOf(*at.getFunction())), change);
}

bool baseOther(Instruction &at, Change &change) {
  return setAddress(at, change.other(at, addressOf(at)->getType(), addressOf(at)), change);
}

/// Replaces the base by any pointer of the other address space.
bool baseForeign(Instruction &at, Change &change) {
  unsigned space = addressOf(at)->getType()->getPointerAddressSpace() == 1 ? 0 : 1;
  return setAddress(at, asAddress(at, change.other(at, PointerType::get(at.getContext(), space), nullptr)), change);
}

bool baseUndefined(Instruction &at, Change &change) {
  Type *type = addressOf(at)->getType();
  return setAddress(at, change.random.below(2) ? PoisonValue::get(type) : UndefValue::get(type), change);
}

bool isAddition(const Instruction &at) {
  return isa<GetElementPtrInst>(at);
}

bool indexScaled(Instruction &at, Change &change) {
  Value *index = at.getOperand(at.getNumOperands() - 1);
  if (isa<Constant>(index))
    return false;
  IRBuilder<> builder(&at);
  uint64_t factor = uint64_t(change.random.pick<int64_t>({2, 8, 16, 256, -1, 1 << 16, 1 << 30}));
  Constant *by = ConstantInt::get(index->getType(), factor, true, true);
  return change.set(at, at.getNumOperands() - 1, builder.CreateMul(index, by));
}

bool indexReplaced(Instruction &at, Change &change) {
  Value *index = at.getOperand(at.getNumOperands() - 1);
  if (!index->getType()->isIntegerTy(64))
    return false;
  return change.set(at, at.getNumOperands() - 1, change.wide(at, index));
}

bool indexUndefined(Instruction &at, Change &change) {
  return change.set(at, at.getNumOperands() - 1, UndefValue::get(at.getOperand(at.getNumOperands() - 1)->getType()));
}

bool constantIndex(Instruction &at, Change &change) {
  auto *index = dyn_cast<ConstantInt>(at.getOperand(at.getNumOperands() - 1));
  if (!index || cast<GetElementPtrInst>(at).getSourceElementType()->isStructTy())
    return false;
  int64_t distance = change.random.pick<int64_t>({8, -8, 16, -16, 24, 48, 4096, -4096, int64_t(1) << 35});
  return change.set(at, at.getNumOperands() - 1,
                    ConstantInt::get(index->getType(), uint64_t(index->getSExtValue() + distance), true, true));
}

bool accessHoisted(Instruction &at, Change &change) {
  BasicBlock *before = at.getParent()->getSinglePredecessor();
  if (!before || before->getTerminator()->getNumSuccessors() < 2)
    return false;
  // The instructions of this block that compute the address move with the access.
  SmallVector<Instruction *, 8> moved = {&at};
  for (unsigned i = 0; i < moved.size(); i++)
    for (Value *operand : moved[i]->operands())
      if (auto *part = dyn_cast<Instruction>(operand); part && part->getParent() == at.getParent() && !isa<PHINode>(part)) {
        if (part->mayReadOrWriteMemory() || moved.size() > 16)
          return false;
        if (!is_contained(moved, part))
          moved.push_back(part);
      }
  BasicBlock *block = at.getParent();
  SmallVector<Instruction *, 8> inOrder;
  for (Instruction &each : *block)
    if (is_contained(moved, &each))
      inOrder.push_back(&each);
  for (Instruction *each : inOrder)
    each->moveBefore(before->getTerminator()->getIterator());
  return change.changed(at);
}

bool accessWidened(Instruction &at, Change &change) {
  if (!isa<LoadInst, StoreInst>(at))
    return false;
  Type *type = getLoadStoreType(&at);
  if (!type->isIntegerTy() || type->getIntegerBitWidth() > 64)
    return false;
  IRBuilder<> builder(&at);
  Type *wide = builder.getIntNTy(unsigned(change.random.pick<int64_t>({128, 512, 1 << 15, 1 << 22})));
  if (isa<StoreInst>(at))
    return change.changed(*builder.CreateAlignedStore(builder.CreateZExt(at.getOperand(0), wide), addressOf(at), Align(1)));
  Instruction *load = builder.CreateAlignedLoad(wide, addressOf(at), Align(1));
  at.replaceAllUsesWith(builder.CreateTrunc(load, type));
  return change.changed(*load);
}

bool isTransfer(const Instruction &at) {
  return isa<MemIntrinsic>(at);
}

bool lengthReplaced(Instruction &at, Change &change) {
  if (change.random.below(2))
    return change.set(at, 2, change.other(at, at.getOperand(2)->getType(), at.getOperand(2)));
  IRBuilder<> builder(&at);
  uint64_t more = uint64_t(1) << change.random.pick<int64_t>({3, 16, 34, 35, 40});
  return change.set(at, 2, builder.CreateAdd(at.getOperand(2), ConstantInt::get(at.getOperand(2)->getType(), more)));
}

bool transferMoved(Instruction &at, Change &change) {
  unsigned operand = isa<MemTransferInst>(at) ? unsigned(change.random.below(2)) : 0;
  return change.set(at, operand, change.other(at, at.getOperand(operand)->getType(), at.getOperand(operand)));
}

bool isCall(const Instruction &at) {
  return isa<CallBase>(at) && !isa<IntrinsicInst>(at) && !cast<CallBase>(at).isInlineAsm();
}

bool isIndirect(const Instruction &at) {
  return isCall(at) && !isa<Function>(cast<CallBase>(at).getCalledOperand());
}

bool setCallee(Instruction &at, Value *callee, Change &change) {
  auto &call = cast<CallBase>(at);
  if (!callee || callee == call.getCalledOperand())
    return false;
  call.setCalledOperand(callee);
  return change.changed(at);
}

bool calleeInteger(Instruction &at, Change &change) {
  Value *number = change.wide(at, nullptr);
  IRBuilder<> builder(&at);
  return number && setCallee(at, builder.CreateIntToPtr(number, builder.getPtrTy()), change);
}

bool calleeFromGuest(Instruction &at, Change &change) {
  Value *place = change.other(at, PointerType::get(at.getContext(), 1), nullptr);
  IRBuilder<> builder(&at);
  return place && setCallee(at, builder.CreateAlignedLoad(builder.getPtrTy(), place, Align(1)), change);
}

bool calleePointer(Instruction &at, Change &change) {
  Value *old = cast<CallBase>(at).getCalledOperand();
  return setCallee(at, change.other(at, old->getType(), old), change);
}

bool calleeFunction(Instruction &at, Change &change) {
  SmallVector<Function *, 16> others;
  for (Function &function : *at.getModule())
    if (!function.isIntrinsic() && function.getFunctionType() != cast<CallBase>(at).getFunctionType())
      others.push_back(&function);
  return !others.empty() && setCallee(at, change.random.pick<Function *>(others), change);
}

bool argumentReplaced(Instruction &at, Change &change) {
  auto &call = cast<CallBase>(at);
  if (call.arg_empty())
    return false;
  unsigned place = unsigned(change.random.below(call.arg_size()));
  Value *old = call.getArgOperand(place), *value = change.other(at, old->getType(), old);
  const Function *callee = call.getCalledFunction();
  bool takesAny = !callee || callee->hasFnAttribute(guestAttribute);
  if (!value || old->getType()->isPointerTy() || !takesAny)
    return change.set(at, place, value);
  // The guest may call its functions with any numbers. So only the result counts as changed.
  call.setArgOperand(place, value);
  for (User *user : call.users())
    change.changed(*cast<Instruction>(user));
  return true;
}

bool pointerReplaced(Instruction &at, Change &change) {
  auto &call = cast<CallBase>(at);
  for (unsigned i = 0; i < call.arg_size(); i++) {
    Value *old = call.getArgOperand(i);
    if (old->getType()->isPointerTy() && change.random.below(2) == 0)
      return change.set(at, i, change.other(at, old->getType(), old));
  }
  return false;
}

bool isLoadOrStore(const Instruction &at) {
  return isa<LoadInst, StoreInst>(at);
}

bool storeProtected(Instruction &at, Change &change) {
  Value *instance = Change::instanceOf(*at.getFunction());
  if (!instance || change.protectedOffsets.empty())
    return false;
  IRBuilder<> builder(&at);
  Value *place = builder.CreatePtrAdd(instance, builder.getInt64(change.random.pick(change.protectedOffsets)));
  Value *number = change.wide(at, nullptr);
  if (!number)
    number = builder.getInt64(change.random.next());
  return change.changed(*builder.CreateStore(number, place));
}

bool storesPointer(const Instruction &at) {
  return isa<StoreInst>(at) && at.getOperand(0)->getType()->isPointerTy();
}

bool referenceForged(Instruction &at, Change &change) {
  Value *number = change.wide(at, nullptr);
  IRBuilder<> builder(&at);
  return number && change.set(at, 0, builder.CreateIntToPtr(number, at.getOperand(0)->getType()));
}

bool referenceReplaced(Instruction &at, Change &change) {
  return change.set(at, 0, change.other(at, at.getOperand(0)->getType(), at.getOperand(0)));
}

/// Stores a host address where the guest can read it.
bool pointerLeaked(Instruction &at, Change &change) {
  Value *pointer = change.other(at, PointerType::get(at.getContext(), 0), nullptr);
  if (!pointer)
    return false;
  IRBuilder<> builder(&at);
  return change.changed(*builder.CreateAlignedStore(pointer, addressOf(at), Align(1)));
}

bool returnsPointer(const Instruction &at) {
  return isa<ReturnInst>(at) && at.getNumOperands() == 1 && at.getOperand(0)->getType()->isPointerTy();
}

bool resultReplaced(Instruction &at, Change &change) {
  return change.set(at, 0, change.other(at, at.getOperand(0)->getType(), at.getOperand(0)));
}

bool slotShrunk(Instruction &at, Change &change) {
  Type *byte = Type::getInt8Ty(at.getContext());
  auto &slot = cast<AllocaInst>(at);
  if (slot.getAllocatedType() == byte)
    return false;
  slot.setAllocatedType(byte);
  return change.changed(at);
}

bool pointerLoaded(Instruction &at, Change &change) {
  auto &load = cast<LoadInst>(at);
  IRBuilder<> builder(&load);
  int64_t distance = change.random.pick<int64_t>({8, -8, 16, -16, 24, -24, 40, 64});
  return change.set(at, 0, builder.CreatePtrAdd(load.getPointerOperand(), builder.getInt64(uint64_t(distance))));
}

bool loadsPointer(const Instruction &at) {
  return isa<LoadInst>(at) && at.getType()->isPointerTy();
}

constexpr Kind kinds[] = {
    {"offset-shifted", offsetShifted, isAccess},
    {"offset-far", offsetFar, isAccess, true},
    {"offset-added", offsetAdded, isAccess},
    {"base-integer", baseInteger, isAccess},
    {"base-instance", baseInstance, isGuestAccess},
    {"base-other", baseOther, isAccess},
    {"base-foreign", baseForeign, isAccess},
    {"base-undefined", baseUndefined, isAccess, true},
    {"index-scaled", indexScaled, isAddition},
    {"index-replaced", indexReplaced, isAddition},
    {"index-undefined", indexUndefined, isAddition},
    {"constant-index", constantIndex, isAddition},
    {"access-hoisted", accessHoisted, isAccess},
    {"access-widened", accessWidened, isLoadOrStore},
    {"length-replaced", lengthReplaced, isTransfer},
    {"transfer-moved", transferMoved, isTransfer},
    {"callee-integer", calleeInteger, isCall, true},
    {"callee-from-guest", calleeFromGuest, isCall, true},
    {"callee-pointer", calleePointer, isIndirect},
    {"callee-function", calleeFunction, isCall, true},
    {"argument-replaced", argumentReplaced, isCall},
    {"pointer-argument", pointerReplaced, isCall},
    {"store-protected", storeProtected, isLoadOrStore, true},
    {"reference-forged", referenceForged, storesPointer, true},
    {"reference-replaced", referenceReplaced, storesPointer},
    {"pointer-leaked", pointerLeaked, isGuestAccess, true},
    {"result-replaced", resultReplaced, returnsPointer},
    {"slot-shrunk", slotShrunk, [](const Instruction &at) { return isa<AllocaInst>(at); }},
    {"pointer-loaded", pointerLoaded, loadsPointer},
};

} // namespace

int pointerOperandOf(const Instruction &instruction) {
  switch (instruction.getOpcode()) {
  case Instruction::Load: return 0;
  case Instruction::Store: return 1;
  case Instruction::AtomicRMW: return 0;
  case Instruction::AtomicCmpXchg: return 0;
  default: return -1;
  }
}

ArrayRef<Kind> accessKinds() {
  return kinds;
}

} // namespace sabotage
