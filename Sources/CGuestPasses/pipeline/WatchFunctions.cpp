// See WatchFunctions.h. LLVM's instrumentation reports the optimiser's passes, but not those of code
// generation. Most of the latter, also instruction selection, ask an OptPassGate whether they may run. The
// listener here is such a gate.
#include "WatchFunctions.h"
#include "CGuestPasses.h"

#include "llvm-c/Core.h"
#include "llvm/Analysis/LazyCallGraph.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/OptBisect.h"

#include <atomic>

using namespace llvm;

namespace {

std::atomic<swasm_function_watcher> watcher{nullptr};

void tell(StringRef name) {
  if (auto told = watcher.load(std::memory_order_relaxed))
    told(name.data(), name.size());
}

template <typename Unit> const Unit *unitOf(const Any &ir) {
  auto *unit = any_cast<const Unit *>(&ir);
  return unit ? *unit : nullptr;
}

/// The name of the function that the unit belongs to; empty for a whole module.
StringRef nameOf(const Any &ir) {
  if (auto *function = unitOf<Function>(ir))
    return function->getName();
  if (auto *loop = unitOf<Loop>(ir))
    return loop->getHeader()->getParent()->getName();
  if (auto *component = unitOf<LazyCallGraph::SCC>(ir))
    return component->begin()->getFunction().getName();
  return "";
}

/// Lets every pass run.
class Listener : public OptPassGate {
  bool isEnabled() const override { return true; }

  /// `unit` is "function (NAME)", or names something else.
  bool shouldRunPass(StringRef, StringRef unit) const override {
    if (unit.consume_front("function (") && unit.consume_back(")"))
      tell(unit);
    return true;
  }
};

} // namespace

swasm::WatchFunctions::WatchFunctions() {
  callbacks.registerBeforeNonSkippedPassCallback([](StringRef, Any ir) { tell(nameOf(ir)); });
}

void swasm_watch_functions(swasm_function_watcher told) { watcher = told; }

void swasm_watch_code_generation(LLVMContextRef context) {
  static Listener listener;
  unwrap(context)->setOptPassGate(listener);
}
