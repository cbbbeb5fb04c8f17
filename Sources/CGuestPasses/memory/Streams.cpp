// Duplicates innermost loops, and splits the address streams of the loop that runs after their ranges were
// compared. Streams.h says why that is sound. The numbers in comments here refer to it.
#include "Streams.h"

#include "CGuestIR.h"
#include "LoopCopy.h"
#include "LoopSteps.h"
#include "StreamAccess.h"
#include "swasm_abi.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/MDBuilder.h"
#include "llvm/Transforms/Utils/LoopUtils.h"
#include "llvm/Transforms/Utils/ScalarEvolutionExpander.h"

using namespace llvm;

namespace swasm {
namespace {

/// A loop with more streams than this would spend too much on comparing them.
constexpr size_t mostStreams = 16;
/// The duplicate of a larger loop is not worth its size.
constexpr unsigned mostInstructions = 1000;
/// More than every 32-bit number. Indices, and counters times steps, are less than this.
constexpr uint64_t indexLimit = 1ull << 32;

/// To compare more pairs of streams would cost more than it gains.
constexpr size_t mostPairs = 12;
/// A loop over v128 with fewer iterations is not worth splitting into lanes (UnpackLanes.h).
constexpr uint64_t fewestVectors = 8;

constexpr uint64_t bytesBehindBase = offsetof(swasm_memory, bytes) - offsetof(swasm_memory, base);

/// Accesses at constant distances from each other.
struct Stream {
  SmallVector<StreamAccess *> accesses; // the first is the lowest, if static offsets are left aside
  Value *start = nullptr;               // i64, of the first access
  Value *root = nullptr;                // its address before the loop
  Value *low = nullptr, *high = nullptr; // addresses (i64): the begin and the end of all that it accesses

  const StreamAccess &first() const { return *accesses.front(); }
  /// From the stream's start to where the access begins, in bytes.
  uint64_t distance(const StreamAccess &access) const {
    uint64_t beyond = access.constant - first().constant;
    return (access.isWide() ? beyond : uint32_t(beyond)) + access.offset;
  }
  bool hasStores() const {
    return any_of(accesses, [](auto *access) { return isa<StoreInst>(access->instruction); });
  }
  uint64_t extent() const {
    uint64_t most = 0;
    for (const StreamAccess *access : accesses)
      most = std::max(most, distance(*access) + access->bytes);
    return most;
  }
};

/// Divides accesses with equal starts into streams whose distances are below the limit (4).
void divide(SmallVector<StreamAccess *> &accesses, SmallVector<Stream> &streams) {
  bool isWide = accesses.front()->isWide();
  auto gap = [&](const StreamAccess *from, const StreamAccess *to) {
    uint64_t distance = to->constant - from->constant;
    return isWide ? distance : uint64_t(uint32_t(distance));
  };
  sort(accesses, [](auto *a, auto *b) { return std::tie(a->constant, a) < std::tie(b->constant, b); });
  // Constants wrap around: -4 comes right before 0. So begin after a gap.
  size_t count = accesses.size(), begin = 0;
  while (begin < count && gap(accesses[(begin + count - 1) % count], accesses[begin]) < streamStepLimit && count > 1)
    begin++;
  const StreamAccess *lowest = nullptr;
  for (size_t i = 0; i < count; i++) {
    StreamAccess *access = accesses[(begin + i) % count];
    if (!lowest || gap(lowest, access) >= streamStepLimit) {
      streams.emplace_back();
      lowest = access;
    }
    streams.back().accesses.push_back(access);
  }
}

class LoopStreams {
public:
  LoopStreams(Loop &loop, LoopInfo &loops, ScalarEvolution &evolution, DominatorTree &dominators)
      : loop(loop), loops(loops), evolution(evolution), dominators(dominators), expander(evolution, "stream"),
        accesses(loop, evolution) {}

