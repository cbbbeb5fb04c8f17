// Facts from branches; the rules are in Facts.h.
#include "Facts.h"

#include "Values.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace isolation {

void Facts::add(Fact fact) {
  if (fact.form.isUndefined || fact.form.terms.empty())
    return;
  const DomTreeNode *node = values.dominators().getNode(fact.block);
  Entry entry = {unsigned(facts.size()), orderOf(fact.block), node->getDFSNumIn(), node->getDFSNumOut()};
  for (const Term &term : fact.form.terms) {
    auto &list = byAtom[term.atom];
    auto place = list.end();
    while (place != list.begin() && place[-1].order > entry.order)
      --place;
    list.insert(place, entry);
  }
  facts.push_back(std::move(fact));
  values.forgetRanges();
}

/// Collects facts with half of the budget. The other half is left for proofs, most of which need few facts. A
/// block may use several times its share.
void Facts::collect() {
  Budget &budget = values.budgetOf();
  const unsigned reserve = budget.left / 2;
  size_t blocks = values.dominators().getRoot()->getParent()->size();
  SmallVector<const DomTreeNode *, 32> open = {values.dominators().getRootNode()};
  while (!open.empty()) {
    const DomTreeNode *node = open.pop_back_val();
    order[node->getBlock()] = unsigned(order.size() + 1);
    size_t share = budget.left > reserve ? (budget.left - reserve) / blocks : 0;
    blocks -= blocks > 1;
    Allowance allowance(budget, unsigned(std::min<size_t>(leastShare + share * mostShares, UINT_MAX)));
    addBlock(*node->getBlock());
    for (const DomTreeNode *child : node->children())
      open.push_back(child);
  }
}

size_t Facts::endAt(ArrayRef<Entry> list, const Place &place) const {
  unsigned last = std::max(orderOf(place.block), orderOf(place.from));
  // If the facts of the block are not collected yet, all facts so far count.
  if (last == 0)
    return list.size();
  return size_t(partition_point(list, [&](const Entry &entry) { return entry.order <= last; }) -
                list.begin());
}

Facts::Dominators::Dominators(const Values &values, const Place &place) {
  auto *node = values.dominators().getNode(place.block), *other = node;
  if (place.from)
    other = values.dominators().getNode(place.from);
  // Every block counts as a dominator of a block that is never reached.
  isReached = node && other;
  if (!isReached)
    return;
  begin = node->getDFSNumIn(), end = node->getDFSNumOut();
  beginFrom = other->getDFSNumIn(), endFrom = other->getDFSNumOut();
}

void Facts::spendOne() { values.spend(); }

/// The one block whose edge to `block` dominates it; null: there is none.
static const BasicBlock *dominatingEdge(const BasicBlock &block, const DominatorTree &tree) {
  const BasicBlock *found = nullptr;
  unsigned looked = 0;
  for (const BasicBlock *before : predecessors(&block)) {
    if (++looked > 32)
      return nullptr;
    if (tree.dominates(&block, before) || !tree.isReachableFromEntry(before))
      continue;
    if (found)
      return nullptr;
    found = before;
  }
  return found;
}

void Facts::addBlock(const BasicBlock &block) {
  const BasicBlock *from = dominatingEdge(block, values.dominators());
  if (from && values.spend(2)) {
    SmallVector<Fact, 8> found;
    edgeFacts(*from, block, Place{&block}, found);
  }
  // This comes after the facts of the edge, because facts about masks depend on them.
  for (const Instruction &instruction : block)
    if (auto *operation = dyn_cast<BinaryOperator>(&instruction))
      addRelations(*operation);
}

/// From a switch with more cases nothing is learnt about its other values.
static constexpr unsigned mostCases = 4;

