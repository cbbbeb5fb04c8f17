// LLVM's own steps of code generation, with our writer of the line table, and without passes that only
// debuggers profit from.
#include "CCodeGeneration.h"
#include "LineTable.h"

#include "llvm-c/Core.h"
#include "llvm-c/TargetMachine.h"
#include "llvm/Analysis/RuntimeLibcallInfo.h"
#include "llvm/CodeGen/AsmPrinter.h"
#include "llvm/CodeGen/LibcallLoweringInfo.h"
#include "llvm/CodeGen/MachineModuleInfo.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Target/TargetMachine.h"

#include <mutex>

using namespace llvm;

namespace {

/// Without a compile unit, LLVM makes no debug information. The locations of instructions stay.
void forgetCompileUnits(Module &module) {
  if (NamedMDNode *units = module.getNamedMetadata("llvm.dbg.cu"))
    module.eraseNamedMetadata(units);
}

/// These passes follow the values of variables. Our code has no variables, but they look at every
/// instruction.
void disableDebugPasses(TargetPassConfig &config) {
  config.disablePass(&LiveDebugValuesID);
  config.disablePass(&RemoveRedundantDebugValuesID);
}

/// While this exists, pipelines that are made on other threads wait. LLVM asks the option for the allocator
/// of registers only while it makes a pipeline. The optimiser has checked that the option exists.
class AllocatorChoice {
public:
  explicit AllocatorChoice(bool allocates) : guard(mutex), option(cl::getRegisteredOptions().lookup(name)) {
    if (allocates && option)
      option->addOccurrence(0, name, "true");
  }

  ~AllocatorChoice() {
    if (option)
      option->setDefault();
  }

private:
  static constexpr StringLiteral name = "optimize-regalloc";
  static std::mutex mutex;
  std::lock_guard<std::mutex> guard;
  cl::Option *option;
};

std::mutex AllocatorChoice::mutex;

/// Says which functions of a C library there are. Without it, LLVM makes loops over bytes of memmove and
/// memset.
void addLibraryFunctions(legacy::PassManager &passes, const TargetMachine &machine) {
  const TargetOptions &options = machine.Options;
  passes.add(new RuntimeLibraryInfoWrapper(machine.getTargetTriple(), options.ExceptionModel, options.FloatABIType,
                                           options.EABIVersion, options.MCOptions.ABIName, options.VecLib));
  passes.add(new LibcallLoweringInfoWrapper());
}

/// Adds all passes of code generation. Returns false if the machine cannot generate objects.
bool addPasses(legacy::PassManager &passes, TargetMachine &machine, raw_pwrite_stream &out, swasm_emission emission) {
  AllocatorChoice choice(emission.allocates_registers);
  auto *functions = new MachineModuleInfoWrapperPass(&machine);
  TargetPassConfig *config = machine.createPassConfig(passes);
  // The isolation check has verified the module.
  config->setDisableVerify(true);
  if (emission.plain)
    disableDebugPasses(*config);
  if (emission.allocates_registers)
    config->disablePass(&MachineSchedulerID);
  passes.add(config);
  passes.add(functions);
  addLibraryFunctions(passes, machine);
  if (config->addISelPasses())
    return false;
  config->addMachinePasses();
  config->setInitialized();
  auto streamer =
      machine.createMCStreamer(out, nullptr, CodeGenFileType::ObjectFile, functions->getMMI().getContext());
  if (!streamer) {
    consumeError(streamer.takeError());
    return false;
  }
  AsmPrinter *printer = machine.getTarget().createAsmPrinter(machine, std::move(*streamer));
  if (!printer)
    return false;
  if (emission.has_places)
    printer->addAsmPrinterHandler(
        std::make_unique<swasm::LineTable>(*printer, emission.plain ? 0 : DWARF2_FLAG_BASIC_BLOCK));
  passes.add(printer);
  passes.add(createFreeMachineFunctionPass());
  return true;
}

} // namespace

LLVMMemoryBufferRef swasm_emit_object(LLVMTargetMachineRef handle, LLVMModuleRef moduleHandle,
                                      swasm_emission emission) {
  auto &machine = *reinterpret_cast<TargetMachine *>(handle);
  Module &module = *unwrap(moduleHandle);
  module.setDataLayout(machine.createDataLayout());
  swasm_adapt_to_machine(moduleHandle);
  if (emission.plain)
    forgetCompileUnits(module);
  // Backtraces need a description of each function's frames. Exceptions need .eh_frame, which this does not
  // change.
  machine.Options.ForceDwarfFrameSection = emission.has_places;
  SmallVector<char, 0> bytes;
  {
    raw_svector_ostream out(bytes);
    legacy::PassManager passes;
    if (!addPasses(passes, machine, out, emission))
      return nullptr;
    passes.run(module);
  }
  return wrap(new SmallVectorMemoryBuffer(std::move(bytes), false));
}
