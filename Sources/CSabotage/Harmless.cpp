// Taint, and what it may reach; the rules are in Harmless.h.
#include "Harmless.h"

#include "CGuestIR.h"
#include "Mutation.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/DataLayout.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace sabotage {

namespace {

using Wide = __int128;
constexpr Wide far = Wide(1) << 62;

/// Bounds of a number modulo 2^64. If `known` is false, the number may be any.
struct Bounds {
  bool known = false;
  Wide low = 0, high = 0;
};

Bounds upTo(Wide high) {
  return {high < far, 0, high};
}

Bounds sum(const Bounds &a, const Bounds &b) {
  Bounds result = {a.known && b.known, a.low + b.low, a.high + b.high};
  result.known = result.known && result.low > -far && result.high < far;
  return result;
}

Bounds scaled(const Bounds &a, const APInt &factor) {
  if (!a.known || factor.getSignificantBits() > 40 || a.high > (Wide(1) << 60) || a.low < -(Wide(1) << 60))
    return {};
  Wide by = factor.getSExtValue(), x = a.low * by, y = a.high * by;
  return {std::max(x, y) < far && std::min(x, y) > -far, std::min(x, y), std::max(x, y)};
}

Bounds boundsOf(const Value *value, unsigned depth);

Bounds join(const Bounds &a, const Bounds &b) {
  return {a.known && b.known, std::min(a.low, b.low), std::max(a.high, b.high)};
}

/// The bounds of a counter of a loop of one block. The counter starts at a constant and goes up by a
/// constant. The loop ends if the next value equals a constant that the counter certainly reaches, or if the
/// next value is not below a bounded limit.
Bounds ofCounter(const PHINode &phi, unsigned depth) {
  const BasicBlock *block = phi.getParent();
  int inside = phi.getBasicBlockIndex(block);
  auto *end = dyn_cast<BranchInst>(block->getTerminator());
  if (inside < 0 || phi.getNumIncomingValues() != 2 || !end || !end->isConditional() || !phi.getType()->isIntegerTy(64))
    return {};
  auto *start = dyn_cast<ConstantInt>(phi.getIncomingValue(1 - unsigned(inside)));
  auto *next = dyn_cast<BinaryOperator>(phi.getIncomingValue(unsigned(inside)));
  auto *step = next ? dyn_cast<ConstantInt>(next->getOperand(1)) : nullptr;
  auto *compare = dyn_cast<ICmpInst>(end->getCondition());
  if (!start || !step || !compare || next->getOpcode() != Instruction::Add || next->getOperand(0) != &phi ||
      compare->getOperand(0) != next || start->isNegative() || !step->getValue().isStrictlyPositive())
    return {};
  auto predicate = end->getSuccessor(0) == block ? compare->getPredicate() : compare->getInversePredicate();
  Wide first = start->getSExtValue(), by = step->getSExtValue();
  if (auto *limit = dyn_cast<ConstantInt>(compare->getOperand(1)); limit && predicate == CmpInst::ICMP_NE) {
    Wide last = limit->getSExtValue();
    bool comesBy = last > first && (last - first) % by == 0;
    return {comesBy, first, last - by};
  }
  Bounds limit = boundsOf(compare->getOperand(1), depth + 1);
  bool isBounded = predicate == CmpInst::ICMP_ULT && limit.known && limit.low >= 0;
  return {isBounded && limit.high + by < far, first, std::max(first, limit.high)};
}

Bounds ofOperation(const BinaryOperator &operation, unsigned depth) {
  auto *constant = dyn_cast<ConstantInt>(operation.getOperand(1));
  bool isWide = operation.getType()->isIntegerTy(64);
  switch (operation.getOpcode()) {
  case Instruction::And:
    return constant && !constant->isNegative() ? upTo(constant->getSExtValue()) : Bounds();
  case Instruction::URem:
    return constant && !constant->isNegative() && !constant->isZero() ? upTo(constant->getSExtValue() - 1) : Bounds();
  case Instruction::LShr:
    return constant && constant->getValue().ult(64) && constant->getZExtValue() > 2
               ? upTo((Wide(1) << (operation.getType()->getIntegerBitWidth() - constant->getZExtValue())) - 1)
               : Bounds();
  case Instruction::Add:
    return isWide ? sum(boundsOf(operation.getOperand(0), depth + 1), boundsOf(operation.getOperand(1), depth + 1))
                  : Bounds();
  case Instruction::Mul:
    return isWide && constant ? scaled(boundsOf(operation.getOperand(0), depth + 1), constant->getValue()) : Bounds();
  case Instruction::Shl:
    return isWide && constant && constant->getValue().ult(38)
               ? scaled(boundsOf(operation.getOperand(0), depth + 1),
                        APInt::getOneBitSet(64, unsigned(constant->getZExtValue())))
               : Bounds();
  default: return {};
  }
}

Bounds boundsOf(const Value *value, unsigned depth) {
  unsigned width = value->getType()->isIntegerTy() ? value->getType()->getIntegerBitWidth() : 0;
  if (width == 0 || width > 64 || depth > 8 || isa<UndefValue>(value))
    return {};
  Bounds byType = width <= 32 ? upTo((Wide(1) << width) - 1) : Bounds();
  if (auto *constant = dyn_cast<ConstantInt>(value)) {
    Wide exact = width == 64 ? Wide(constant->getSExtValue()) : Wide(constant->getZExtValue());
    return {exact > -far && exact < far, exact, exact};
  }
  Bounds found;
  if (auto *cast = dyn_cast<ZExtInst>(value)) {
    found = boundsOf(cast->getOperand(0), depth + 1);
  } else if (auto *operation = dyn_cast<BinaryOperator>(value)) {
    found = ofOperation(*operation, depth);
  } else if (auto *select = dyn_cast<SelectInst>(value)) {
    Bounds a = boundsOf(select->getTrueValue(), depth + 1), b = boundsOf(select->getFalseValue(), depth + 1);
    found = join(a, b);
  } else if (auto *phi = dyn_cast<PHINode>(value)) {
    found = ofCounter(*phi, depth);
    if (!found.known) {
      found = boundsOf(phi->getIncomingValue(0), depth + 2);
      for (unsigned i = 1; found.known && i < phi->getNumIncomingValues(); i++)
        found = join(found, boundsOf(phi->getIncomingValue(i), depth + 2));
    }
  }
  if (!found.known)
    return byType;
  // Values of fewer than 64 bits are taken as unsigned.
  return width < 64 && (found.low < 0 || (byType.known && found.high > byType.high)) ? byType : found;
}

class Oracle {
public:
  Oracle(Function &function, bool allGuarded)
      : function(function), layout(function.getParent()->getDataLayout()), allGuarded(allGuarded) {}

