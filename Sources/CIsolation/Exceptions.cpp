// Exceptions that are free already; the rules are in Exceptions.h.
#include "Exceptions.h"

#include "llvm/IR/CFG.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace isolation {

bool isCallOf(const Value &value, StringRef name) {
  auto *call = dyn_cast<CallBase>(&value);
  auto *callee = call ? dyn_cast<Function>(call->getCalledOperand()) : nullptr;
  return callee && callee->isDeclaration() && callee->getName() == name;
}

namespace {

/// Follows one exception back from a place to the one value that it may have come from.
class WayBack {
public:
  WayBack(Provenance &provenance, const Value &source) : provenance(provenance), source(source) { collect(); }

  /// Whether a free of it comes before `at` on a way on which `value` is what came from the source.
  bool mayBeFreed(const Value *value, const Instruction &at) {
    visit(at.getParent(), at.getPrevNode(), value);
    while (!open.empty()) {
      State state = open.pop_back_val();
      if (walk(state))
        return true;
    }
    return false;
  }

private:
  struct State {
    const BasicBlock *block;
    const Instruction *from;
    const Value *value;
  };

  Provenance &provenance;
  const Value &source;
  /// All that the source is handed on to.
  SmallPtrSet<const Value *, 16> web;
  bool isShared = false;
  SmallVector<State, 16> open;
  DenseSet<std::pair<const BasicBlock *, const Value *>> seen;

  void collect() {
    isShared = !isa<LandingPadInst>(source) && !isCallOf(source, "swasm_exception_new");
    SmallVector<const Value *, 16> left = {&source};
    web.insert(&source);
    while (!left.empty())
      for (const User *user : left.pop_back_val()->users()) {
        bool handsOn = isa<PHINode, SelectInst, FreezeInst, ExtractValueInst, InsertValueInst, GetElementPtrInst>(user) ||
                       isa<AddrSpaceCastInst>(user);
        if (handsOn && web.insert(user).second)
          left.push_back(user);
        if (web.size() > 512 || !provenance.values.spend())
          isShared = true;
        if (isShared && web.size() > 512)
          return;
      }
    for (const Value *each : web)
      for (const Use &use : each->uses())
        isShared |= !web.contains(use.getUser()) && !staysHere(use);
  }

  static bool staysHere(const Use &use) {
    auto *user = use.getUser();
    if (isa<StoreInst>(user))
      return use.getOperandNo() == StoreInst::getPointerOperandIndex();
    if (isCallOf(*user, "swasm_throw"))
      return isa<CallInst>(user);
    return isa<LoadInst, ICmpInst, MemIntrinsic>(user) || isCallOf(*user, "swasm_exception_free");
  }

  bool isFree(const Instruction &instruction) {
    if (!isCallOf(instruction, "swasm_exception_free"))
      return false;
    const Value *root = provenance.resolve(cast<CallBase>(instruction).getArgOperand(0)).root;
    return isShared || !root || web.contains(root);
  }

  /// Continues with a value, which is no way at all where it did not come from the source.
  void visit(const BasicBlock *block, const Instruction *from, const Value *value) {
    if (value && value->getType()->isPointerTy())
      value = provenance.resolve(value).root;
    if (!value || web.contains(value))
      open.push_back({block, from, value});
  }

  bool walk(const State &state) {
    if (!state.value)
      return true;
    for (const Instruction *each = state.from; each && !isa<PHINode>(each); each = each->getPrevNode()) {
      if (!provenance.values.spend() || isFree(*each))
        return true;
      if (each == &source)
        return false;
      if (each != state.value)
        continue;
      // It is what one of these was.
      if (!isa<SelectInst, FreezeInst, ExtractValueInst, InsertValueInst>(each))
        return true;
      for (const Value *operand : each->operand_values())
        if (!isa<Constant>(operand))
          visit(state.block, each->getPrevNode(), operand);
      return false;
    }
    auto *phi = dyn_cast<PHINode>(state.value);
    for (const BasicBlock *before : predecessors(state.block)) {
      const Value *value = phi && phi->getParent() == state.block ? phi->getIncomingValueForBlock(before) : state.value;
      if (seen.insert({before, value}).second)
        visit(before, before->getTerminator(), value);
    }
    return false;
  }
};

} // namespace

bool mayBeFreed(Provenance &provenance, const Value *exception, const Instruction &before) {
  const Value *root = provenance.resolve(exception).root;
  if (!root)
    return true;
  SmallVector<const Value *, 8> open = {root}, sources;
  SmallPtrSet<const Value *, 8> seen = {root};
  while (!open.empty()) {
    const Value *each = open.pop_back_val();
    if (seen.size() > 256 || !provenance.values.spend())
      return true;
    if (!isa<PHINode, SelectInst, FreezeInst, ExtractValueInst, InsertValueInst>(each)) {
      sources.push_back(each);
      continue;
    }
    for (const Value *operand : cast<Instruction>(each)->operand_values()) {
      const Value *next = operand->getType()->isPointerTy() ? provenance.resolve(operand).root : operand;
      if (!next)
        return true;
      if (!isa<ConstantData>(next) && !next->getType()->isIntegerTy() && seen.insert(next).second)
        open.push_back(next);
    }
  }
  return any_of(sources, [&](const Value *source) { return WayBack(provenance, *source).mayBeFreed(root, before); });
}

} // namespace isolation
