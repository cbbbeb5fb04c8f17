// OutlineHandlers. OutlineHandlers.h says why it exists.
#include "OutlineHandlers.h"

#include "CGuestIR.h"
#include "ColdCode.h"
#include "ShadowStack.h"
#include "SplitFrames.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"
#include "llvm/Transforms/Utils/CodeExtractor.h"

using namespace llvm;

namespace swasm {
namespace {

using Region = SmallVector<BasicBlock *, 8>;

/// The distance by which all values that enter a phi of host addresses lie behind others; 0 if it differs.
int64_t commonOffset(const PHINode &phi) {
  if (!phi.getType()->isPointerTy() || phi.getType()->getPointerAddressSpace() != 0)
    return 0;
  std::optional<int64_t> common;
  for (const Value *value : phi.incoming_values()) {
    auto *address = dyn_cast<GetElementPtrInst>(value);
    APInt offset(64, 0);
    if (!address || !address->accumulateConstantOffset(phi.getDataLayout(), offset))
      return 0;
    if (common && *common != offset.getSExtValue())
      return 0;
    common = offset.getSExtValue();
  }
  return common.value_or(0);
}

/// A phi of what the addresses in `phi` were computed from.
PHINode *phiOfBases(PHINode &phi) {
  auto base = [&](BasicBlock *from) {
    return cast<GetElementPtrInst>(phi.getIncomingValueForBlock(from))->getPointerOperand();
  };
  for (PHINode &other : phi.getParent()->phis())
    if (&other != &phi && other.getType() == phi.getType() && all_of(other.blocks(), [&](BasicBlock *from) {
          return other.getIncomingValueForBlock(from) == base(from);
        }))
      return &other;
  auto *bases = PHINode::Create(phi.getType(), phi.getNumIncomingValues(), "", phi.getIterator());
  for (BasicBlock *from : phi.blocks())
    bases->addIncoming(base(from), from);
  return bases;
}

/// LLVM may store to one field of several exceptions at once, where their handlers join. It then chooses
/// between the addresses of the field. The isolation check follows only choices between exceptions, so the
/// address is computed after the choice. The number of rounds has a limit, because code that cannot run may
/// add an offset to itself.
void chooseBeforeOffsets(Function &function) {
  bool changed = true;
  for (unsigned rounds = 0; changed && rounds < 8; rounds++) {
    changed = false;
    for (BasicBlock &block : function)
      for (PHINode &phi : make_early_inc_range(block.phis())) {
        int64_t offset = commonOffset(phi);
        if (offset == 0)
          continue;
        PHINode *bases = phiOfBases(phi);
        IRBuilder<> builder(&block, block.getFirstInsertionPt());
        phi.replaceAllUsesWith(builder.CreatePtrAdd(bases, builder.getInt64(uint64_t(offset))));
        phi.eraseFromParent();
        changed = true;
      }
  }
}

class Outliner {
public:
  Outliner(Function &function, swasm_argument_registers registers)
      : function(function), registers(registers), dominators(function) {}

  /// False if no code of the function is cold.
  bool run() {
    splitLandingPads();
    Blocks cold = coldBlocks(function, dominators);
    if (cold.empty() || cold.contains(&function.getEntryBlock()))
      return false;
    for (const Region &region : regions(cold))
      outline(region);
    leaveByTailCalls();
    return true;
  }

private:
  Function &function;
  const swasm_argument_registers registers;
  DominatorTree dominators;

  /// Moves the code after a landing pad and its exception to a separate block, which can be outlined.
  void splitLandingPads() {
    SmallVector<BasicBlock *, 8> pads;
    for (BasicBlock &block : function)
      if (block.isLandingPad())
        pads.push_back(&block);
    for (BasicBlock *pad : pads) {
      auto first = std::next(pad->getLandingPadInst()->getIterator());
      while (isa<ExtractValueInst>(*first))
        ++first;
      if (!first->isTerminator())
        SplitBlock(pad, first, &dominators);
    }
  }

