// See ProcessOptions.h.
#include "ProcessOptions.h"

#include "llvm/Support/CommandLine.h"

using namespace llvm;

namespace swasm {

namespace {

struct Setting {
  StringLiteral name, value;
};

const Setting settings[] = {
    // Keeps LLVM from widening 32-bit induction variables. A loop with a widened one ends by a masked
    // comparison, and the vectoriser cannot tell its number of iterations. Loops that count up to zero are
    // common in wasm. Also, the isolation check sees that an address base + zext(i32 index) is near, whatever
    // the loop does.
    {"indvars-widen-indvars", "false"},
    // The guest's compiler has optimised once, and made a select if a branch was not better. Code generation
    // for x86-64 turns some selects in loops into branches, in the hope that they can be predicted. Without
    // that, the benchmark `alignment` is 1.5 times as fast.
    {"x86-cmov-converter", "false"},
    // To copy a number together with products, the SLP vectoriser may multiply it by 1. That makes a
    // signalling NaN quiet.
    {"slp-copyable-elements", "false"},
    // A callee-saved register costs a push and a pop in every call of the function. With the default of 0 the
    // allocator takes one even for code that never runs, such as handlers of exceptions. The unit: 16,384 are
    // one memory access at the function's entry.
    {"regalloc-csr-first-time-cost", "32768"},
    // After a change, CodeGenPrepare looks at every block of the function again, unless the function has more
    // blocks than this: 800 memory.copy in one function took 8 s. The default is 10,000.
    {"cgpp-huge-func", "500"},
};

std::string missing(StringRef name) { return ("this build of LLVM has no option " + name).str(); }

/// Code generation sets these for single modules.
const StringLiteral needed[] = {"optimize-regalloc"};

std::string setAll() {
  for (const Setting &each : settings)
    if (std::string failure = setProcessOption(each.name, each.value); !failure.empty())
      return failure;
  for (StringRef name : needed)
    if (!cl::getRegisteredOptions().contains(name))
      return missing(name);
  return {};
}

} // namespace

std::string setProcessOption(StringRef name, StringRef value) {
  auto &known = cl::getRegisteredOptions();
  auto found = known.find(name);
  if (found == known.end())
    return missing(name);
  if (found->second->addOccurrence(0, name, value))
    return ("this build of LLVM refuses " + value + " for its option " + name).str();
  return {};
}

const std::string &setProcessOptions() {
  static const std::string failure = setAll();
  return failure;
}

} // namespace swasm
