// Finds the code that only an exception reaches, and values that may be computed twice. Used by
// OutlineHandlers and SplitFrames.
#pragma once

#include "CGuestPasses.h"

#include "llvm/ADT/SetVector.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"

namespace swasm {

/// Blocks in the order in which they were found: no output may depend on their addresses.
using Blocks = llvm::SmallSetVector<llvm::BasicBlock *, 16>;

/// Whether arguments of these types fit into registers, if `words` general registers are already taken.
/// Others would go on the stack, and the function would reserve room for them in every call.
template <typename Values>
bool fit(swasm_argument_registers registers, const Values &values, unsigned words = 0) {
  unsigned floats = 0;
  for (const llvm::Value *value : values)
    (value->getType()->isIntOrPtrTy() ? words : floats)++;
  return words <= registers.general && floats <= registers.vector;
}

/// Whether it is a real call, and not an intrinsic that becomes an instruction or two, such as a trap.
bool isCall(const llvm::Instruction &instruction);

bool hasCall(const llvm::BasicBlock &block);

/// Whether `block` ends in a throw: a call that never returns and that rarely happens.
bool endsInThrow(const llvm::BasicBlock &block);

/// The blocks that only an exception reaches, and those from which all paths lead to a throw.
Blocks coldBlocks(llvm::Function &function, const llvm::DominatorTree &dominators);

/// The blocks that can be reached after a call that is expected to return or to throw.
Blocks blocksAfterCalls(llvm::Function &function, const Blocks &cold);

/// All blocks that `begin` reaches through blocks for which `passes` holds. `begin` itself is among them only
/// if it lies on a cycle.
template <typename Predicate> Blocks reached(llvm::ArrayRef<llvm::BasicBlock *> begin, Predicate passes) {
  Blocks found;
  llvm::SmallVector<llvm::BasicBlock *, 16> open(begin.begin(), begin.end());
  while (!open.empty())
    for (llvm::BasicBlock *next : llvm::successors(open.pop_back_val()))
      if (passes(next) && found.insert(next))
        open.push_back(next);
  return found;
}

/// Gives a region its own copies of values that never change in an instance. The first block is the region's
/// entry.
void recomputeInvariants(llvm::ArrayRef<llvm::BasicBlock *> region);

/// Whether the region loads a reference from an address that it gets as an input. The isolation check proves
/// such an address, that of a table's element, by comparisons in the same function.
bool loadsReference(llvm::ArrayRef<llvm::BasicBlock *> region, const llvm::SetVector<llvm::Value *> &inputs);

/// Ends `block` with `call`, its last instruction, as a tail call: the function returns its result.
void returnBy(llvm::CallInst &call, llvm::BasicBlock &block, llvm::Value *result);

} // namespace swasm