void Facts::edgeFacts(const BasicBlock &from, const BasicBlock &to, const Place &place,
                      SmallVectorImpl<Fact> &result) {
  const Instruction *end = from.getTerminator();
  SmallVector<Literal, 4> literals;
  if (auto *branch = dyn_cast<BranchInst>(end)) {
    if (!branch->isConditional() || branch->getSuccessor(0) == branch->getSuccessor(1))
      return;
    literalsOf(branch->getCondition(), branch->getSuccessor(0) == &to, literals);
  } else if (auto *cases = dyn_cast<SwitchInst>(end)) {
    const ConstantInt *only = nullptr;
    unsigned count = 0;
    if (cases->getDefaultDest() == &to || cases->getNumCases() > 64)
      count = cases->getDefaultDest() == &to ? 2 : 0;
    if (count == 0)
      for (auto &each : cases->cases())
        if (each.getCaseSuccessor() == &to) {
          only = each.getCaseValue();
          count++;
        }
    if (count == 1)
      literals.push_back({CmpInst::ICMP_EQ, cases->getCondition(), only});
    bool isOther = cases->getDefaultDest() == &to && cases->getNumCases() <= mostCases &&
                   none_of(cases->cases(), [&](auto &each) { return each.getCaseSuccessor() == &to; });
    if (isOther)
      for (auto &each : cases->cases())
        literals.push_back({CmpInst::ICMP_NE, cases->getCondition(), each.getCaseValue()});
  }
  convertAll(literals, place, result);
}

/// Adds each fact at once. It may be possible to read one condition as integers only with the facts of
/// another, in either order. So comparisons with constants are read before the others, and again after them.
void Facts::convertAll(ArrayRef<Literal> literals, const Place &place, SmallVectorImpl<Fact> &result) {
  auto isWithConstant = [](const Literal &literal) {
    return constantLane(literal.left, 0) || constantLane(literal.right, 0);
  };
  SmallVector<Fact, 8> known;
  auto convertThose = [&](bool withConstant) {
    for (const Literal &literal : literals) {
      if (isWithConstant(literal) != withConstant)
        continue;
      result.clear();
      convert(literal, place, result);
      for (const Fact &fact : result) {
        if (any_of(known, [&](const Fact &each) { return each.kind == fact.kind && each.form == fact.form; }))
          continue;
        known.push_back(fact);
        add(fact);
        if (fact.form.isConstant() && unreached.size() < 64)
          unreached.push_back(fact.block);
      }
    }
  };
  convertThose(true);
  auto isPlain = [&](const Literal &literal) { return isWithConstant(literal) && !CmpInst::isSigned(literal.predicate); };
  if (all_of(literals, isPlain))
    return;
  convertThose(false);
  convertThose(true);
}

bool Facts::neverRuns(const BasicBlock *block) const {
  return any_of(unreached, [&](const BasicBlock *each) { return values.dominators().dominates(each, block); });
}

SmallVector<Fact, 4> Facts::extraFacts(const Place &place) {
  SmallVector<Fact, 4> result;
  if (!values.spend(4))
    return result;
  SmallVector<Literal, 4> literals;
  if (place.condition)
    literalsOf(place.condition, place.holds, literals);
  // This may run while facts are being made. The facts of the block itself are enough, and end the recursion.
  Place plain = {place.from ? place.from : place.block};
  for (const Literal &literal : literals)
    convert(literal, plain, result);
  if (place.to) {
    const Instruction *end = place.from->getTerminator();
    SmallVector<Literal, 4> more;
    auto *branch = dyn_cast<BranchInst>(end);
    if (branch && branch->isConditional() && branch->getSuccessor(0) != branch->getSuccessor(1))
      literalsOf(branch->getCondition(), branch->getSuccessor(0) == place.to, more);
    for (const Literal &literal : more)
      convert(literal, plain, result);
  }
  return result;
}

