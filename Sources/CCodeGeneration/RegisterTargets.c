// Registers the parts of LLVM for the machines of Sources/Targets. LLVM is linked statically, so a part that
// is not named here is not in the compiler. scripts/llvm-pkgconfig has the same list.
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
  REGISTER(RISCV)
#undef REGISTER
}