  /// The largest regions of cold blocks that have one entry, which comes first. Landing pads of calls that
  /// are not cold stay where they are.
  std::vector<Region> regions(const Blocks &cold) {
    auto stays = [&](BasicBlock *block) {
      return !cold.contains(block) ||
             (block->isLandingPad() && !cold.contains(dominators.getNode(block)->getIDom()->getBlock()));
    };
    std::vector<Region> found;
    for (BasicBlock &block : function) {
      if (!cold.contains(&block) || stays(&block) || !stays(dominators.getNode(&block)->getIDom()->getBlock()))
        continue;
      found.emplace_back();
      dominators.getDescendants(&block, found.back());
    }
    return found;
  }

  /// Whether a region is worth outlining: not if it is only a call already, or shorter than one.
  static bool isWorthIt(const Region &region) {
    unsigned most = !hasCall(*region[0]) ? 4 : endsInThrow(*region[0]) ? 2 : 1;
    return region.size() > 1 || region[0]->size() > most;
  }

  /// If several blocks of the region lead to a phi after it, the extractor moves the choice between their
  /// values into the region. So the phi becomes an output of the region. Adds these phis.
  static void addChoices(const Region &region, SetVector<Value *> &outputs) {
    Blocks inside(region.begin(), region.end());
    for (BasicBlock *block : region)
      for (BasicBlock *next : successors(block))
        for (PHINode &phi : next->phis())
          if (!inside.contains(next) && count_if(phi.blocks(), [&](BasicBlock *from) { return inside.contains(from); }) > 1)
            outputs.insert(&phi);
  }

  void outline(const Region &region) {
    CodeExtractor extractor(region, &dominators, false, nullptr, nullptr, nullptr, false, false, nullptr, "cold");
    if (!isWorthIt(region) || !extractor.isEligible())
      return;
    recomputeInvariants(region);
    SetVector<Value *> inputs, outputs, allocas;
    extractor.findInputsOutputs(inputs, outputs, allocas);
    addChoices(region, outputs);
    if (!fit(registers, inputs, outputs.size()))
      return;
    if (loadsReference(region, inputs))
      return;
    // Outputs come back through memory, and the isolation check cannot follow addresses through memory. An
    // integer of 64 bits may be an address.
    if (any_of(outputs, [](Value *value) { return !value->getType()->isIntegerTy(32) && !value->getType()->isFPOrFPVectorTy(); }))
      return;
    Function *outlined = extractor.extractCodeRegion(CodeExtractorAnalysisCache(function));
    if (!outlined)
      return;
    outlined->addFnAttr(Attribute::Cold);
    outlined->addFnAttr(Attribute::NoInline);
    outlined->addFnAttr(Attribute::OptimizeForSize);
    outlined->setCallingConv(CallingConv::Fast);
    for (User *user : outlined->users())
      cast<CallInst>(user)->setCallingConv(CallingConv::Fast);
  }

  /// Lets a throw with no call before it leave by a tail call, which needs no frame.
  void leaveByTailCalls() {
    dominators.recalculate(function);
    Blocks cold = coldBlocks(function, dominators);
    Blocks after = blocksAfterCalls(function, cold);
    for (BasicBlock *block : cold) {
      if (!endsInThrow(*block) || after.contains(block) || block->isLandingPad() || count_if(*block, isCall) > 1)
        continue;
      auto *call = cast<CallInst>(block->getTerminator()->getPrevNode());
      block->getTerminator()->eraseFromParent();
      Type *type = function.getReturnType();
      returnBy(*call, *block, type->isVoidTy() ? nullptr : PoisonValue::get(type));
    }
  }
};

/// A value that only handlers need after a call is kept in the frame. That costs a store. A register for it
/// would have to be saved and restored.
class FrameKeeper {
public:
  explicit FrameKeeper(Function &function)
      : function(function), dominators(function), loops(dominators), cold(coldBlocks(function, dominators)),
        after(blocksAfterCalls(function, cold)) {}

