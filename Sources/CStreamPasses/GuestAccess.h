// Which loads and stores are accesses of guest memory: told by the names that Lowering gives to TBAA types.
#pragma once

#include "llvm/IR/Instructions.h"

namespace swasm {

/// True for an access whose TBAA type is `name`, or `name` and a number: memories of one module are told apart so.
bool accessesMemory(const llvm::Instruction &instruction, llvm::StringRef name);

/// True for an access of any guest memory.
bool isGuestMemory(const llvm::Instruction &access);

/// True for a load of any guest memory that is neither volatile nor atomic.
bool isGuestLoad(const llvm::Instruction &instruction);

/// True for a load or store, neither volatile nor atomic, of a memory for which SWASM_GUARDED_MEMORY_TBAA holds.
bool isGuardedAccess(const llvm::Instruction &instruction);

} // namespace swasm
