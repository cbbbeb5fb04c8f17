// Computes the linear forms of values. The rules are in Values.h.
#include "Values.h"

#include "Loops.h"
#include "llvm/ADT/bit.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace isolation {

Values::Values(const Function &function, LoadedRanges &loaded, Budget &budget)
    : function(function), loaded(loaded), budget(budget), tree(const_cast<Function &>(function)),
      loopsMade(std::make_unique<Loops>(*this)) {
  tree.updateDFSNumbers();
}

Values::~Values() = default;

LoopInfo &Values::loopInfo() {
  if (!loopInfoMade)
    loopInfoMade = std::make_unique<LoopInfo>(tree);
  return *loopInfoMade;
}

bool Values::comesRound(const BasicBlock &block) {
  if (loopInfo().isLoopHeader(&block))
    return true;
  if (!cyclesMade) {
    cyclesMade = std::make_unique<CycleInfo>();
    cyclesMade->compute(const_cast<Function &>(function));
  }
  for (const Cycle *cycle = cyclesMade->getCycle(&block); cycle; cycle = cycle->getParentCycle())
    if (!cycle->isReducible())
      return true;
  return false;
}

Facts &Values::facts() {
  if (!factsMade) {
    factsMade = std::make_unique<Facts>(*this);
    forms.clear();
    factsMade->collect();
    // Results from the time when facts were collected used only some of the facts.
    forgetRanges();
    loopsMade->forget();
    factsComplete = true;
  }
  return *factsMade;
}

unsigned Values::widthOf(const Value &value) {
  Type *type = value.getType()->getScalarType();
  return type->isIntegerTy() ? type->getIntegerBitWidth() : 64;
}

const ConstantInt *constantLane(const Value *value, unsigned lane) {
  auto *constant = dyn_cast<Constant>(value);
  if (!constant)
    return nullptr;
  if (constant->getType()->isVectorTy())
    constant = constant->getAggregateElement(lane);
  auto *integer = dyn_cast_or_null<ConstantInt>(constant);
  return integer && !integer->getType()->isVectorTy() && integer->getBitWidth() <= 64 ? integer : nullptr;
}

bool hasLane(const Value &value, unsigned lane) {
  auto *vector = dyn_cast<FixedVectorType>(value.getType());
  return !vector || lane < vector->getNumElements();
}

LinearForm Values::atomOf(Atom::Kind kind, const Value *node, unsigned lane, uint64_t parameter, unsigned width) {
  auto [found, isNew] = ids.try_emplace({kind, node, lane, parameter}, AtomID(atoms.size()));
  if (isNew)
    atoms.push_back({kind, node, lane, parameter, width});
  return LinearForm::ofAtom(found->second);
}

LinearForm Values::opaque(const Value *value, unsigned lane) {
  if (auto *cut = dyn_cast<TruncInst>(value))
    if (unsigned width = widthOf(*cut->getOperand(0)); width <= 64)
      return atomOf(Atom::remainder, cut->getOperand(0), lane, uint64_t(1) << widthOf(*value), width);
  return atomOf(Atom::value, value, lane, 0, widthOf(*value));
}

LinearForm Values::wordForm(const Value *value) {
  if (auto *constant = constantLane(value, 0))
    return constant->getValue().getActiveBits() > 63 ? LinearForm::undefined()
                                                     : LinearForm::ofConstant(int64_t(constant->getZExtValue()));
  LinearForm known = form(value);
  if (known.isAtom() && roughRange(known).isWithin(Interval::unsignedOf(widthOf(*value))))
    return known;
  return known.isUndefined ? known : opaque(value, 0);
}

const BasicBlock *Values::blockOf(AtomID id) const {
  if (atoms[id].kind == Atom::iteration)
    return cast<BasicBlock>(atoms[id].node);
  auto *instruction = dyn_cast<Instruction>(atoms[id].node);
  return instruction ? instruction->getParent() : nullptr;
}