  void run() {
    // A function that was split off may throw on every path.
    if (cold.contains(&function.getEntryBlock()))
      return;
    SetVector<Value *> values;
    for (BasicBlock &block : function)
      if (cold.contains(&block) && after.contains(&block))
        for (Instruction &user : block)
          for (Value *value : user.operands())
            if (isa<Argument>(value) || isHotInstruction(value))
              values.insert(value);
    for (Value *value : values)
      keep(*value);
  }

private:
  Function &function;
  DominatorTree dominators;
  LoopInfo loops;
  Blocks cold, after;

  bool isHotInstruction(Value *value) {
    auto *instruction = dyn_cast<Instruction>(value);
    return instruction && !isa<AllocaInst>(value) && !cold.contains(instruction->getParent());
  }

  /// Where the use takes place: for a phi, at the end of the block that the value comes from.
  static BasicBlock::iterator placeOf(const Use &use) {
    auto *user = cast<Instruction>(use.getUser());
    auto *phi = dyn_cast<PHINode>(user);
    return phi ? phi->getIncomingBlock(use)->getTerminator()->getIterator() : user->getIterator();
  }

  bool followsCall(BasicBlock::iterator place) {
    BasicBlock *block = place->getParent();
    return after.contains(block) || any_of(make_range(block->begin(), place), isCall);
  }

  void keep(Value &value) {
    SmallVector<Use *, 4> late;
    BasicBlock *common = nullptr;
    for (Use &use : value.uses()) {
      auto place = placeOf(use);
      BasicBlock *block = place->getParent();
      if (!cold.contains(block)) {
        if (followsCall(place))
          return;
      } else if (after.contains(block)) {
        late.push_back(&use);
        common = common ? dominators.findNearestCommonDominator(common, block) : block;
      }
    }
    // Its users may all be phis in cold blocks, which take the value on an edge from hot code.
    if (late.empty())
      return;
    auto *slot = new AllocaInst(value.getType(), 0, value.getName() + ".kept", function.getEntryBlock().begin());
    new StoreInst(&value, slot, placeOfStore(value, common));
    for (Use *use : late)
      use->set(new LoadInst(value.getType(), slot, value.getName(), placeOf(*use)));
  }

  /// The place of the store: as late as possible before the handlers that `common` dominates, before a call,
  /// and in no loop that the value is not in.
  BasicBlock::iterator placeOfStore(Value &value, BasicBlock *common) {
    auto *instruction = dyn_cast<Instruction>(&value);
    auto *invoke = dyn_cast<InvokeInst>(&value);
    BasicBlock *home = invoke        ? invoke->getNormalDest()
                       : instruction ? instruction->getParent()
                                     : &function.getEntryBlock();
    while (cold.contains(common) || loops.getLoopDepth(common) > loops.getLoopDepth(home))
      common = dominators.getNode(common)->getIDom()->getBlock();
    bool follows = instruction && instruction->getParent() == common;
    auto place = follows ? std::next(instruction->getIterator()) : common->begin();
    while (isa<PHINode, AllocaInst>(*place) || !(isCall(*place) || place->isTerminator()))
      ++place;
    return place;
  }
};

} // namespace

PreservedAnalyses OutlineHandlers::run(Module &module, ModuleAnalysisManager &) {
  lowerResumes(module);
  if (module.getModuleFlag(SWASM_IR_COMPARED_MEMORY))
    return PreservedAnalyses::none();
  SmallVector<Function *, 32> functions;
  for (Function &function : module)
    if (!function.isDeclaration() && !function.hasFnAttribute(Attribute::Cold) && !function.hasOptNone())
      functions.push_back(&function);
  for (Function *function : functions) {
    chooseBeforeOffsets(*function);
    if (!Outliner(*function, registers).run())
      continue;
    Function *calling = splitFrame(*function, registers);
    FrameKeeper(calling ? *calling : *function).run();
  }
  return PreservedAnalyses::none();
}

} // namespace swasm
