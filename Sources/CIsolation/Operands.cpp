// Keeps operands where operations have results. See Operands.h.
#include "Operands.h"

#include "Values.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;

namespace isolation {

namespace {

/// Whether a number is below `end` in every lane, as its operation shows. Constants are left to the checker.
bool isBelow(const Value *value, uint64_t end) {
  if (auto *wider = dyn_cast<ZExtInst>(value))
    value = wider->getOperand(0);
  unsigned width = value->getType()->getScalarSizeInBits();
  if (width < 64 && (uint64_t(1) << width) <= end)
    return true;
  auto *mask = dyn_cast<BinaryOperator>(value);
  if (mask && mask->getOpcode() == Instruction::And)
    value = mask->getOperand(1);
  auto *vector = dyn_cast<FixedVectorType>(value->getType());
  for (unsigned lane = 0; lane < (vector ? vector->getNumElements() : 1); lane++) {
    const ConstantInt *number = constantLane(value, lane);
    if (!number || (mask && number->getValue().uge(end)))
      return false;
  }
  return true;
}

} // namespace

void settleAmount(Instruction &instruction) {
  bool isShift = instruction.isShift(), isRead = isa<ExtractElementInst>(instruction);
  if (!isShift && !isRead && !isa<InsertElementInst>(instruction))
    return;
  auto *vector = dyn_cast<FixedVectorType>(instruction.getOperand(0)->getType());
  if (!isShift && !vector)
    return;
  const unsigned position = isShift || isRead ? 1 : 2;
  const uint64_t end = isShift ? instruction.getType()->getScalarSizeInBits() : vector->getNumElements();
  Value *value = instruction.getOperand(position);
  if (isBelow(value, end))
    return;
  IRBuilder<> builder(&instruction);
  Constant *most = ConstantInt::get(value->getType(), end - 1);
  instruction.setOperand(position, isPowerOf2_64(end) ? builder.CreateAnd(value, most)
                                                      : builder.CreateBinaryIntrinsic(Intrinsic::umin, value, most));
}

bool mayDivideByZero(Values &values, const BinaryOperator &division) {
  const Value *divisor = division.getOperand(1);
  auto *vector = dyn_cast<FixedVectorType>(division.getType());
  for (unsigned lane = 0; lane < (vector ? vector->getNumElements() : 1); lane++) {
    const ConstantInt *number = constantLane(divisor, lane);
    if (number && !number->isZero())
      continue;
    if (values.unsignedRange(divisor, lane, Place{division.getParent()}).low >= 1)
      continue;
    // A comparison with 0 tells about the divisor as a word.
    values.opaque(divisor, lane);
    values.facts();
    if (values.unsignedRange(divisor, lane, Place{division.getParent()}).low < 1)
      return true;
  }
  return false;
}

namespace {

/// Nothing is known about numbers from outside.
struct NoRanges : LoadedRanges {
  Interval rangeOf(const LoadInst &load, unsigned) override { return Interval::unsignedOf(Values::widthOf(load)); }
  Interval rangeOf(const Argument &argument) override { return Interval::unsignedOf(Values::widthOf(argument)); }
  Interval rangeOf(const CallBase &call) override { return Interval::unsignedOf(Values::widthOf(call)); }
  uint64_t divisorOf(const LoadInst &) override { return 1; }
  Interval rangeOfOffset(const Value &, unsigned, const Place &, unsigned) override { return Interval::all(); }
};

/// Proofs cost at most this much, and so much more for each block.
constexpr uint64_t leastBudget = 10000, budgetOfBlock = 1600;

} // namespace

void settleDivisors(Function &function) {
  SmallVector<BinaryOperator *, 8> divisions;
  for (BasicBlock &block : function)
    for (Instruction &instruction : block)
      if (instruction.isIntDivRem() && !isa<ConstantInt>(instruction.getOperand(1)))
        divisions.push_back(cast<BinaryOperator>(&instruction));
  if (divisions.empty())
    return;
  NoRanges ranges;
  Budget budget;
  budget.left = unsigned(std::min<uint64_t>(leastBudget + budgetOfBlock * function.size(), 1u << 30));
  Values values(function, ranges, budget);
  erase_if(divisions, [&](BinaryOperator *each) { return !mayDivideByZero(values, *each); });
  for (BinaryOperator *each : divisions) {
    IRBuilder<> builder(each);
    Value *divisor = each->getOperand(1);
    each->setOperand(1, builder.CreateBinaryIntrinsic(Intrinsic::umax, divisor, ConstantInt::get(divisor->getType(), 1)));
  }
}

} // namespace isolation
