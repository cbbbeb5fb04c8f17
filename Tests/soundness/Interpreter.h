// Runs a function with two's complement arithmetic, and notes the offsets at which it stores.
// Shifts by too many bits and divisions by 0 end a run: the checker need not know their results.
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

  /// Runs the function once, for at most `mostSteps` instructions. Every memory begins at address 0 and has
  /// `memoryBytes` bytes.
  void run(llvm::ArrayRef<uint64_t> arguments, uint64_t memoryBytes, unsigned mostSteps);

  /// Where the last run stored, as offsets from the base of its memory.
  llvm::ArrayRef<uint64_t> stores() const { return storeOffsets; }

  /// Whether the function has an instruction that the interpreter does not support. Then its runs prove
  /// nothing.
  bool isUnsupported() const { return foundUnsupported; }

private:
  using Result = std::optional<uint64_t>;

  uint64_t valueOf(const llvm::Value *value);
  int64_t signedValueOf(const llvm::Value *value);
  void enter(const llvm::BasicBlock *block, const llvm::BasicBlock *from);
  /// Returns the next block, or null if the run ends.
  const llvm::BasicBlock *runBlock(const llvm::BasicBlock *block);
  const llvm::BasicBlock *successor(const llvm::Instruction &terminator);
  /// Returns the result of an instruction, or nothing if the run ends.
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
