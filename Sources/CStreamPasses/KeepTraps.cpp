// MarkLoads and ResolveMarks; what they are for is in KeepTraps.h.
#include "KeepTraps.h"

#include "GuestAccess.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace swasm {
namespace {

/// How many instructions are looked at behind a load; most are observed by the next.
constexpr unsigned observationLimit = 16;

/// Guest code has no inline assembly of its own.
bool isMark(const Instruction &instruction) {
  auto *call = dyn_cast<CallInst>(&instruction);
  if (!call)
    return false;
  return call->isInlineAsm() || call->getIntrinsicID() == Intrinsic::fake_use;
}

/// A use of `load` that no pass removes and that touches no memory anyone knows. Inlining would drop a fake use, so
/// the first round uses empty assembly.
void addMark(LoadInst &load, MarkRound round) {
  if (round != MarkRound::simplification)
    return addFakeUse(load);
  IRBuilder<> builder(load.getNextNode());
  builder.SetCurrentDebugLocation(load.getDebugLoc());
  auto *type = FunctionType::get(builder.getVoidTy(), {load.getType()}, false);
  auto *call = builder.CreateCall(InlineAsm::get(type, "", "X", true), {&load});
  call->setMemoryEffects(MemoryEffects::inaccessibleMemOnly());
  call->setDoesNotThrow();
  call->addFnAttr(Attribute::WillReturn);
}

/// Code generation follows the bits of single lanes, which IR's passes do not: what comes out may be known.
bool movesLanes(const Instruction &user) {
  return isa<ShuffleVectorInst>(user) || isa<ExtractElementInst>(user);
}

/// Whether unrolling may make `value` a constant: it depends on what a loop counts.
bool mayBecomeConstant(const Value *value, unsigned depth = 0) {
  if (isa<Constant>(value) || isa<Argument>(value))
    return false;
  auto *instruction = dyn_cast<Instruction>(value);
  if (instruction && isGuestLoad(*instruction))
    return false;
  if (!instruction || isa<PHINode>(instruction) || isa<SelectInst>(instruction) || depth > 4)
    return true;
  return !isa<CallBase>(instruction) &&
         any_of(instruction->operands(), [&](const Value *operand) { return mayBecomeConstant(operand, depth + 1); });
}

/// Whether the result of `user` depends on `value` whatever constants unrolling makes of the other operands. Those
/// that are constants now have been looked at by simplification.
bool keepsDependence(const Instruction &user, const Instruction &value) {
  switch (user.getOpcode()) {
  case Instruction::Add:
  case Instruction::Sub:
  case Instruction::Xor:
  case Instruction::FNeg:
  case Instruction::FAdd:
  case Instruction::FSub:
  case Instruction::FMul:
  case Instruction::FDiv: return true;
  case Instruction::PHI:
  case Instruction::Select:
  case Instruction::Call: return false;
  default:
    return !movesLanes(user) && none_of(user.operands(), [&](const Value *operand) {
      return operand != &value && mayBecomeConstant(operand);
    });
  }
}

/// Whether the result of `user` depends on `value`, and no pass finds out otherwise while the marks are there.
bool passesOn(const Instruction &user, const Instruction &value, MarkRound round) {
  if (isa<CastInst>(user) || isa<GetElementPtrInst>(user))
    return true;
  switch (round) {
  case MarkRound::simplification: return false;
  case MarkRound::vectorization:
  case MarkRound::unrolling: return keepsDependence(user, value);
  // Code generation turns a select into a branch and sinks what only one side needs.
  case MarkRound::codeGeneration:
    return !user.mayHaveSideEffects() && !isa<PHINode>(user) && !isa<SelectInst>(user) && !movesLanes(user);
  }
  return false;
}

/// Whether `user` needs `value` for good. A store may turn out useless before the loops are done, a branch when
/// both of its sides have become the same; the address of an access is needed by what makes the access useless.
bool observes(const Instruction &user, const Instruction &value, MarkRound round) {
  if (isGuestLoad(user))
    return true;
  if (auto *store = dyn_cast<StoreInst>(&user))
    return round != MarkRound::simplification || store->getPointerOperand() == &value;
  if (isa<PHINode>(user) || round == MarkRound::simplification)
    return false;
  if (user.isTerminator())
    return round == MarkRound::codeGeneration || user.getNumSuccessors() == 0;
  return user.mayHaveSideEffects();
}

/// Whether an effect of the same block depends on the load for as long as the marks of `round` are there.
bool isObserved(const LoadInst &load, MarkRound round) {
  SmallVector<const Instruction *, 16> work{&load};
  SmallPtrSet<const Instruction *, 16> seen;
  while (!work.empty() && seen.size() < observationLimit) {
    const Instruction *value = work.pop_back_val();
    for (const User *use : value->users()) {
      auto *user = cast<Instruction>(use);
      if (user->getParent() != load.getParent() || !seen.insert(user).second || isMark(*user))
        continue;
      if (observes(*user, *value, round))
        return true;
      if (passesOn(*user, *value, round))
        work.push_back(user);
    }
  }
  return false;
}

bool hasMark(const LoadInst &load) {
  return any_of(load.users(), [](const User *user) { return isMark(*cast<Instruction>(user)); });
}

/// Values that an effect or the flow of control depends on, marks apart.
SmallPtrSet<const Instruction *, 32> liveValues(Function &function) {
  SmallPtrSet<const Instruction *, 32> live;
  SmallVector<const Instruction *, 32> work;
  auto add = [&](const Instruction &instruction) {
    if (live.insert(&instruction).second)
      work.push_back(&instruction);
  };
  for (Instruction &instruction : instructions(function))
    if (!isMark(instruction) && (instruction.isTerminator() || instruction.mayHaveSideEffects()))
      add(instruction);
  while (!work.empty())
    for (const Use &operand : work.pop_back_val()->operands())
      if (auto *instruction = dyn_cast<Instruction>(operand.get()))
        add(*instruction);
  return live;
}

/// Whether a loop carries out the load again and again and only what follows the loop uses its value: LLVM would
/// move the load behind the loop, where it is carried out once.
bool isUsedOnlyBehindItsLoop(const LoadInst &load, const LoopInfo &loops) {
  const Loop *loop = loops.getLoopFor(load.getParent());
  return loop && none_of(load.users(), [&](const User *user) {
    auto *instruction = cast<Instruction>(user);
    return !isMark(*instruction) && loop->contains(instruction);
  });
}

/// Makes the guest loads volatile that `value` is made of and that nothing else needs.
void keepLoads(Value *value, const SmallPtrSet<const Instruction *, 32> &live,
               SmallPtrSet<const Instruction *, 32> &seen) {
  SmallVector<Value *, 8> work{value};
  while (!work.empty()) {
    auto *instruction = dyn_cast<Instruction>(work.pop_back_val());
    if (!instruction || live.contains(instruction) || !seen.insert(instruction).second)
      continue;
    if (isGuestLoad(*instruction))
      cast<LoadInst>(instruction)->setVolatile(true);
    for (Value *operand : instruction->operands())
      work.push_back(operand);
  }
}

} // namespace

