// Exceptions that may have been freed; the rules are in Exceptions.h.
#include "Exceptions.h"

#include "Contracts.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace isolation {

bool isCallOf(const Value &value, StringRef name) {
  auto *call = dyn_cast<CallBase>(&value);
  auto *callee = call ? dyn_cast<Function>(call->getCalledOperand()) : nullptr;
  return callee && callee->isDeclaration() && callee->getName() == name;
}

/// Whether a user is the same exception, or an address in it.
static bool handsOn(const User &user) {
  return isa<PHINode, SelectInst, FreezeInst, ExtractValueInst, InsertValueInst, GetElementPtrInst, AddrSpaceCastInst>(user);
}

static const ExceptionWeb &webOf(Provenance &provenance, const Value &source) {
  auto &found = provenance.exceptionWebs[&source];
  if (found)
    return *found;
  found = std::make_unique<ExceptionWeb>();
  SmallVector<const Value *, 16> left = {&source};
  found->values.insert(&source);
  while (!left.empty())
    for (const User *user : left.pop_back_val()->users()) {
      if (!provenance.values.spend())
        found->isWhole = false;
      if (found->isWhole && handsOn(*user) && found->values.insert(user).second)
        left.push_back(user);
    }
  return *found;
}

/// The parameter to which a use lends the exception; null if it is not lent.
static const Argument *borrower(Provenance &provenance, const Use &use, bool unlessKnown) {
  auto *call = dyn_cast<CallBase>(use.getUser());
  auto *callee = call ? dyn_cast<Function>(call->getCalledOperand()) : nullptr;
  if (!callee || callee->isDeclaration() || !call->isArgOperand(&use) || call->getArgOperandNo(&use) >= callee->arg_size())
    return nullptr;
  const Argument *argument = callee->getArg(call->getArgOperandNo(&use));
  return provenance.contractsOf().isLent(*argument, unlessKnown) ? argument : nullptr;
}

bool mayFree(Provenance &provenance, const Argument &lent) {
  const ExceptionWeb &web = webOf(provenance, lent);
  auto endsIt = [&](const Use &use) {
    // A throw out of the function does not return. An exception that is thrown to a landing pad of this
    // function may be freed there.
    bool isCaught = isa<InvokeInst>(use.getUser()), isThrown = isCallOf(*use.getUser(), "swasm_throw");
    if (isCallOf(*use.getUser(), "swasm_exception_free") || (isThrown && isCaught))
      return true;
    const Argument *next = borrower(provenance, use, true);
    return next && (isCaught || provenance.contractsOf().mayFree(*next));
  };
  return !web.isWhole || any_of(web.values, [&](const Value *each) { return any_of(each->uses(), endsIt); });
}

namespace {

/// Follows one exception back from a place to the one value that it may have come from.
class WayBack {
public:
  WayBack(Provenance &provenance, const Value &source)
      : provenance(provenance), source(source), web(webOf(provenance, source)) {}

  /// Whether there is a path from the source to `at` on which `value` is the source's exception and is given
  /// away before it is marked. It is given away at `at`, or, with `onlyIfFreed`, at the place where it is
  /// freed.
  bool isUnmarked(const Value *value, const Instruction &at, bool onlyIfFreed) {
    if (!web.isWhole)
      return true;
    visit(at.getParent(), at.getPrevNode(), value, !onlyIfFreed);
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
    /// Whether a path that leads to the source is one that the search looks for.
    bool counts;
  };

  Provenance &provenance;
  const Value &source;
  const ExceptionWeb &web;
  SmallVector<State, 16> open;
  DenseSet<std::pair<std::pair<const BasicBlock *, const Value *>, unsigned>> seen;

  const Value *rootOf(const Value *value) {
    return value->getType()->isPointerTy() ? provenance.resolve(value).root : value;
  }

  /// All extracts of the exception from one landing pad are the same value.
  static const Value *origin(const Value *value) {
    auto *extract = dyn_cast_or_null<ExtractValueInst>(value);
    return extract && extract->getNumIndices() == 1 && extract->getIndices()[0] == 0 ? extract->getAggregateOperand() : value;
  }

  /// Whether an instruction frees or throws the source's exception.
  bool isFree(const Instruction &instruction, bool isThrown = false) {
    bool endsIt = isCallOf(instruction, "swasm_exception_free") || isCallOf(instruction, "swasm_throw");
    auto *call = dyn_cast<CallBase>(&instruction);
    for (unsigned i = 0; call && i < call->arg_size(); i++) {
      const Use &use = call->getArgOperandUse(i);
      if (!use->getType()->isPointerTy() && !use->getType()->isStructTy())
        continue;
      const Argument *lent = endsIt ? nullptr : borrower(provenance, use, true);
      if (!endsIt && !(lent && (isThrown || provenance.contractsOf().mayFree(*lent))))
        continue;
      const Value *root = rootOf(use);
      if (!root || web.values.contains(root))
        return true;
    }
    return false;
  }

  /// Whether an instruction stores to the captured flag of `value`. Accesses.cpp proves that it stores no 0.
  bool isMark(const Instruction &instruction, const Value *value) {
    auto *store = dyn_cast<StoreInst>(&instruction);
    if (!store || !web.values.contains(store->getPointerOperand()))
      return false;
    Pointer to = provenance.resolve(store->getPointerOperand());
    int64_t flag = int64_t(provenance.instance.description.abi.exception_captured);
    return to.offset == LinearForm::ofConstant(flag) && to.root && origin(to.root) == origin(value);
  }

