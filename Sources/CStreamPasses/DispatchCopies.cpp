// CopyDispatch; what it is for is in DispatchCopies.h.
//
// The tail of a loop is its dispatch, a block that ends in a switch, and the blocks that do nothing but lead to it: what
// several instructions of the interpreter end in ("store the result; next"). Every way into the tail from the rest of the
// loop gets a copy of what it would run there.
#include "DispatchCopies.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/DebugInfo.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/Cloning.h"
#include "llvm/Transforms/Utils/SSAUpdater.h"

using namespace llvm;

namespace swasm {
namespace {

/// Fewer ways back are predicted well enough by one jump.
constexpr unsigned fewestWays = 4, fewestTargets = 6;
/// Each copy has a table of its own, four bytes for each entry. An interpreter of 64 instructions, most of them with one
/// way back, has 4096 entries; of a table, those are in the cache that follow the instruction before.
constexpr uint64_t mostEntries = 16384;
/// Sparser cases become comparisons instead of a table.
constexpr uint64_t mostEntriesPerCase = 4;
/// Of a block of the tail, and of all blocks on one way through it.
constexpr unsigned mostInstructions = 12, mostOnWay = 24;
/// Each value of the tail is one of as many in each case as there are copies.
constexpr size_t mostValues = 64;

bool canBeCopied(const BasicBlock &block) {
  unsigned count = 0;
  for (const Instruction &instruction : block) {
    if (isa<PHINode>(instruction) || instruction.isDebugOrPseudoInst())
      continue;
    auto *call = dyn_cast<CallBase>(&instruction);
    if (call && (call->isConvergent() || call->cannotDuplicate() ||
                 !(isa<IntrinsicInst>(call) || call->isInlineAsm())))
      return false;
    if (instruction.getType()->isTokenTy() || ++count > mostInstructions)
      return false;
  }
  return !block.isEHPad() && !block.hasAddressTaken();
}

/// How many entries a table of the cases has.
uint64_t tableSize(const SwitchInst &cases) {
  uint64_t least = UINT64_MAX, most = 0;
  for (auto &item : cases.cases()) {
    uint64_t value = item.getCaseValue()->getLimitedValue();
    least = std::min(least, value);
    most = std::max(most, value);
  }
  return most - least == UINT64_MAX ? UINT64_MAX : most - least + 1;
}

class Copier {
public:
  Copier(Loop &loop, BasicBlock &dispatch) : loop(loop), dispatch(dispatch) {}

  bool run() {
    if (!canBeCopied(dispatch) || !hasManyTargets())
      return false;
    findTail();
    findWays();
    if (!isWorthwhile())
      return false;
    for (auto [from, position] : ways)
      copyWay(*from, position);
    for (BasicBlock *block : tail)
      for (Instruction &instruction : *block)
        repair(instruction);
    return true;
  }

private:
  /// What the way from a block through the tail runs, and the values of the tail there.
  struct Copy {
    BasicBlock *from, *block;
    ValueToValueMapTy values;
  };

  Loop &loop;
  BasicBlock &dispatch;
  SmallSetVector<BasicBlock *, 8> tail;
  /// Blocks, and which of their successors is in the tail.
  SmallSetVector<std::pair<BasicBlock *, unsigned>, 32> ways;
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

  /// Whether several parts of the loop share a block that leads to the tail. What only the dispatch leads to is a case.
  bool leadsOnly(BasicBlock &block) {
    if (!isa<BranchInst>(block.getTerminator()) || !block.getSingleSuccessor() || !canBeCopied(block))
      return false;
    SmallPtrSet<BasicBlock *, 8> before(pred_begin(&block), pred_end(&block));
    before.erase(&dispatch);
    return before.size() >= 2;
  }

  unsigned lengthFrom(BasicBlock &block) {
    unsigned length = block.size();
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

  bool isWorthwhile() {
    size_t values = 0;
    for (BasicBlock *block : tail)
      values += block->size();
    auto &cases = *cast<SwitchInst>(dispatch.getTerminator());
    uint64_t entries = tableSize(cases);
    return ways.size() >= fewestWays && values <= mostValues &&
           entries <= cases.getNumCases() * mostEntriesPerCase && entries <= mostEntries / ways.size();
  }

  /// One block with all that the way from `from` through the tail runs.
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
    addIncoming(*copy);
    copies.push_back(std::move(copy));
  }

