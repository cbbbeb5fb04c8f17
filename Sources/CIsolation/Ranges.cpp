// Intervals of atoms. Computes the interval of each operation's result from the intervals that its operands
// have at the given place.
#include "Loops.h"
#include "Values.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace isolation {

Interval Values::typeRange(const Atom &atom) const {
  switch (atom.kind) {
  case Atom::value:
  case Atom::start:
    return Interval::unsignedOf(atom.width);
  case Atom::signedValue: return Interval::signedOf(atom.width);
  case Atom::remainder: return {0, Wide(atom.parameter) - 1};
  case Atom::multiple: return Interval::unsignedOf(atom.width);
  case Atom::iteration: return {0, infinity};
  case Atom::pointerOffset: return Interval::all();
  }
  return Interval::all();
}

Interval Values::roughRange(const LinearForm &form) const {
  if (form.isUndefined)
    return Interval::all();
  Interval result = Interval::just(form.constant);
  for (const Term &term : form.terms)
    result = result + typeRange(atoms[term.atom]) * term.coefficient;
  return result;
}

Interval Values::range(const LinearForm &form, const Place &place, unsigned depth) {
  if (form.isUndefined)
    return Interval::all();
  Interval result = Interval::just(form.constant);
  for (const Term &term : form.terms) {
    Interval each = range(term.atom, place, depth + 1);
    // The interval is empty: the place is never reached, so every statement about it is true.
    if (each.isEmpty())
      return Interval::none();
    result = result + each * term.coefficient;
  }
  return result;
}

/// Groups the depths whose results are equally exact. A result from a greater depth is less exact. On an edge
/// to a phi every step matters, because all values that use the phi depend on it.
static unsigned depthClass(const Place &place, unsigned depth) {
  return place.isPlain() ? depth / Values::deep : depth / Values::choice;
}

Interval Values::range(AtomID id, const Place &place, unsigned depth) {
  Interval rough = typeRange(atoms[id]);
  Nested nested(budget);
  if (nested.isTooDeep() || depth > mostDepth || !spend())
    return rough;
  auto key = std::make_pair(id, place.block);
  auto known = std::make_tuple(id, depthClass(place, depth), place.block, place.to);
  bool isKept = !place.condition && (!place.to || place.from == place.block);
  if (isKept)
    if (auto found = ranges.find(known); found != ranges.end())
      return found->second;
  // A range that depends on itself is the range of the type.
  if (!inWork.insert(key).second)
    return rough;
  Interval result = computeRange(id, place, depth).meet(rough);
  if (knownFacts())
    result = knownFacts()->narrowed(id, result, place, depth);
  inWork.erase(key);
  if (isKept)
    ranges[known] = result;
  return result;
}

/// The interval of the word of a sum, if the sum's interval lies within one span of 2^width.
static Interval wordOf(Interval sum, unsigned width) {
  Interval word = Interval::unsignedOf(width);
  if (width > 64 || sum.low <= -infinity || sum.high >= infinity)
    return word;
  Wide size = Wide(1) << width;
  Wide shift = product(floorQuotient(sum.low, size), size);
  Interval moved = {sum.low - shift, sum.high - shift};
  return moved.isWithin(word) ? moved : word;
}

Interval Values::unsignedRange(const Value *value, unsigned lane, const Place &place, unsigned depth) {
  LinearForm sum = form(value, lane, depth + 1);
  if (sum.isConstant())
    return wordOf(Interval::just(sum.constant), widthOf(*value));
  // A value that was compared as a word also has an atom, whose range uses the comparison and the sum.
  if (std::optional<AtomID> own = ownAtom(value, lane); own && !sum.isUndefined)
    if (!sum.isAtom() || sum.terms[0].atom != *own)
      return range(*own, place, depth + 1);
  return sum.isUndefined ? Interval::unsignedOf(widthOf(*value))
                         : wordOf(range(sum, place, depth + 1), widthOf(*value));
}

/// The largest word that has no bit above the highest bit of `high`.
static Wide filled(Wide high) {
  Wide result = 0;
  while (result < high && result < infinity)
    result = result * 2 + 1;
  return result;
}

/// The interval of one operation's results.
class RangeRules {
public:
  RangeRules(Values &values, const Instruction &instruction, unsigned lane, const Place &place, unsigned depth)
      : values(values), instruction(instruction), lane(lane), place(place), depth(depth),
        width(Values::widthOf(instruction)), all(Interval::unsignedOf(width)) {}

  Interval compute() {
    if (auto *operation = dyn_cast<BinaryOperator>(&instruction))
      return binary(*operation);
    if (auto *call = dyn_cast<IntrinsicInst>(&instruction))
      return intrinsic(*call);
    if (auto *phi = dyn_cast<PHINode>(&instruction))
      return incoming(*phi);
    if (auto *select = dyn_cast<SelectInst>(&instruction))
      return chosen(*select);
    if (auto *load = dyn_cast<LoadInst>(&instruction); load && load->getType()->isIntegerTy())
      return values.loaded.rangeOf(*load, depth);
    if (auto *call = dyn_cast<CallBase>(&instruction); call && call->getType()->isIntegerTy())
      return values.loaded.rangeOf(*call);
    if (isa<TruncInst>(&instruction))
      return operand(0).isWithin(all) ? operand(0) : all;
    return all;
  }

