// CopyDispatch. DispatchCopies.h says why it exists.
//
// The tail of a loop is its dispatch (a block that ends in a switch) and the blocks that only lead to it.
// Several cases of the interpreter end in the same such block ("store the result; next"). Every way into the
// tail from the rest of the loop gets a copy of the code that it would run there.
#include "DispatchCopies.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/SSAUpdater.h"

#include <memory>
#include <vector>

using namespace llvm;

namespace swasm {
namespace {

/// With fewer ways back or fewer targets, one jump is predicted well enough.
constexpr unsigned fewestWays = 4, fewestTargets = 6;
/// The most entries of all tables of a dispatch. Each copy has its own table, with four bytes for each entry.
/// An interpreter of 64 instructions, most with one edge back, has 4096 entries. The cache only needs those
/// entries of a table that are used after the copy's instruction.
constexpr uint64_t mostEntries = 16384;
/// Sparser cases become comparisons instead of a table.
constexpr uint64_t mostEntriesPerCase = 4;
/// The most instructions of a block of the tail, without phis, and of one path through the tail, with phis.
constexpr unsigned mostInstructions = 12, mostOnWay = 24;
/// The most that one dispatch may cost (`Copier::cost`), and all dispatches of a module.
constexpr uint64_t mostCost = 1 << 19, mostCostOfModule = 1 << 21;
/// Each dispatch needs phis for the values of all the others.
constexpr unsigned mostDispatches = 8;

bool canBeCopied(const BasicBlock &block) {
  unsigned count = 0;
  for (const Instruction &instruction : block) {
    if (isa<PHINode>(instruction))
      continue;
    auto *call = dyn_cast<CallBase>(&instruction);
    if (call && (call->isConvergent() || call->cannotDuplicate() || !isa<IntrinsicInst>(call)))
      return false;
    if (instruction.getType()->isTokenTy() || ++count > mostInstructions)
      return false;
  }
  return !block.isEHPad() && !block.hasAddressTaken();
}

/// How many entries a table of the cases has.
uint64_t tableSize(const SwitchInst &cases) {
  APInt least = cases.case_begin()->getCaseValue()->getValue(), most = least;
  for (auto &item : cases.cases()) {
    least = APIntOps::smin(least, item.getCaseValue()->getValue());
    most = APIntOps::smax(most, item.getCaseValue()->getValue());
  }
  return SaturatingAdd((most - least).getLimitedValue(), uint64_t(1));
}

class Copier {
public:
  Copier(Loop &loop, BasicBlock &dispatch)
      : loop(loop), dispatch(dispatch), cases(*cast<SwitchInst>(dispatch.getTerminator())) {}

  /// Copies, and takes the cost from `budget`. False if it copied nothing.
  bool run(uint64_t &budget) {
    if (!canBeCopied(dispatch) || !hasManyTargets())
      return false;
    findTail();
    findWays();
    if (ways.size() < fewestWays || !isDense() || cost() > std::min(mostCost, budget))
      return false;
    budget -= cost();
    findPassedOn();
    for (auto [from, position] : ways)
      copyWay(*from, position);
    for (BasicBlock *block : tail)
      for (Instruction &instruction : *block)
        repair(instruction);
    return true;
  }

private:
  /// The code of the way from a block through the tail, and the values that replace the tail's values after
  /// it.
  struct Copy {
    BasicBlock *from, *block;
    DenseMap<Value *, Value *> values;
  };

  Loop &loop;
  BasicBlock &dispatch;
  SwitchInst &cases;
  SmallSetVector<BasicBlock *, 8> tail;
  /// Blocks before the tail, and the number of their successor that is in the tail.
  SmallSetVector<std::pair<BasicBlock *, unsigned>, 32> ways;
  /// The values that the dispatch passes on to phis, for each of its edges.
  SmallVector<std::pair<PHINode *, Value *>, 32> passedOn;
  std::vector<std::unique_ptr<Copy>> copies;

  bool hasManyTargets() {
    SmallPtrSet<BasicBlock *, 16> targets(succ_begin(&dispatch), succ_end(&dispatch));
    return targets.size() >= fewestTargets;
  }

  void findTail() {
    tail.insert(&dispatch);
    for (unsigned i = 0; i < tail.size(); i++)
      for (BasicBlock *block : predecessors(tail[i]))
        if (loop.contains(block) && !tail.contains(block) && leadsOnly(*block) && lengthFrom(*block) <= mostOnWay)
          tail.insert(block);
  }

  /// Whether several ways share a block that leads to the tail.
  bool leadsOnly(BasicBlock &block) {
    if (!isa<BranchInst>(block.getTerminator()) || !block.getSingleSuccessor() || !canBeCopied(block))
      return false;
    SmallPtrSet<BasicBlock *, 8> before;
    for (BasicBlock *each : predecessors(&block))
      if (isa<BranchInst>(each->getTerminator()))
        before.insert(each);
    return before.size() >= 2;
  }

  size_t lengthFrom(BasicBlock &block) {
    size_t length = block.size();
    for (BasicBlock *at = &block; at != &dispatch; length += at->size())
      at = at->getSingleSuccessor();
    return length;
  }

