// The parts of LLVM for the machines of Sources/Targets. A build has LLVM inside, so it links no others;
// scripts/llvm-pkgconfig lists the same.
#include "CCodeGeneration.h"

#include <llvm-c/Target.h>

void swasm_register_targets(void) {
#define REGISTER(name)                                                                                       \
  LLVMInitialize##name##TargetInfo();                                                                        \
  LLVMInitialize##name##Target();                                                                            \
  LLVMInitialize##name##TargetMC();                                                                          \
  LLVMInitialize##name##AsmPrinter();                                                                        \
  LLVMInitialize##name##AsmParser();
  REGISTER(X86)
  REGISTER(AArch64)
#undef REGISTER
}