std::optional<AtomID> Values::ownAtom(const Value *value, unsigned lane) const {
  auto key = std::make_tuple(unsigned(Atom::value), value, lane, uint64_t(0));
  if (auto *cut = dyn_cast<TruncInst>(value); cut && widthOf(*cut->getOperand(0)) <= 64)
    key = {unsigned(Atom::remainder), cut->getOperand(0), lane, uint64_t(1) << widthOf(*value)};
  auto found = ids.find(key);
  return found == ids.end() ? std::nullopt : std::optional<AtomID>(found->second);
}

/// The first of the same operations with the same operands that dominate this one; null if there is none.
const Instruction *Values::leader(const Instruction &operation) {
  auto *call = dyn_cast<MinMaxIntrinsic>(&operation);
  if (!call && !isa<BinaryOperator>(operation))
    return nullptr;
  const Value *left = operation.getOperand(0), *right = operation.getOperand(1);
  const Value *used = isa<Constant>(left) ? right : left;
  if (isa<Constant>(used))
    return nullptr;
  const Instruction *found = nullptr;
  unsigned looked = 0;
  for (const User *user : used->users()) {
    if (++looked > 32 || !spend())
      break;
    auto *other = dyn_cast<Instruction>(user);
    if (!other || other == &operation || other->getOpcode() != operation.getOpcode() ||
        other->getOperand(0) != left || other->getOperand(1) != right ||
        (call && (!isa<MinMaxIntrinsic>(other) ||
                  cast<MinMaxIntrinsic>(other)->getIntrinsicID() != call->getIntrinsicID())))
      continue;
    // If several operations dominate it, takes the one that dominates the others.
    if (tree.dominates(other, found ? found : &operation))
      found = other;
  }
  return found;
}

LinearForm Values::form(const Value *value, unsigned lane, unsigned depth) {
  auto key = std::make_pair(value, lane);
  if (auto found = forms.find(key); found != forms.end())
    return found->second;
  if (auto *integer = constantLane(value, lane))
    return LinearForm::ofConstant(integer->getSExtValue());
  if (!hasLane(*value, lane))
    return LinearForm::undefined();
  Nested nested(budget);
  if (nested.isTooDeep() || depth > mostDepth || !spend() || inWorkForms.contains(key))
    return opaque(value, lane);
  inWorkForms.insert(key);
  unsigned early = asksEarly;
  LinearForm result = compute(value, lane, depth).reduced(widthOf(*value));
  if (auto *operation = dyn_cast<Instruction>(value); operation && result.isAtom() && atoms[result.terms[0].atom].node == value)
    if (const Instruction *first = leader(*operation))
      result = form(first, lane, depth + 1);
  inWorkForms.erase(key);
  if (result.terms.size() > LinearForm::mostTerms)
    result = opaque(value, lane);
  // Does not keep forms that were made with too few facts. They are made again.
  auto *made = dyn_cast<Instruction>(value);
  if (early == asksEarly || (made && factsMade->hasComeTo(made->getParent())))
    forms[key] = result;
  return result;
}

LinearForm Values::compute(const Value *value, unsigned lane, unsigned depth) {
  if (auto *constant = dyn_cast<Constant>(value)) {
    const Constant *element = constant;
    if (constant->getType()->isVectorTy())
      element = constant->getAggregateElement(lane);
    if (!element || isa<UndefValue>(element))
      return LinearForm::undefined();
    return opaque(value, lane);
  }
  auto *instruction = dyn_cast<Instruction>(value);
  if (!instruction || !value->getType()->getScalarType()->isIntegerTy())
    return opaque(value, lane);
  if (auto *operation = dyn_cast<BinaryOperator>(instruction))
    return computeBinary(*operation, lane, depth);
  if (auto *cast = dyn_cast<CastInst>(instruction))
    return computeCast(*cast, lane, depth);
  if (auto *phi = dyn_cast<PHINode>(instruction))
    return computePhi(*phi, lane, depth);
  return computeLane(*instruction, lane, depth);
}