  const char *run(ArrayRef<Instruction *> roots) {
    for (Instruction *root : roots) {
      changed.insert(root);
      taint(root);
    }
    while (!work.empty())
      follow(*work.pop_back_val());
    bool touches = false;
    for (Instruction &each : instructions(function)) {
      if (!tainted.contains(&each) && !blocks.contains(each.getParent()))
        continue;
      if (!isFine(each))
        return nullptr;
      touches |= each.mayReadOrWriteMemory();
    }
    return touches ? "in bounds by its form" : "reaches no access";
  }

private:
  Function &function;
  const DataLayout &layout;
  bool allGuarded;
  DenseSet<const Instruction *> tainted, changed;
  DenseSet<const BasicBlock *> blocks;
  SmallVector<Instruction *, 64> work;

  void taint(Instruction *instruction) {
    if (tainted.insert(instruction).second)
      work.push_back(instruction);
  }

  void reach(BasicBlock *block) {
    SmallVector<BasicBlock *, 16> next = {block};
    while (!next.empty()) {
      BasicBlock *each = next.pop_back_val();
      if (!blocks.insert(each).second)
        continue;
      for (PHINode &phi : each->phis())
        taint(&phi);
      next.append(succ_begin(each), succ_end(each));
    }
  }

  void follow(Instruction &instruction) {
    auto *branch = dyn_cast<BranchInst>(&instruction);
    auto *decided = branch && branch->isConditional() ? dyn_cast<ConstantInt>(branch->getCondition()) : nullptr;
    if (decided)
      reach(branch->getSuccessor(decided->isOne() ? 0 : 1));
    else if (instruction.isTerminator() && instruction.getNumSuccessors() > 0)
      for (BasicBlock *next : successors(&instruction))
        reach(next);
    for (User *user : instruction.users())
      taint(cast<Instruction>(user));
    if (!isa<StoreInst, AtomicRMWInst, AtomicCmpXchgInst>(instruction))
      return;
    // A stored value may be loaded again from a stack slot. In guest memory and in the instance any value may
    // be stored, changed or not.
    const Value *object = getUnderlyingObject(instruction.getOperand(unsigned(pointerOperandOf(instruction))));
    if (!isa<AllocaInst>(object))
      return;
    for (Instruction &each : instructions(function))
      if (isa<LoadInst>(each) && getUnderlyingObject(each.getOperand(0)) == object)
        taint(&each);
  }

