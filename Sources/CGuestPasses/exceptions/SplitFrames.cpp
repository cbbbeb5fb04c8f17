// splitFrame. SplitFrames.h says why it exists.
#include "SplitFrames.h"

#include "ColdCode.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Module.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace swasm {
namespace {

/// Whether a block returns and does nothing else.
bool isReturn(const BasicBlock &block) {
  return isa<ReturnInst>(block.getTerminator()) && &*block.getFirstNonPHIOrDbg() == block.getTerminator();
}

class Splitter {
public:
  Splitter(Function &function, swasm_argument_registers registers)
      : function(function), registers(registers), dominators(function) {}

  Function *run() {
    if (function.isVarArg() || !returnsWithoutFrame())
      return nullptr;
    BasicBlock *entry = entryOfRest();
    if (!entry)
      return nullptr;
    SmallVector<BasicBlock *, 16> region;
    dominators.getDescendants(entry, region);
    if (!allocasStayWithin(region))
      return nullptr;
    region[0] = SplitBlock(entry, entry->getFirstNonPHIIt(), &dominators);
    recomputeInvariants(region);
    if (SetVector<Value *> inputs = inputsOf(region); fit(registers, inputs) && !loadsReference(region, inputs))
      return moved(region, inputs);
    return nullptr;
  }

private:
  Function &function;
  const swasm_argument_registers registers;
  DominatorTree dominators;

  /// Whether a path without calls and without exceptions leads from the entry to a return.
  bool returnsWithoutFrame() {
    BasicBlock *entry = &function.getEntryBlock();
    if (hasCall(*entry))
      return false;
    Blocks cold = coldBlocks(function, dominators);
    Blocks found = reached(entry, [&](BasicBlock *block) { return !cold.contains(block) && !hasCall(*block); });
    // A return directly after a tail call does not count. Such a call leads to a throw.
    return any_of(found, [](BasicBlock *block) { return isa<ReturnInst>(block->getTerminator()); }) ||
           isa<ReturnInst>(entry->getTerminator());
  }

  /// The block that dominates all calls; null if there is none. Control leaves the code that it dominates
  /// only through return blocks. The code before it may use the same return blocks.
  BasicBlock *entryOfRest() {
    BasicBlock *entry = nullptr;
    for (BasicBlock &block : function) {
      if (!dominators.isReachableFromEntry(&block) || !hasCall(block) || isTailCall(block))
        continue;
      entry = entry ? dominators.findNearestCommonDominator(entry, &block) : &block;
    }
    while (entry && !leavesByReturns(entry))
      entry = dominators.getNode(entry)->getIDom() ? dominators.getNode(entry)->getIDom()->getBlock() : nullptr;
    return entry == &function.getEntryBlock() || (entry && entry->isEHPad()) ? nullptr : entry;
  }

  static bool isTailCall(const BasicBlock &block) {
    auto *call = dyn_cast_or_null<CallInst>(block.getTerminator()->getPrevNode());
    return call && call->isTailCall() && isa<ReturnInst>(block.getTerminator());
  }

  bool leavesByReturns(BasicBlock *entry) {
    SmallVector<BasicBlock *, 16> region;
    dominators.getDescendants(entry, region);
    for (BasicBlock *block : region)
      for (BasicBlock *next : successors(block))
        if (next == entry || (!dominators.dominates(entry, next) && !isReturn(*next)))
          return false;
    return true;
  }

  bool allocasStayWithin(ArrayRef<BasicBlock *> region) {
    Blocks inside(region.begin(), region.end());
    for (Instruction &instruction : function.getEntryBlock())
      if (isa<AllocaInst>(instruction) && any_of(instruction.users(), [&](User *user) {
            return !inside.contains(cast<Instruction>(user)->getParent());
          }))
        return false;
    return true;
  }

  SetVector<Value *> inputsOf(ArrayRef<BasicBlock *> region) {
    Blocks inside(region.begin(), region.end());
    SetVector<Value *> inputs;
    for (BasicBlock *block : region)
      for (Instruction &user : *block)
        for (Value *value : user.operands())
          if (isa<Argument>(value) || (isa<Instruction>(value) && !isa<AllocaInst>(value) &&
                                       !inside.contains(cast<Instruction>(value)->getParent())))
            inputs.insert(value);
    addResultsOfReturns(inside, inputs);
    return inputs;
  }

  /// Both parts may use the same return block. Adds the value that it gets from inside, if that is computed
  /// outside.
  void addResultsOfReturns(const Blocks &inside, SetVector<Value *> &inputs) {
    for (BasicBlock *block : inside)
      for (BasicBlock *next : successors(block)) {
        if (inside.contains(next))
          continue;
        Value *result = resultOf(*next, *block);
        if (result && (isa<Argument>(result) ||
                       (isa<Instruction>(result) && !inside.contains(cast<Instruction>(result)->getParent()))))
          inputs.insert(result);
      }
  }