/// The forms of lane moves and freezes.
LinearForm Values::computeLane(const Instruction &instruction, unsigned lane, unsigned depth) {
  if (auto *frozen = dyn_cast<FreezeInst>(&instruction)) {
    LinearForm result = form(frozen->getOperand(0), lane, depth + 1);
    return result.isUndefined ? opaque(&instruction, lane) : result;
  }
  if (auto *insert = dyn_cast<InsertElementInst>(&instruction)) {
    auto *index = dyn_cast<ConstantInt>(insert->getOperand(2));
    if (!index)
      return opaque(&instruction, lane);
    if (index->getValue().uge(4096) || !hasLane(instruction, unsigned(index->getZExtValue())))
      return LinearForm::undefined();
    return index->getValue() == lane ? form(insert->getOperand(1), 0, depth + 1)
                                     : form(insert->getOperand(0), lane, depth + 1);
  }
  if (auto *shuffle = dyn_cast<ShuffleVectorInst>(&instruction)) {
    int source = shuffle->getMaskValue(lane);
    if (source < 0)
      return LinearForm::undefined();
    auto *type = dyn_cast<FixedVectorType>(shuffle->getOperand(0)->getType());
    if (!type)
      return opaque(&instruction, lane);
    unsigned count = type->getNumElements();
    return form(shuffle->getOperand(unsigned(source) >= count), unsigned(source) % count, depth + 1);
  }
  if (auto *extract = dyn_cast<ExtractElementInst>(&instruction)) {
    auto *index = dyn_cast<ConstantInt>(extract->getIndexOperand());
    if (index && index->getValue().uge(4096))
      return LinearForm::undefined();
    if (index)
      return form(extract->getVectorOperand(), unsigned(index->getZExtValue()), depth + 1);
  }
  return opaque(&instruction, lane);
}

LinearForm Values::computeBinary(const BinaryOperator &operation, unsigned lane, unsigned depth) {
  const Value *left = operation.getOperand(0), *right = operation.getOperand(1);
  const ConstantInt *constant = constantLane(right, lane);
  switch (operation.getOpcode()) {
  case Instruction::Add: return form(left, lane, depth + 1).plus(form(right, lane, depth + 1));
  case Instruction::Sub: return computeDifference(operation, lane, depth);
  case Instruction::Mul:
    if (!constant)
      constant = constantLane(left, lane), right = left, left = operation.getOperand(1);
    return constant ? form(left, lane, depth + 1).times(constant->getSExtValue()) : opaque(&operation, lane);
  case Instruction::Shl:
    if (!constant || constant->getValue().uge(widthOf(operation)))
      return opaque(&operation, lane);
    return form(left, lane, depth + 1).times(int64_t(uint64_t(1) << constant->getZExtValue()));
  case Instruction::And: return computeAnd(operation, lane, depth);
  case Instruction::Or: return computeOr(operation, lane, depth);
  case Instruction::Xor:
    if (constant && constant->isMinusOne())
      return LinearForm::ofConstant(-1).plus(form(left, lane, depth + 1), -1);
    return opaque(&operation, lane);
  case Instruction::URem:
    if (constant && !constant->isZero() && constant->getValue().isStrictlyPositive())
      return remainderOf(left, lane, constant->getZExtValue(), depth);
    return opaque(&operation, lane);
  default: return opaque(&operation, lane);
  }
}

LinearForm Values::remainderOf(const Value *value, unsigned lane, uint64_t modulus, unsigned depth) {
  // If a divisor of the form is a power of two, it also divides the word.
  if (isPowerOf2_64(modulus) && divisor(form(value, lane, depth + 1)) % modulus == 0)
    return LinearForm::ofConstant(0);
  return atomOf(Atom::remainder, value, lane, modulus, widthOf(*value));
}

LinearForm Values::multipleOf(const Value *value, unsigned lane, uint64_t modulus, unsigned depth) {
  if (isPowerOf2_64(modulus) && divisor(form(value, lane, depth + 1)) % modulus == 0)
    return form(value, lane, depth + 1);
  return atomOf(Atom::multiple, value, lane, modulus, widthOf(*value));
}

/// Notes that a form depends on facts of its block that are not known yet.
void Values::noteEarly(const Instruction &operation) {
  if (factsMade && !factsComplete && !factsMade->hasComeTo(operation.getParent()))
    asksEarly++;
}

