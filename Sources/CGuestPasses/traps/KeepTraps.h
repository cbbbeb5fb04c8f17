// Keeps the traps of loads.
//
// A guest load may trap, but for LLVM it has no effect. LLVM deletes a load that nothing uses. It narrows a
// load of which only a part is used, sinks a load into the branch that uses it, and merges two equal loads.
// Each of these loses a trap. So the trap is a separate instruction:
//
//   AddTouches      (before everything) puts a touch before each guest load and atomic update, unless an
//                   earlier touch of the block has the same bytes. A touch is a call of empty assembly with
//                   the access's address and width. No pass may delete it, change its operands, or move it
//                   over another touch or a call. The load itself may be changed, moved or deleted like any
//                   other.
//   ResolveTouches  (after everything) removes each touch, and leaves a volatile access that covers its bytes
//                   and runs whenever the touch would have run: the load itself, an earlier or later access
//                   of the same place, or a new load. Code generation does not delete a volatile access.
//                   keep() deals with the two forms in which it narrows one.
//
// So it does not matter what passes do in between. Only SplitStreams drops touches, from loops for which it
// has compared the whole range with the memory's size. Stores need no touches: LLVM deletes a store only if
// another store of the same bytes is sure to come. EndlessLoops.h has the exceptions.
//
//   PinLoads        (alone, without optimisation) makes every guest load volatile, and puts one before atomic
//                   updates: code generation deletes dead ones at any level.
//   PinAccesses     (before everything, even before AddTouches, if memory is looked at after a trap) makes
//                   the guest's reads of memory volatile, and its writes of memory, globals and tables. So
//                   all of them happen in program order.
#pragma once

#include "llvm/IR/Instructions.h"
#include "llvm/IR/PassManager.h"

namespace swasm {

/// The number of bytes that `instruction` touches at its first argument; 0 where it is no touch.
uint64_t touchedBytes(const llvm::Instruction &instruction);

class AddTouches : public llvm::PassInfoMixin<AddTouches> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

class ResolveTouches : public llvm::PassInfoMixin<ResolveTouches> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

class PinLoads : public llvm::PassInfoMixin<PinLoads> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

class PinAccesses : public llvm::PassInfoMixin<PinAccesses> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
  static bool isRequired() { return true; }
};

} // namespace swasm
