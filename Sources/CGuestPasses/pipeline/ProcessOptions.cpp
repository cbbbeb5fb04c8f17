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
    // Keeps LLVM from widening 32-bit induction variables. Widened ones leave the loop by a masked comparison, of which the
    // vectoriser cannot tell the number of iterations; loops that count up to zero are common in wasm. And the checker of
    // isolation sees of an address base + zext(i32 index) that it is near, whatever the loop does.
    {"indvars-widen-indvars", "false"},
    // The producer has optimised once and left a select where it saw no branch. Code generation for x86-64 turns some into
    // branches in loops where it hopes that they can be predicted; alignment of Benchmarks/ is 1.5 times as fast without.
    {"x86-cmov-converter", "false"},
    // To the SLP vectoriser a number that is only copied may as well be multiplied by one, which makes a signalling NaN
    // quiet.
    {"slp-copyable-elements", "false"},
    // A register that calls preserve costs a push and a pop in every call of the function; with the default of 0 the
    // allocator takes one for code that is never run, such as the handlers of exceptions. In units of which 16,384 are one
    // access of memory at the function's entry.
    {"regalloc-csr-first-time-cost", "32768"},
    // In a function of more blocks, the pass before code generation looks once more at what it has just changed alone, not at
    // all blocks again: 800 memory.copy in one function took 8 s. The default is 10,000.
    {"cgpp-huge-func", "500"},
};

std::string setAll() {
  for (const Setting &each : settings)
    if (std::string failure = setProcessOption(each.name, each.value); !failure.empty())
      return failure;
  return {};
}

} // namespace

std::string setProcessOption(StringRef name, StringRef value) {
  auto &known = cl::getRegisteredOptions();
  auto found = known.find(name);
  if (found == known.end())
    return ("this build of LLVM has no option " + name).str();
  if (found->second->addOccurrence(0, name, value))
    return ("this build of LLVM refuses " + value + " for its option " + name).str();
  return {};
}

const std::string &setProcessOptions() {
  static const std::string failure = setAll();
  return failure;
}

} // namespace swasm