/// Bits of a word that are 0 for certain.
uint64_t Values::zeroBits(const Value *value, unsigned lane, const Place &place, unsigned depth) {
  auto *operation = dyn_cast<Instruction>(value);
  uint64_t result = 0;
  if (operation && depth < mostDepth - 2 && (isa<SelectInst>(operation) || isa<MinMaxIntrinsic>(operation))) {
    unsigned first = isa<SelectInst>(operation) ? 1 : 0;
    result = zeroBits(operation->getOperand(first), lane, place, depth + choice) &
             zeroBits(operation->getOperand(first + 1), lane, place, depth + choice);
  }
  LinearForm sum = form(value, lane, depth + 1);
  if (sum.isUndefined)
    return 0;
  // In the bits below all coefficients, the sum equals its constant.
  unsigned known = 64;
  for (const Term &term : sum.terms)
    known = std::min(known, unsigned(llvm::countr_zero(uint64_t(term.coefficient))));
  result |= ~uint64_t(sum.constant) & maskTrailingOnes<uint64_t>(known);
  // If `high` is below 0, the interval is empty: the place is never reached.
  Wide high = std::max(unsignedRange(value, lane, place, depth + 1).high, Wide(0));
  unsigned bits = high >> 64 ? 64 : 64 - unsigned(llvm::countl_zero(uint64_t(high)));
  return result | ~maskTrailingOnes<uint64_t>(bits);
}

LinearForm Values::computeAnd(const BinaryOperator &operation, unsigned lane, unsigned depth) {
  const ConstantInt *constant = constantLane(operation.getOperand(1), lane);
  if (!constant)
    return opaque(&operation, lane);
  return maskedForm(operation, constant->getValue(), lane, depth).value_or(opaque(&operation, lane));
}

/// The form of the first operand & `mask`.
std::optional<LinearForm> Values::maskedForm(const BinaryOperator &operation, const APInt &mask, unsigned lane,
                                             unsigned depth) {
  const Value *left = operation.getOperand(0);
  if (mask.isZero())
    return LinearForm();
  if (mask.isMask() && mask.getActiveBits() < mask.getBitWidth())
    return remainderOf(left, lane, uint64_t(1) << mask.getActiveBits(), depth);
  APInt whole = filledMask(operation, mask, lane, depth);
  unsigned low = whole.countr_zero(), high = whole.getActiveBits();
  if (!whole.isShiftedMask() || high != whole.getBitWidth())
    return std::nullopt;
  return multipleOf(left, lane, uint64_t(1) << low, depth);
}

/// LLVM removes bits from a mask if they are 0 in the operand. This puts those above the lowest bit of the
/// mask back, if the result is a mask without holes.
APInt Values::filledMask(const BinaryOperator &operation, const APInt &mask, unsigned lane, unsigned depth) {
  unsigned width = mask.getBitWidth(), low = mask.countr_zero();
  noteEarly(operation);
  if (width > 64 || mask.isZero() || (mask.isShiftedMask() && mask.getActiveBits() == width))
    return mask;
  APInt zeros(64, zeroBits(operation.getOperand(0), lane, Place{operation.getParent()}, depth + 1));
  APInt whole = (mask | zeros.trunc(width)) & ~APInt::getLowBitsSet(width, low);
  if (whole.isShiftedMask())
    return whole;
  // Tries again with bits up to the highest bit of the mask only.
  whole &= APInt::getLowBitsSet(width, mask.getActiveBits());
  return whole.isShiftedMask() ? whole : mask;
}

