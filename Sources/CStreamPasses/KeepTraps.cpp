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

/// A use of `value` that no pass removes and that touches no memory anyone knows. The intrinsic would be
/// dropped with inlining, so the first round uses empty assembly; the last leaves no trace in machine code.
void addMark(LoadInst &load, MarkRound round) {
  IRBuilder<> builder(load.getNextNode());
  builder.SetCurrentDebugLocation(load.getDebugLoc());
  if (round == MarkRound::last) {
    builder.CreateIntrinsic(builder.getVoidTy(), Intrinsic::fake_use, {&load});
    return;
  }
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

/// Whether `value` reaches `user` unchanged in what can be told from it: no later simplification can find that
/// the result does not depend on it.
bool passesOn(const Instruction &user, MarkRound round) {
  // Code generation turns a select into a branch and sinks what only one side needs.
  if (round == MarkRound::last)
    return !user.mayHaveSideEffects() && !isa<PHINode>(user) && !isa<SelectInst>(user) && !movesLanes(user);
  return isa<CastInst>(user) || isa<GetElementPtrInst>(user);
}

/// Whether an effect of the same block depends on the load. Before inlining and simplification only accesses of
/// memory count; at the end everything that is executed does.
bool isObserved(const LoadInst &load, MarkRound round) {
  SmallVector<const Instruction *, 16> work{&load};
  SmallPtrSet<const Instruction *, 16> seen;
  while (!work.empty() && seen.size() < observationLimit) {
    const Instruction *value = work.pop_back_val();
    for (const User *use : value->users()) {
      auto *user = cast<Instruction>(use);
      if (user->getParent() != load.getParent() || !seen.insert(user).second || isMark(*user))
        continue;
      if (isa<StoreInst>(user) || isGuestLoad(*user))
        return true;
      if (round == MarkRound::last && !isa<PHINode>(user) && (user->isTerminator() || user->mayHaveSideEffects()))
        return true;
      if (passesOn(*user, round))
        work.push_back(user);
    }
  }
  return false;
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

PreservedAnalyses MarkLoads::run(Function &function, FunctionAnalysisManager &) {
  SmallVector<LoadInst *> loads;
  for (Instruction &instruction : instructions(function))
    if (isGuestLoad(instruction) && !isObserved(cast<LoadInst>(instruction), round))
      loads.push_back(cast<LoadInst>(&instruction));
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
