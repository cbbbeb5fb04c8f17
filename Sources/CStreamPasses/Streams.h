// Address streams: what the loop vectoriser must see to treat guest memory as it treats native arrays.
//
// A guest access has the address   base + zext(i32 p) + offset.   In an innermost loop where p is
// {a,+,s} modulo 2^32, this pass replaces it by   root + i*s + K   with   root = base + zext(a)   computed once
// before the loop as an object of its own (an inttoptr), so that dependence analysis compares streams instead
// of failing on the one memory that they all share.
//
// Why the addresses are equal, or both trap (C = cap of the memory, 2^32 - 2^17; S = 2^16):
//   1. Only streams with a constant step, 0 < |s| < S, and with a LEADER are used: an access of the stream that runs
//      in every iteration that takes the backedge.
//   2. s > 0. If iteration i took the backedge, its leader did not trap, so p_i < C, and
//      p_i + s < C + S < 2^32: the 32-bit addition did not wrap. By induction zext(p_i) = zext(a) + i*s.
//   3. s < 0. p_i + s wraps only below zero; then p_{i+1} > 2^32 - S > C and the original leader traps. The stream's
//      leader has K = zext(a) + ... with static offset 0 and traps too: its address lies before the base, in the
//      guard. This holds only for a leader with offset 0, which is therefore required, and only up to the leader:
//      so the other accesses of the stream must be bound to it (4).
//   4. An access at p + d, 0 <= d < S joins the stream of the leader at p when it cannot run in an iteration
//      in which the leader does not: zext(p + d) differs from zext(p) + d only where p >= 2^32 - d > C, and there the
//      leader traps. "Cannot run" = the leader dominates it, or nothing between it and the leader leaves the loop.
// Why nothing outside the reservation is reached:
//   5. No fact about 32-bit values is handed to LLVM: no assumption, no flag. A lane beyond the trapping iteration
//      computes root + i*s + K as written, with i at most MAX_LANES further. root + K lies in
//      [0, 2^33 + S) from the base, so every address lies in (-MAX_LANES*S, 2^33 + S + MAX_LANES*S), and
//      options say that the reservation covers it. Unless it does, the pass does nothing.
//   6. Values computed from 32-bit addresses elsewhere stay 32-bit and are zero-extended as before: any lane of
//      them is inside.
// What may differ: stores of the same loop that precede the trap in program order may be undone or done. A
// process that traps ends, so nobody sees it; a host that reads memory after a trap must turn streams off.
#pragma once

#include "CStreamPasses.h"
#include "llvm/IR/PassManager.h"

namespace swasm {

/// The bound S above: steps and distances inside a stream are below it.
constexpr uint64_t streamStepLimit = 1u << 16;
/// Lanes x interleaving x unrolling: how many iterations the vectoriser and the unroller may look ahead. The
/// widest vector has 64 lanes, LLVM interleaves by at most 16 and unrolls by at most 8.
constexpr uint64_t streamLanesLimit = 64 * 16 * 8;

static_assert((1ull << 32) - SWASM_STREAM_MEMORY_CAP_BYTES >= 2 * streamStepLimit,
              "an address below the cap plus a step plus a distance must not wrap");

class SplitStreams : public llvm::PassInfoMixin<SplitStreams> {
public:
  explicit SplitStreams(const swasm_optimize_options &options) : options(options) {}
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);

private:
  swasm_optimize_options options;
};

} // namespace swasm