LinearForm Values::computeOr(const BinaryOperator &operation, unsigned lane, unsigned depth) {
  LinearForm left = form(operation.getOperand(0), lane, depth + 1);
  LinearForm right = form(operation.getOperand(1), lane, depth + 1);
  unsigned width = widthOf(operation);
  if (width > 64 || left.isUndefined || right.isUndefined)
    return opaque(&operation, lane);
  Place place = {operation.getParent()};
  noteEarly(operation);
  for (bool swapped : {false, true}) {
    const LinearForm &high = swapped ? right : left;
    const Value *low = operation.getOperand(swapped ? 0 : 1);
    uint64_t divides = divisor(high);
    // Only powers of two are sure to divide the word if they divide the sum.
    uint64_t bits = divides & (~divides + 1);
    Wide least = high.isConstant() && high.constant == 0 ? infinity : Wide(bits);
    if (unsignedRange(low, lane, place, depth + 1).high < least)
      return left.plus(right);
  }
  // The result is the operand's bits that are not set in the constant, plus the constant.
  if (auto *constant = constantLane(operation.getOperand(1), lane))
    if (std::optional<LinearForm> rest = maskedForm(operation, ~constant->getValue(), lane, depth))
      return rest->plus(constant->getSExtValue());
  return opaque(&operation, lane);
}

/// The multiple as an integer: its form if the form equals the integer, otherwise its atom.
LinearForm Values::wholeMultiple(const Value *value, uint64_t modulus) {
  unsigned width = widthOf(*value);
  LinearForm part = multipleOf(value, 0, modulus, 0);
  return roughRange(part).isWithin(Interval::unsignedOf(width)) ? part
                                                                : atomOf(Atom::multiple, value, 0, modulus, width);
}

std::optional<LinearForm> Values::maskedRelation(const BinaryOperator &operation) {
  const ConstantInt *constant = constantLane(operation.getOperand(1), 0);
  if (operation.getOpcode() != Instruction::And || operation.getType()->isVectorTy() || !constant)
    return std::nullopt;
  // Filling the mask leaves its lowest bit where it is.
  unsigned low = constant->getValue().countr_zero();
  LinearForm own = form(&operation);
  if (low == 0 || !own.isAtom() || atoms[own.terms[0].atom].node != &operation)
    return std::nullopt;
  const APInt mask = filledMask(operation, constant->getValue(), 0, 0);
  unsigned high = mask.getActiveBits();
  if (!mask.isShiftedMask() || high == mask.getBitWidth())
    return std::nullopt;
  const Value *value = operation.getOperand(0);
  if (form(value).isUndefined)
    return std::nullopt;
  LinearForm difference, relation;
  if (!own.addExactly(wholeMultiple(value, uint64_t(1) << low), -1, difference) ||
      !difference.addExactly(wholeMultiple(value, uint64_t(1) << high), 1, relation))
    return std::nullopt;
  return relation;
}

LinearForm Values::computeDifference(const BinaryOperator &operation, unsigned lane, unsigned depth) {
  LinearForm left = form(operation.getOperand(0), lane, depth + 1);
  LinearForm right = form(operation.getOperand(1), lane, depth + 1);
  if (right.isAtom()) {
    const Atom part = atoms[right.terms[0].atom];
    if (part.kind == Atom::remainder && part.width == widthOf(operation) &&
        form(part.node, part.lane, depth + 1) == left)
      return multipleOf(part.node, part.lane, part.parameter, depth);
  }
  return left.plus(right, -1);
}

/// The form of the zero-extended value.
LinearForm Values::extended(const Value *value, unsigned lane, unsigned depth) {
  LinearForm inner = form(value, lane, depth + 1);
  unsigned width = widthOf(*value);
  if (inner.isUndefined || width == 64)
    return inner;
  if (inner.isConstant() && width < 64)
    return LinearForm::ofConstant(int64_t(uint64_t(inner.constant) & maskTrailingOnes<uint64_t>(width)));
  if (inner.isAtom()) {
    const Atom &atom = atoms[inner.terms[0].atom];
    bool isWord = atom.kind == Atom::value || atom.kind == Atom::remainder || atom.kind == Atom::multiple;
    if (isWord && typeRange(atom).isWithin(Interval::unsignedOf(width)))
      return inner;
  }
  return opaque(value, lane);
}

LinearForm Values::signedForm(const Value *value, unsigned lane) {
  unsigned width = widthOf(*value);
  if (width == 64)
    return form(value, lane);
  if (width > 64)
    return opaque(value, lane);
  LinearForm inner = form(value, lane);
  if (inner.isConstant() || inner.isUndefined)
    return inner;
  return atomOf(Atom::signedValue, value, lane, 0, width);
}

