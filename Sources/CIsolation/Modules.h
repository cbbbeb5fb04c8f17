// Checks the parts of a module other than the bodies of its functions.
//
// If anything in the module does not have a listed form, no function is proven:
//
//   data layout       The layout of a known target, because distances and sizes depend on it.
//   functions         Internal or plainly external, of the default kind: no comdat, section, garbage
//                     collector, or data before their code. Their only personality is that of the runtime's
//                     unwinder. LLVM knows every intrinsic.
//   declarations      Not weak, because a weak one could have the address 0.
//   global variables  Of the default kind, too; in address space 0, not thread-local, not initialised from
//                     elsewhere. In an executable, only the instance, the program's descriptor and counters
//                     are visible outside. In a library, the names of visible variables are not checked. Only
//                     the instance has no initialiser, and its declared alignment is at most its real one. If
//                     the module defines the instance, others use it, too; it is never constant.
//                     Only counters have a section.
//   nothing else      No aliases, ifuncs, comdats or assembly. Of the lists that the linker or the loader
//                     uses, only those of what LLVM must keep (llvm.used, llvm.compiler.used).
//
// LLVM's verifier must also accept the module. All proofs rely on its checks: values are made before they are
// used, and types fit. An error in the optimiser could break this, too.
//
// Harden.h deals with metadata and attributes, Descriptor.h with the descriptor for the runtime.
#pragma once

#include "Regions.h"
#include "llvm/IR/Module.h"

namespace isolation {

/// Returns null if nothing in the module prevents proofs about its functions, otherwise the reason.
const char *checkModule(const llvm::Module &module, const Instance &instance);

} // namespace isolation
