// Address streams: they let the loop vectoriser treat guest memory as it treats native arrays.
//
// A guest access has the address base + zext(i32 p) + offset. In an innermost loop where p is {a,+,s} modulo
// 2^32, LLVM cannot know that p does not wrap, so it vectorises nothing. This pass duplicates such a loop.
// Before the loop it compares, in 64 bits, the whole range of every stream with the size of the memory, for
// the number of iterations that will run:
//
//        n <u 2^32 / |s|                                                (n + 1 iterations)
//        zext(a) + n*s + extent <=u memory.bytes                        where s >= 0
//        zext(a) >=u n*|s|  and  zext(a) + extent <=u memory.bytes      where s < 0
//
// Here `extent` is the distance from p to the end of the access farthest from it. If all of this holds, the
// fast loop runs. Its addresses are root + k*s + K, with root = base + zext(a), a counter k of 64 bits, and a
// constant K. Otherwise the loop runs as the guest wrote it. Both loops end after the same iteration. A touch
// whose p is no such sum, but is below a constant, is compared with the size of the memory by that constant.
//
// Why an address of the fast loop is the guest's address, and inside the memory:
//   1. No sum overflows 64 bits: zext(a) < 2^32, n*|s| < 2^32, extent < 2^33.
//   2. s >= 0: for every i <= n, zext(a) + i*s <= zext(a) + n*s < memory.bytes <= 2^32. So the guest's 32-bit
//      sum did not wrap either, and zext(p_i) = zext(a) + i*s. With its offset and width, the access ends at
//      most at memory.bytes.
//   3. s < 0: zext(a) + i*s >= zext(a) - n*|s| >= 0, so nothing wraps below zero. The highest address is the
//      first.
//   4. Accesses at p + d, with 0 <= d < 2^16, share the stream of p: extent covers d, and zext(p + d) =
//      zext(p) + d because zext(p) + d + width <= memory.bytes <= 2^32.
//   5. The loop ends where k.next >=u n + 1, whatever its other values are. So k <= n.
//
// Loops that store vectors also compare the ranges of streams with each other, unless there are too many
// pairs. Then streams from different roots access no common byte, and LoopSteps.h, Reroll.h and UnpackLanes.h
// may change the order of their accesses.
//
// A memory never shrinks, so what was in bounds before the loop stays in bounds, and no access of the fast
// loop traps. LLVM may delete, merge and reorder these accesses without losing a trap. So the fast loop has
// no touches (KeepTraps.h).
//
// The sandbox depends on less. Every address of the fast loop is base + a 32-bit number + counter * s + a
// constant, with a counter below 2^32/|s|. This form alone keeps it in the reservation, whatever the
// comparisons with memory.bytes show. The only facts are a comparison of the counter with n + 1, and one of n
// with a constant. The isolation check proves both again from the IR that code generation gets. There is no
// assumption, no flag (nuw, nsw, inbounds) and no "otherwise another access would have trapped".
#pragma once

#include "CGuestPasses.h"
#include "llvm/IR/PassManager.h"

namespace swasm {

/// All steps, and all distances inside a stream, are below this.
constexpr uint64_t streamStepLimit = 1u << 16;

class SplitStreams : public llvm::PassInfoMixin<SplitStreams> {
public:
  llvm::PreservedAnalyses run(llvm::Function &function, llvm::FunctionAnalysisManager &analyses);
};

} // namespace swasm
