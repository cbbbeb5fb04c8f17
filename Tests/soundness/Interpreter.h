// Runs a function as a machine of two's complement would, and notes at which offsets it stores.
// Shifts by too much and divisions by 0 end a run: what they give is not the checker's to say.
#pragma once

#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include <optional>
#include <vector>

namespace soundness {

class Interpreter {
public:
  explicit Interpreter(llvm::Function &function) : function(function) {}

  /// One run from the entry: at most so many instructions. Every memory begins at address 0 and has so many bytes.
  void run(llvm::ArrayRef<uint64_t> arguments, uint64_t memoryBytes, unsigned mostSteps);

  /// Where the last run stored, as offsets from the base of its memory.
  llvm::ArrayRef<uint64_t> stores() const { return storeOffsets; }

  /// The function has something that this does not know: no run says anything.
  bool isUnsupported() const { return foundUnsupported; }

private:
  using Result = std::optional<uint64_t>;

  uint64_t valueOf(const llvm::Value *value);
  int64_t signedValueOf(const llvm::Value *value);
  void enter(const llvm::BasicBlock *block, const llvm::BasicBlock *from);
  /// The block that comes next; none: the run ends.
  const llvm::BasicBlock *runBlock(const llvm::BasicBlock *block);
  const llvm::BasicBlock *successor(const llvm::Instruction &terminator);
  /// What an instruction gives; none: the run ends.
  Result compute(const llvm::Instruction &instruction);
  Result compute(const llvm::GetElementPtrInst &address);
  Result compute(const llvm::ICmpInst &comparison);
  Result compute(const llvm::CastInst &conversion);
  Result compute(const llvm::BinaryOperator &operation);
  Result divide(const llvm::BinaryOperator &operation);
  Result compute(const llvm::IntrinsicInst &call);
  Result computeSaturating(const llvm::IntrinsicInst &call);
  Result computeBits(const llvm::IntrinsicInst &call);
  Result funnelShift(const llvm::IntrinsicInst &call);
  Result unsupported();

  llvm::Function &function;
  llvm::DenseMap<const llvm::Value *, uint64_t> values;
  std::vector<uint64_t> storeOffsets;
  uint64_t memoryBytes = 0;
  unsigned steps = 0, mostSteps = 0;
  bool foundUnsupported = false;
};

} // namespace soundness