  /// Continues with a value, if it may have come from the source.
  void visit(const BasicBlock *block, const Instruction *from, const Value *value, bool counts) {
    if (value)
      value = rootOf(value);
    if (!value || web.values.contains(value))
      open.push_back({block, from, value, counts});
  }

  bool walk(State &state) {
    if (!state.value)
      return true;
    for (const Instruction *each = state.from; each && !isa<PHINode>(each); each = each->getPrevNode()) {
      if (!provenance.values.spend())
        return true;
      // Nothing after the mark can do harm, but the exception must not have been freed before the mark.
      if (isMark(*each, state.value))
        state.counts = false;
      state.counts |= isFree(*each);
      // The source may make another exception while one of an earlier iteration is followed.
      if (each != state.value)
        continue;
      if (each == &source)
        return state.counts;
      // The value is that of one of its operands.
      if (!isa<SelectInst, FreezeInst, ExtractValueInst, InsertValueInst>(each))
        return true;
      for (const Value *operand : each->operand_values())
        if (!isa<Constant>(operand))
          visit(state.block, each->getPrevNode(), operand, state.counts);
      return false;
    }
    if (state.block == &state.block->getParent()->getEntryBlock())
      return state.counts;
    auto *phi = dyn_cast<PHINode>(state.value);
    for (const BasicBlock *before : predecessors(state.block)) {
      const Value *value = phi && phi->getParent() == state.block ? phi->getIncomingValueForBlock(before) : state.value;
      auto *invoke = dyn_cast<InvokeInst>(before->getTerminator());
      bool counts = state.counts || (invoke && invoke->getUnwindDest() == state.block && isFree(*invoke, true));
      if (seen.insert({{before, value}, counts}).second)
        visit(before, before->getTerminator(), value, counts);
    }
    return false;
  }
};

} // namespace

/// Whether a use of an own exception gives it to nobody else, or is the last one that this function may make
/// of it.
static bool staysHere(const Use &use) {
  auto *user = use.getUser();
  if (isa<StoreInst>(user))
    return use.getOperandNo() == StoreInst::getPointerOperandIndex();
  return isa<LoadInst, ICmpInst, MemIntrinsic>(user) || isCallOf(*user, "swasm_exception_free") ||
         isCallOf(*user, "swasm_throw");
}

bool isOwnException(Provenance &provenance, const Value &source) {
  if (auto *argument = dyn_cast<Argument>(&source))
    return provenance.contractsOf().isLent(*argument);
  return isa<LandingPadInst>(source) || isCallOf(source, "swasm_exception_new");
}

const char *checkCaptured(Provenance &provenance, const Value &source) {
  const ExceptionWeb &web = webOf(provenance, source);
  SmallPtrSet<const User *, 4> borrowers;
  for (const Value *each : web.values)
    for (const Use &use : each->uses()) {
      const User *user = use.getUser();
      if (web.values.contains(user) || staysHere(use))
        continue;
      // It may be only one argument. Otherwise the callee could free it by one argument and use it by
      // another.
      if (borrower(provenance, use, false) && borrowers.insert(user).second)
        continue;
      if (WayBack(provenance, source).isUnmarked(each, *cast<Instruction>(user), false))
        return "an exception that is not marked as captured before somebody else gets it";
    }
  return web.isWhole ? nullptr : "the budget is used up";
}

/// Finds the values from which `root`, which is no address inside an exception, may have come. False if some
/// are not known.
static bool addSources(Provenance &provenance, const Value *root, SmallVectorImpl<const Value *> &found) {
  SmallVector<const Value *, 8> open = {root};
  SmallPtrSet<const Value *, 8> seen = {root};
  while (!open.empty()) {
    const Value *each = open.pop_back_val();
    if (!each || !provenance.values.spend())
      return false;
    if (!isa<PHINode, SelectInst, FreezeInst, ExtractValueInst, InsertValueInst>(each)) {
      found.push_back(each);
      continue;
    }
    for (const Value *operand : cast<Instruction>(each)->operand_values()) {
      const Value *next = operand->getType()->isPointerTy() ? provenance.resolve(operand).root : operand;
      bool isNothing = next && (isa<ConstantData>(next) || next->getType()->isIntegerTy());
      if (!isNothing && seen.insert(next).second)
        open.push_back(next);
    }
  }
  return true;
}

bool mayBeFreed(Provenance &provenance, const Value *exception, const Instruction &before) {
  const Value *root = provenance.resolve(exception).root;
  SmallVector<const Value *, 4> sources;
  return !addSources(provenance, root, sources) || any_of(sources, [&](const Value *source) {
    if (isOwnException(provenance, *source))
      return WayBack(provenance, *source).isUnmarked(root, before, true);
    return !isa<LoadInst, CallBase, Argument>(source);
  });
}

bool mayBeUnmarked(Provenance &provenance, const Value *given, const Instruction &before) {
  const Value *root = given->getType()->isPointerTy() ? provenance.resolve(given).root : given;
  // If sources are missing, the parameter counts as captured, and checkCaptured refuses the call in the
  // caller.
  SmallVector<const Value *, 4> sources;
  addSources(provenance, root, sources);
  return any_of(sources, [&](const Value *source) {
    return isOwnException(provenance, *source) && WayBack(provenance, *source).isUnmarked(root, before, false);
  });
}

} // namespace isolation
