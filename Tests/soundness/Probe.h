// Looks for something false that the checker believes of one function.
#pragma once

#include "Checker.h"
#include "Executions.h"
#include "llvm/IR/Instructions.h"

namespace soundness {

/// What the seeds of a run came to.
struct Counts {
  /// Optimised to nothing, or with something that the interpreter does not know.
  uint64_t skipped = 0;
  uint64_t looked = 0;
  /// Functions that stored in some execution.
  uint64_t reached = 0;
  /// Of those with guard pages: accepted with a large reservation, and refused without exactly the highest offset.
  uint64_t accepted = 0, tight = 0;
  /// Of those without.
  uint64_t explicitAccepted = 0, explicitAll = 0;
  uint64_t unsound = 0;
};

class Probe {
public:
  Probe(uint64_t seed, llvm::Function &function, Draws &draws, bool isExplicit, unsigned pipeline, Counts &counts);

  void run();

private:
  bool findStore();
  bool reachStore();
  void probeExplicit();
  void probeGuarded();
  void probeEnds();
  void probeMoved();
  bool isAccepted(uint64_t bytesBefore, uint64_t bytesFrom);
  /// An end of the reservation that leaves out an offset that was seen must be refused.
  void mustRefuse(const char *end, uint64_t bytesBefore, uint64_t bytesFrom);
  void moveStore(int64_t bytes);
  llvm::raw_ostream &report(const char *what);

  uint64_t seed;
  llvm::Function &function;
  Executions executions;
  bool isExplicit;
  unsigned pipeline;
  Counts &counts;
  llvm::StoreInst *store = nullptr;
  /// Where the function stores, before anything moves it.
  llvm::Value *address = nullptr;
  unsigned storeCount = 0;
};

} // namespace soundness
