// Whether a call may be made: what it reaches, and that it is given what the callee expects.
//
//   intrinsics     those that touch no memory, and the few that do and are listed: each range that they read or write is
//                  proven like an access. A masked access is proven for all lanes, and a gather or scatter lane by lane.
//   the runtime    by its table of builtins: types, and what each pointer and each constant has to be.
//   functions      by their contract (Contracts.h): types, convention, every pointer.
//   indirect       the target is proven to have a type of wasm whose LLVM type is that of the call; an instance that is
//                  passed is the one of the same reference.
//   assembly       none: even without text it names registers.
#pragma once

#include "Accesses.h"
#include "Contracts.h"
#include "llvm/IR/IntrinsicInst.h"

namespace isolation {

class Calls {
public:
  Calls(Provenance &provenance, Contracts &contracts, Accesses &accesses)
      : provenance(provenance), values(provenance.values), instance(provenance.instance), contracts(contracts),
        accesses(accesses) {}

  /// Null: proven. Otherwise why not.
  const char *check(const llvm::CallBase &call);

private:
  Provenance &provenance;
  Values &values;
  const Instance &instance;
  Contracts &contracts;
  Accesses &accesses;

  const char *checkIntrinsic(const llvm::IntrinsicInst &call);
  const char *checkTransfer(const llvm::CallBase &call, const llvm::Value *to, const llvm::Value *from,
                            const llvm::Value *length);
  const char *checkTransfer(const llvm::CallBase &call, const llvm::Value *to, const llvm::Value *from,
                            const LinearForm &length);
  const char *checkMasked(const llvm::IntrinsicInst &call, unsigned pointer, llvm::Type *type, bool writes);
  const char *checkLanes(const llvm::IntrinsicInst &call, unsigned pointer, llvm::Type *type, bool writes);
  const char *checkBuiltin(const llvm::CallBase &call, llvm::StringRef returned, llvm::StringRef shape);
  const char *checkArgument(const llvm::CallBase &call, unsigned position, char kind);
  const char *checkDirect(const llvm::CallBase &call, const llvm::Function &callee);
  const char *checkGiven(const llvm::CallBase &call, const llvm::Value *given, const Region &wanted,
                         const llvm::Argument *argument);
  const char *checkIndirect(const llvm::CallBase &call);
  const char *checkSlots(const llvm::CallBase &call, const Contract &contract, const llvm::Value *reference);
  const char *checkLibrary(const llvm::CallBase &call, const llvm::Function &callee);
  std::optional<uint32_t> structureAt(const llvm::Value *pointer, Region::Kind kind);
  std::optional<Interval> tagsAt(const llvm::CallBase &call, unsigned position);
  LinearForm lengthOf(const llvm::Value *length, const llvm::Instruction &at);
  std::optional<uint64_t> constantArgument(const llvm::CallBase &call, unsigned position);
};

} // namespace isolation
