// Takes conditions apart, and finds values that conditions exclude; see Facts.h.
#include "Facts.h"

#include "Values.h"

#include "llvm/IR/Constants.h"

using namespace llvm;

namespace isolation {

/// Whether a condition settles both its sides: an `and` that holds, an `or` that does not, or a select that
/// means either.
static bool isConjunction(const Value *value, bool isTrue, const Value *&left, const Value *&right) {
  if (!value->getType()->isIntegerTy(1))
    return false;
  if (auto *operation = dyn_cast<BinaryOperator>(value)) {
    left = operation->getOperand(0);
    right = operation->getOperand(1);
    return operation->getOpcode() == (isTrue ? Instruction::And : Instruction::Or);
  }
  auto *select = dyn_cast<SelectInst>(value);
  if (!select || !select->getCondition()->getType()->isIntegerTy(1))
    return false;
  auto *fixed = dyn_cast<ConstantInt>(isTrue ? select->getFalseValue() : select->getTrueValue());
  left = select->getCondition();
  right = isTrue ? select->getTrueValue() : select->getFalseValue();
  return fixed && fixed->isOne() != isTrue;
}

static const Value *negated(const Value *value) {
  auto *operation = dyn_cast<BinaryOperator>(value);
  auto *ones = operation ? dyn_cast<ConstantInt>(operation->getOperand(1)) : nullptr;
  return ones && operation->getOpcode() == Instruction::Xor && ones->isMinusOne() && ones->getType()->isIntegerTy(1)
             ? operation->getOperand(0)
             : nullptr;
}

/// If the value of a phi of conditions is known, a phi in the same block may be known, too: it is a constant
/// if all edges that fit the condition give it that constant.
static void literalsOfSiblings(const PHINode &condition, bool holds, SmallVectorImpl<Literal> &found) {
  auto isExcluded = [&](unsigned way) {
    auto *fixed = dyn_cast<ConstantInt>(condition.getIncomingValue(way));
    return fixed && fixed->isOne() != holds;
  };
  unsigned ways = condition.getNumIncomingValues(), looked = 0;
  for (const PHINode &sibling : condition.getParent()->phis()) {
    if (looked++ > 16 || ways > 16)
      return;
    if (!sibling.getType()->isIntegerTy() || &sibling == &condition)
      continue;
    const ConstantInt *only = nullptr;
    bool isOne = true;
    for (unsigned way = 0; way < ways && isOne; way++) {
      int position = sibling.getBasicBlockIndex(condition.getIncomingBlock(way));
      auto *constant = position < 0 ? nullptr : dyn_cast<ConstantInt>(sibling.getIncomingValue(unsigned(position)));
      if (isExcluded(way))
        continue;
      isOne = constant && (!only || only == constant);
      only = constant;
    }
    if (isOne && only)
      found.push_back({CmpInst::ICMP_EQ, &sibling, only});
  }
}

void literalsOf(const Value *condition, bool holds, SmallVectorImpl<Literal> &found) {
  SmallVector<std::pair<const Value *, bool>, 8> open = {{condition, holds}};
  for (unsigned steps = 0; !open.empty() && steps < 32; steps++) {
    auto [value, isTrue] = open.pop_back_val();
    const Value *a, *b;
    if (auto *compare = dyn_cast<ICmpInst>(value)) {
      if (!compare->getType()->isVectorTy())
        found.push_back({isTrue ? compare->getPredicate() : compare->getInversePredicate(), compare->getOperand(0),
                         compare->getOperand(1)});
    } else if (const Value *inner = negated(value)) {
      open.push_back({inner, !isTrue});
    } else if (auto *frozen = dyn_cast<FreezeInst>(value)) {
      open.push_back({frozen->getOperand(0), isTrue});
    } else if (auto *phi = dyn_cast<PHINode>(value)) {
      literalsOfSiblings(*phi, isTrue, found);
    } else if (isConjunction(value, isTrue, a, b)) {
      // Last in, first out: the left side, which the right may need, comes first.
      open.push_back({b, isTrue});
      open.push_back({a, isTrue});
    }
  }
}

bool Facts::excludes(AtomID atom, Wide value, const Place &place) {
  bool isExcluded = false;
  forAtom(atom, place, [&](const Fact &fact) {
    if (fact.form.terms.size() != 1)
      return true;
    Wide left = Wide(fact.form.terms[0].coefficient) * value + fact.form.constant;
    isExcluded = fact.kind == Fact::nonZero ? left == 0 : fact.kind == Fact::zero ? left != 0 : left > 0;
    return !isExcluded;
  });
  return isExcluded;
}

/// An odd number f, such that `form` may be f times `other` plus a rest, modulo 2^64; 0: there is none. The
/// atom with the least power of two in its coefficient in `other` decides f; callers look at the rest.
static uint64_t oddFactor(const LinearForm &form, const LinearForm &other) {
  const Term *lowest = nullptr;
  for (const Term &term : other.terms)
    if (!lowest || llvm::countr_zero(uint64_t(term.coefficient)) < llvm::countr_zero(uint64_t(lowest->coefficient)))
      lowest = &term;
  uint64_t own = lowest ? uint64_t(form.coefficient(lowest->atom)) : 0;
  if (own == 0)
    return 0;
  unsigned zeros = unsigned(llvm::countr_zero(uint64_t(lowest->coefficient)));
  uint64_t odd = uint64_t(lowest->coefficient) >> zeros, inverse = odd;
  // Each step doubles the number of bits that are right; 3 are at first.
  for (unsigned bits = 3; bits < 64; bits *= 2)
    inverse *= 2 - odd * inverse;
  uint64_t factor = (own >> zeros) * inverse;
  return unsigned(llvm::countr_zero(own)) == zeros ? factor : 0;
}

Interval Facts::withoutHoles(const LinearForm &form, unsigned width, Interval word, const Place &place) {
  SmallVector<Wide, 8> holes;
  forAtom(form.terms[0].atom, place, [&](const Fact &fact) {
    // In this interval, 0 is the only multiple of 2^width.
    Interval near = {1 - (Wide(1) << width), (Wide(1) << width) - 1};
    bool isApart = (fact.width != 0 && fact.width <= width) || values.roughRange(fact.form).isWithin(near);
    if (fact.kind != Fact::nonZero || !isApart)
      return true;
    // If a number is not a multiple of 2^width, its odd multiples are not either.
    if (uint64_t factor = oddFactor(form, fact.form))
      if (LinearForm rest = form.plus(fact.form, -int64_t(factor)).reduced(width); rest.isConstant())
        holes.push_back(rest.constant < 0 ? Wide(rest.constant) + (Wide(1) << width) : Wide(rest.constant));
    return holes.size() < 16;
  });
  bool isLowest = is_contained(holes, word.low);
  while (is_contained(holes, word.low))
    word.low++;
  // A power of two that divides the form also divides the word. So the word is at least the next multiple.
  if (isLowest && width <= 64) {
    uint64_t divides = values.divisor(form), power = divides & (~divides + 1);
    Wide size = std::min(Wide(power), Wide(1) << width);
    word.low = product(ceilQuotient(word.low, size), size);
  }
  while (is_contained(holes, word.high))
    word.high--;
  return word;
}

} // namespace isolation
