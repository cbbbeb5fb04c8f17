// See EndlessLoops.h.
#include "EndlessLoops.h"

#include "memory/GuestAccess.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Analysis/LazyCallGraph.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Operator.h"
#include "llvm/Transforms/IPO/FunctionAttrs.h"
#include "llvm/Transforms/Scalar/DeadStoreElimination.h"
#include "llvm/Transforms/Scalar/LICM.h"

using namespace llvm;

namespace swasm {

/// How many instructions of a computation are examined.
constexpr unsigned mostSteps = 16;

/// Whether a value may be the same in every iteration, after passes have moved its computation. Only a value
/// that depends on a phi of the loop or on an effect is certain to differ.
static bool maybeSameInEveryIteration(const Value *value, const Loop &loop, unsigned depth = 0) {
  if (loop.isLoopInvariant(value) || depth == mostSteps)
    return true;
  auto *instruction = cast<Instruction>(value);
  return !isa<PHINode>(instruction) && !instruction->mayHaveSideEffects() &&
         all_of(instruction->operands(),
                [&](const Use &operand) { return maybeSameInEveryIteration(operand, loop, depth + 1); });
}

/// Whether a load in the store's block covers the store's bytes. If so, the load traps whenever the store
/// would.
static bool hasTrapOfLoad(const StoreInst &store) {
  return any_of(*store.getParent(), [&](const Instruction &other) {
    auto *load = dyn_cast<LoadInst>(&other);
    return load && load->getPointerOperand() == store.getPointerOperand() && accessBytes(other) >= accessBytes(store);
  });
}

bool storesToOnePlaceOnly(const Loop &loop) {
  return any_of(loop.blocks(), [&](const BasicBlock *block) {
    return any_of(*block, [&](const Instruction &instruction) {
      auto *store = dyn_cast<StoreInst>(&instruction);
      return store && isGuestAccess(*store) && store->isUnordered() && !hasTrapOfLoad(*store) &&
             maybeSameInEveryIteration(store->getPointerOperand(), loop);
    });
  });
}

/// The variable part of an address. Two addresses of one function are surely equal only if it is the same.
static const Value *variableOf(const Value *address) {
  for (unsigned steps = 0; steps < mostSteps; steps++) {
    auto *instruction = dyn_cast<Instruction>(address);
    if (auto *step = dyn_cast<GEPOperator>(address))
      address = isa<Constant>(step->getOperand(step->getNumOperands() - 1))
                    ? step->getPointerOperand()
                    : step->getOperand(step->getNumOperands() - 1);
    else if (instruction && (isa<CastInst>(instruction) ||
                             (isa<BinaryOperator>(instruction) && isa<Constant>(instruction->getOperand(1)))))
      address = instruction->getOperand(0);
    else
      return address;
  }
  return nullptr;
}

/// Marks functions that touch no guest memory and may not return. Code generation never sees it.
static constexpr StringLiteral mayNotReturn = "swasm-may-not-return";

static bool callsWhatMayNotReturn(const Function &function) {
  return any_of(instructions(function), [](const Instruction &instruction) {
    auto *call = dyn_cast<CallBase>(&instruction);
    const Function *callee = call ? call->getCalledFunction() : nullptr;
    return callee && callee->hasFnAttribute(mayNotReturn);
  });
}

/// Where an instruction writes guest memory; null if it does not.
static const Value *written(const Instruction &instruction) {
  if (isa<StoreInst>(instruction))
    return isGuestAccess(instruction) ? getLoadStorePointerOperand(&instruction) : nullptr;
  auto *transfer = dyn_cast<MemIntrinsic>(&instruction);
  return transfer && isGuestPointer(*transfer->getRawDest()) ? transfer->getRawDest() : nullptr;
}

bool storesOnBothSidesOfLoops(const Function &function) {
  DominatorTree dominators(const_cast<Function &>(function));
  const bool hasCall = callsWhatMayNotReturn(function);
  if (!hasCall && LoopInfo(dominators).empty())
    return false;
  // Maps the variable part of each address to the only block that stores there.
  DenseMap<const Value *, const BasicBlock *> blocks;
  for (const BasicBlock &block : function)
    for (const Instruction &instruction : block) {
      const Value *address = written(instruction);
      if (!address)
        continue;
      const Value *variable = variableOf(address);
      if (!variable)
        return true;
      auto [found, isNew] = blocks.try_emplace(variable, &block);
      if (found->second != &block || (hasCall && !isNew))
        return true;
    }
  return false;
}

void keepStoresOfEndlessLoops(PassInstrumentationCallbacks &callbacks) {
  callbacks.registerShouldRunOptionalPassCallback([](StringRef pass, Any ir) {
    if (auto *loop = any_cast<const Loop *>(&ir))
      return pass != LICMPass::name() || !storesToOnePlaceOnly(**loop);
    auto *function = any_cast<const Function *>(&ir);
    return !function || pass != DSEPass::name() || !storesOnBothSidesOfLoops(**function);
  });
}

void keepStoresBeforeEndlessCalls(PassInstrumentationCallbacks &callbacks) {
  callbacks.registerAfterPassCallback([](StringRef pass, Any ir, const PreservedAnalyses &) {
    auto *component = any_cast<const LazyCallGraph::SCC *>(&ir);
    if (!component || pass != PostOrderFunctionAttrsPass::name())
      return;
    for (LazyCallGraph::Node &node : const_cast<LazyCallGraph::SCC &>(**component))
      if (Function &function = node.getFunction(); !function.isDeclaration() && !function.willReturn()) {
        MemoryEffects effects = function.getMemoryEffects();
        if (!isRefSet(effects.getModRef(IRMemLocation::Other)))
          function.addFnAttr(mayNotReturn);
        function.setMemoryEffects(effects | MemoryEffects::readOnly());
      }
  });
}

} // namespace swasm