void Facts::convert(const Literal &literal, const Place &place, SmallVectorImpl<Fact> &result) {
  Type *type = literal.left->getType();
  if (!type->isIntegerTy() || type->getIntegerBitWidth() > 64)
    return;
  Literal turned = literal;
  CmpInst::Predicate predicate = literal.predicate;
  if (predicate == CmpInst::ICMP_EQ || predicate == CmpInst::ICMP_NE)
    return convertEquality(literal, place, result);
  // Writes it as "less than".
  if (predicate == CmpInst::ICMP_UGT || predicate == CmpInst::ICMP_UGE || predicate == CmpInst::ICMP_SGT ||
      predicate == CmpInst::ICMP_SGE)
    turned = {CmpInst::getSwappedPredicate(predicate), literal.right, literal.left};
  if (CmpInst::isSigned(predicate))
    convertSigned(turned, place, result);
  else
    convertUnsigned(turned, place, result);
}

/// The form of a value, if it equals the word read without a sign. False: only the value's own atom equals
/// the word.
bool Facts::integerForm(const Value *value, const Place &place, LinearForm &form) {
  unsigned width = Values::widthOf(*value);
  if (auto *constant = constantLane(value, 0)) {
    if (constant->getValue().getActiveBits() > 63)
      return false;
    form = LinearForm::ofConstant(int64_t(constant->getZExtValue()));
    return true;
  }
  form = values.form(value);
  if (form.isUndefined)
    return false;
  Interval word = Interval::unsignedOf(width);
  if (values.roughRange(form).isWithin(word))
    return true;
  Interval range = values.range(form, place, Values::deep);
  // This may be a difference of two words that were compared.
  return range.isWithin(word) || (range.high <= word.high && provesNonNegative(form, place, 1));
}

/// The difference of two words as integers; false if `value` is no subtraction, or may be below 0.
bool Facts::wordsApart(const Value *value, const Place &place, LinearForm &form) {
  auto *difference = dyn_cast<BinaryOperator>(value);
  if (!difference || difference->getOpcode() != Instruction::Sub)
    return false;
  LinearForm from = values.wordForm(difference->getOperand(0)), taken = values.wordForm(difference->getOperand(1));
  return !from.isUndefined && !taken.isUndefined && from.addExactly(taken, -1, form) && provesNonNegative(form, place, 1);
}

static void addDifference(Fact::Kind kind, const LinearForm &less, const LinearForm &more, int64_t constant,
                          const BasicBlock *block, SmallVectorImpl<Fact> &result) {
  LinearForm form;
  if (!less.isUndefined && !more.isUndefined && less.addExactly(more, -1, form) &&
      form.addExactly(LinearForm::ofConstant(constant), 1, form) && !form.terms.empty())
    result.push_back({kind, form, block});
}

void Facts::convertUnsigned(const Literal &literal, const Place &place, SmallVectorImpl<Fact> &result) {
  int64_t strict = CmpInst::isStrictPredicate(literal.predicate) ? 1 : 0;
  if (auto *least = constantLane(literal.left, 0); least && least->getValue().getActiveBits() > 63) {
    // The condition never holds: adds 1 <= 0.
    if (values.unsignedRange(literal.right, 0, place, Values::deep).high < Wide(least->getZExtValue()) + strict)
      result.push_back({Fact::nonPositive, LinearForm::ofConstant(1), place.block});
    return;
  }
  LinearForm wordLeft = values.wordForm(literal.left), wordRight = values.wordForm(literal.right);
  addDifference(Fact::nonPositive, wordLeft, wordRight, strict, place.block, result);
  LinearForm left, right;
  bool isRightRead = integerForm(literal.right, place, right);
  if (!isRightRead)
    right = wordRight;
  if (right != wordRight)
    addDifference(Fact::nonPositive, wordLeft, right, strict, place.block, result);
  if (LinearForm apart; wordsApart(literal.right, place, apart) && apart != right)
    addDifference(Fact::nonPositive, wordLeft, apart, strict, place.block, result);
  if (LinearForm apart; wordsApart(literal.left, place, apart))
    addDifference(Fact::nonPositive, apart, wordRight, strict, place.block, result);
  if (integerForm(literal.left, place, left)) {
    if (left != wordLeft)
      addDifference(Fact::nonPositive, left, right, strict, place.block, result);
    return;
  }
  if (left.isUndefined || isa<Constant>(literal.left))
    return;
  // The form could be negative. Facts.h has the rule for this case.
  unsigned width = Values::widthOf(*literal.left);
  Interval range = values.range(left, place, Values::deep);
  Wide size = Wide(1) << width, most = values.unsignedRange(literal.right, 0, place, Values::deep).high;
  if (isRightRead)
    most = std::min(most, values.range(right, place, Values::deep).high);
  most -= strict;
  if (range.low > most - size && range.high < size) {
    addDifference(Fact::nonPositive, LinearForm(), left, 0, place.block, result);
    addDifference(Fact::nonPositive, left, right, strict, place.block, result);
  }
}

