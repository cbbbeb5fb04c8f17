// Changes of comparisons, branches and their conditions.
#include "Mutation.h"

#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Intrinsics.h"

using namespace llvm;

namespace sabotage {

namespace {

bool isConditional(const Instruction &at) {
  auto *branch = dyn_cast<BranchInst>(&at);
  return branch && branch->isConditional();
}

bool isCompare(const Instruction &at) {
  return isa<ICmpInst>(at);
}

bool comparesWithConstant(const Instruction &at) {
  return isa<ICmpInst>(at) && isa<ConstantInt>(at.getOperand(1));
}

bool comparesValues(const Instruction &at) {
  return isa<ICmpInst>(at) && at.getOperand(0)->getType()->isIntegerTy() && !isa<Constant>(at.getOperand(1));
}

bool decide(Instruction &at, Change &change, bool value) {
  if (isa<Constant>(at.getOperand(0)))
    return false;
  return change.set(at, 0, ConstantInt::getBool(at.getContext(), value));
}

bool setPredicate(Instruction &at, Change &change, CmpInst::Predicate predicate) {
  auto &compare = cast<ICmpInst>(at);
  if (compare.getPredicate() == predicate)
    return false;
  compare.setPredicate(predicate);
  return change.changed(at);
}

bool branchTrue(Instruction &at, Change &change) {
  return decide(at, change, true);
}

bool branchFalse(Instruction &at, Change &change) {
  return decide(at, change, false);
}

bool branchSwapped(Instruction &at, Change &change) {
  cast<BranchInst>(at).swapSuccessors();
  return change.changed(at);
}

/// Drops a branch, and adds an assumption that its condition has the value of the branch that stays.
bool branchAssumed(Instruction &at, Change &change) {
  Value *condition = at.getOperand(0);
  if (isa<Constant>(condition))
    return false;
  IRBuilder<> builder(&at);
  bool value = change.random.below(2);
  builder.CreateAssumption(value ? condition : builder.CreateNot(condition));
  return decide(at, change, value);
}

bool compareStrictness(Instruction &at, Change &change) {
  auto &compare = cast<ICmpInst>(at);
  if (compare.isEquality())
    return setPredicate(at, change, compare.getInversePredicate());
  return setPredicate(at, change, compare.getFlippedStrictnessPredicate());
}

bool compareSwapped(Instruction &at, Change &change) {
  return setPredicate(at, change, cast<ICmpInst>(at).getSwappedPredicate());
}

bool compareSign(Instruction &at, Change &change) {
  auto &compare = cast<ICmpInst>(at);
  return compare.isRelational() && setPredicate(at, change, compare.getFlippedSignednessPredicate());
}

bool compareEquality(Instruction &at, Change &change) {
  switch (cast<ICmpInst>(at).getPredicate()) {
  case CmpInst::ICMP_ULT:
  case CmpInst::ICMP_UGT:
  case CmpInst::ICMP_SLT:
  case CmpInst::ICMP_SGT: return setPredicate(at, change, CmpInst::ICMP_NE);
  case CmpInst::ICMP_EQ: return setPredicate(at, change, CmpInst::ICMP_UGE);
  case CmpInst::ICMP_NE: return setPredicate(at, change, CmpInst::ICMP_ULT);
  default: return setPredicate(at, change, CmpInst::ICMP_EQ);
  }
}

bool limitNear(Instruction &at, Change &change) {
  auto *constant = cast<ConstantInt>(at.getOperand(1));
  int64_t distance = change.random.pick<int64_t>({1, -1, 2, 3, 16});
  return change.set(at, 1, ConstantInt::get(constant->getType(), constant->getValue() + distance));
}

bool limitFar(Instruction &at, Change &change) {
  auto *constant = cast<ConstantInt>(at.getOperand(1));
  APInt value = constant->getValue();
  switch (change.random.below(4)) {
  case 0: value = value * 2 + 1; break;
  case 1: value = APInt::getAllOnes(value.getBitWidth()); break;
  case 2: value.setBit(unsigned(change.random.below(value.getBitWidth()))); break;
  default: value = APInt::getSignedMaxValue(value.getBitWidth()); break;
  }
  return change.set(at, 1, ConstantInt::get(constant->getType(), value));
}

bool limitReplaced(Instruction &at, Change &change) {
  Value *old = at.getOperand(1);
  Value *limit = change.random.below(4) == 0 ? Constant::getAllOnesValue(old->getType())
                                             : change.other(at, old->getType(), old);
  return change.set(at, 1, limit);
}

bool comparedReplaced(Instruction &at, Change &change) {
  return change.set(at, 0, change.other(at, at.getOperand(0)->getType(), at.getOperand(0)));
}

bool isConjunction(const Instruction &at) {
  if (at.getOpcode() == Instruction::And)
    return at.getType()->isIntegerTy(1);
  auto *select = dyn_cast<SelectInst>(&at);
  auto *no = select ? dyn_cast<ConstantInt>(select->getFalseValue()) : nullptr;
  return no && no->getType()->isIntegerTy(1) && no->isZero();
}

bool conjunctDropped(Instruction &at, Change &change) {
  unsigned operand = unsigned(change.random.below(2));
  return change.set(at, operand, ConstantInt::getTrue(at.getContext()));
}

bool isDisjunction(const Instruction &at) {
  if (at.getOpcode() == Instruction::Or)
    return at.getType()->isIntegerTy(1);
  auto *select = dyn_cast<SelectInst>(&at);
  auto *yes = select ? dyn_cast<ConstantInt>(select->getTrueValue()) : nullptr;
  return yes && yes->getType()->isIntegerTy(1) && yes->isOne();
}

bool disjunctDropped(Instruction &at, Change &change) {
  unsigned operand = isa<SelectInst>(at) ? unsigned(change.random.below(2)) * 2 : unsigned(change.random.below(2));
  return change.set(at, operand, ConstantInt::getFalse(at.getContext()));
}

bool switchChanged(Instruction &at, Change &change) {
  auto &way = cast<SwitchInst>(at);
  unsigned count = way.getNumSuccessors();
  if (count < 2)
    return false;
  unsigned a = unsigned(change.random.below(count)), b = unsigned(change.random.below(count));
  BasicBlock *first = way.getSuccessor(a), *second = way.getSuccessor(b);
  if (first == second)
    return false;
  way.setSuccessor(a, second);
  way.setSuccessor(b, first);
  return change.changed(at);
}

/// Jumps past the block that makes a decision, to one of its successors.
bool checkSkipped(Instruction &at, Change &change) {
  auto &branch = cast<BranchInst>(at);
  unsigned place = unsigned(change.random.below(branch.getNumSuccessors()));
  BasicBlock *check = branch.getSuccessor(place);
  auto *decision = dyn_cast<BranchInst>(check->getTerminator());
  if (!decision || !decision->isConditional())
    return false;
  BasicBlock *to = decision->getSuccessor(unsigned(change.random.below(2)));
  if (isa<PHINode>(check->front()) || to == check)
    return false;
  for (PHINode &phi : to->phis())
    phi.addIncoming(phi.getIncomingValueForBlock(check), branch.getParent());
  branch.setSuccessor(place, to);
  return change.changed(at);
}

bool endsInTrap(const BasicBlock *block) {
  return isa<UnreachableInst>(block->getTerminator());
}

bool decidesTrap(const Instruction &at) {
  return isConditional(at) && (endsInTrap(cast<BranchInst>(at).getSuccessor(0)) ||
                               endsInTrap(cast<BranchInst>(at).getSuccessor(1)));
}

/// Makes a branch never go to its trap.
bool trapDropped(Instruction &at, Change &change) {
  return decide(at, change, endsInTrap(cast<BranchInst>(at).getSuccessor(1)));
}

constexpr Kind kinds[] = {
    {"trap-dropped", trapDropped, decidesTrap},
    {"branch-true", branchTrue, isConditional},
    {"branch-false", branchFalse, isConditional},
    {"branch-swapped", branchSwapped, isConditional},
    {"branch-assumed", branchAssumed, isConditional},
    {"compare-strictness", compareStrictness, isCompare},
    {"compare-swapped", compareSwapped, isCompare},
    {"compare-sign", compareSign, isCompare},
    {"compare-equality", compareEquality, isCompare},
    {"limit-near", limitNear, comparesWithConstant},
    {"limit-far", limitFar, comparesWithConstant},
    {"limit-replaced", limitReplaced, comparesValues},
    {"compared-replaced", comparedReplaced, isCompare},
    {"conjunct-dropped", conjunctDropped, isConjunction},
    {"disjunct-dropped", disjunctDropped, isDisjunction},
    {"switch-changed", switchChanged, [](const Instruction &at) { return isa<SwitchInst>(at); }},
    {"check-skipped", checkSkipped, [](const Instruction &at) { return isa<BranchInst>(at); }},
};

} // namespace

ArrayRef<Kind> controlKinds() {
  return kinds;
}

} // namespace sabotage
