// Makes a fast loop of one block run several times as often, with streams of smaller steps.
//
// SplitStreams (Streams.h) leaves loops whose addresses are root + k*s + K. A pass may take such a body apart
// into `count` equal parts, and keep one of them. Then its accesses step by s/count, and the loop runs
// count*(n + 1) times. The argument in Streams.h still holds: the same bytes are accessed, by smaller steps.
#pragma once

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/Analysis/ScalarEvolution.h"
#include "llvm/Analysis/TargetTransformInfo.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/PassManager.h"

namespace swasm {

/// Metadata of a loop. It says that accesses from different roots do not overlap, if one of them is a store.
constexpr const char *rootsApartName = "swasm.loop.roots.apart";

/// A load or store at root + i*step + offset, in iteration i.
struct Place {
  llvm::Instruction *instruction;
  llvm::Value *root;
  int64_t step, offset;
  unsigned position; // in the block
  uint64_t bytes;

  bool isLoad() const { return llvm::isa<llvm::LoadInst>(instruction); }
};

class LoopSteps {
public:
  LoopSteps(llvm::Loop &loop, llvm::ScalarEvolution &evolution, const llvm::TargetTransformInfo &transforms);

  /// Examines the loop. Returns whether it is a loop of one block that ends by a counter, whose only effects
  /// are simple accesses to roots, some of them stores, and whose results can be computed from the number of
  /// iterations.
  bool collect();

  /// Whether these two accesses never touch the same byte, in any two iterations.
  bool areApart(const Place &a, const Place &b) const;
  const Place &at(llvm::Instruction *instruction) const { return places[positions.lookup(instruction)]; }
  bool isInside(const llvm::User *user) const { return llvm::cast<llvm::Instruction>(user)->getParent() == &block; }
  /// True for an instruction that only counts iterations or forms addresses. It is replaced or deleted.
  bool isInduction(llvm::Instruction &instruction) const;
  /// True if only code behind the loop uses the value. Then it is computed there.
  bool isUsedOnlyOutside(const llvm::Instruction &instruction) const;

  /// Makes the loop run `count` times as often. `use` gets each kept place, with a pointer that steps by one
  /// part.
  void divide(unsigned count, llvm::function_ref<bool(const Place &)> isKept,
              llvm::function_ref<void(const Place &, llvm::Value *)> use);
  /// Deletes what nothing uses any more.
  void deleteDead();

  llvm::Loop &loop;
  llvm::BasicBlock &block;
  llvm::SmallVector<Place> places;

private:
  bool place(llvm::Instruction &instruction, unsigned position);
  bool collectAccesses();
  bool collectExitValues();
  void rewriteExitValues();

  llvm::ScalarEvolution &evolution;
  const llvm::TargetTransformInfo &transforms;
  llvm::DenseMap<llvm::Instruction *, unsigned> positions; // in `places`
  const llvm::SCEV *backedges = nullptr;
  llvm::BasicBlock *exit = nullptr;
  /// The values that are used behind the loop, and their form there.
  llvm::SmallVector<std::pair<llvm::Instruction *, const llvm::SCEV *>> exitValues;
  bool rootsApart;
};

/// Calls `change` for each loop of a function that `collect` accepts. `change` returns whether it changed the
/// loop.
llvm::PreservedAnalyses changeLoops(llvm::Function &function, llvm::FunctionAnalysisManager &analyses,
                                    llvm::function_ref<bool(LoopSteps &)> change);

} // namespace swasm
