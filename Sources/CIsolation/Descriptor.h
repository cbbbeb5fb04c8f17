// A hash that shows that the optimiser did not change the data that the runtime reads from the module.
//
// The runtime trusts the constants that the module's descriptor leads to: sizes, types, the places of
// functions and segments. No proof about code covers them. So they are hashed before the optimiser runs, and
// compared afterwards.
//
// The hash is of the meaning of a constant, not of how it is stored: integers and bytes as they are,
// functions and external variables by name, an address as its variable and a distance, other variables by
// their initialisers. So constants may be merged and renamed. An undefined part counts as 0: it becomes 0
// later.
#pragma once

#include "llvm/IR/Module.h"

#include <array>

namespace isolation {

using Digest = std::array<uint8_t, 32>;

/// The hash of all variables that are visible outside the module and have an initialiser.
Digest digestOf(const llvm::Module &module);

} // namespace isolation