  void findWays() {
    for (BasicBlock *block : tail)
      for (BasicBlock *before : predecessors(block)) {
        auto *branch = dyn_cast<BranchInst>(before->getTerminator());
        if (!branch || !loop.contains(before) || tail.contains(before))
          continue;
        for (unsigned i = 0; i < branch->getNumSuccessors(); i++)
          if (branch->getSuccessor(i) == block)
            ways.insert({before, i});
      }
  }

  bool isDense() {
    uint64_t entries = tableSize(cases);
    return entries <= cases.getNumCases() * mostEntriesPerCase && entries <= mostEntries / ways.size();
  }

  /// Counts an edge for each copy and case, and an entry in each phi there. Each value of the tail may become
  /// a phi.
  uint64_t cost() {
    uint64_t values = 0, entries = 0;
    for (BasicBlock *block : tail)
      values += block->size();
    for (BasicBlock *next : successors(&dispatch))
      entries += 1 + values + range_size(next->phis());
    return entries * ways.size();
  }

  void findPassedOn() {
    DenseMap<PHINode *, Value *> found;
    for (BasicBlock *next : successors(&dispatch))
      for (PHINode &phi : next->phis()) {
        Value *&value = found[&phi];
        value = value ? value : phi.getIncomingValueForBlock(&dispatch);
        passedOn.push_back({&phi, value});
      }
  }

  void copyWay(BasicBlock &from, unsigned position) {
    auto copy = std::make_unique<Copy>();
    Instruction *end = from.getTerminator();
    copy->from = &from;
    copy->block =
        BasicBlock::Create(from.getContext(), dispatch.getName() + ".copy", from.getParent(), from.getNextNode());
    BasicBlock *before = &from;
    for (BasicBlock *at = end->getSuccessor(position);; before = at, at = at->getSingleSuccessor()) {
      copyBlock(*at, *before, *copy);
      if (at == &dispatch)
        break;
    }
    end->getSuccessor(position)->removePredecessor(&from, true);
    end->setSuccessor(position, copy->block);
    for (auto [phi, value] : passedOn)
      phi->addIncoming(copy->values.lookup_or(value, value), copy->block);
    copies.push_back(std::move(copy));
  }

  void copyBlock(BasicBlock &block, BasicBlock &before, Copy &copy) {
    SmallVector<std::pair<PHINode *, Value *>, 8> arriving;
    for (PHINode &phi : block.phis())
      arriving.push_back({&phi, valueIn(copy, phi.getIncomingValueForBlock(&before))});
    for (auto [phi, value] : arriving)
      copy.values[phi] = value;
    for (Instruction &instruction : make_range(block.getFirstNonPHIIt(), block.end())) {
      if (instruction.isTerminator() && &block != &dispatch)
        break;
      Instruction *own = instruction.clone();
      own->setName(instruction.getName());
      for (Use &operand : own->operands())
        operand.set(valueIn(copy, operand));
      own->insertInto(copy.block, copy.block->end());
      copy.values[&instruction] = own;
    }
  }

  /// The value that replaces `value` in a copy that is being made. If the copy has no value yet that replaces
  /// it, the code means the value of the previous iteration. A phi at the beginning of the copy keeps it
  /// apart from the value that the copy computes.
  Value *valueIn(Copy &copy, Value *value) {
    if (Value *own = copy.values.lookup(value))
      return own;
    auto *instruction = dyn_cast<Instruction>(value);
    if (!instruction || !tail.contains(instruction->getParent()))
      return value;
    auto *phi = PHINode::Create(value->getType(), 1, value->getName(), copy.block->begin());
    phi->addIncoming(value, copy.from);
    return phi;
  }

  /// Repairs the uses of a value of the tail, which is now computed in several places.
  void repair(Instruction &instruction) {
    SmallVector<Use *, 16> outside;
    for (Use &use : instruction.uses()) {
      auto *user = cast<Instruction>(use.getUser());
      auto *phi = dyn_cast<PHINode>(user);
      if ((phi ? phi->getIncomingBlock(use) : user->getParent()) != instruction.getParent())
        outside.push_back(&use);
    }
    if (outside.empty())
      return;
    SSAUpdater updater;
    updater.Initialize(instruction.getType(), instruction.getName());
    updater.AddAvailableValue(instruction.getParent(), &instruction);
    for (auto &copy : copies)
      if (Value *own = copy->values.lookup(&instruction))
        updater.AddAvailableValue(copy->block, own);
    for (Use *use : outside)
      updater.RewriteUseAfterInsertions(*use);
  }
};

} // namespace

CopyDispatch::CopyDispatch() : budget(mostCostOfModule) {}

PreservedAnalyses CopyDispatch::run(Function &function, FunctionAnalysisManager &analyses) {
  if (function.hasOptSize() || function.hasFnAttribute(Attribute::Cold))
    return PreservedAnalyses::all();
  SmallVector<BasicBlock *, 4> switches;
  for (BasicBlock &block : function)
    if (isa<SwitchInst>(block.getTerminator()))
      switches.push_back(&block);
  if (switches.empty())
    return PreservedAnalyses::all();
  LoopInfo &loops = analyses.getResult<LoopAnalysis>(function);
  unsigned count = 0;
  for (BasicBlock *block : switches)
    if (Loop *loop = loops.getLoopFor(block); loop && count < mostDispatches)
      count += Copier(*loop, *block).run(budget);
  if (count == 0)
    return PreservedAnalyses::all();
  EliminateUnreachableBlocks(function);
  return PreservedAnalyses::none();
}

} // namespace swasm