LinearForm Values::computeCast(const CastInst &cast, unsigned lane, unsigned depth) {
  const Value *from = cast.getOperand(0);
  if (!from->getType()->getScalarType()->isIntegerTy())
    return opaque(&cast, lane);
  switch (cast.getOpcode()) {
  case Instruction::Trunc:
    return widthOf(*from) <= 64 ? form(from, lane, depth + 1) : opaque(&cast, lane);
  case Instruction::ZExt: return extended(from, lane, depth);
  case Instruction::SExt: {
    if (widthOf(*from) > 64)
      return opaque(&cast, lane);
    LinearForm inner = form(from, lane, depth + 1);
    if (inner.isConstant() || inner.isUndefined)
      return inner;
    return atomOf(Atom::signedValue, from, lane, 0, widthOf(*from));
  }
  default: return opaque(&cast, lane);
  }
}

LinearForm Values::computePhi(const PHINode &phi, unsigned lane, unsigned depth) {
  for (const Value *incoming : phi.incoming_values())
    if (isa<UndefValue>(incoming))
      return LinearForm::undefined();
  if (phi.getNumIncomingValues() == 1)
    return form(phi.getIncomingValue(0), lane, depth + 1);
  std::optional<int64_t> added = step(phi, lane);
  if (!added)
    return opaque(&phi, lane);
  const Value *first = entering(phi);
  LinearForm result = first ? form(first, lane, depth + 1) : atomOf(Atom::start, &phi, lane, 0, widthOf(phi));
  return result.plus(atomOf(Atom::iteration, phi.getParent(), 0, 0, 64), *added);
}

const Value *Values::entering(const PHINode &phi) {
  const Loop *loop = loopInfo().getLoopFor(phi.getParent());
  const Value *found = nullptr;
  for (unsigned i = 0; i < phi.getNumIncomingValues(); i++) {
    if (loop->contains(phi.getIncomingBlock(i)))
      continue;
    if (found && found != phi.getIncomingValue(i))
      return nullptr;
    found = phi.getIncomingValue(i);
  }
  return found;
}

/// The sum of the constants that are added on the way from the phi to `value`, its operand of a back edge.
static std::optional<int64_t> distance(const Value *value, const PHINode &phi, unsigned lane) {
  uint64_t total = 0;
  for (unsigned steps = 0; steps < 512; steps++) {
    if (value == &phi)
      return int64_t(total);
    if (auto *operation = dyn_cast<BinaryOperator>(value)) {
      bool isSum = operation->getOpcode() == Instruction::Add;
      auto *constant = constantLane(operation->getOperand(1), lane);
      if (!constant || (!isSum && operation->getOpcode() != Instruction::Sub))
        return std::nullopt;
      uint64_t amount = uint64_t(constant->getSExtValue());
      total += isSum ? amount : -amount;
      value = operation->getOperand(0);
    } else if (auto *pointer = dyn_cast<GetElementPtrInst>(value)) {
      APInt offset(64, 0);
      if (pointer->getType()->isVectorTy() ||
          !pointer->accumulateConstantOffset(pointer->getModule()->getDataLayout(), offset))
        return std::nullopt;
      total += offset.getZExtValue();
      value = pointer->getPointerOperand();
    } else if (auto *frozen = dyn_cast<FreezeInst>(value)) {
      value = frozen->getOperand(0);
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<int64_t> Values::step(const PHINode &phi, unsigned lane) {
  const BasicBlock *block = phi.getParent();
  if (!loopInfo().isLoopHeader(block))
    return std::nullopt;
  const Loop *loop = loopInfo().getLoopFor(block);
  std::optional<int64_t> found;
  for (unsigned i = 0; i < phi.getNumIncomingValues(); i++) {
    if (!loop->contains(phi.getIncomingBlock(i)))
      continue;
    std::optional<int64_t> amount = distance(phi.getIncomingValue(i), phi, lane);
    if (!amount || (found && *found != *amount))
      return std::nullopt;
    found = amount;
  }
  return found;
}

} // namespace isolation
