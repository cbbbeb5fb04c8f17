// Computes divisors of linear forms and of words. Values.h says what they mean.
#include "Values.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace llvm;

namespace isolation {

/// A power of two that divides every incoming value.
uint64_t Values::commonDivisor(const Instruction &choice, unsigned lane, unsigned depth) {
  auto *phi = dyn_cast<PHINode>(&choice);
  Nested nested(budget);
  if (nested.isTooDeep() || depth > 3 || (phi && (phi->getNumIncomingValues() > 64 || comesRound(*phi->getParent()))))
    return 1;
  uint64_t result = 0;
  unsigned first = isa<SelectInst>(choice) ? 1 : 0, end = isa<CallBase>(choice) ? 2 : choice.getNumOperands();
  for (unsigned i = first; i < end; i++) {
    LinearForm each = form(choice.getOperand(i), lane, depth);
    if (each == LinearForm())
      continue;
    result = std::gcd(result, divisor(each, depth + 1));
    if (result == 1 || !spend())
      return 1;
  }
  // Only powers of two are sure to divide the word, because a sum may stand for a word modulo 2^w.
  return result == 0 ? 1 : result & (~result + 1);
}

/// A power of two that divides the word.
uint64_t Values::wordDivisor(const Atom &atom, unsigned depth) {
  Nested nested(budget);
  if (nested.isTooDeep())
    return 1;
  if ((isa<PHINode, SelectInst>(atom.node) || isa<MinMaxIntrinsic>(atom.node)) && atom.width <= 64)
    return commonDivisor(*cast<Instruction>(atom.node), atom.lane, depth);
  if (auto *load = dyn_cast<LoadInst>(atom.node))
    return loaded.divisorOf(*load);
  LinearForm sum = forms.lookup({atom.node, atom.lane});
  if (atom.width > 64 || depth > 4 || sum.isUndefined || sum.isAtom() || (sum.terms.empty() && sum.constant == 0))
    return 1;
  if (!spend())
    return 1;
  uint64_t divides = divisor(sum, depth + 1), power = divides & (~divides + 1);
  return std::min(power, uint64_t(1) << std::min(atom.width, 62u));
}

uint64_t Values::divisor(const LinearForm &form, unsigned depth) {
  if (form.isUndefined)
    return 1;
  auto size = [](int64_t value) { return value < 0 ? -uint64_t(value) : uint64_t(value); };
  uint64_t result = size(form.constant);
  for (const Term &term : form.terms) {
    uint64_t own = size(term.coefficient);
    const Atom atom = atoms[term.atom];
    if (atom.kind == Atom::multiple) {
      if (__builtin_mul_overflow(own, atom.parameter, &own))
        own = 1;
    } else if (uint64_t word = atom.kind == Atom::value ? wordDivisor(atom, depth) : 1; word > 1) {
      if (__builtin_mul_overflow(own, word, &own))
        own = 1;
    } else if (auto *operation = dyn_cast<BinaryOperator>(atom.node); operation && atom.kind == Atom::value) {
      auto *mask = constantLane(operation->getOperand(1), atom.lane);
      if (operation->getOpcode() == Instruction::And && mask && !mask->isZero() &&
          __builtin_mul_overflow(own, uint64_t(1) << mask->getValue().countr_zero(), &own))
        own = 1;
    }
    result = std::gcd(result, own);
  }
  result = result == 0 ? uint64_t(1) << 62 : result;
  return std::max({result, divisorByWholes(form, depth), divisorByChoice(form, depth)});
}

/// Finds a divisor after it replaced `r == 0 ? k : r` by r + k * b, where b is 0 or 1. The result is a power
/// of two. In this way LLVM chooses how many iterations it leaves to the loop behind a vectorised one.
uint64_t Values::divisorByChoice(const LinearForm &form, unsigned depth) {
  for (const Term &term : form.terms) {
    const Atom part = atoms[term.atom];
    auto *choice = dyn_cast<SelectInst>(part.node);
    auto *condition = choice ? dyn_cast<ICmpInst>(choice->getCondition()) : nullptr;
    if (!condition || part.kind != Atom::value || part.width > 64 || depth > 2 || !choice->getType()->isIntegerTy() ||
        condition->getPredicate() != CmpInst::ICMP_EQ || condition->getOperand(0) != choice->getFalseValue())
      continue;
    auto *zero = constantLane(condition->getOperand(1), 0), *other = constantLane(choice->getTrueValue(), 0);
    if (!zero || !zero->isZero() || !other || other->isZero())
      continue;
    LinearForm rest = this->form(choice->getFalseValue(), 0, depth + 1);
    if (rest.isUndefined)
      continue;
    uint64_t added = uint64_t(term.coefficient) * other->getZExtValue();
    uint64_t divides = std::gcd(divisor(form.without(term.atom).plus(rest, term.coefficient), depth + 1), added);
    uint64_t power = divides & (~divides + 1);
    if (power > 1)
      return std::min(power, uint64_t(1) << std::min(part.width, 62u));
  }
  return 1;
}

/// Finds a divisor after it replaced x mod m by x - multiple(x, m): x + x mod 2 is 2 * x - multiple(x, 2).
/// The result is a power of two.
uint64_t Values::divisorByWholes(const LinearForm &form, unsigned depth) {
  for (const Term &term : form.terms) {
    const Atom part = atoms[term.atom];
    if (part.kind != Atom::remainder || part.width > 64 || !isPowerOf2_64(part.parameter) || depth > 2)
      continue;
    LinearForm whole = forms.lookup({part.node, part.lane});
    if (whole.terms.empty() || whole.isUndefined)
      continue;
    LinearForm other = form.without(term.atom)
                           .plus(whole, term.coefficient)
                           .plus(atomOf(Atom::multiple, part.node, part.lane, part.parameter, part.width),
                                 -term.coefficient);
    uint64_t divides = divisor(other, depth + 1), power = divides & (~divides + 1);
    if (power > 1)
      return std::min(power, uint64_t(1) << std::min(part.width, 62u));
  }
  return 1;
}

} // namespace isolation