void addFakeUse(LoadInst &load) {
  IRBuilder<> builder(load.getNextNode());
  builder.SetCurrentDebugLocation(load.getDebugLoc());
  builder.CreateIntrinsic(builder.getVoidTy(), Intrinsic::fake_use, {&load});
}

/// Whether the trap of `load` needs a mark. Code generation moves even a volatile load into a branch, when it has made
/// a conditional move of it.
static bool needsMark(const LoadInst &load, MarkRound round) {
  bool isGuest = round == MarkRound::codeGeneration ? !load.isAtomic() && !load.use_empty() && isGuestMemory(load)
                                                    : isGuestLoad(load);
  return isGuest && !hasMark(load) && !isObserved(load, round);
}

PreservedAnalyses MarkLoads::run(Function &function, FunctionAnalysisManager &analyses) {
  const LoopInfo *loops =
      round == MarkRound::vectorization ? &analyses.getResult<LoopAnalysis>(function) : nullptr;
  SmallVector<LoadInst *> loads;
  for (Instruction &instruction : instructions(function)) {
    auto *load = dyn_cast<LoadInst>(&instruction);
    if (!load || !needsMark(*load, round))
      continue;
    const Loop *loop = loops ? loops->getLoopFor(load->getParent()) : nullptr;
    // Only innermost loops are vectorised, and marks would prevent it.
    if (!loop || !loop->isInnermost())
      loads.push_back(load);
  }
  for (LoadInst *load : loads)
    addMark(*load, round);
  if (loads.empty())
    return PreservedAnalyses::all();
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

PreservedAnalyses PinLoads::run(Function &function, FunctionAnalysisManager &) {
  for (Instruction &instruction : instructions(function))
    if (isGuestLoad(instruction))
      cast<LoadInst>(instruction).setVolatile(true);
  return PreservedAnalyses::all();
}

PreservedAnalyses PinAccesses::run(Function &function, FunctionAnalysisManager &) {
  for (Instruction &instruction : instructions(function)) {
    if (isGuestLoad(instruction))
      cast<LoadInst>(instruction).setVolatile(true);
    // Globals and tables are seen after a trap as memory is, but reading them never traps.
    if (auto *store = dyn_cast<StoreInst>(&instruction))
      if (isGuestMemory(*store) || accessesMemory(*store, "global") || accessesMemory(*store, "table element"))
        store->setVolatile(true);
  }
  return PreservedAnalyses::all();
}

PreservedAnalyses ResolveMarks::run(Function &function, FunctionAnalysisManager &analyses) {
  SmallVector<Instruction *> marks;
  for (Instruction &instruction : instructions(function))
    if (isMark(instruction))
      marks.push_back(&instruction);
  if (marks.empty())
    return PreservedAnalyses::all();
  auto &loops = analyses.getResult<LoopAnalysis>(function);
  auto live = liveValues(function);
  SmallPtrSet<const Instruction *, 32> seen;
  for (Instruction *mark : marks) {
    Value *value = mark->getOperand(0);
    keepLoads(value, live, seen);
    if (auto *load = dyn_cast<LoadInst>(value); load && isGuestLoad(*load) && isUsedOnlyBehindItsLoop(*load, loops))
      load->setVolatile(true);
    mark->eraseFromParent();
  }
  PreservedAnalyses preserved;
  preserved.preserveSet<CFGAnalyses>();
  return preserved;
}

} // namespace swasm
