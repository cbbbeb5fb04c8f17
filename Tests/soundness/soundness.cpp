// Looks for wrong facts in the isolation checker: a fuzzer that needs no knowledge of its rules.
//
// For each seed a random function is made (optimised by LLVM or not), and run with many arguments. What it stored to is
// a fact. The checker is then asked about a reservation that leaves out just the highest, or the lowest, offset that
// was seen: if it accepts, it believes something false. For a memory without guards the function is accepted or not as
// it is, and an execution that stores at or beyond the memory's length contradicts. The status is 1 where one was
// found; the seed makes it again, and a third argument prints the function.
//
// It says nothing of what the checker refuses; "tight" counts functions whose highest offset is known exactly.
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

/// What a function goes through before it is checked; the first leaves it as it was made.
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

/// False: the generator made something that is no function.
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
  // A finding is there even if a later seed takes for ever.
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
