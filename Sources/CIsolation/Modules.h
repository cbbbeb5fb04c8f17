// What a module has besides the bodies of its functions.
//
// Everything has a form that is listed, or no function is proven:
//
//   the data layout       that of a target that is known: distances and sizes are of it
//   functions             internal or plainly external, of the default kind: no comdat, section, collector of garbage, data
//                         before their code. The one personality that the runtime's unwinder knows.
//   declarations          plain ones: no weak ones, whose address may be 0
//   global variables      the same, in the one address space, not thread-local, not initialised from elsewhere. Those that
//                         others see are the instance, the descriptor of the module and counters; without an
//                         initialiser the instance alone, and not more aligned than it is. The section of counters is
//                         the only one.
//   nothing else          no aliases, functions that are chosen when the program is loaded, comdats, assembly, and no lists
//                         that the linker or the loader acts on
//
// And LLVM's verifier takes it for well-formed: that a value is made before it is used, and that types fit, is what all
// proofs begin with, and what an optimiser could break like anything else.
//
// Metadata and attributes are Harden.h's. What the descriptor says to the runtime is Descriptor.h's.
#pragma once

#include "Regions.h"
#include "llvm/IR/Module.h"

namespace isolation {

/// Null: nothing is in the way of what is proven of its functions.
const char *checkModule(const llvm::Module &module, const Instance &instance);

} // namespace isolation
