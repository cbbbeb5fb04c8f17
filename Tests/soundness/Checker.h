// Asks the isolation checker about a module of one function.
#pragma once

#include "llvm/IR/Module.h"

namespace soundness {

/// The bytes around the base of memory 0 that the checker takes for reserved, beside the memory itself.
struct Reservation {
  uint64_t bytesBefore = 0;
  /// From the base on. None: only an access below the memory's present length may be accepted.
  uint64_t bytesFrom = 0;
};

/// Where the instance has what generated functions load.
constexpr uint64_t memoriesOffset = 64;
constexpr uint64_t memoryStride = 64;
/// Of the length inside a memory.
constexpr uint64_t lengthOffset = 8;

/// Whether the checker accepts the module, whose only function is `f` of four parameters.
bool isAccepted(llvm::Module &module, Reservation reservation);

} // namespace soundness
