// Builds and runs the optimisation pipeline: LLVM's own for the level, with the streams split right before
// the loop vectoriser, so that no earlier pass sees a 64-bit address where the guest computes a 32-bit one.
#include "InlineBudget.h"
#include "LongBlocks.h"
#include "LoopBudget.h"
#include "ProcessOptions.h"
#include "ScaledConditions.h"
#include "WatchFunctions.h"
#include "dispatch/DispatchCopies.h"
#include "exceptions/OutlineHandlers.h"
#include "exceptions/ShadowStack.h"
#include "memory/ForwardedStores.h"
#include "memory/LoopValues.h"
#include "memory/OverlappingStores.h"
#include "memory/Reroll.h"
#include "memory/ScalarLoops.h"
#include "memory/Streams.h"
#include "memory/UnpackLanes.h"
#include "numeric/QuietNaNs.h"
#include "traps/EndlessLoops.h"
#include "traps/KeepTraps.h"

#include "llvm-c/Core.h"
#include "llvm-c/TargetMachine.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Passes/StandardInstrumentations.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/IPO/ElimAvailExtern.h"
#include "llvm/Transforms/IPO/GlobalDCE.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include "llvm/Transforms/Scalar/DCE.h"
#include "llvm/Transforms/Scalar/EarlyCSE.h"
#include "llvm/Transforms/Scalar/LoopDeletion.h"
#include "llvm/Transforms/Scalar/LoopLoadElimination.h"
#include "llvm/Transforms/Scalar/LoopPassManager.h"
#include "llvm/Transforms/Scalar/LoopRotation.h"
#include "llvm/Transforms/Scalar/SimplifyCFG.h"
#include "llvm/Transforms/Utils/LCSSA.h"
#include "llvm/Transforms/Utils/LoopSimplify.h"
#include "llvm/Transforms/Vectorize/LoopVectorize.h"

using namespace llvm;

namespace {

/// The analysis managers that a pipeline needs, registered with each other.
struct Analyses {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;

