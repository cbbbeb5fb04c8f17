// Splits the address streams of innermost loops; the argument that this is sound is in Streams.h, and the
// numbers in comments here refer to it.
#include "Streams.h"
#include "GuestAccess.h"

#include "llvm/ADT/MapVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"

using namespace llvm;

namespace swasm {
namespace {

/// An access with its address taken apart: base + zext(index) + offset.
struct Access {
  Instruction *instruction;
  const SCEV *base;
  const SCEV *index;      // i32, or i64 where scalar evolution itself has proved that nothing wraps
  uint64_t offset;        // in bytes
  const SCEV *start = {}; // of the index, without its constant part; equal starts make one stream
  int64_t step = 0;       // 0: the address does not vary in the loop
  uint64_t constant = 0;  // of the start, modulo 2^32 (i32) or 2^64

  bool isExact() const { return index->getType()->isIntegerTy(64); }
};

class LoopStreams {
public:
  LoopStreams(Loop &loop, ScalarEvolution &evolution, DominatorTree &dominators)
      : loop(loop), evolution(evolution), dominators(dominators), expander(evolution, "stream"),
        preheader(loop.getLoopPreheader()) {}

  bool run();

private:
  using Stream = SmallVector<Access *>;

  bool takeApart(Instruction &instruction, Access &access);
  bool classify(Access &access);
  bool isBoundTo(const Access &access, const Access &leader);
  bool runsInEveryIteration(const Access &access);
  bool isAnchored(const Stream &stream);
  Access *findLeader(const Stream &stream);
  void rewriteStream(Stream stream);
  void rewriteExact(Access &access);
  void rewrite(Access &access, Value *object, uint64_t distance);
  Value *objectFor(const Access &access, uint64_t constant);
  Value *inductionFor(int64_t step);