void Facts::convertSigned(const Literal &literal, const Place &place, SmallVectorImpl<Fact> &result) {
  unsigned width = Values::widthOf(*literal.left);
  Interval halves = {0, Interval::signedOf(width).high};
  Interval left = values.unsignedRange(literal.left, 0, place, Values::deep);
  Literal as = {ICmpInst::getUnsignedPredicate(literal.predicate), literal.left, literal.right};
  Literal most = {ICmpInst::ICMP_ULE, literal.right,
                  ConstantInt::get(literal.right->getType(), uint64_t(halves.high))};
  int64_t strict = CmpInst::isStrictPredicate(literal.predicate) ? 1 : 0;
  auto *least = constantLane(literal.left, 0);
  if (left.isWithin(halves)) {
    // A number above a non-negative one is not negative: signed and unsigned reading agree.
    convertUnsigned(most, place, result);
    return convertUnsigned(as, place, result);
  }
  // What is greater than -1 is not negative.
  if (least && least->isMinusOne() && strict)
    convertUnsigned(most, place, result);
  // As signed integers.
  auto read = [&](const Value *value) {
    LinearForm form = values.form(value);
    if (form.isUndefined || form.isConstant() || values.range(form, place, Values::deep).isWithin(Interval::signedOf(width)))
      return form;
    return values.atomOf(Atom::signedValue, value, 0, 0, width);
  };
  addDifference(Fact::nonPositive, read(literal.left), read(literal.right), strict, place.block, result);
}

void Facts::convertEquality(const Literal &literal, const Place &place, SmallVectorImpl<Fact> &result) {
  bool isEqual = literal.predicate == CmpInst::ICMP_EQ;
  size_t first = result.size();
  Fact::Kind kind = isEqual ? Fact::zero : Fact::nonZero;
  LinearForm wordLeft = values.wordForm(literal.left), wordRight = values.wordForm(literal.right);
  unsigned width = Values::widthOf(*literal.left);
  addDifference(kind, wordLeft, wordRight, 0, place.block, result);
  if (result.size() > first)
    result.back().width = width;
  LinearForm left = values.form(literal.left), right = values.form(literal.right), form;
  if (left.isUndefined || right.isUndefined)
    return;
  LinearForm difference = left.plus(right, -1).reduced(Values::widthOf(*literal.left));
  if (difference.terms.empty())
    return;
  // If words differ, their difference is not 0 modulo 2^w. If they are equal, their forms may differ by 2^w.
  if (!isEqual) {
    result.push_back({kind, difference, place.block, width});
    addByRemainders(result, first, place);
    addByNeighbours(result, first);
  } else if (Interval range = values.range(difference, place, Values::deep); true) {
    Wide size = Wide(1) << Values::widthOf(*literal.left);
    if (range.low > -size && range.high < size)
      result.push_back({kind, difference, place.block});
  }
}

/// The condition of an edge, and its value there; null if there is none.
static std::pair<const Value *, bool> conditionOf(const BasicBlock &from, const BasicBlock &to) {
  auto *branch = dyn_cast<BranchInst>(from.getTerminator());
  if (!branch || !branch->isConditional() || branch->getSuccessor(0) == branch->getSuccessor(1) ||
      isa<Constant>(branch->getCondition()))
    return {nullptr, false};
  return {branch->getCondition(), branch->getSuccessor(0) == &to};
}

