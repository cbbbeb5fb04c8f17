// That the optimiser leaves alone what the module tells the runtime.
//
// The runtime trusts the constants that the module's descriptor leads to: sizes, types, where functions and segments are.
// No proof about code covers them. So they are summed up before the optimiser runs and compared afterwards.
//
// The sum is of what a constant says, not of how it is stored: integers and bytes as they are, functions and variables of
// others by name, an address as its variable and a distance, other variables by what they are initialised with. So constants
// may be merged and renamed. What is undefined counts as 0, which it becomes.
#pragma once

#include "llvm/IR/Module.h"

#include <array>

namespace isolation {

using Digest = std::array<uint8_t, 32>;

/// Of all variables that others see and that have an initialiser.
Digest digestOf(const llvm::Module &module);

} // namespace isolation