  Loop &loop;
  ScalarEvolution &evolution;
  DominatorTree &dominators;
  SCEVExpander expander;
  BasicBlock *preheader;
  std::optional<bool> straight; // nothing in the loop may fail to reach the next instruction
  SmallVector<BasicBlock *> exiting;
  DenseMap<const SCEV *, Value *> objects;
  DenseMap<int64_t, Value *> inductions;
  bool changed = false;
};

/// Finds base, index and offset in the address, however gep and add have been regrouped on the way.
bool LoopStreams::takeApart(Instruction &instruction, Access &access) {
  const SCEV *address = evolution.getSCEV(getLoadStorePointerOperand(&instruction));
  const SCEV *base = evolution.getPointerBase(address);
  if (!isa<SCEVUnknown>(base) || !evolution.isLoopInvariant(base, &loop))
    return false;
  const SCEV *rest = evolution.removePointerBase(address);
  if (!rest->getType()->isIntegerTy(64))
    return false;
  access = {&instruction, base, nullptr, 0};
  auto takeTerm = [&](const SCEV *term) {
    if (auto *constant = dyn_cast<SCEVConstant>(term)) {
      access.offset += constant->getAPInt().getZExtValue();
      return true;
    }
    if (access.index)
      return false;
    if (auto *extension = dyn_cast<SCEVZeroExtendExpr>(term)) {
      access.index = extension->getOperand();
      return access.index->getType()->isIntegerTy(32);
    }
    access.index = term;
    return true;
  };
  if (auto *sum = dyn_cast<SCEVAddExpr>(rest)) {
    for (const SCEV *term : sum->operands())
      if (!takeTerm(term))
        return false;
  } else if (!takeTerm(rest))
    return false;
  // A static offset is a 32-bit number; anything larger was not made by Lowering.
  return access.index && access.offset < (1ull << 32) + streamStepLimit;
}

/// The constant summand of a start, also of one that varies in outer loops.
APInt constantPart(const SCEV *start) {
  while (auto *recurrence = dyn_cast<SCEVAddRecExpr>(start))
    start = recurrence->getStart();
  if (auto *sum = dyn_cast<SCEVAddExpr>(start))
    start = sum->getOperand(0);
  if (auto *constant = dyn_cast<SCEVConstant>(start))
    return constant->getAPInt();
  return APInt(start->getType()->getIntegerBitWidth(), 0);
}

/// Splits the index into start, constant and step. False where it is neither invariant nor a stream (1).
bool LoopStreams::classify(Access &access) {
  const SCEV *start = access.index;
  // The recurrence of an outer loop does not vary in this one.
  if (auto *recurrence = dyn_cast<SCEVAddRecExpr>(access.index); recurrence && recurrence->getLoop() == &loop) {
    if (!recurrence->isAffine())
      return false;
    auto *step = dyn_cast<SCEVConstant>(recurrence->getStepRecurrence(evolution));
    if (!step || step->getAPInt().abs().uge(streamStepLimit))
      return false;
    access.step = step->getAPInt().getSExtValue();
    start = recurrence->getStart();
  }
  if (!evolution.isLoopInvariant(start, &loop) || !expander.isSafeToExpandAt(start, preheader->getTerminator()))
    return false;
  const APInt constant = constantPart(start);
  access.constant = constant.getZExtValue();
  access.start = evolution.getMinusSCEV(start, evolution.getConstant(constant));
  return true;
}

/// True where `access` cannot run in an iteration in which `leader` does not (4).
bool LoopStreams::isBoundTo(const Access &access, const Access &leader) {
  if (dominators.dominates(leader.instruction, access.instruction))
    return true;
  if (!straight) {
    straight = all_of(loop.blocks(), [](BasicBlock *block) {
      return all_of(*block, [](Instruction &i) {
        return i.isTerminator() ? isa<BranchInst, SwitchInst>(i) : isGuaranteedToTransferExecutionToSuccessor(&i);
      });
    });
  }
  auto *block = leader.instruction->getParent();
  return *straight && all_of(exiting, [&](BasicBlock *exit) { return dominators.dominates(block, exit); });
}

bool LoopStreams::runsInEveryIteration(const Access &access) {
  return dominators.dominates(access.instruction->getParent(), loop.getLoopLatch());
}

/// True where even accesses that run in some iterations only stay inside the reservation (6): the loop is short,
/// or a store of the stream, which no pass deletes, runs in every iteration.
bool LoopStreams::isAnchored(const Stream &stream) {
  uint64_t step = uint64_t(std::abs(stream.front()->step));
  if (auto *most = dyn_cast<SCEVConstant>(evolution.getConstantMaxBackedgeTakenCount(&loop)))
    if (most->getAPInt().ule(streamStepLimit * streamLanesLimit / step))
      return true;
  return any_of(stream, [&](const Access *access) {
    return isa<StoreInst>(access->instruction) && runsInEveryIteration(*access);
  });
}

/// How far `access` is beyond `leader`, in bytes, before the static offset; negative where it is before it.
int64_t distance(const Access &access, const Access &leader) {
  return int32_t(uint32_t(access.constant) - uint32_t(leader.constant));
}

/// The lowest access that may lead (1, 3), so that the distances of the others are not negative.
Access *LoopStreams::findLeader(const Stream &stream) {
  Access *best = nullptr;
  for (Access *access : stream)
    if (runsInEveryIteration(*access) && (access->step > 0 || access->offset == 0) &&
        (!best || distance(*access, *best) < 0))
      best = access;
  return best;
}

Value *LoopStreams::inductionFor(int64_t step) {
  Value *&induction = inductions[step];
  if (induction)
    return induction;
  IRBuilder<> builder(&loop.getHeader()->front());
  auto *phi = builder.CreatePHI(builder.getInt64Ty(), 2, "stream");
  builder.SetInsertPoint(loop.getLoopLatch()->getTerminator());
  // No loop runs long enough to wrap 64 bits with a step below 2^16, not even one without an access.
  auto *next = builder.CreateAdd(phi, builder.getInt64(uint64_t(step)), "stream.next", step > 0, true);
  phi->addIncoming(builder.getInt64(0), preheader);
  phi->addIncoming(next, loop.getLoopLatch());
  return induction = phi;
}

/// base + zext(start + constant), as an object that dependence analysis keeps apart from every other.
Value *LoopStreams::objectFor(const Access &access, uint64_t constant) {
  const SCEV *from = evolution.getAddExpr(access.start, evolution.getConstant(access.start->getType(), constant));
  Type *i64 = Type::getInt64Ty(preheader->getContext());
  const SCEV *whole = evolution.getAddExpr(evolution.getPtrToIntExpr(access.base, i64),
                                           evolution.getNoopOrZeroExtend(from, i64));
  Value *&object = objects[whole];
  if (object)
    return object;
  Instruction *before = preheader->getTerminator();
  IRBuilder<> builder(before);
  Value *index = expander.expandCodeFor(from, from->getType(), before->getIterator());
  builder.SetInsertPoint(before);
  auto *base = cast<SCEVUnknown>(access.base)->getValue();
  Value *sum = builder.CreateAdd(builder.CreatePtrToInt(base, i64), builder.CreateZExt(index, i64), "root.address");
  return object = builder.CreateIntToPtr(sum, base->getType(), "root");
}

void LoopStreams::rewrite(Access &access, Value *object, uint64_t distance) {
  IRBuilder<> builder(access.instruction);
  Value *address = object;
  if (access.step != 0)
    address = builder.CreateGEP(builder.getInt8Ty(), address, inductionFor(access.step), "stream.address");
  if (distance != 0)
    address = builder.CreateGEP(builder.getInt8Ty(), address, builder.getInt64(distance), "address");
  access.instruction->setOperand(isa<LoadInst>(access.instruction) ? 0 : 1, address);
  changed = true;
}

void LoopStreams::rewriteStream(Stream stream) {
  while (Access *leader = findLeader(stream)) {
    bool anchored = isAnchored(stream);
    Value *object = nullptr;
    Stream others;
    for (Access *access : stream) {
      int64_t beyond = distance(*access, *leader);
      bool same = access == leader || (beyond == 0 && access->step > 0);
      bool equal = same || (beyond >= 0 && beyond < int64_t(streamStepLimit) && isBoundTo(*access, *leader));
      if (!equal || !(anchored || runsInEveryIteration(*access))) {
        others.push_back(access);
        continue;
      }
      if (!object)
        object = objectFor(*leader, leader->constant);
      rewrite(*access, object, uint64_t(beyond) + access->offset);
    }
    stream = std::move(others);
  }
}

/// An address that does not vary, or one that scalar evolution knows in 64 bits: it is what it is (7).
void LoopStreams::rewriteExact(Access &access) {
  if (access.isExact())
    rewrite(access, objectFor(access, 0), access.constant + access.offset);
  else
    rewrite(access, objectFor(access, access.constant), access.offset);
}

bool LoopStreams::run() {
  if (!preheader || !loop.getLoopLatch() || !loop.isInnermost())
    return false;
  loop.getExitingBlocks(exiting);
  SmallVector<Access> accesses;
  for (BasicBlock *block : loop.blocks())
    for (Instruction &instruction : *block) {
      Access access;
      if (isGuardedAccess(instruction) && takeApart(instruction, access) && classify(access))
        accesses.push_back(access);
    }
  if (none_of(accesses, [](const Access &access) { return access.step != 0; }))
    return false;
  MapVector<std::tuple<const SCEV *, const SCEV *, int64_t>, Stream> streams;
  for (Access &access : accesses) {
    if (access.step == 0 || access.isExact())
      rewriteExact(access);
    else
      streams[{access.base, access.start, access.step}].push_back(&access);
  }
  for (auto &entry : streams)
    rewriteStream(entry.second);
  return changed;
}

/// Condition 5: the farthest address that a lane can form lies in the reservation.
bool reservationCovers(const swasm_optimize_options &options) {
  uint64_t ahead = streamLanesLimit * streamStepLimit;
  uint64_t widest = (1ull << 33) + 2 * streamStepLimit;
  return options.guard_before_bytes >= ahead && options.guard_span_bytes >= widest + ahead;
}

} // namespace

PreservedAnalyses SplitStreams::run(Function &function, FunctionAnalysisManager &analyses) {
  if (!reservationCovers(options))
    return PreservedAnalyses::all();
  auto &loops = analyses.getResult<LoopAnalysis>(function);
  auto &evolution = analyses.getResult<ScalarEvolutionAnalysis>(function);
  auto &dominators = analyses.getResult<DominatorTreeAnalysis>(function);
  bool changed = false;
  for (Loop *loop : loops.getLoopsInPreorder())
    changed |= LoopStreams(*loop, evolution, dominators).run();
  return changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}

} // namespace swasm
