// The accesses of a loop, with addresses in the form base + zext(index) + offset.
#pragma once

#include "llvm/ADT/SmallVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/IR/Instructions.h"

namespace swasm {

/// A load, a store or a touch of guest memory whose address is an affine function of the iteration.
struct StreamAccess {
  llvm::Instruction *instruction;
  llvm::LoadInst *base;       // the address of the memory's first byte
  const llvm::SCEV *index;    // i32; i64 if scalar evolution proved that it never wraps, or if the guest's is
  uint64_t offset;            // in bytes
  uint64_t bytes;             // the number of accessed bytes
  const llvm::SCEV *start{};  // of the index, without its constant part; equal starts make one stream
  int64_t step = 0;           // 0: the address does not vary in the loop
  uint64_t constant = 0;      // of the start, modulo 2^32 (i32) or 2^64

  bool isWide() const { return index->getType()->isIntegerTy(64); }
  bool isTouch() const { return llvm::isa<llvm::CallInst>(instruction); }
};

/// A touch whose address is no affine function, but is below a constant.
struct BoundedTouch {
  llvm::CallInst *touch;
  llvm::LoadInst *base;
  uint64_t end; // bytes of the memory that the touch may reach
};

/// The accesses of a loop. `collect` fails if the loop has an effect that no vector loop can have, or if a
/// touch may reach any address.
class StreamAccesses {
public:
  StreamAccesses(llvm::Loop &loop, llvm::ScalarEvolution &evolution) : loop(loop), evolution(evolution) {}

  bool collect();

  llvm::SmallVector<StreamAccess> affine;
  llvm::SmallVector<BoundedTouch> bounded;

private:
  bool add(llvm::Instruction &instruction, llvm::Value *pointer, uint64_t bytes);
  bool takeApart(llvm::Value *pointer, StreamAccess &access);
  bool classify(StreamAccess &access);
  bool addBounded(llvm::CallInst &touch, const StreamAccess &access);

  llvm::Loop &loop;
  llvm::ScalarEvolution &evolution;
};

} // namespace swasm