  /// The value that the return `block` returns if control comes from `from`.
  static Value *resultOf(BasicBlock &block, BasicBlock &from) {
    Value *result = cast<ReturnInst>(block.getTerminator())->getReturnValue();
    auto *phi = dyn_cast_or_null<PHINode>(result);
    return phi && phi->getParent() == &block ? phi->getIncomingValueForBlock(&from) : result;
  }

  Function *moved(SmallVectorImpl<BasicBlock *> &region, const SetVector<Value *> &inputs) {
    BasicBlock *before = region[0]->getSinglePredecessor();
    giveReturns(region);
    Function *rest = declared(inputs);
    moveAllocas(region);
    for (BasicBlock *block : region) {
      block->removeFromParent();
      block->insertInto(rest);
    }
    for (auto [position, input] : enumerate(inputs))
      input->replaceUsesWithIf(rest->getArg(position), [&](Use &use) {
        return cast<Instruction>(use.getUser())->getFunction() == rest;
      });
    moveLocations(*rest);
    before->getTerminator()->eraseFromParent();
    auto *call = CallInst::Create(rest, inputs.getArrayRef(), "", before);
    call->setCallingConv(rest->getCallingConv());
    if (DISubprogram *subprogram = function.getSubprogram())
      call->setDebugLoc(DILocation::get(function.getContext(), 0, 0, subprogram));
    returnBy(*call, *before, call->getType()->isVoidTy() ? nullptr : call);
    if (none_of(function, [](BasicBlock &block) { return block.isEHPad(); }))
      function.setPersonalityFn(nullptr);
    return rest;
  }

  /// If an edge leads from the region to a return block outside of it, gives the edge a separate return
  /// block.
  void giveReturns(SmallVectorImpl<BasicBlock *> &region) {
    Blocks inside(region.begin(), region.end());
    SmallVector<BasicBlock *, 4> added;
    for (BasicBlock *block : region)
      for (unsigned i = 0; i < block->getTerminator()->getNumSuccessors(); i++) {
        BasicBlock *next = block->getTerminator()->getSuccessor(i);
        if (inside.contains(next))
          continue;
        auto *own = BasicBlock::Create(function.getContext(), next->getName(), &function);
        auto *end = ReturnInst::Create(function.getContext(), resultOf(*next, *block), own);
        end->setDebugLoc(next->getTerminator()->getDebugLoc());
        next->removePredecessor(block, true);
        block->getTerminator()->setSuccessor(i, own);
        added.push_back(own);
      }
    region.append(added.begin(), added.end());
  }

  Function *declared(const SetVector<Value *> &inputs) {
    SmallVector<Type *, 8> types;
    for (Value *input : inputs)
      types.push_back(input->getType());
    auto *type = FunctionType::get(function.getReturnType(), types, false);
    auto *rest = Function::Create(type, GlobalValue::InternalLinkage, function.getAddressSpace(),
                                  function.getName() + ".framed");
    function.getParent()->getFunctionList().insertAfter(function.getIterator(), rest);
    AttrBuilder attributes(function.getContext(), function.getAttributes().getFnAttrs());
    // The attribute may speak of arguments that the rest does not have.
    attributes.removeAttribute(Attribute::Memory);
    rest->addFnAttrs(attributes);
    rest->setCallingConv(function.getCallingConv());
    if (function.hasPersonalityFn())
      rest->setPersonalityFn(function.getPersonalityFn());
    if (function.hasSection())
      rest->setSection(function.getSection());
    return rest;
  }

  void moveAllocas(ArrayRef<BasicBlock *> region) {
    for (Instruction &instruction : make_early_inc_range(function.getEntryBlock()))
      if (isa<AllocaInst>(instruction))
        instruction.moveBefore(region[0]->begin());
  }

  /// A function's debug locations are within its own subprogram. What is noted about variables speaks of
  /// values of the other function, so it is left out.
  void moveLocations(Function &rest) {
    DISubprogram *subprogram = function.getSubprogram();
    if (!subprogram)
      return;
    DISubprogram *copy = MDNode::replaceWithDistinct(subprogram->clone());
    rest.setSubprogram(copy);
    DenseMap<const MDNode *, MDNode *> done;
    for (BasicBlock &block : rest)
      for (Instruction &instruction : block) {
        instruction.dropDbgRecords();
        if (const DebugLoc &location = instruction.getDebugLoc())
          instruction.setDebugLoc(DebugLoc::replaceInlinedAtSubprogram(location, *copy, rest.getContext(), done));
      }
  }
};

} // namespace

Function *splitFrame(Function &function, swasm_argument_registers registers) {
  return Splitter(function, registers).run();
}

} // namespace swasm
