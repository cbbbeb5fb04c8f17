// The check of a module, function by function.
//
// Claim: if every function of a module is proven, and the instance, the runtime and the other modules of the process are
// as swasm_abi.h says, then no instruction of the module's machine code reads, writes or jumps to anything but: the
// reservations of the instance's memories, its tables' elements, its own parts that are for generated code, what
// references and exceptions have for generated code, the function's own stack frame, constants of the module, and functions
// that it may call, with arguments of their types.
//
// "The instance" is all of the program: if it has several, each function may reach what any of them owns. That instances do
// not see one another's parts rests on lowering and LLVM, and is not proven here.
//
// The argument is by induction over the steps of an execution. Each step is an instruction whose operands have the values
// that earlier steps gave them; each is proven on what dominates it in its own function (Values.h, Facts.h, Loops.h say why
// what was computed bounds an address), on contracts that calls keep (Contracts.h), and on what memory holds, which stores
// keep (Regions.h). The instructions are those that code generation gets: Harden.h takes from them what would let it
// compute something else.
//
// Trusted are LLVM's verifier, dominator tree and loop info, its data layout, instruction selection and all below; this
// target; and the runtime. Everything unknown is not proven: instructions, intrinsics, functions, regions; and so is whatever
// does not fit the budget, which is linear in the size of the function.
#pragma once

#include "Calls.h"

namespace isolation {

struct Failure {
  const llvm::Instruction *at = nullptr;
  const char *reason = nullptr;
  /// The budget was used up.
  bool isExhausted = false;
};

/// Checks one function.
class FunctionCheck {
public:
  FunctionCheck(const llvm::Function &function, Contracts &contracts)
      : function(function), contracts(contracts), provenance(contracts.provenanceOf(function)), accesses(provenance),
        calls(provenance, contracts, accesses) {}

  /// The first instruction that is not proven; none: all are.
  Failure run();

private:
  const llvm::Function &function;
  Contracts &contracts;
  Provenance &provenance;
  Accesses accesses;
  Calls calls;
  uint64_t frameBytes = 0;

  llvm::SmallPtrSet<const llvm::BasicBlock *, 32> reachedBlocks();
  const char *checkHead();
  const char *check(const llvm::Instruction &instruction);
  const char *checkAccess(const llvm::Instruction &at, const llvm::Value *pointer, llvm::Type *type,
                          const llvm::Value *stored, bool reads, bool writes);
  const char *checkReturn(const llvm::ReturnInst &end);
  const char *checkSlots(const llvm::ReturnInst &end, const Contract &contract);
  const char *checkSlot(const llvm::AllocaInst &slot);
};

} // namespace isolation