  bool isTainted(const Value *value) const {
    auto *instruction = dyn_cast<Instruction>(value);
    return instruction && tainted.contains(instruction);
  }

  static bool isInstance(const Value *value) {
    if (auto *global = dyn_cast<GlobalVariable>(value))
      return global->getName() == SWASM_IR_STATE;
    auto *argument = dyn_cast<Argument>(value);
    return argument && argument == Change::instanceOf(*const_cast<Function *>(argument->getParent()));
  }

  /// The instance, or an untainted pointer that it holds at a constant offset.
  bool isFixed(const Value *root, unsigned depth = 0) const {
    if (isInstance(root))
      return true;
    auto *load = dyn_cast<LoadInst>(root);
    if (!load || isTainted(load) || depth > 2)
      return false;
    APInt offset(64, 0);
    const Value *from = load->getPointerOperand()->stripAndAccumulateConstantOffsets(layout, offset, true);
    return isFixed(from, depth + 1);
  }

  bool isAddressFine(const Value *address, Wide length) const {
    APInt constant(64, 0);
    const Value *root = address->stripAndAccumulateConstantOffsets(layout, constant, true);
    if (!isTainted(address) && (isFixed(root) || isa<AllocaInst>(root)) &&
        address->getType()->getPointerAddressSpace() == 0)
      return true;
    if (!allGuarded || address->getType()->getPointerAddressSpace() != 1)
      return false;
    Bounds total = {true, 0, 0};
    while (isa<GEPOperator, IntToPtrInst>(address)) {
      if (const Value *other = throughInteger(*cast<Operator>(address), total)) {
        address = other;
        continue;
      }
      auto *step = dyn_cast<GEPOperator>(address);
      if (!step)
        return false;
      SmallMapVector<Value *, APInt, 4> parts;
      APInt part(64, 0);
      if (!step->collectOffset(layout, 64, parts, part))
        return false;
      total = sum(total, {true, part.getSExtValue(), part.getSExtValue()});
      for (auto &[value, scale] : parts)
        total = sum(total, value->getType()->isIntegerTy(64) ? scaled(boundsOf(value, 0), scale) : Bounds());
      if (!total.known)
        return false;
      address = step->getPointerOperand();
    }
    auto *base = dyn_cast<LoadInst>(address);
    return base && isFixed(base) && total.low >= -(Wide(1) << 34) && total.high + length <= (Wide(1) << 35);
  }

  /// The pointer that was turned into an integer, added to, and turned back; null for other addresses. Adds the
  /// bounds of what was added to `total`.
  static const Value *throughInteger(const Operator &address, Bounds &total) {
    auto *back = dyn_cast<IntToPtrInst>(&address);
    auto *addition = back ? dyn_cast<BinaryOperator>(back->getOperand(0)) : nullptr;
    if (!addition || addition->getOpcode() != Instruction::Add)
      return nullptr;
    for (unsigned i = 0; i < 2; i++)
      if (auto *integer = dyn_cast<PtrToIntInst>(addition->getOperand(i)); integer && isGuest(integer->getOperand(0))) {
        total = sum(total, boundsOf(addition->getOperand(1 - i), 0));
        return total.known ? integer->getOperand(0) : nullptr;
      }
    return nullptr;
  }

