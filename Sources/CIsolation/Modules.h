// What a module has besides the bodies of its functions.
//
// Everything in the module has a listed form, or no function is proven:
//
//   data layout       That of a known target: distances and sizes depend on it.
//   functions         Internal or plainly external, of the default kind: no comdat, section, garbage
//                     collector, or data before their code. Their only personality is the one of the
//                     runtime's unwinder.
//   declarations      Plain ones: a weak one could have the address 0.
//   global variables  The same; in address space 0, not thread-local, not initialised from elsewhere. Only
//                     the instance, the module's descriptor and counters are visible outside. Only the
//                     instance has no initialiser, and its declared alignment is at most its real one. Only
//                     counters have a section.
//   nothing else      No aliases, ifuncs, comdats, assembly, and no lists that the linker or the loader acts
//                     on.
//
// LLVM's verifier must accept the module, too. All proofs begin with what it checks: values are made before
// they are used, and types fit. An optimiser could break this like anything else.
//
// Harden.h deals with metadata and attributes, Descriptor.h with what the descriptor tells the runtime.
#pragma once

#include "Regions.h"
#include "llvm/IR/Module.h"

namespace isolation {

/// Null: nothing in the module prevents proofs about its functions.
const char *checkModule(const llvm::Module &module, const Instance &instance);

} // namespace isolation