  explicit Analyses(PassBuilder &builder) {
    builder.registerModuleAnalyses(modules);
    builder.registerCGSCCAnalyses(components);
    builder.registerFunctionAnalyses(functions);
    builder.registerLoopAnalyses(loops);
    builder.crossRegisterProxies(loops, functions, components, modules);
  }
};

void addStreams(FunctionPassManager &passes) {
  passes.addPass(LoopSimplifyPass());
  passes.addPass(LCSSAPass());
  passes.addPass(swasm::SplitStreams());
  passes.addPass(EarlyCSEPass());
  passes.addPass(DCEPass());
  passes.addPass(swasm::RerollLoops());
  passes.addPass(swasm::UnpackLanes());
}

/// Keeps the traps of loads: see KeepTraps.h.
void keepTraps(PassBuilder &builder) {
  builder.registerPipelineStartEPCallback([](ModulePassManager &passes, OptimizationLevel) {
    passes.addPass(createModuleToFunctionPassAdaptor(swasm::AddTouches()));
  });
  builder.registerOptimizerLastEPCallback([](ModulePassManager &passes, OptimizationLevel, ThinOrFullLTOPhase) {
    passes.addPass(createModuleToFunctionPassAdaptor(swasm::ResolveTouches()));
  });
}

/// Keeps the guest's reads and writes in program order, for hosts that look at memory after a trap.
void keepOrder(PassBuilder &builder) {
  builder.registerPipelineStartEPCallback([](ModulePassManager &passes, OptimizationLevel) {
    passes.addPass(createModuleToFunctionPassAdaptor(swasm::PinAccesses()));
  });
}

/// Adds the pass for the shadow stack. First removes functions that nothing calls: the pass acts only if all
/// functions obey its rules.
void addShadowStack(ModulePassManager &passes, swasm_shadow_stack stack) {
  passes.addPass(GlobalDCEPass());
  passes.addPass(swasm::RestoreShadowStack(stack));
}

/// Lowers the `resume`s of the landing pads that the pass for the shadow stack made, if no later pass does.
struct LowerResumes : PassInfoMixin<LowerResumes> {
  PreservedAnalyses run(Module &module, ModuleAnalysisManager &) {
    swasm::lowerResumes(module);
    return PreservedAnalyses::none();
  }
};

/// LLVM's pipeline has no place around its vectorisers for passes about straight code. So its own are off,
/// and these run instead.
void addVectorizers(FunctionPassManager &passes) {
  LoopPassManager loops;
  loops.addPass(LoopRotatePass());
  loops.addPass(LoopDeletionPass());
  passes.addPass(createFunctionToLoopPassAdaptor(std::move(loops)));
  passes.addPass(swasm::ScalarLoops());
  passes.addPass(LoopVectorizePass());
  passes.addPass(swasm::ForgetWishes());
  passes.addPass(LoopLoadEliminationPass());
  passes.addPass(InstCombinePass());
  passes.addPass(SimplifyCFGPass());
  passes.addPass(swasm::HideLoopValues());
  passes.addPass(swasm::VectorizeStraightCode());
  passes.addPass(swasm::ShowLoopValues());
  passes.addPass(swasm::GuardOperands());
}

char *copied(const std::string &message) {
  return strdup(message.c_str());
}

char *verified(Module &module, const swasm_optimize_options &options) {
  std::string message;
  raw_string_ostream stream(message);
  if (options.verify && verifyModule(module, &stream))
    return copied(message);
  return nullptr;
}

OptimizationLevel levelOf(unsigned level) {
  switch (level) {
  case 1: return OptimizationLevel::O1;
  case 2: return OptimizationLevel::O2;
  default: return OptimizationLevel::O3;
  }
}

/// A pass that tests may run by itself.
struct NamedPass {
  StringLiteral name;
  void (*add)(ModulePassManager &, FunctionPassManager &, const swasm_optimize_options &);
};

const NamedPass namedPasses[] = {
    {"streams", [](auto &, auto &functions, auto &) { addStreams(functions); }},
    {"hide-loop-values", [](auto &, auto &functions, auto &) { functions.addPass(swasm::HideLoopValues()); }},
    {"show-loop-values", [](auto &, auto &functions, auto &) { functions.addPass(swasm::ShowLoopValues()); }},
    {"guard-operands", [](auto &, auto &functions, auto &) { functions.addPass(swasm::GuardOperands()); }},
    {"fold-guards", [](auto &, auto &functions, auto &) { functions.addPass(swasm::FoldGuards()); }},
    {"drop-guards", [](auto &, auto &functions, auto &) { functions.addPass(swasm::DropGuards(false)); }},
    {"drop-last-guards", [](auto &, auto &functions, auto &) { functions.addPass(swasm::DropGuards(true)); }},
    {"copy-dispatch", [](auto &, auto &functions, auto &) { functions.addPass(swasm::CopyDispatch()); }},
    {"budget-inlining", [](auto &modules, auto &, auto &) { modules.addPass(swasm::BudgetInlining()); }},
    {"budget-loops", [](auto &, auto &functions, auto &) { functions.addPass(swasm::BudgetLoops()); }},
    {"outline-handlers", [](auto &modules, auto &, auto &options) { modules.addPass(swasm::OutlineHandlers(options.registers)); }},
    {"restore-shadow-stack",
     [](auto &modules, auto &, auto &options) { modules.addPass(swasm::RestoreShadowStack(options.shadow_stack)); }},
};

/// Aligns functions to cache lines. Otherwise the length of the code before it would decide whether a short
/// function lies in one line or in two.
void alignFunctions(Module &module) {
  for (Function &function : module)
    if (!function.isDeclaration() && !function.hasFnAttribute(Attribute::Cold) && !function.hasOptSize())
      function.setAlignment(Align(64));
}

/// Has all passes and code generation prefer small code.
void preferSize(Module &module) {
  for (Function &function : module) {
    if (function.isDeclaration() || function.hasOptNone())
      continue;
    function.addFnAttr(Attribute::OptimizeForSize);
    function.addFnAttr(Attribute::MinSize);
  }
}

/// What every function needs before code is generated.
void addLast(FunctionPassManager &functions) {
  functions.addPass(swasm::PinPlainFunctions());
  functions.addPass(swasm::GenerateLongBlocksPlainly());
}

/// What level 0 needs of our passes. LLVM's own pipeline for it would look for calls to inline, and find
/// none.
void addPlain(ModulePassManager &passes, const swasm_optimize_options &options) {
  FunctionPassManager functions;
  functions.addPass(swasm::GuardOperands());
  if (options.precise_traps)
    functions.addPass(swasm::PinAccesses());
  functions.addPass(swasm::PinLoads());
  functions.addPass(swasm::DropGuards(true));
  addLast(functions);
  if (options.shadow_stack.bits)
    passes.addPass(LowerResumes());
  // Nothing is inlined, so bodies that came along for that are of no use.
  passes.addPass(EliminateAvailableExternallyPass());
  passes.addPass(createModuleToFunctionPassAdaptor(std::move(functions)));
}

void addOptimising(ModulePassManager &passes, PassBuilder &builder, unsigned level,
                   const swasm_optimize_options &options) {
  passes.addPass(
      builder.buildPerModuleDefaultPipeline(options.for_size ? OptimizationLevel::Oz : levelOf(level)));
  passes.addPass(swasm::OutlineHandlers(options.registers));
  if (level >= 2 && !options.for_size)
    passes.addPass(createModuleToFunctionPassAdaptor(swasm::CopyDispatch()));
  FunctionPassManager functions;
  functions.addPass(swasm::DropGuards(true));
  functions.addPass(swasm::ScaleConditions());
  addLast(functions);
  passes.addPass(createModuleToFunctionPassAdaptor(std::move(functions)));
}

PipelineTuningOptions tuning() {
  PipelineTuningOptions result;
  // See addVectorizers.
  result.SLPVectorization = result.LoopVectorization = result.LoopInterleaving = false;
  // An interchange of nested loops could turn the stream of an outer loop into one of an inner loop, but the
  // argument in Streams.h is about a single loop.
  result.LoopInterchange = false;
  result.LoopFusion = false;
  return result;
}

} // namespace

