// Changes of numbers, from which indices, steps, lengths and masks are computed.
#include "Mutation.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/NoFolder.h"

using namespace llvm;

namespace sabotage {

namespace {

template <unsigned Opcode> bool has(const Instruction &at) {
  return at.getOpcode() == Opcode;
}

template <unsigned Opcode> bool hasConstant(const Instruction &at) {
  return at.getOpcode() == Opcode && isa<ConstantInt>(at.getOperand(1));
}

/// Makes all users take another value. If it is a new instruction, marks that; otherwise marks the users.
bool replace(Instruction &at, Value *value, Change &change) {
  if (!value || value == &at || at.use_empty())
    return false;
  auto *made = dyn_cast<Instruction>(value);
  if (made && made->use_empty())
    change.changed(*made);
  else
    for (User *user : at.users())
      change.changed(*cast<Instruction>(user));
  at.replaceAllUsesWith(value);
  return true;
}

bool zextToSext(Instruction &at, Change &change) {
  IRBuilder<> builder(&at);
  return replace(at, builder.CreateSExt(at.getOperand(0), at.getType()), change);
}

bool zextReplaced(Instruction &at, Change &change) {
  return at.getType()->isIntegerTy(64) && replace(at, change.wide(at, &at), change);
}

bool truncUndone(Instruction &at, Change &change) {
  auto *narrow = dyn_cast<TruncInst>(at.getOperand(0));
  return narrow && narrow->getOperand(0)->getType() == at.getType() && replace(at, narrow->getOperand(0), change);
}

bool isNarrowed(const Instruction &at) {
  return isa<ZExtInst>(at) && isa<TruncInst>(at.getOperand(0));
}

bool maskWidened(Instruction &at, Change &change) {
  auto *mask = cast<ConstantInt>(at.getOperand(1));
  APInt value = mask->getValue();
  if (change.random.below(2))
    value = value.shl(1) | 1;
  else
    value.setBit(unsigned(change.random.below(value.getBitWidth())));
  return change.set(at, 1, ConstantInt::get(mask->getType(), value));
}

bool maskDropped(Instruction &at, Change &change) {
  return replace(at, at.getOperand(0), change);
}

bool isChanging(const Instruction &at) {
  auto *operation = dyn_cast<BinaryOperator>(&at);
  return operation && isa<Constant>(operation->getOperand(1)) && operation->getType()->isIntOrIntVectorTy() &&
         (operation->getOpcode() == Instruction::Add || operation->getOpcode() == Instruction::Sub ||
          operation->getOpcode() == Instruction::Mul);
}

/// Changes steps of counters, and constant terms and factors.
bool stepChanged(Instruction &at, Change &change) {
  auto *step = at.getOperand(1);
  unsigned width = step->getType()->getScalarSizeInBits();
  APInt factor(width, uint64_t(change.random.pick<int64_t>({2, 3, 16, -1, 1 << 16, 0, 1 << 20})), true, true);
  Constant *by = ConstantInt::get(step->getType(), factor);
  IRBuilder<> builder(&at);
  return change.set(at, 1, builder.CreateMul(step, by));
}

bool isShift(const Instruction &at) {
  return at.isShift() && isa<ConstantInt>(at.getOperand(1));
}

bool shiftChanged(Instruction &at, Change &change) {
  auto *amount = cast<ConstantInt>(at.getOperand(1));
  uint64_t now = change.random.below(amount->getBitWidth());
  return change.set(at, 1, ConstantInt::get(amount->getType(), now));
}

bool isArithmetic(const Instruction &at) {
  return isa<BinaryOperator>(at) && at.getType()->isIntOrIntVectorTy();
}

bool operationChanged(Instruction &at, Change &change) {
  auto opcode = change.random.pick<Instruction::BinaryOps>({Instruction::Add, Instruction::Sub, Instruction::Mul,
                                                            Instruction::Or, Instruction::Xor, Instruction::And,
                                                            Instruction::Shl, Instruction::LShr, Instruction::AShr});
  if (opcode == at.getOpcode())
    return false;
  IRBuilder<NoFolder> builder(at.getContext(), NoFolder());
  builder.SetInsertPoint(&at);
  return replace(at, builder.CreateBinOp(opcode, at.getOperand(0), at.getOperand(1)), change);
}

bool operandReplaced(Instruction &at, Change &change) {
  unsigned operand = unsigned(change.random.below(2));
  return change.set(at, operand, change.other(at, at.getType(), at.getOperand(operand)));
}

bool phiIncoming(Instruction &at, Change &change) {
  auto &phi = cast<PHINode>(at);
  unsigned place = unsigned(change.random.below(phi.getNumIncomingValues()));
  Value *old = phi.getIncomingValue(place), *value = nullptr;
  if (phi.getType()->isIntegerTy() && change.random.below(2)) {
    unsigned width = phi.getType()->getIntegerBitWidth();
    value = ConstantInt::get(phi.getType(), APInt::getOneBitSet(width, unsigned(change.random.below(width))));
  } else {
    value = change.other(*phi.getIncomingBlock(place)->getTerminator(), phi.getType(), old);
  }
  return change.set(at, place, value);
}

bool isChoice(const Instruction &at) {
  return isa<SelectInst>(at);
}

bool selectSwapped(Instruction &at, Change &change) {
  cast<SelectInst>(at).swapValues();
  return change.changed(at);
}

bool selectArm(Instruction &at, Change &change) {
  unsigned operand = 1 + unsigned(change.random.below(2));
  return change.set(at, operand, change.other(at, at.getType(), at.getOperand(operand)));
}

Intrinsic::ID opposite(Intrinsic::ID id) {
  switch (id) {
  case Intrinsic::umin: return Intrinsic::umax;
  case Intrinsic::umax: return Intrinsic::umin;
  case Intrinsic::smin: return Intrinsic::smax;
  case Intrinsic::smax: return Intrinsic::smin;
  case Intrinsic::usub_sat: return Intrinsic::uadd_sat;
  default: return Intrinsic::not_intrinsic;
  }
}

bool isExtreme(const Instruction &at) {
  auto *call = dyn_cast<IntrinsicInst>(&at);
  return call && opposite(call->getIntrinsicID()) != Intrinsic::not_intrinsic;
}

bool extremeSwapped(Instruction &at, Change &change) {
  auto &call = cast<IntrinsicInst>(at);
  call.setCalledFunction(
      Intrinsic::getOrInsertDeclaration(at.getModule(), opposite(call.getIntrinsicID()), {at.getType()}));
  return change.changed(at);
}

bool isLane(const Instruction &at) {
  return isa<InsertElementInst, ExtractElementInst>(at) && isa<ConstantInt>(at.getOperand(at.getNumOperands() - 1));
}

bool laneChanged(Instruction &at, Change &change) {
  unsigned operand = at.getNumOperands() - 1;
  auto *index = cast<ConstantInt>(at.getOperand(operand));
  auto *vector = dyn_cast<FixedVectorType>(at.getOperand(0)->getType());
  if (!vector)
    return false;
  return change.set(at, operand, ConstantInt::get(index->getType(), change.random.below(vector->getNumElements())));
}

bool isVectorPart(const Instruction &at) {
  return isa<InsertElementInst>(at) && at.getOperand(1)->getType()->isIntOrPtrTy();
}

bool lanePart(Instruction &at, Change &change) {
  return change.set(at, 1, change.other(at, at.getOperand(1)->getType(), at.getOperand(1)));
}

constexpr Kind kinds[] = {
    {"zext-to-sext", zextToSext, has<Instruction::ZExt>},
    {"zext-replaced", zextReplaced, has<Instruction::ZExt>},
    {"trunc-undone", truncUndone, isNarrowed},
    {"mask-widened", maskWidened, hasConstant<Instruction::And>},
    {"mask-dropped", maskDropped, hasConstant<Instruction::And>},
    {"remainder-dropped", maskDropped, has<Instruction::URem>},
    {"step-changed", stepChanged, isChanging},
    {"shift-changed", shiftChanged, isShift},
    {"operation-changed", operationChanged, isArithmetic},
    {"operand-replaced", operandReplaced, isArithmetic},
    {"phi-incoming", phiIncoming, [](const Instruction &at) { return isa<PHINode>(at); }},
    {"select-swapped", selectSwapped, isChoice},
    {"select-arm", selectArm, isChoice},
    {"extreme-swapped", extremeSwapped, isExtreme},
    {"lane-changed", laneChanged, isLane},
    {"lane-part", lanePart, isVectorPart},
};

} // namespace

ArrayRef<Kind> valueKinds() {
  return kinds;
}

} // namespace sabotage