  bool run();

private:
  bool isWorthIt();
  bool count();
  bool canExpand(const SCEV *value) {
    return expander.isSafeToExpandAt(value, loop.getLoopPreheader()->getTerminator());
  }
  void collectStreams();
  Value *expand(const SCEV *value);
  Value *memoryBytes(LoadInst &base);
  Value *check(IRBuilder<> &builder);
  Value *checkStream(IRBuilder<> &builder, Stream &stream);
  bool storesVectors() const;
  SmallVector<std::pair<Stream *, Stream *>> pairs();
  Value *checkApart(IRBuilder<> &builder, Stream &one, Stream &other);
  void findRange(IRBuilder<> &builder, Stream &stream);
  void makeRoots();
  void countIterations();
  void rewrite(const Stream &stream, StreamAccess &access);

  Loop &loop;
  LoopInfo &loops;
  ScalarEvolution &evolution;
  DominatorTree &dominators;
  SCEVExpander expander;
  StreamAccesses accesses;
  SmallVector<Stream> streams;
  const SCEV *backedges = nullptr;
  SmallVector<const SCEVPredicate *, 4> predicates; // of `backedges`
  Value *backedgeCount = nullptr;                   // n, i64
  PHINode *counter = nullptr;                       // k, i64
  bool rootsApart = false;
  MapVector<LoadInst *, Value *> sizes;
};

bool LoopStreams::isWorthIt() {
  unsigned instructions = 0;
  for (BasicBlock *block : loop.blocks())
    instructions += block->size();
  return instructions <= mostInstructions;
}

/// Finds the number of iterations.
bool LoopStreams::count() {
  backedges = evolution.getBackedgeTakenCount(&loop);
  if (isa<SCEVCouldNotCompute>(backedges))
    backedges = evolution.getPredicatedBackedgeTakenCount(&loop, predicates);
  return !isa<SCEVCouldNotCompute>(backedges) && backedges->getType()->isIntegerTy() &&
         backedges->getType()->getIntegerBitWidth() <= 64 && canExpand(backedges);
}

void LoopStreams::collectStreams() {
  MapVector<std::tuple<LoadInst *, const SCEV *, int64_t>, SmallVector<StreamAccess *>> groups;
  for (StreamAccess &access : accesses.affine)
    groups[{access.base, access.start, access.step}].push_back(&access);
  for (auto &group : groups)
    divide(group.second, streams);
}

Value *LoopStreams::expand(const SCEV *value) {
  IRBuilder<> builder(loop.getLoopPreheader()->getTerminator());
  Value *expanded = expander.expandCodeFor(value, value->getType(), builder.GetInsertPoint());
  return builder.CreateZExt(expanded, builder.getInt64Ty());
}

/// The size of the memory, as it is before the loop. The field follows that of the base.
Value *LoopStreams::memoryBytes(LoadInst &base) {
  Value *&size = sizes[&base];
  if (size)
    return size;
  IRBuilder<> builder(loop.getLoopPreheader()->getTerminator());
  Value *field = builder.CreatePtrAdd(base.getPointerOperand(), builder.getInt64(bytesBehindBase));
  auto *load = builder.CreateAlignedLoad(builder.getInt64Ty(), field, Align(8), "memory.bytes");
  // The load has the same metadata as those of Lowering, so that it can be moved out of outer loops.
  MDBuilder metadata(base.getContext());
  auto *type = metadata.createTBAANode(SWASM_IR_INSTANCE, metadata.createTBAARoot(SWASM_IR_TBAA_ROOT));
  load->setMetadata(LLVMContext::MD_tbaa, metadata.createTBAAStructTagNode(type, type, 0));
  return size = load;
}

Value *LoopStreams::checkStream(IRBuilder<> &builder, Stream &stream) {
  const StreamAccess &first = stream.first();
  const SCEV *constant = evolution.getConstant(APInt(evolution.getTypeSizeInBits(first.start->getType()), first.constant));
  stream.start = expand(evolution.getAddExpr(first.start, constant));
  Value *size = memoryBytes(*first.base);
  Value *reach = builder.CreateMul(backedgeCount, builder.getInt64(uint64_t(std::abs(first.step))));
  Value *extent = builder.getInt64(stream.extent());
  Value *inside = nullptr;
  if (first.step >= 0) {
    Value *end = builder.CreateAdd(stream.start, first.step == 0 ? extent : builder.CreateAdd(reach, extent), "end");
    inside = builder.CreateICmpULE(end, size, "inside");
  } else {
    Value *above = builder.CreateICmpUGE(stream.start, reach, "above");
    Value *end = builder.CreateAdd(stream.start, extent, "end");
    inside = builder.CreateAnd(above, builder.CreateICmpULE(end, size, "inside"));
  }
  if (first.isWide())
    inside = builder.CreateAnd(builder.CreateICmpULT(stream.start, builder.getInt64(indexLimit)), inside);
  return inside;
}

bool LoopStreams::storesVectors() const {
  return any_of(accesses.affine, [](const StreamAccess &access) {
    auto *store = dyn_cast<StoreInst>(access.instruction);
    return store && store->getValueOperand()->getType()->isVectorTy();
  });
}

/// The pairs of streams whose accesses may have to stay in order.
SmallVector<std::pair<Stream *, Stream *>> LoopStreams::pairs() {
  SmallVector<std::pair<Stream *, Stream *>> result;
  for (Stream &one : streams)
    for (Stream &other : streams)
      if (&one < &other && (one.hasStores() || other.hasStores()))
        result.push_back({&one, &other});
  return result;
}

void LoopStreams::findRange(IRBuilder<> &builder, Stream &stream) {
  if (stream.low)
    return;
  const StreamAccess &first = stream.first();
  Value *base = builder.CreatePtrToInt(first.base, builder.getInt64Ty());
  Value *start = builder.CreateAdd(base, stream.start);
  Value *reach = builder.CreateMul(backedgeCount, builder.getInt64(uint64_t(std::abs(first.step))));
  stream.low = first.step < 0 ? builder.CreateSub(start, reach, "low") : start;
  Value *end = builder.CreateAdd(start, builder.getInt64(stream.extent()));
  stream.high = first.step > 0 ? builder.CreateAdd(end, reach, "high") : end;
}

/// True at run time if two streams access no common byte. Two memories may be the same one, so addresses are
/// compared.
Value *LoopStreams::checkApart(IRBuilder<> &builder, Stream &one, Stream &other) {
  findRange(builder, one);
  findRange(builder, other);
  Value *isBefore = builder.CreateICmpULE(one.high, other.low);
  return builder.CreateOr(isBefore, builder.CreateICmpULE(other.high, one.low), "apart");
}

/// True at run time if every access of the loop is inside its memory.
Value *LoopStreams::check(IRBuilder<> &builder) {
  backedgeCount = expand(backedges);
  uint64_t largest = 1;
  for (const Stream &stream : streams)
    largest = std::max(largest, uint64_t(std::abs(stream.first().step)));
  Value *holds = builder.CreateICmpULT(backedgeCount, builder.getInt64(indexLimit / largest), "countable");
  for (const SCEVPredicate *predicate : predicates) {
    Value *fails = expander.expandCodeForPredicate(predicate, loop.getLoopPreheader()->getTerminator());
    holds = builder.CreateAnd(holds, builder.CreateNot(fails));
  }
  for (Stream &stream : streams)
    holds = builder.CreateAnd(holds, checkStream(builder, stream));
  if (auto found = pairs(); storesVectors() && found.size() <= mostPairs) {
    rootsApart = true;
    holds = builder.CreateAnd(holds, builder.CreateICmpUGE(backedgeCount, builder.getInt64(fewestVectors - 1)));
    for (auto [one, other] : found)
      holds = builder.CreateAnd(holds, checkApart(builder, *one, *other));
  }
  for (const BoundedTouch &bounded : accesses.bounded)
    holds = builder.CreateAnd(
        holds, builder.CreateICmpULE(builder.getInt64(bounded.end), memoryBytes(*bounded.base), "inside"));
  return holds;
}

/// root = base + zext(a), as an object that dependence analysis keeps apart from every other.
void LoopStreams::makeRoots() {
  IRBuilder<> builder(loop.getLoopPreheader()->getTerminator());
  for (Stream &stream : streams) {
    LoadInst *base = stream.first().base;
    Value *address = builder.CreateAdd(builder.CreatePtrToInt(base, builder.getInt64Ty()), stream.start, "root.address");
    stream.root = builder.CreateIntToPtr(address, base->getType(), "root");
  }
}

/// Makes the loop end by a counter of its own (5).
void LoopStreams::countIterations() {
  BasicBlock *latch = loop.getLoopLatch(), *preheader = loop.getLoopPreheader();
  IRBuilder<> builder(preheader->getTerminator());
  Value *iterations = builder.CreateAdd(backedgeCount, builder.getInt64(1), "iterations");
  builder.SetInsertPoint(loop.getHeader(), loop.getHeader()->begin());
  counter = builder.CreatePHI(builder.getInt64Ty(), 2, "k");
  auto *branch = cast<BranchInst>(latch->getTerminator());
  builder.SetInsertPoint(branch);
  Value *next = builder.CreateAdd(counter, builder.getInt64(1), "k.next");
  counter->addIncoming(builder.getInt64(0), preheader);
  counter->addIncoming(next, latch);
  bool againIsFirst = branch->getSuccessor(0) == loop.getHeader();
  branch->setCondition(againIsFirst ? builder.CreateICmpULT(next, iterations, "again")
                                    : builder.CreateICmpUGE(next, iterations, "done"));
}

void LoopStreams::rewrite(const Stream &stream, StreamAccess &access) {
  if (access.isTouch()) {
    access.instruction->eraseFromParent();
    return;
  }
  IRBuilder<> builder(access.instruction);
  Value *address = stream.root;
  if (access.step != 0) {
    Value *way = builder.CreateMul(counter, builder.getInt64(uint64_t(access.step)), "way");
    address = builder.CreatePtrAdd(address, way, "stream.address");
  }
  if (uint64_t distance = stream.distance(access))
    address = builder.CreatePtrAdd(address, builder.getInt64(distance), "address");
  access.instruction->setOperand(isa<LoadInst>(access.instruction) ? 0 : 1, address);
}

bool LoopStreams::run() {
  if (!loop.isInnermost() || !isCopyable(loop, dominators) || !isWorthIt() || !count() || !accesses.collect())
    return false;
  collectStreams();
  if (streams.size() > mostStreams || any_of(streams, [&](const Stream &stream) { return !canExpand(stream.first().start); }))
    return false;
  IRBuilder<> builder(loop.getLoopPreheader()->getTerminator());
  Value *condition = check(builder);
  evolution.forgetTopmostLoop(&loop);
  copyLoop(loop, condition, loops, dominators);
  if (rootsApart)
    addStringMetadataToLoop(&loop, rootsApartName, 1);
  makeRoots();
  countIterations();
  for (const Stream &stream : streams)
    for (StreamAccess *access : stream.accesses)
      rewrite(stream, *access);
  for (const BoundedTouch &bounded : accesses.bounded)
    bounded.touch->eraseFromParent();
  return true;
}

} // namespace

PreservedAnalyses SplitStreams::run(Function &function, FunctionAnalysisManager &analyses) {
  if (function.hasFnAttribute(SWASM_IR_NO_STREAMS))
    return PreservedAnalyses::all();
  auto &loops = analyses.getResult<LoopAnalysis>(function);
  auto &evolution = analyses.getResult<ScalarEvolutionAnalysis>(function);
  auto &dominators = analyses.getResult<DominatorTreeAnalysis>(function);
  bool changed = false;
  for (Loop *loop : loops.getLoopsInPreorder())
    changed |= LoopStreams(*loop, loops, evolution, dominators).run();
  return changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}

} // namespace swasm
