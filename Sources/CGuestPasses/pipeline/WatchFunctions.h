// Reports the function that a pass is about to run on, so that a crash can name it.
#pragma once

#include "llvm/IR/PassInstrumentation.h"

namespace swasm {

/// Callbacks for a PassBuilder that call the watcher of `swasm_watch_functions`. They live as long as this
/// object.
struct WatchFunctions {
  llvm::PassInstrumentationCallbacks callbacks;

  WatchFunctions();
};

} // namespace swasm