bool Facts::contradicts(const PHINode &phi, unsigned way, const Place &place) {
  const BasicBlock *block = phi.getParent(), *from = phi.getIncomingBlock(way);
  const DominatorTree &tree = values.dominators();
  if (block == place.block || !tree.dominates(block, place.block) || values.comesRound(*block))
    return false;
  SmallVector<std::pair<const Value *, bool>, 8> known;
  auto take = [&](const BasicBlock &before, const BasicBlock &to) {
    if (auto condition = conditionOf(before, to); condition.first)
      known.push_back(condition);
  };
  take(*from, *block);
  const DomTreeNode *top = tree.getNode(block)->getIDom(), *node = tree.getNode(from);
  for (unsigned steps = 0; node && node != top && steps < 16; steps++, node = node->getIDom())
    if (const BasicBlock *before = dominatingEdge(*node->getBlock(), tree))
      take(*before, *node->getBlock());
  if (known.empty())
    return false;
  node = tree.getNode(place.block);
  for (unsigned steps = 0; node && node->getBlock() != block && steps < 16 && values.spend(); steps++) {
    const BasicBlock *before = dominatingEdge(*node->getBlock(), tree);
    auto condition = before ? conditionOf(*before, *node->getBlock()) : std::make_pair((const Value *)nullptr, false);
    if (condition.first && is_contained(known, std::make_pair(condition.first, !condition.second)))
      return true;
    node = node->getIDom();
  }
  return false;
}

Interval Facts::narrowed(AtomID atom, Interval known, const Place &place, unsigned depth) {
  for (unsigned round = 0; round < 2; round++) {
    Interval before = known;
    SmallVector<Wide, 8> holes;
    forAtom(atom, place, [&](const Fact &fact) {
      int64_t own = fact.form.coefficient(atom);
      LinearForm rest = fact.form.without(atom);
      if (rest.isConstant() || depth < Values::deep) {
        Interval range = rest.isConstant() ? Interval::just(rest.constant)
                                           : values.range(rest, Place{place.block}, depth + Values::deep);
        Wide size = own < 0 ? -Wide(own) : Wide(own);
        if (fact.kind == Fact::nonZero) {
          if (rest.isConstant() && Wide(rest.constant) % own == 0) {
            holes.push_back(-(Wide(rest.constant) / own));
          }
          return true;
        }
        // own * atom <= -rest, and for an equation also >=.
        if (own > 0 || fact.kind == Fact::zero) {
          Interval bound = own > 0 ? range : Interval{-range.high, -range.low};
          known.high = std::min(known.high, floorQuotient(-bound.low, size));
        }
        if (own < 0 || fact.kind == Fact::zero) {
          Interval bound = own < 0 ? range : Interval{-range.high, -range.low};
          known.low = std::max(known.low, ceilQuotient(bound.low, size));
        }
      }
      return values.spend();
    });
    while (is_contained(holes, known.low))
      known.low++;
    while (is_contained(holes, known.high))
      known.high--;
    if (known == before)
      break;
  }
  if (uint64_t size = values.divisor(LinearForm::ofAtom(atom)); size > 1 && !known.isEmpty()) {
    known.low = product(ceilQuotient(known.low, size), size);
    known.high = product(floorQuotient(known.high, size), size);
  }
  return known;
}

bool Facts::tryFact(const LinearForm &form, const Fact &fact, AtomID atom, bool reversed, const Place &place,
                    unsigned steps) {
  int64_t wanted = form.coefficient(atom), own = fact.form.coefficient(atom);
  if (own == 0 || own == INT64_MIN || wanted == INT64_MIN)
    return false;
  if (reversed)
    own = -own;
  if (wanted % own != 0 || wanted / own <= 0)
    return false;
  int64_t factor = wanted / own;
  LinearForm rest;
  if (!form.addExactly(fact.form, reversed ? factor : -factor, rest))
    return false;
  return provesWithin(rest, place, steps - 1);
}

