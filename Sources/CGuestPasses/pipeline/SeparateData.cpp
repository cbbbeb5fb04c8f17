// Sections for single variables, so that a linker can fold those that several objects have.
#include "CGuestPasses.h"

#include <llvm/Target/TargetMachine.h>

using namespace llvm;

void swasm_separate_data(LLVMTargetMachineRef machine) {
  TargetOptions &options = reinterpret_cast<TargetMachine *>(machine)->Options;
  options.DataSections = true;
  // Tells the linker which variables' addresses are compared. It folds only the others.
  options.EmitAddrsig = true;
}