char *swasm_optimize(LLVMModuleRef handle, LLVMTargetMachineRef machine, unsigned level,
                     swasm_optimize_options options) {
  if (const std::string &failure = swasm::setProcessOptions(); !failure.empty())
    return copied(failure);
  Module &module = *unwrap(handle);
  bool vectorizes = level >= 2 && !options.for_size;
  if (level > 0 && options.for_size)
    preferSize(module);
  swasm::WatchFunctions watched;
  // Lowering marks functions that must not be optimised (optnone). Without this, only code generation would
  // obey.
  OptNoneInstrumentation plainFunctions(false);
  plainFunctions.registerCallbacks(watched.callbacks);
  swasm::forwardStoresWithCare(watched.callbacks);
  swasm::vectorizeStoresWithCare(watched.callbacks);
  swasm::keepStoresOfEndlessLoops(watched.callbacks);
  swasm::keepStoresBeforeEndlessCalls(watched.callbacks);
  PassBuilder builder(reinterpret_cast<TargetMachine *>(machine), tuning(), std::nullopt, &watched.callbacks);
  swasm::guardOperands(builder);
  if (vectorizes)
    builder.registerVectorizerStartEPCallback(
        [](FunctionPassManager &passes, OptimizationLevel) { passes.addPass(swasm::DropGuards(false)); });
  if (options.streams && vectorizes) {
    builder.registerVectorizerStartEPCallback(
        [](FunctionPassManager &passes, OptimizationLevel) { addStreams(passes); });
  }
  if (vectorizes)
    builder.registerVectorizerStartEPCallback(
        [](FunctionPassManager &passes, OptimizationLevel) { addVectorizers(passes); });
  if (level > 0)
    builder.registerPipelineStartEPCallback([](ModulePassManager &passes, OptimizationLevel) {
      passes.addPass(createModuleToFunctionPassAdaptor(swasm::BudgetLoops()));
    });
  if (options.precise_traps)
    keepOrder(builder);
  if (level > 0)
    keepTraps(builder);
  swasm::budgetInlining(builder);
  Analyses analyses(builder);
  ModulePassManager passes;
  bool isPartOfProgram = options.shadow_stack.bits != 0;
  if ((level > 0 || isPartOfProgram) && !options.precise_traps)
    addShadowStack(passes, options.shadow_stack);
  if (level == 0)
    addPlain(passes, options);
  else
    addOptimising(passes, builder, level, options);
  passes.run(module, analyses.modules);
  if (vectorizes)
    alignFunctions(module);
  // The setting concerns no other module: a machine is used for one module only.
  if (level > 0 && swasm::hasTooManyLoops(module))
    reinterpret_cast<TargetMachine *>(machine)->setOptLevel(CodeGenOptLevel::None);
  return verified(module, options);
}

swasm_shadow_stack swasm_find_shadow_stack(LLVMModuleRef handle) {
  Module &module = *unwrap(handle);
  PassBuilder builder;
  Analyses analyses(builder);
  ModulePassManager passes;
  passes.addPass(GlobalDCEPass());
  passes.run(module, analyses.modules);
  return swasm::findShadowStack(module);
}

char *swasm_run_pass(LLVMModuleRef handle, const char *name, swasm_optimize_options options) {
  auto *pass = find_if(namedPasses, [&](const NamedPass &each) { return each.name == name; });
  if (pass == std::end(namedPasses))
    return copied(std::string("no pass is named ") + name);
  Module &module = *unwrap(handle);
  PassBuilder builder;
  Analyses analyses(builder);
  FunctionPassManager functions;
  ModulePassManager passes;
  pass->add(passes, functions, options);
  passes.addPass(createModuleToFunctionPassAdaptor(std::move(functions)));
  passes.run(module, analyses.modules);
  return verified(module, options);
}

char *swasm_set_process_option(const char *name, const char *value) {
  std::string failure = swasm::setProcessOption(name, value);
  return failure.empty() ? nullptr : copied(failure);
}

bool swasm_generates_plainly(LLVMTargetMachineRef machine) {
  return reinterpret_cast<TargetMachine *>(machine)->getOptLevel() == CodeGenOptLevel::None;
}

void swasm_optimize_free(char *message) {
  free(message);
}
