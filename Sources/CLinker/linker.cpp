#include "CLinker.h"

#include <lld/Common/CommonLinkerContext.h>
#include <lld/Common/Driver.h>
#include <llvm/Plugins/PassPlugin.h>
#include <llvm/Support/raw_ostream.h>

LLD_HAS_DRIVER(elf)

// LLD can compile bitcode for every processor that LLVM knows, and so it refers to the code for all of them.
// swasmc gives it machine code alone. These functions take the place of LLVM's for the processors that swasmc
// does not compile for. They register nothing. With LLVM's the compiler would be twice as large.
#define ABSENT(name)                                                                                         \
  void LLVMInitialize##name##TargetInfo() {}                                                                 \
  void LLVMInitialize##name##Target() {}                                                                     \
  void LLVMInitialize##name##TargetMC() {}                                                                   \
  void LLVMInitialize##name##AsmPrinter() {}                                                                 \
  void LLVMInitialize##name##AsmParser() {}

extern "C" {
ABSENT(AMDGPU)
ABSENT(ARM)
ABSENT(AVR)
ABSENT(BPF)
ABSENT(Hexagon)
ABSENT(Lanai)
ABSENT(LoongArch)
ABSENT(M68k)
ABSENT(MSP430)
ABSENT(Mips)
ABSENT(NVPTX)
ABSENT(PowerPC)
ABSENT(SPIRV)
ABSENT(Sparc)
ABSENT(SystemZ)
ABSENT(VE)
ABSENT(WebAssembly)
ABSENT(XCore)
ABSENT(Xtensa)
}

// The same holds for a plug-in of LLVM's pipeline, which Debian has in a package of its own.
llvm::PassPluginLibraryInfo getPollyPluginInfo() { return {}; }

extern "C" void swasmc_run_linker(int count, char *const *words) {
  const llvm::ArrayRef<const char *> arguments(words, static_cast<size_t>(count));
  const lld::Result result =
      lld::lldMain(arguments, llvm::outs(), llvm::errs(), {{lld::Gnu, &lld::elf::link}});
  lld::exitLld(result.retCode);
}
