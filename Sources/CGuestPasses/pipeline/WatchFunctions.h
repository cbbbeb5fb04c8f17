// Tells somebody of the function that a pass is about to run on, so that a crash can name it.
#pragma once

#include "llvm/IR/PassInstrumentation.h"

namespace swasm {

/// Callbacks for a PassBuilder that tell whoever `swasm_watch_functions` named. They live as long as this does.
struct WatchFunctions {
  llvm::PassInstrumentationCallbacks callbacks;

  WatchFunctions();
};

} // namespace swasm
