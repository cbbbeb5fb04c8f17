// Runs a function many times with different arguments. Keeps the lowest and the highest offset at which it
// stored.
#pragma once

#include "Draws.h"
#include "Interpreter.h"
#include <array>

namespace soundness {

/// The inputs of an execution: the four arguments, and the length of the memories in bytes.
using Inputs = std::array<uint64_t, 5>;

class Executions {
public:
  /// Some inputs are small changes of earlier ones. With `latest`, these are the inputs of the latest store,
  /// otherwise those of the lowest or highest. `latest` is for functions in which the length bounds the
  /// offset: there, the extremes are of no interest.
  Executions(llvm::Function &function, Draws &draws, bool latest);

  void run(unsigned count);

  bool isUnsupported() const { return interpreter.isUnsupported(); }
  bool hasStored() const { return stored; }
  /// Whether a store was at or beyond the end that the memory had in that execution.
  bool hasStoredOutside() const { return storedOutside; }

  /// The lowest and the highest offset of all stores so far. With `latest`, both are the offset of the latest
  /// store.
  int64_t lowest = INT64_MAX, highest = INT64_MIN;

private:
  uint64_t drawWord();
  Inputs drawInputs();
  void change(Inputs &inputs);
  void note(uint64_t offset, const Inputs &inputs);

  Interpreter interpreter;
  Draws &draws;
  bool latest;
  /// The constants of the function, and the limits of some integer types.
  std::vector<uint64_t> constants = {0, 1, 255, 256, 65535, 0xFFFFFFFF, 1ull << 31, 1ull << 63};
  Inputs ofLowest{}, ofHighest{};
  bool stored = false, storedOutside = false;
};

} // namespace soundness
