#include "Probe.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace soundness {

/// At least the bytes that swasmc reserves around a memory with guard pages.
constexpr int64_t largeBefore = 1ll << 34, largeFrom = 1ll << 35;

/// The bytes of a reservation on the side that is not tested.
constexpr uint64_t unlimited = 1ull << 40;

Probe::Probe(uint64_t seed, Function &function, Draws &draws, bool isExplicit, unsigned pipeline, Counts &counts)
    : seed(seed), function(function), executions(function, draws, isExplicit), isExplicit(isExplicit),
      pipeline(pipeline), counts(counts) {}

void Probe::run() {
  if (!findStore()) {
    counts.skipped++;
    return;
  }
  executions.run(40);
  if (executions.isUnsupported()) {
    counts.skipped++;
    return;
  }
  counts.looked++;
  if (!reachStore())
    return;
  counts.reached++;
  if (isExplicit)
    probeExplicit();
  else
    probeGuarded();
}

/// Finds the last store. Passes may have made several.
bool Probe::findStore() {
  for (Instruction &instruction : instructions(function))
    if (auto *each = dyn_cast<StoreInst>(&instruction)) {
      store = each;
      storeCount++;
    }
  address = store ? store->getPointerOperand() : nullptr;
  return store;
}

bool Probe::reachStore() {
  for (int i = 0; i < 4 && !executions.hasStored(); i++)
    executions.run(100);
  return executions.hasStored();
}

bool Probe::isAccepted(uint64_t bytesBefore, uint64_t bytesFrom) {
  return soundness::isAccepted(*function.getParent(), {bytesBefore, bytesFrom});
}

raw_ostream &Probe::report(const char *what) {
  counts.unsound++;
  return outs() << "UNSOUND " << what << " seed " << seed;
}

void Probe::probeExplicit() {
  counts.explicitAll++;
  if (!isAccepted(0, 0))
    return;
  counts.explicitAccepted++;
  executions.run(600);
  if (executions.hasStoredOutside())
    report("explicit") << "\n";
}

void Probe::probeGuarded() {
  if (!isAccepted(largeBefore, largeFrom))
    return;
  counts.accepted++;
  executions.run(200);
  if (executions.lowest < -largeBefore || executions.highest >= largeFrom)
    report("full") << " lo " << executions.lowest << " hi " << executions.highest << "\n";
  probeEnds();
  if (isa<GetElementPtrInst>(address) && storeCount == 1)
    probeMoved();
}

void Probe::mustRefuse(const char *end, uint64_t bytesBefore, uint64_t bytesFrom) {
  if (isAccepted(bytesBefore, bytesFrom))
    report(end) << " lo " << executions.lowest << " hi " << executions.highest << " how " << pipeline << "\n";
}

void Probe::probeEnds() {
  if (executions.highest >= 0) {
    const uint64_t highest = uint64_t(executions.highest);
    mustRefuse("upper", unlimited, highest);
    counts.tight += isAccepted(unlimited, highest + 1);
  }
  if (executions.lowest < 0)
    mustRefuse("lower", uint64_t(-executions.lowest) - 1, unlimited);
}

/// Tests an end that no reservation can leave out, because it is on the other side of the base: moves the
/// store across the base first.
void Probe::probeMoved() {
  if (executions.highest < 0) {
    moveStore(-executions.highest);
    mustRefuse("upper moved", unlimited, 0);
  }
  if (executions.lowest >= 0) {
    moveStore(-executions.lowest - 1);
    mustRefuse("lower moved", 0, unlimited);
  }
}

void Probe::moveStore(int64_t bytes) {
  IRBuilder<> builder(store);
  Value *moved = builder.CreateGEP(builder.getInt8Ty(), address, builder.getInt64(bytes));
  store->setOperand(StoreInst::getPointerOperandIndex(), moved);
}

} // namespace soundness
