// Whether a call is allowed. The target must be known, and each argument must be what the target expects.
//
//   intrinsics     Those that touch no memory, and the listed ones that do. Each range that a listed one
//                  reads or writes is proven like an access: a masked access for all lanes, a gather or
//                  scatter lane by lane.
//   the runtime    A table of builtins (Calls.cpp) gives the types, and the conditions for each pointer and
//                  each constant.
//   the library    memcpy, memmove, memset, memcmp and bcmp, which LLVM puts in place of loops. Their ranges
//                  are proven like accesses.
//   functions      By their contract (Contracts.h): types, convention, every pointer.
//   indirect       The target is proven to have a wasm type whose LLVM type is that of the call. If an
//                  instance is passed, it is the one of the same reference.
//   assembly       None: even an empty assembly text can name registers.
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

  /// Returns null if the call is proven, and otherwise the reason why it is not.
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
