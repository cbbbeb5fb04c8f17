// Bounds of iterations; the rules are in Loops.h.
#include "Loops.h"

#include "Facts.h"
#include "Values.h"
#include "llvm/IR/CFG.h"

using namespace llvm;

namespace isolation {

Wide Loops::mostIterations(const BasicBlock *head) {
  Nested nested(values.budgetOf());
  if (nested.isTooDeep())
    return infinity;
  // While a bound is being computed, it counts as infinite.
  auto [found, isNew] = known.try_emplace(head, infinity);
  if (!isNew)
    return found->second;
  const Loop *loop = values.loopInfo().getLoopFor(head);
  if (!loop || loop->getHeader() != head)
    return infinity;
  Wide most = compute(*loop);
  known[head] = most;
  return most;
}

Wide Loops::compute(const Loop &loop) {
  Wide most = infinity;
  SmallVector<BasicBlock *, 4> latches, exiting;
  loop.getLoopLatches(latches);
  loop.getExitingBlocks(exiting);
  unsigned tried = 0;
  for (BasicBlock *block : exiting) {
    auto *branch = dyn_cast<BranchInst>(block->getTerminator());
    if (!branch || !branch->isConditional() || values.loopInfo().getLoopFor(block) != &loop)
      continue;
    if (!all_of(latches, [&](BasicBlock *latch) { return values.dominators().dominates(block, latch); }))
      continue;
    if (++tried > 16 || !values.spend(8))
      break;
    bool staysIfTrue = loop.contains(branch->getSuccessor(0));
    SmallVector<Literal, 4> literals;
    literalsOf(branch->getCondition(), staysIfTrue, literals);
    for (const Literal &literal : literals)
      most = std::min(most, boundBy(loop, literal));
  }
  return most;
}

bool Loops::isInvariant(const Loop &loop, const LinearForm &form) {
  for (const Term &term : form.terms) {
    const BasicBlock *block = values.blockOf(term.atom);
    bool isStart = values.atom(term.atom).kind == Atom::start && block == loop.getHeader();
    if (block && loop.contains(block) && !isStart)
      return false;
  }
  return !form.isUndefined;
}

Wide Loops::boundBy(const Loop &loop, const Literal &literal) {
  if (!literal.left->getType()->isIntegerTy() || Values::widthOf(*literal.left) > 64)
    return infinity;
  LinearForm left = values.form(literal.left), right = values.form(literal.right);
  AtomID iteration = values.atomOf(Atom::iteration, loop.getHeader(), 0, 0, 64).terms[0].atom;
  Exit exit;
  bool isSwapped = left.coefficient(iteration) == 0;
  exit.predicate = isSwapped ? CmpInst::getSwappedPredicate(literal.predicate) : literal.predicate;
  const LinearForm &moving = isSwapped ? right : left;
  exit.limit = isSwapped ? left : right;
  exit.limitValue = isSwapped ? literal.left : literal.right;
  exit.step = moving.coefficient(iteration);
  exit.first = moving.without(iteration);
  exit.width = Values::widthOf(*literal.left);
  exit.iteration = iteration;
  if (exit.step == 0 || exit.step == INT64_MIN || !isInvariant(loop, exit.first))
    return infinity;
  Place place = {loop.getHeader()};
  exit.isLimitSame = isInvariant(loop, exit.limit);
  if (!CmpInst::isEquality(exit.predicate))
    return boundByOrder(exit, place);
  if (!exit.isLimitSame)
    return infinity;
  return exit.predicate == CmpInst::ICMP_EQ ? 1 : boundByEquality(exit, place);
}

/// The values of a word, read with or without a sign as `domain` says.
Interval Loops::within(const LinearForm &form, const Value *value, Interval domain, const Place &place) {
  Interval range = values.range(form, place);
  if (range.isWithin(domain))
    return range;
  if (value && domain.low == 0)
    return values.unsignedRange(value, 0, place);
  return domain;
}

Wide Loops::boundByOrder(const Exit &exit, const Place &place) {
  bool isSigned = CmpInst::isSigned(exit.predicate);
  Interval domain = isSigned ? Interval::signedOf(exit.width) : Interval::unsignedOf(exit.width);
  bool isUpwards = exit.predicate == CmpInst::ICMP_ULT || exit.predicate == CmpInst::ICMP_ULE ||
                   exit.predicate == CmpInst::ICMP_SLT || exit.predicate == CmpInst::ICMP_SLE;
  if (isUpwards != (exit.step > 0))
    return infinity;
  Interval first = within(exit.first, nullptr, domain, place);
  Interval limit = within(exit.limit, exit.limitValue, domain, place);
  Wide strict = CmpInst::isStrictPredicate(exit.predicate) ? 1 : 0;
  bool isExact = values.range(exit.first, place).isWithin(domain);
  auto remember = [&](Wide bound) {
    if (!isExact || !values.knownFacts() || bound <= INT64_MIN || bound > INT64_MAX)
      return;
    LinearForm moving, fact, most = LinearForm::ofConstant(int64_t(bound));
    if (!LinearForm::ofAtom(exit.iteration).times(exit.step).addExactly(exit.first, 1, moving))
      return;
    if (isUpwards ? moving.addExactly(most, -1, fact) : most.addExactly(moving, -1, fact))
      values.knownFacts()->add({Fact::nonPositive, fact, place.block});
  };
  // Let control have gone back j > 0 times. The comparison held one iteration earlier. So size * (j - 1) is
  // at most high - low, or 1 less if the comparison is strict, and size * j is at most `most`.
  auto rememberDistance = [&](int64_t size) {
    LinearForm most, fact;
    const LinearForm &low = isUpwards ? exit.first : exit.limit, &high = isUpwards ? exit.limit : exit.first;
    if (!isExact || !exit.isLimitSame || !values.knownFacts() || !values.range(exit.limit, place).isWithin(domain) ||
        !high.addExactly(low, -1, most) ||
        !most.addExactly(LinearForm::ofConstant(size - int64_t(strict)), 1, most))
      return;
    // For j = 0, `most` must not be negative. If the comparison is strict, the fact also holds with 1 more.
    if (!provesNonNegative(most, place) &&
        (strict == 0 || !most.addExactly(LinearForm::ofConstant(1), 1, most) || !provesNonNegative(most, place)))
      return;
    if (LinearForm::ofAtom(exit.iteration).times(size).addExactly(most, -1, fact))
      values.knownFacts()->add({Fact::nonPositive, fact, place.block});
  };
  if (isUpwards) {
    Wide top = limit.high - strict;
    if (top + exit.step > domain.high)
      return infinity;
    rememberDistance(exit.step);
    remember(std::max(first.high, top + exit.step));
    return top < first.low ? 0 : (top - first.low) / exit.step + 1;
  }
  Wide size = -Wide(exit.step), bottom = limit.low + strict;
  if (bottom - size < domain.low)
    return infinity;
  rememberDistance(-exit.step);
  remember(std::min(first.low, bottom - size));
  return first.high < bottom ? 0 : (first.high - bottom) / size + 1;
}

/// Proves that `more` is at least 0; if necessary, on each path that leads to the loop.
bool Loops::provesNonNegative(const LinearForm &more, const Place &place) {
  Facts &facts = *values.knownFacts();
  LinearForm negative;
  if (!more.negateExactly(negative))
    return false;
  if (facts.provesByCases(negative, place))
    return true;
  const BasicBlock *at = values.loopInfo().getLoopFor(place.block)->getLoopPredecessor();
  for (unsigned steps = 0; at && steps < 8 && at->getSinglePredecessor(); steps++)
    at = at->getSinglePredecessor();
  if (!at || values.comesRound(*at))
    return false;
  unsigned ways = 0;
  for (const BasicBlock *before : predecessors(at)) {
    Place where = {place.block, before, at};
    if (++ways > 8 || !facts.provesByCases(negative, where))
      return false;
  }
  return ways > 0;
}

Wide Loops::boundByEquality(const Exit &exit, const Place &place) {
  bool isUpwards = exit.step > 0;
  uint64_t size = isUpwards ? uint64_t(exit.step) : uint64_t(-exit.step);
  LinearForm distance = isUpwards ? exit.limit.plus(exit.first, -1) : exit.first.plus(exit.limit, -1);
  distance = distance.reduced(exit.width);
  Interval range = values.range(distance, place);
  bool isOne = range.isPoint() && range.low % Wide(size) == 0;
  if (size != 1 && !isOne && values.divisor(distance) % size != 0)
    return infinity;
  // A multiple of `size` that is above -size is not negative.
  range.low = product(ceilQuotient(range.low, size), size);
  Wide highest = Interval::unsignedOf(exit.width).high;
  bool mayBeNegative = range.low < 0;
  // For the same reason it is enough to prove that the distance is above -size.
  LinearForm more;
  if (mayBeNegative && values.knownFacts() && distance.addExactly(LinearForm::ofConstant(int64_t(size - 1)), 1, more))
    mayBeNegative = !provesNonNegative(more, place);
  if (mayBeNegative || range.high > highest)
    return infinity;
  LinearForm rounds = LinearForm::ofAtom(exit.iteration).times(int64_t(size));
  LinearForm fact;
  if (values.knownFacts() && rounds.addExactly(distance, -1, fact))
    values.knownFacts()->add({Fact::nonPositive, fact, place.block});
  return range.high / size;
}

} // namespace isolation
