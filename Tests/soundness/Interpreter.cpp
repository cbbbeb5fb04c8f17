#include "Interpreter.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace soundness {

/// Pointers are regarded as words of 64 bits.
static unsigned widthOf(const Type *type) {
  return type->isIntegerTy() ? type->getIntegerBitWidth() : 64;
}

static uint64_t lowBits(uint64_t value, unsigned width) {
  return width >= 64 ? value : value & ((1ull << width) - 1);
}

static int64_t signExtended(uint64_t value, unsigned width) {
  return width >= 64 ? int64_t(value) : int64_t(value << (64 - width)) >> (64 - width);
}

Interpreter::Result Interpreter::unsupported() {
  foundUnsupported = true;
  return std::nullopt;
}

uint64_t Interpreter::valueOf(const Value *value) {
  if (auto *constant = dyn_cast<ConstantInt>(value))
    return constant->getZExtValue();
  auto found = values.find(value);
  if (found != values.end())
    return found->second;
  foundUnsupported = true;
  return 0;
}

int64_t Interpreter::signedValueOf(const Value *value) {
  return signExtended(valueOf(value), widthOf(value->getType()));
}

void Interpreter::run(ArrayRef<uint64_t> arguments, uint64_t bytes, unsigned most) {
  values.clear();
  storeOffsets.clear();
  memoryBytes = bytes;
  steps = 0;
  mostSteps = most;
  for (const Argument &parameter : function.args())
    values[&parameter] = lowBits(arguments[parameter.getArgNo()], widthOf(parameter.getType()));
  const BasicBlock *from = nullptr, *block = &function.getEntryBlock();
  while (block) {
    enter(block, from);
    from = block;
    block = runBlock(block);
  }
}

void Interpreter::enter(const BasicBlock *block, const BasicBlock *from) {
  // Reads all operands before it sets any phi, because the operand of a phi may be the old value of another
  // phi.
  SmallVector<std::pair<const PHINode *, uint64_t>, 8> incoming;
  for (const PHINode &phi : block->phis())
    incoming.push_back({&phi, valueOf(phi.getIncomingValueForBlock(from))});
  for (auto [phi, value] : incoming)
    values[phi] = value;
}

const BasicBlock *Interpreter::runBlock(const BasicBlock *block) {
  for (const Instruction &instruction : *block) {
    if (isa<PHINode>(instruction))
      continue;
    if (++steps > mostSteps || foundUnsupported)
      return nullptr;
    if (instruction.isTerminator())
      return successor(instruction);
    if (auto *store = dyn_cast<StoreInst>(&instruction)) {
      storeOffsets.push_back(valueOf(store->getPointerOperand()));
      continue;
    }
    Result result = compute(instruction);
    if (!result)
      return nullptr;
    values[&instruction] = *result;
  }
  return nullptr;
}

const BasicBlock *Interpreter::successor(const Instruction &terminator) {
  if (auto *branch = dyn_cast<BranchInst>(&terminator)) {
    if (branch->isUnconditional())
      return branch->getSuccessor(0);
    return branch->getSuccessor(valueOf(branch->getCondition()) ? 0 : 1);
  }
  if (auto *choice = dyn_cast<SwitchInst>(&terminator)) {
    const uint64_t value = valueOf(choice->getCondition());
    for (auto &each : choice->cases())
      if (each.getCaseValue()->getZExtValue() == value)
        return each.getCaseSuccessor();
    return choice->getDefaultDest();
  }
  if (!isa<ReturnInst, UnreachableInst>(terminator))
    foundUnsupported = true;
  return nullptr;
}

Interpreter::Result Interpreter::compute(const Instruction &instruction) {
  const Type *type = instruction.getType();
  if (type->isVectorTy() || widthOf(type) > 64)
    return unsupported();
  // If a pointer is loaded, it is the base of a memory. If an integer is loaded, it is a memory's length.
  if (isa<LoadInst>(instruction))
    return type->isPointerTy() ? 0 : memoryBytes;
  if (auto *address = dyn_cast<GetElementPtrInst>(&instruction))
    return compute(*address);
  if (auto *comparison = dyn_cast<ICmpInst>(&instruction))
    return compute(*comparison);
  if (auto *select = dyn_cast<SelectInst>(&instruction))
    return valueOf(valueOf(select->getCondition()) ? select->getTrueValue() : select->getFalseValue());
  if (isa<FreezeInst>(instruction))
    return valueOf(instruction.getOperand(0));
  if (auto *conversion = dyn_cast<CastInst>(&instruction))
    return compute(*conversion);
  if (auto *operation = dyn_cast<BinaryOperator>(&instruction))
    return compute(*operation);
  if (auto *call = dyn_cast<IntrinsicInst>(&instruction))
    return compute(*call);
  return unsupported();
}

Interpreter::Result Interpreter::compute(const GetElementPtrInst &address) {
  if (address.getNumIndices() != 1)
    return unsupported();
  const uint64_t index = uint64_t(signedValueOf(address.getOperand(1)));
  const uint64_t size = function.getParent()->getDataLayout().getTypeAllocSize(address.getSourceElementType());
  return valueOf(address.getPointerOperand()) + index * size;
}

Interpreter::Result Interpreter::compute(const ICmpInst &comparison) {
  const unsigned width = widthOf(comparison.getOperand(0)->getType());
  if (width > 64)
    return unsupported();
  const APInt left(width, valueOf(comparison.getOperand(0)), false, true);
  const APInt right(width, valueOf(comparison.getOperand(1)), false, true);
  return ICmpInst::compare(left, right, comparison.getPredicate());
}