  Interval incoming(const PHINode &phi) {
    Interval result = Interval::none();
    if (phi.getNumIncomingValues() > 64)
      return all;
    AtomID own = values.opaque(&phi, lane).terms[0].atom;
    for (unsigned i = 0; i < phi.getNumIncomingValues(); i++) {
      // Leaves out an edge if a fact excludes its value.
      auto *constant = constantLane(phi.getIncomingValue(i), lane);
      if (constant && values.knownFacts() &&
          values.knownFacts()->excludes(own, Wide(constant->getZExtValue()), place))
        continue;
      if (values.knownFacts() && values.knownFacts()->contradicts(phi, i, place))
        continue;
      Place edge = Place::atEdge(phi.getIncomingBlock(i), phi.getParent());
      result = result.join(values.unsignedRange(phi.getIncomingValue(i), lane, edge, depth + Values::choice));
    }
    if (!result.isEmpty() && result != all)
      return result;
    return throughWeb(phi);
  }

  /// For phis that use each other: the range of the values that enter this group of phis from outside.
  Interval throughWeb(const PHINode &phi) {
    Interval result = Interval::none();
    SmallPtrSet<const Value *, 8> seen = {&phi};
    SmallVector<const PHINode *, 8> open = {&phi};
    while (!open.empty() && result != all) {
      const PHINode *each = open.pop_back_val();
      for (unsigned i = 0; i < each->getNumIncomingValues(); i++) {
        const Value *value = each->getIncomingValue(i);
        if (auto *inner = dyn_cast<PHINode>(value)) {
          if (seen.insert(inner).second)
            open.push_back(inner);
        } else if (seen.insert(value).second) {
          // The range at the value's definition holds on every edge. Parameters are defined at the entry.
          auto *made = dyn_cast<Instruction>(value);
          const Place where = {made ? made->getParent() : &each->getFunction()->getEntryBlock()};
          result = result.join(values.unsignedRange(value, lane, where, depth + Values::choice));
        }
        if (seen.size() > 256 || !values.spend())
          return all;
      }
    }
    return result.isEmpty() ? all : result;
  }

private:
  Values &values;
  const Instruction &instruction;
  unsigned lane;
  const Place &place;
  unsigned depth, width;
  Interval all;

  Interval operand(unsigned position) {
    return values.unsignedRange(instruction.getOperand(position), lane, place, depth + 1);
  }

  Interval binary(const BinaryOperator &operation) {
    switch (operation.getOpcode()) {
    case Instruction::And: {
      Interval a = operand(0), b = operand(1);
      return a.isPoint() && b.isPoint() ? Interval::just(a.low & b.low) : Interval{0, std::min(a.high, b.high)};
    }
    case Instruction::Or: return {std::max(operand(0).low, operand(1).low), filled(std::max(operand(0).high, operand(1).high))};
    case Instruction::Xor: return {0, filled(std::max(operand(0).high, operand(1).high))};
    case Instruction::LShr: return shiftedRight();
    case Instruction::Shl: return shiftedLeft();
    case Instruction::UDiv: return quotient();
    case Instruction::URem: {
      // Division by 0 traps, or returns any number if code generation knows that the divisor is 0.
      Interval by = operand(1);
      return by.low < 1 || by.isEmpty() ? all : Interval{0, std::min(operand(0).high, by.high - 1)};
    }
    case Instruction::Mul: {
      Interval a = operand(0), b = operand(1);
      Interval result = {product(a.low, b.low), product(a.high, b.high)};
      return result.isWithin(all) ? result : all;
    }
    default: return all;
    }
  }

  Interval shiftedRight() {
    Interval value = operand(0);
    auto *amount = constantLane(instruction.getOperand(1), lane);
    if (!amount || width > 64)
      return {0, value.high};
    if (amount->getValue().uge(width))
      return all;
    unsigned bits = unsigned(amount->getZExtValue());
    return {value.low >> bits, value.high >> bits};
  }

  Interval shiftedLeft() {
    Interval value = operand(0), by = operand(1);
    if (width > 64 || by.high >= width)
      return all;
    Interval result = {product(value.low, Wide(1) << int(by.low)), product(value.high, Wide(1) << int(by.high))};
    return result.isWithin(all) ? result : all;
  }

  Interval quotient() {
    Interval value = operand(0), by = operand(1);
    return by.low < 1 || by.isEmpty() ? all : Interval{value.low / by.high, value.high / by.low};
  }

