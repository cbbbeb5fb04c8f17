// A fast loop of one block whose streams are to get smaller steps, and which runs as many times more often.
//
// SplitStreams (Streams.h) leaves loops whose addresses are root + k*s + K. A pass that takes such a body apart into `count`
// equal parts keeps one of them: its accesses step by s/count, and the loop runs count*(n + 1) times. The argument of
// Streams.h is untouched: the same bytes are accessed, by smaller steps.
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

/// The name of a loop's metadata: what is reached from different roots does not overlap where one of it is stored.
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

  /// Takes stock of the loop: one block that a counter ends. Its only effects are simple accesses to roots, and some of them
  /// are stores. What it leaves behind can be told from the number of iterations. False: it is another kind of loop.
  bool collect();

  /// Whether no two of these accesses can touch the same byte, in whatever iterations.
  bool areApart(const Place &a, const Place &b) const;
  const Place &at(llvm::Instruction *instruction) const { return places[positions.lookup(instruction)]; }
  bool isInside(const llvm::User *user) const { return llvm::cast<llvm::Instruction>(user)->getParent() == &block; }
  /// True for what only counts iterations or forms addresses; it is made anew or dies.
  bool isInduction(llvm::Instruction &instruction) const;
  /// True where only what follows the loop uses the value: it is computed there instead.
  bool isUsedOnlyOutside(const llvm::Instruction &instruction) const;

  /// Has the loop run `count` times as often. `each` is given the places and, for those it wants, a pointer that steps by a part.
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
  /// What is used behind the loop, as it is there.
  llvm::SmallVector<std::pair<llvm::Instruction *, const llvm::SCEV *>> exitValues;
  bool rootsApart;
};

/// Has `change` change each loop of a function of which stock can be taken; it says whether it did.
llvm::PreservedAnalyses changeLoops(llvm::Function &function, llvm::FunctionAnalysisManager &analyses,
                                    llvm::function_ref<bool(LoopSteps &)> change);

} // namespace swasm