Interpreter::Result Interpreter::compute(const CastInst &conversion) {
  const Type *from = conversion.getSrcTy(), *to = conversion.getType();
  if (!from->isIntegerTy() || !to->isIntegerTy() || from->getIntegerBitWidth() > 64)
    return unsupported();
  const Value *operand = conversion.getOperand(0);
  const uint64_t value = isa<SExtInst>(conversion) ? uint64_t(signedValueOf(operand)) : valueOf(operand);
  return lowBits(value, to->getIntegerBitWidth());
}

Interpreter::Result Interpreter::compute(const BinaryOperator &operation) {
  const unsigned width = widthOf(operation.getType());
  const uint64_t left = valueOf(operation.getOperand(0)), right = valueOf(operation.getOperand(1));
  if (operation.isShift() && right >= width)
    return std::nullopt;
  switch (operation.getOpcode()) {
  case Instruction::Add: return lowBits(left + right, width);
  case Instruction::Sub: return lowBits(left - right, width);
  case Instruction::Mul: return lowBits(left * right, width);
  case Instruction::And: return left & right;
  case Instruction::Or: return left | right;
  case Instruction::Xor: return left ^ right;
  case Instruction::Shl: return lowBits(left << right, width);
  case Instruction::LShr: return left >> right;
  case Instruction::AShr: return lowBits(uint64_t(signExtended(left, width) >> right), width);
  case Instruction::UDiv:
  case Instruction::URem:
  case Instruction::SDiv:
  case Instruction::SRem:
    return divide(operation);
  default: return unsupported();
  }
}

Interpreter::Result Interpreter::divide(const BinaryOperator &operation) {
  const unsigned width = widthOf(operation.getType());
  const uint64_t left = valueOf(operation.getOperand(0)), right = valueOf(operation.getOperand(1));
  const int64_t signedLeft = signExtended(left, width), signedRight = signExtended(right, width);
  if (right == 0)
    return std::nullopt;
  if (operation.getOpcode() == Instruction::UDiv)
    return left / right;
  if (operation.getOpcode() == Instruction::URem)
    return left % right;
  // The division of the least number by -1 overflows.
  if (signedRight == -1)
    return std::nullopt;
  const bool isQuotient = operation.getOpcode() == Instruction::SDiv;
  return lowBits(uint64_t(isQuotient ? signedLeft / signedRight : signedLeft % signedRight), width);
}

Interpreter::Result Interpreter::compute(const IntrinsicInst &call) {
  const unsigned width = widthOf(call.getType());
  auto argument = [&](unsigned i) { return valueOf(call.getArgOperand(i)); };
  auto signedArgument = [&](unsigned i) { return signExtended(argument(i), width); };
  switch (call.getIntrinsicID()) {
  case Intrinsic::umin: return std::min(argument(0), argument(1));
  case Intrinsic::umax: return std::max(argument(0), argument(1));
  case Intrinsic::smin: return lowBits(uint64_t(std::min(signedArgument(0), signedArgument(1))), width);
  case Intrinsic::smax: return lowBits(uint64_t(std::max(signedArgument(0), signedArgument(1))), width);
  case Intrinsic::abs: return lowBits(signedArgument(0) < 0 ? -argument(0) : argument(0), width);
  case Intrinsic::usub_sat:
  case Intrinsic::uadd_sat:
  case Intrinsic::ssub_sat:
  case Intrinsic::sadd_sat:
    return computeSaturating(call);
  case Intrinsic::ctpop:
  case Intrinsic::ctlz:
  case Intrinsic::cttz:
  case Intrinsic::bitreverse:
  case Intrinsic::bswap:
    return computeBits(call);
  case Intrinsic::fshl:
  case Intrinsic::fshr:
    return funnelShift(call);
  case Intrinsic::trap:
  case Intrinsic::ubsantrap:
    return std::nullopt;
  default: return unsupported();
  }
}

Interpreter::Result Interpreter::computeSaturating(const IntrinsicInst &call) {
  const unsigned width = widthOf(call.getType());
  const APInt left(width, valueOf(call.getArgOperand(0))), right(width, valueOf(call.getArgOperand(1)));
  switch (call.getIntrinsicID()) {
  case Intrinsic::usub_sat: return left.usub_sat(right).getZExtValue();
  case Intrinsic::uadd_sat: return left.uadd_sat(right).getZExtValue();
  case Intrinsic::ssub_sat: return left.ssub_sat(right).getZExtValue();
  default: return left.sadd_sat(right).getZExtValue();
  }
}

Interpreter::Result Interpreter::computeBits(const IntrinsicInst &call) {
  const APInt value(widthOf(call.getType()), valueOf(call.getArgOperand(0)));
  switch (call.getIntrinsicID()) {
  case Intrinsic::ctpop: return value.popcount();
  case Intrinsic::ctlz: return value.countl_zero();
  case Intrinsic::cttz: return value.countr_zero();
  case Intrinsic::bitreverse: return value.reverseBits().getZExtValue();
  default: return value.byteSwap().getZExtValue();
  }
}

Interpreter::Result Interpreter::funnelShift(const IntrinsicInst &call) {
  const unsigned width = widthOf(call.getType());
  const APInt high(width, valueOf(call.getArgOperand(0))), low(width, valueOf(call.getArgOperand(1)));
  const unsigned amount = valueOf(call.getArgOperand(2)) % width;
  const bool isLeft = call.getIntrinsicID() == Intrinsic::fshl;
  if (amount == 0)
    return (isLeft ? high : low).getZExtValue();
  const unsigned left = isLeft ? amount : width - amount;
  return (high.shl(left) | low.lshr(width - left)).getZExtValue();
}

} // namespace soundness