/// Whether all atoms are defined in blocks that strictly dominate this one.
bool Facts::isFromBefore(const LinearForm &form, const BasicBlock &block) {
  return all_of(form.terms, [&](const Term &term) {
    const BasicBlock *made = values.blockOf(term.atom);
    return !made || values.dominators().properlyDominates(made, &block);
  });
}

bool Facts::provesByCases(const LinearForm &form, const Place &place, unsigned splits) {
  if (provesNonPositive(form, place))
    return true;
  for (const Term &term : form.terms) {
    const Atom atom = values.atom(term.atom);
    auto *phi = dyn_cast<PHINode>(atom.node);
    if (splits == 0 || !phi || atom.kind != Atom::value || phi->getNumIncomingValues() > 8)
      continue;
    bool isProven = true, comesRound = values.comesRound(*phi->getParent());
    if (comesRound && !isFromBefore(form.without(term.atom), *phi->getParent()))
      continue;
    for (unsigned i = 0; isProven && i < phi->getNumIncomingValues(); i++) {
      Place where = comesRound ? Place::atEdge(phi->getIncomingBlock(i), phi->getParent()) : place;
      where.from = phi->getIncomingBlock(i);
      where.to = phi->getParent();
      where.condition = nullptr;
      LinearForm part = values.extended(phi->getIncomingValue(i), atom.lane), each;
      isProven = !part.isUndefined && form.without(term.atom).addExactly(part, term.coefficient, each) &&
                 values.roughRange(part).isWithin(Interval::unsignedOf(atom.width)) &&
                 provesByCases(each, where, splits - 1);
    }
    if (isProven)
      return true;
  }
  return false;
}

bool Facts::provesNonNegative(const LinearForm &form, const Place &place, unsigned steps) {
  LinearForm negative;
  return form.negateExactly(negative) && provesNonPositive(negative, place, steps);
}

/// Tries proofs with few facts first. If there are many facts, most long proofs fail.
bool Facts::provesNonPositive(const LinearForm &form, const Place &place, unsigned steps) {
  if (steps > 1 && provesWithin(form, place, 1))
    return true;
  return provesWithin(form, place, steps);
}

bool Facts::provesWithin(const LinearForm &form, const Place &place, unsigned steps) {
  if (form.isUndefined || !values.spend())
    return false;
  if (values.range(form, place).high <= 0)
    return true;
  if (steps == 0)
    return false;
  for (const Term &term : form.terms) {
    bool isProven = false;
    forAtom(term.atom, place, [&](const Fact &fact) {
      if (fact.kind == Fact::nonZero)
        return true;
      isProven = tryFact(form, fact, term.atom, false, place, steps) ||
                 (fact.kind == Fact::zero && tryFact(form, fact, term.atom, true, place, steps));
      return !isProven && values.spend();
    });
    if (isProven)
      return true;
  }
  return provesBySums(form, place, steps);
}

/// Replaces a word by its sum, if the sum does not wrap at the place.
bool Facts::provesBySums(const LinearForm &form, const Place &place, unsigned steps) {
  for (const Term &term : form.terms) {
    const Atom atom = values.atom(term.atom);
    if (atom.kind != Atom::value || atom.width > 64 || !isa<Instruction>(atom.node))
      continue;
    LinearForm sum = values.form(atom.node, atom.lane), whole;
    if (sum.isUndefined || (sum.isAtom() && sum.terms[0].atom == term.atom))
      continue;
    Interval word = Interval::unsignedOf(atom.width), range = values.range(sum, place);
    if (range.high > word.high || (range.low < 0 && !provesNonNegative(sum, place, steps - 1)))
      continue;
    if (form.without(term.atom).addExactly(sum, term.coefficient, whole) &&
        provesWithin(whole, place, steps - 1))
      return true;
  }
  return false;
}

} // namespace isolation
