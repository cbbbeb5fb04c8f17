// The check of a module, function by function.
//
// Claim: Let every function of a module be proven, and let the instance, the runtime and the other modules of
// the process be as swasm_abi.h says. Then no instruction of the module's machine code reads, writes or jumps
// to anything but:
// - the reservations of the instance's memories, the elements of its tables, and its own parts that are for
//   generated code;
// - the fields of references and exceptions that are for generated code;
// - the slots for arguments and results of the program that a called reference belongs to, and those of the
//   host that calls;
// - the function's own stack frame, and slots of its caller's frame that the caller passes;
// - constants of the module, and its counters for a profile;
// - functions that it may call, with arguments of their types.
//
// "The instance" is the whole program. If the program has several instances, each function may reach the
// memory that any of them owns. Only lowering and LLVM keep the parts of instances apart. This is not proven
// here.
//
// The argument is an induction over the steps of an execution. Each step is an instruction whose operands
// have the values that earlier steps gave them. Each step is proven from three things:
// - the code that dominates it in its own function (Values.h, Facts.h and Loops.h say why this bounds an
//   address);
// - contracts that calls keep (Contracts.h);
// - the contents of memory, which stores keep valid (Regions.h).
//
// The instructions are those that code generation gets. Harden.h removes from them whatever would let code
// generation compute something else.
//
// Trusted: LLVM's verifier, dominator tree, loop info, data layout, instruction selection and all later
// steps; the target; the runtime. Anything unknown is not proven: instructions, intrinsics, functions,
// regions. A function whose proof exceeds the budget is not proven either. The budget is linear in the size
// of the function.
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

  /// Returns the first instruction that is not proven; none if all are.
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
  bool fits(const llvm::Value &returned, unsigned position, const Region &wanted);
  const char *checkReturn(const llvm::ReturnInst &end);
  const char *checkSlots(const llvm::ReturnInst &end, const Contract &contract);
  const char *checkSlot(const llvm::AllocaInst &slot);
};

} // namespace isolation