  void copyBlock(BasicBlock &block, BasicBlock &before, Copy &copy) {
    SmallVector<std::pair<PHINode *, Value *>, 8> arriving;
    for (PHINode &phi : block.phis())
      arriving.push_back({&phi, arrivingIn(copy, phi.getIncomingValueForBlock(&before))});
    for (auto [phi, value] : arriving)
      copy.values[phi] = value;
    for (Instruction &instruction : make_range(block.getFirstNonPHIIt(), block.end())) {
      if (instruction.isTerminator() && &block != &dispatch)
        break;
      Instruction *own = instruction.clone();
      own->setName(instruction.getName());
      own->insertInto(copy.block, copy.block->end());
      own->cloneDebugInfoFrom(&instruction);
      copy.values[&instruction] = own;
      RemapInstruction(own, copy.values, RF_NoModuleLevelChanges | RF_IgnoreMissingLocals);
      RemapDbgRecordRange(own->getModule(), own->getDbgRecordRange(), copy.values,
                          RF_NoModuleLevelChanges | RF_IgnoreMissingLocals);
    }
  }

  /// What a phi in a copy stands for. A value of the tail that was not copied before is that of the round before; a
  /// phi at the beginning of the copy keeps it apart from the one that the copy computes.
  Value *arrivingIn(Copy &copy, Value *value) {
    auto *instruction = dyn_cast<Instruction>(value);
    if (Value *own = valueIn(copy, value); own != value || !instruction || !tail.contains(instruction->getParent()))
      return own;
    auto *phi = PHINode::Create(value->getType(), 1, value->getName(), copy.block->begin());
    phi->addIncoming(value, copy.from);
    return phi;
  }

  static Value *valueIn(Copy &copy, Value *value) {
    Value *own = copy.values.lookup(value);
    return own ? own : value;
  }

  /// The cases are reached from the copy as well, once for each of its edges.
  void addIncoming(Copy &copy) {
    for (BasicBlock *next : successors(copy.block))
      for (PHINode &phi : next->phis())
        phi.addIncoming(valueIn(copy, phi.getIncomingValueForBlock(&dispatch)), copy.block);
  }

  /// What the tail computed is now computed in several places.
  void repair(Instruction &instruction) {
    if (instruction.getType()->isVoidTy())
      return;
    SmallVector<Use *, 16> outside;
    for (Use &use : instruction.uses()) {
      auto *user = cast<Instruction>(use.getUser());
      auto *phi = dyn_cast<PHINode>(user);
      if ((phi ? phi->getIncomingBlock(use) : user->getParent()) != instruction.getParent())
        outside.push_back(&use);
    }
    SmallVector<DbgVariableRecord *, 4> variables;
    findDbgValues(&instruction, variables);
    erase_if(variables, [&](DbgVariableRecord *variable) { return variable->getParent() == instruction.getParent(); });
    if (outside.empty() && variables.empty())
      return;
    SSAUpdater updater;
    updater.Initialize(instruction.getType(), instruction.getName());
    updater.AddAvailableValue(instruction.getParent(), &instruction);
    for (auto &copy : copies)
      if (Value *own = copy->values.lookup(&instruction))
        updater.AddAvailableValue(copy->block, own);
    for (Use *use : outside)
      updater.RewriteUse(*use);
    if (!variables.empty())
      updater.UpdateDebugValues(&instruction, variables);
  }
};

} // namespace

PreservedAnalyses CopyDispatch::run(Function &function, FunctionAnalysisManager &analyses) {
  if (function.hasOptSize() || function.hasFnAttribute(Attribute::Cold))
    return PreservedAnalyses::all();
  LoopInfo &loops = analyses.getResult<LoopAnalysis>(function);
  SmallVector<std::pair<Loop *, BasicBlock *>, 4> found;
  for (BasicBlock &block : function)
    if (Loop *loop = loops.getLoopFor(&block); loop && isa<SwitchInst>(block.getTerminator()))
      found.push_back({loop, &block});
  bool changed = false;
  for (auto [loop, dispatch] : found)
    changed |= Copier(*loop, *dispatch).run();
  if (!changed)
    return PreservedAnalyses::all();
  EliminateUnreachableBlocks(function);
  return PreservedAnalyses::none();
}

} // namespace swasm