  bool isCallFine(const CallBase &call) const {
    if (auto *intrinsic = dyn_cast<IntrinsicInst>(&call); intrinsic && !isa<MemIntrinsic>(call)) {
      bool hasPointers = any_of(call.args(), [](const Use &use) { return use->getType()->isPtrOrPtrVectorTy(); });
      return !hasPointers;
    }
    if (auto *transfer = dyn_cast<MemIntrinsic>(&call)) {
      Bounds length = boundsOf(transfer->getLength(), 0);
      auto *copy = dyn_cast<MemTransferInst>(transfer);
      return length.known && isGuest(transfer->getRawDest()) && isAddressFine(transfer->getRawDest(), length.high) &&
             (!copy || (isGuest(copy->getRawSource()) && isAddressFine(copy->getRawSource(), length.high)));
    }
    const Function *callee = call.getCalledFunction();
    if (!callee || (!callee->isDeclaration() && !callee->hasFnAttribute(guestAttribute)) || isChangedCall(call))
      return false;
    bool isRuntime = callee->getName().starts_with("swasm_") && callee->getName() != SWASM_IR_MEMORY_GROW;
    return all_of(call.args(), [&](const Use &use) {
      if (isTainted(use))
        return !use->getType()->isPtrOrPtrVectorTy() && !isRuntime;
      return !use->getType()->isPtrOrPtrVectorTy() || isFixedWithOffset(use) || isa<Constant>(use);
    });
  }

  static bool isGuest(const Value *value) { return value->getType()->getPointerAddressSpace() == 1; }

  static bool isChangedCall(const CallBase &call) {
    return call.getFunctionType() != call.getCalledFunction()->getFunctionType();
  }

  bool isFixedWithOffset(const Value *value) const {
    APInt offset(64, 0);
    return isFixed(value->stripAndAccumulateConstantOffsets(layout, offset, true));
  }

  bool isFine(const Instruction &each) const {
    if (auto *call = dyn_cast<CallBase>(&each))
      return isCallFine(*call);
    if (isa<ReturnInst>(each) && each.getNumOperands() == 1)
      return function.hasFnAttribute(guestAttribute) && (!isTainted(each.getOperand(0)) || isNumber(each.getOperand(0)->getType()));
    int operand = pointerOperandOf(each);
    if (operand < 0)
      return !each.mayReadOrWriteMemory() && !isa<AllocaInst>(each);
    const Value *address = each.getOperand(unsigned(operand));
    Type *type = isa<StoreInst>(each) ? each.getOperand(0)->getType() : each.getType();
    if (auto *exchange = dyn_cast<AtomicCmpXchgInst>(&each))
      type = exchange->getNewValOperand()->getType();
    bool isNew = changed.contains(&each);
    if (!isNew && !isTainted(address) && !blocks.contains(each.getParent()) && !type->isPtrOrPtrVectorTy())
      return true;
    // No rule explains a changed access outside of guest memory.
    if (isNew && !isGuest(address))
      return false;
    if (!isAddressFine(address, Wide(layout.getTypeStoreSize(type).getFixedValue())))
      return false;
    if (type->isPtrOrPtrVectorTy())
      return isa<LoadInst>(each) && !isTainted(&each) && isFixedWithOffset(address);
    return true;
  }

  static bool isNumber(Type *type) {
    auto *structure = dyn_cast<StructType>(type);
    if (!structure)
      return !type->isPtrOrPtrVectorTy();
    return all_of(structure->elements(), [](Type *element) { return !element->isPtrOrPtrVectorTy(); });
  }
};

} // namespace

const char *explain(Function &function, ArrayRef<Instruction *> roots, bool allGuarded) {
  return Oracle(function, allGuarded).run(roots);
}

} // namespace sabotage