  Interval intrinsic(const IntrinsicInst &call) {
    switch (call.getIntrinsicID()) {
    case Intrinsic::umin: {
      Interval a = operand(0), b = operand(1);
      return {std::min(a.low, b.low), std::min(a.high, b.high)};
    }
    case Intrinsic::umax: {
      Interval a = operand(0), b = operand(1);
      return {std::max(a.low, b.low), std::max(a.high, b.high)};
    }
    case Intrinsic::smin:
    case Intrinsic::smax: return signedChoice(call.getIntrinsicID() == Intrinsic::smin);
    case Intrinsic::usub_sat: {
      Interval a = operand(0), b = operand(1);
      return {std::max(a.low - b.high, Wide(0)), std::max(a.high - b.low, Wide(0))};
    }
    case Intrinsic::uadd_sat: {
      Interval a = operand(0), b = operand(1);
      return {std::min(a.low + b.low, all.high), std::min(a.high + b.high, all.high)};
    }
    case Intrinsic::abs: return {0, Wide(1) << (width - 1)};
    case Intrinsic::ctpop:
    case Intrinsic::ctlz:
    case Intrinsic::cttz: return {0, width};
    default: return all;
    }
  }

  /// For words with clear sign bits, the signed order is the unsigned order.
  Interval signedChoice(bool takesLess) {
    Interval a = operand(0), b = operand(1);
    Wide most = all.high >> 1;
    if (a.high <= most && b.high <= most)
      return takesLess ? Interval{std::min(a.low, b.low), std::min(a.high, b.high)}
                       : Interval{std::max(a.low, b.low), std::max(a.high, b.high)};
    // The maximum of any number and a non-negative one is non-negative.
    if (!takesLess && (a.high <= most || b.high <= most))
      return {a.high <= most ? a.low : b.low, most};
    return all;
  }

  Interval chosen(const SelectInst &select) {
    const Value *condition = select.getCondition();
    bool isScalar = condition->getType()->isIntegerTy(1) && place.isPlain();
    Interval result = Interval::none();
    for (bool holds : {true, false}) {
      const Value *value = holds ? select.getTrueValue() : select.getFalseValue();
      Place where = place;
      if (isScalar) {
        where.condition = condition;
        where.holds = holds;
      }
      result = result.join(values.unsignedRange(value, lane, where, depth + Values::choice));
    }
    return result;
  }
};

Interval Values::computeRange(AtomID id, const Place &place, unsigned depth) {
  const Atom atom = atoms[id];
  switch (atom.kind) {
  case Atom::iteration: return {0, loopsMade->mostIterations(cast<BasicBlock>(atom.node))};
  case Atom::pointerOffset: return loaded.rangeOfOffset(*atom.node, atom.lane, place, depth);
  case Atom::remainder: {
    Interval range = unsignedRange(atom.node, atom.lane, place, depth + 1);
    if (range.high < Wide(atom.parameter))
      return range;
    // The sum is congruent to the word, and so to its remainder.
    LinearForm sum = form(atom.node, atom.lane, depth + 1);
    if (sum.isUndefined || (atom.parameter & (atom.parameter - 1)) != 0)
      return typeRange(atom);
    unsigned width = unsigned(llvm::countr_zero(atom.parameter));
    sum = sum.reduced(width);
    Interval word = wordOf(this->range(sum, place, depth + 1), width);
    return knownFacts() && !sum.terms.empty() ? knownFacts()->withoutHoles(sum, width, word, place) : word;
  }
  case Atom::multiple: {
    Interval range = unsignedRange(atom.node, atom.lane, place, depth + 1);
    Wide size = atom.parameter;
    return {range.low / size * size, range.high / size * size};
  }
  case Atom::signedValue: {
    LinearForm sum = form(atom.node, atom.lane, depth + 1);
    Interval range = this->range(sum, place, depth + 1);
    return !sum.isUndefined && range.isWithin(typeRange(atom)) ? range : typeRange(atom);
  }
  case Atom::start: {
    auto &phi = *cast<PHINode>(atom.node);
    const Loop *loop = loopInfo().getLoopFor(phi.getParent());
    Interval result = Interval::none();
    for (unsigned i = 0; i < phi.getNumIncomingValues() && i < 64; i++)
      if (!loop->contains(phi.getIncomingBlock(i)))
        result = result.join(unsignedRange(phi.getIncomingValue(i), atom.lane,
                                           Place::atEdge(phi.getIncomingBlock(i), phi.getParent()), depth + choice));
    return phi.getNumIncomingValues() > 64 ? typeRange(atom) : result;
  }
  case Atom::value: break;
  }
  if (auto *argument = dyn_cast<Argument>(atom.node); argument && argument->getType()->isIntegerTy())
    return loaded.rangeOf(*argument);
  auto *instruction = dyn_cast<Instruction>(atom.node);
  if (!instruction || atom.width > 64)
    return typeRange(atom);
  // The value's form is a sum that did not provably equal an integer when the value was extended.
  LinearForm sum = form(atom.node, atom.lane, depth + 1);
  if (!sum.isUndefined && !(sum.isAtom() && sum.terms[0].atom == id)) {
    Interval word = wordOf(range(sum, place, depth + 1), atom.width);
    if (knownFacts() && !sum.terms.empty())
      word = knownFacts()->withoutHoles(sum, atom.width, word, place);
    // The intervals of the operands as words may tell more.
    if (word != typeRange(atom) || !isa<BinaryOperator>(instruction))
      return word;
  }
  return RangeRules(*this, *instruction, atom.lane, place, depth).compute();
}

} // namespace isolation
