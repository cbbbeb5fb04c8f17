// Asks the isolation checker about a module of one function.
#pragma once

#include "llvm/IR/Module.h"

namespace soundness {

/// The bytes around the base of memory 0 that the checker is to regard as reserved, in addition to the memory
/// itself.
struct Reservation {
  uint64_t bytesBefore = 0;
  /// The number of reserved bytes from the base on. If it is 0, the checker may only accept accesses below
  /// the memory's present length.
  uint64_t bytesFrom = 0;
};

/// Offsets in the instance of the fields that generated functions load.
constexpr uint64_t memoriesOffset = 64;
constexpr uint64_t memoryStride = 64;
/// The offset of the length in a memory's fields.
constexpr uint64_t lengthOffset = 8;

/// Whether the checker accepts the module. Its only function is `f`, which has four parameters.
bool isAccepted(llvm::Module &module, Reservation reservation);

} // namespace soundness
