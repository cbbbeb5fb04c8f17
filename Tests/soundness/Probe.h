// Looks for a wrong acceptance of one function by the checker.
#pragma once

#include "Checker.h"
#include "Executions.h"
#include "llvm/IR/Instructions.h"

namespace soundness {

/// The results of the seeds of a run.
struct Counts {
  /// Functions without a store after optimisation, or with instructions that the interpreter does not
  /// support.
  uint64_t skipped = 0;
  uint64_t looked = 0;
  /// Functions that stored in some execution.
  uint64_t reached = 0;
  /// Functions that store to the memory with guard pages. `accepted` ones are accepted with a large
  /// reservation. `tight` ones are also accepted if the reservation ends exactly after the highest offset.
  uint64_t accepted = 0, tight = 0;
  /// Functions that store to the memory without guard pages: the accepted ones, and all.
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
  /// Reports an error if the checker accepts a reservation that leaves out an offset at which the function
  /// stored.
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
  /// The address of the store before `moveStore` changes it.
  llvm::Value *address = nullptr;
  unsigned storeCount = 0;
};

} // namespace soundness
