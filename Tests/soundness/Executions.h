// Runs a function with many arguments, and keeps the lowest and the highest offset at which it stored.
#pragma once

#include "Draws.h"
#include "Interpreter.h"
#include <array>

namespace soundness {

/// What an execution begins with: the four parameters, and the length of the memories in bytes.
using Inputs = std::array<uint64_t, 5>;

class Executions {
public:
  /// With `latest`, the inputs that are changed a little are those of the latest store, not those of an extreme one:
  /// where the length bounds an offset, no offset is special.
  Executions(llvm::Function &function, Draws &draws, bool latest);

  void run(unsigned count);

  bool isUnsupported() const { return interpreter.isUnsupported(); }
  bool hasStored() const { return stored; }
  /// Whether a store was at or beyond the end of the memory as it then was.
  bool hasStoredOutside() const { return storedOutside; }

  /// Of all stores so far; with `latest`, both are that of the latest.
  int64_t lowest = INT64_MAX, highest = INT64_MIN;

private:
  uint64_t drawWord();
  Inputs drawInputs();
  void change(Inputs &inputs);
  void note(uint64_t offset, const Inputs &inputs);

  Interpreter interpreter;
  Draws &draws;
  bool latest;
  /// Of the function, and some at which words end.
  std::vector<uint64_t> constants = {0, 1, 255, 256, 65535, 0xFFFFFFFF, 1ull << 31, 1ull << 63};
  Inputs ofLowest{}, ofHighest{};
  bool stored = false, storedOutside = false;
};

} // namespace soundness
