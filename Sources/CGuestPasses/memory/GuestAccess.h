// Recognises the loads and stores of guest memory. Their pointers have their own address space, which every
// pass of LLVM must keep.
#pragma once

#include "CGuestIR.h"
#include "llvm/IR/Instructions.h"

namespace swasm {

/// The address space of every pointer into a linear memory. Machine code treats it as it treats address space
/// 0.
constexpr unsigned guestAddressSpace = SWASM_GUEST_ADDRESS_SPACE;

bool isGuestPointer(const llvm::Value &value);

/// True for a load or store of guest memory, volatile and atomic ones included.
bool isGuestAccess(const llvm::Instruction &instruction);

/// True for a load of guest memory that is neither volatile nor atomic.
bool isSimpleGuestLoad(const llvm::Instruction &instruction);

/// How many bytes a load or store accesses.
uint64_t accessBytes(const llvm::Instruction &instruction);

/// A pointer as a base plus a constant number of bytes. Two pointers are equal if their bases and offsets
/// are.
struct GuestPlace {
  const llvm::Value *base;
  int64_t offset;
};

GuestPlace placeOf(const llvm::Value &pointer, const llvm::DataLayout &layout);

/// True for an access whose TBAA type is `name`. Only for passes that run first: LLVM drops these tags at
/// will.
bool accessesMemory(const llvm::Instruction &instruction, llvm::StringRef name);

} // namespace swasm
