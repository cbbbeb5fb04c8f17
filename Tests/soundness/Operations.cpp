// Makes words and conditions from those that the function already has.
#include "Generator.h"
#include "llvm/IR/Intrinsics.h"

using namespace llvm;

namespace soundness {

Value *Generator::constant(unsigned width, uint64_t value) {
  return ConstantInt::get(IntegerType::get(module.getContext(), width), APInt(width, value, false, true));
}

/// Prefers the newest words, because chains of operations find more errors than single operations.
Value *Generator::anyWord() {
  const uint64_t count = words.size();
  if (draws.mostly(3))
    return words[count - 1 - draws.below(std::min<uint64_t>(count, 5))];
  return words[draws.below(count)];
}

Value *Generator::wordOfWidth(unsigned width) {
  for (int tries = 0; tries < 6; tries++)
    if (Value *word = anyWord(); widthOf(word) == width)
      return word;
  return converted(anyWord(), width);
}

Value *Generator::converted(Value *value, unsigned width) {
  auto *type = IntegerType::get(module.getContext(), width);
  if (widthOf(value) == width)
    return value;
  if (widthOf(value) > width)
    return builder.CreateTrunc(value, type);
  return draws.mostly(4) ? builder.CreateZExt(value, type) : builder.CreateSExt(value, type);
}

Value *Generator::extended(Value *value) {
  return widthOf(value) == 64 ? value : builder.CreateZExt(value, builder.getInt64Ty());
}

Value *Generator::wordOrConstant(unsigned width) {
  return draws.mostly(3) ? wordOfWidth(width) : randomConstant(width);
}

CmpInst::Predicate Generator::anyPredicate() {
  return CmpInst::Predicate(CmpInst::ICMP_EQ + draws.below(10));
}

/// Prefers `!=`, because counting loops often end when the counter is equal to a limit.
CmpInst::Predicate Generator::anyExitPredicate() {
  return draws.coin() ? CmpInst::ICMP_NE : anyPredicate();
}

Value *Generator::anyCondition(unsigned depth) {
  const uint64_t kind = draws.below(10);
  const bool isAgain = kind == 3 || (repeatsConditions && kind > 5);
  if (isAgain && !conditions.empty())
    return conditions[conditions.size() - 1 - draws.below(std::min<uint64_t>(conditions.size(), 4))];
  const bool isCombined = kind <= 2 || kind == 4;
  if (isCombined && depth < 2)
    return combinedCondition(depth + 1, kind);
  Value *left = anyWord();
  const unsigned width = widthOf(left);
  Value *right = draws.mostly(3) ? randomConstant(width) : wordOfWidth(width);
  return compare(left, right);
}

Value *Generator::combinedCondition(unsigned depth, uint64_t kind) {
  // This must be drawn before the operands, so that seeds keep their functions.
  const bool isAnd = kind == 0 || (kind == 2 && draws.coin());
  Value *first = anyCondition(depth);
  if (kind == 4)
    return builder.CreateXor(first, builder.getTrue());
  Value *second = anyCondition(depth);
  if (kind == 2)
    return isAnd ? builder.CreateSelect(first, second, builder.getFalse())
                 : builder.CreateSelect(first, builder.getTrue(), second);
  return isAnd ? builder.CreateAnd(first, second) : builder.CreateOr(first, second);
}

Value *Generator::compare(Value *left, Value *right) {
  const CmpInst::Predicate predicate = anyPredicate();
  if (draws.once(8))
    std::swap(left, right);
  Value *condition = builder.CreateICmp(predicate, left, right);
  conditions.push_back(condition);
  return condition;
}

void Generator::makeOperation() {
  Value *word = anyWord();
  Value *result = repeatsOperations && draws.once(4) ? repeated(word) : operation(word, draws.below(31));
  words.push_back(result);
  size++;
}

Value *Generator::operation(Value *word, uint64_t kind) {
  if (kind <= 5)
    return arithmetic(word, kind);
  if (kind <= 15 || kind == 26)
    return bitOperation(word, kind);
  if (kind == 16 || kind == 17 || kind == 27 || kind == 29)
    return division(word, kind);
  if (kind <= 20)
    return choice(word, kind);
  switch (kind) {
  case 21: return bitCount(word);
  case 25: return withoutRemainder(word);
  case 28: return builder.CreateFreeze(word);
  case 30: return repeated(word);
  default: return converted(word, anyWidth());
  }
}

Value *Generator::arithmetic(Value *word, uint64_t kind) {
  const unsigned width = widthOf(word);
  switch (kind) {
  case 2: return builder.CreateAdd(word, wordOfWidth(width));
  case 3: return builder.CreateSub(word, wordOfWidth(width));
  case 4: return builder.CreateSub(randomConstant(width), word);
  case 5: return builder.CreateMul(word, draws.coin() ? constant(width, draws.below(12)) : randomConstant(width));
  default: return builder.CreateAdd(word, randomConstant(width));
  }
}

Value *Generator::bitOperation(Value *word, uint64_t kind) {
  const unsigned width = widthOf(word);
  switch (kind) {
  case 6: return builder.CreateShl(word, constant(width, draws.below(width)));
  case 7: return builder.CreateLShr(word, constant(width, draws.below(width)));
  case 8: return builder.CreateAShr(word, constant(width, draws.below(width)));
  case 12: return builder.CreateOr(word, draws.coin() ? randomMask(width) : randomConstant(width));
  case 13: return builder.CreateOr(word, wordOfWidth(width));
  case 14: return builder.CreateXor(word, draws.coin() ? constant(width, -1ull) : randomConstant(width));
  case 15: return builder.CreateAnd(word, wordOfWidth(width));
  case 26: {
    Value *amount = wordOfWidth(width);
    return builder.CreateShl(word, builder.CreateAnd(amount, constant(width, draws.below(8))));
  }
  default: return builder.CreateAnd(word, randomMask(width));
  }
}

Value *Generator::division(Value *word, uint64_t kind) {
  const unsigned width = widthOf(word);
  switch (kind) {
  case 16: return builder.CreateURem(word, anyDivisor(width));
  case 17: return builder.CreateUDiv(word, anyDivisor(width));
  case 29: return builder.CreateSRem(word, constant(width, 1 + draws.below(20)));
  }
  // Divides by a word that is not 0.
  Value *divisor = wordOfWidth(width);
  if (draws.coin())
    return builder.CreateURem(word, builder.CreateOr(divisor, constant(width, 1)));
  Value *small = builder.CreateAnd(divisor, constant(width, 7));
  return builder.CreateUDiv(word, builder.CreateAdd(small, constant(width, 1 + draws.below(3))));
}

Value *Generator::anyDivisor(unsigned width) {
  const uint64_t divisor = draws.constant(width);
  if (draws.coin())
    return constant(width, divisor ? divisor : 3);
  return constant(width, 1 + draws.below(20));
}

/// A selection, a minimum, a maximum or a saturating operation of two words.
Value *Generator::choice(Value *word, uint64_t kind) {
  const unsigned width = widthOf(word);
  if (kind == 18) {
    Value *condition = anyCondition();
    return builder.CreateSelect(condition, word, wordOrConstant(width));
  }
  const Intrinsic::ID extremes[] = {Intrinsic::umin, Intrinsic::umax, Intrinsic::smin, Intrinsic::smax};
  const Intrinsic::ID saturating[] = {Intrinsic::usub_sat, Intrinsic::uadd_sat};
  const Intrinsic::ID chosen = kind == 19 ? extremes[draws.below(4)] : saturating[draws.below(2)];
  return builder.CreateBinaryIntrinsic(chosen, word, wordOrConstant(width));
}

Value *Generator::bitCount(Value *word) {
  if (draws.once(4))
    return builder.CreateIntrinsic(Intrinsic::ctpop, {word->getType()}, {word});
  const Intrinsic::ID intrinsics[] = {Intrinsic::abs, Intrinsic::ctlz, Intrinsic::cttz};
  return builder.CreateIntrinsic(intrinsics[draws.below(3)], {word->getType()}, {word, builder.getFalse()});
}

/// The word without its remainder, as unrolled loops compute their number of iterations.
Value *Generator::withoutRemainder(Value *word) {
  const unsigned width = widthOf(word);
  const uint64_t divisor = draws.coin() ? 1ull << draws.below(width - 1) : 1 + draws.below(20);
  Value *remainder = builder.CreateURem(word, constant(width, divisor));
  words.push_back(remainder);
  return builder.CreateSub(word, remainder);
}

/// Computes the same word again by a second instruction, or masks it if its instruction cannot be repeated.
Value *Generator::repeated(Value *word) {
  auto *instruction = dyn_cast<Instruction>(word);
  if (instruction && !isa<PHINode, LoadInst>(instruction))
    return builder.Insert(instruction->clone());
  return builder.CreateAnd(word, randomMask(widthOf(word)));
}

} // namespace soundness
