// A fuzzer that looks for wrong acceptances by the isolation checker. It needs no knowledge of the checker's
// rules.
//
// For each seed it makes a random function, optimises it by LLVM or not, and runs it with many arguments.
// Then it asks the checker about a reservation that just leaves out the highest, or the lowest, offset at
// which the function stored. The checker must refuse this. If the memory has no guard pages and the checker
// accepts the function, no execution may store at or beyond the memory's length. The status is 1 if a
// function breaks these rules. Its seed makes it again, and a third argument prints it.
//
// The fuzzer does not test whether the checker refuses too much. "tight" counts functions for which the
// checker knows the highest offset exactly.
#include "CIsolation.h"
#include "Generator.h"
#include "Probe.h"
#include "llvm/IR/Verifier.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;
using namespace soundness;

static const char *const instanceText = R"(
target datalayout = "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128"
@swasm_main_state = external hidden global [1024 x i8], align 64
)";

/// The passes for a function before it is checked. The first pipeline has none.
static const char *const pipelines[] = {
    "",
    "instcombine<no-verify-fixpoint>,simplifycfg",
    "early-cse,simplifycfg,instcombine<no-verify-fixpoint>,gvn,reassociate",
    "simplifycfg,instcombine<no-verify-fixpoint>,jump-threading,correlated-propagation,loop-simplify,lcssa,"
    "loop(indvars,loop-rotate),"
    "simplifycfg<bonus-inst-threshold=4;hoist-common-insts;sink-common-insts;switch-range-to-icmp>,"
    "gvn,instcombine<no-verify-fixpoint>,constraint-elimination",
};

static void optimise(Function &function, const char *pipeline) {
  LoopAnalysisManager ofLoops;
  FunctionAnalysisManager ofFunctions;
  CGSCCAnalysisManager ofCycles;
  ModuleAnalysisManager ofModules;
  PassBuilder builder;
  builder.registerModuleAnalyses(ofModules);
  builder.registerCGSCCAnalyses(ofCycles);
  builder.registerFunctionAnalyses(ofFunctions);
  builder.registerLoopAnalyses(ofLoops);
  builder.crossRegisterProxies(ofLoops, ofFunctions, ofCycles, ofModules);
  FunctionPassManager passes;
  cantFail(builder.parsePassPipeline(passes, pipeline));
  passes.run(function, ofFunctions);
}

/// Returns false if the generator made an invalid function.
static bool probe(uint64_t seed, bool prints, Counts &counts) {
  Draws draws(seed);
  LLVMContext context;
  SMDiagnostic diagnostic;
  std::unique_ptr<Module> module = parseIR(MemoryBufferRef(instanceText, "instance"), diagnostic, context);
  Generator generator(draws, *module);
  Function *function = generator.make();
  if (verifyModule(*module, &errs())) {
    errs() << "INVALID " << seed << "\n";
    module->print(errs(), nullptr);
    return false;
  }
  const unsigned pipeline = draws.coin() ? 0 : draws.below(std::size(pipelines));
  if (pipeline != 0)
    optimise(*function, pipelines[pipeline]);
  swasm_harden(wrap(module.get()));
  if (prints)
    module->print(outs(), nullptr);
  Probe(seed, *function, draws, generator.isExplicit(), pipeline, counts).run();
  // Writes a finding at once, in case a later seed never ends.
  outs().flush();
  return true;
}

int main(int argc, char **argv) {
  if (argc < 3) {
    errs() << "usage: soundness FIRST-SEED COUNT [print]\n";
    return 64;
  }
  const uint64_t first = strtoull(argv[1], nullptr, 0), count = strtoull(argv[2], nullptr, 0);
  const bool prints = argc > 3;
  Counts counts;
  for (uint64_t seed = first; seed < first + count; seed++)
    if (!probe(seed, prints, counts))
      return 2;
  outs() << "seeds " << count << " skipped " << counts.skipped << " looked " << counts.looked << " reached "
         << counts.reached << " accepted " << counts.accepted << " tight " << counts.tight << " explicit "
         << counts.explicitAccepted << "/" << counts.explicitAll << " bad " << counts.unsound << "\n";
  return counts.unsound != 0;
}
