// Upper bounds for the number of iterations of a loop.
//
// iteration(loop) is the number of times that control went back to the loop's head since it entered the loop.
// A bound comes from one comparison that every iteration makes before it goes back: its block dominates all
// back edges. One side is v = a + s * iteration with a constant s. The other side, `limit`, does not change
// in the loop. With w bits:
//
//   The loop continues while v < limit (or <=), s > 0: let top be the largest v with which it continues. If
//     top + s < 2^w, nothing wraps: by induction v is a + s*j after j iterations, because every earlier v was
//     at most top. So another iteration follows only if a + s*j <= top, that is, j <= (top - a) / s. There
//     are at most (top - a) / s + 1 iterations, and none if a > top. The same holds downwards, and for signed
//     comparisons with the bounds of signed words.
//   The loop continues while v != limit: let d = (limit - a) / s. If d is an integer and not negative, then
//     v = limit (mod 2^w) after d iterations, so there are no more than d. The checker must prove both: a
//     loop that steps over its limit goes on. It computes limit - a as a sum of integers, and requires that
//     the sum lies within 0 .. 2^w - 1. If the sum is one known number, the checker tries whether s divides
//     it. Otherwise s must divide every value of the sum.
//   The loop continues while v == limit: it goes back once at most, because v changes and the limit does not.
//
// For the first rule the limit may change, if it is never above (below) a bound. The first two rules also
// give facts at the loop's head. The first rule: v is at most the larger of a and top + s. If the limit does
// not change, s * iteration <= limit - a + s (with `<`, 1 less), if the right side is not negative. This
// holds when the loop is entered, and later because the loop continued after the previous iteration. These
// facts are remembered only if the interval of `a` lies within the words: otherwise the form of `a` may be
// another integer than its word. The second rule: s * iteration <= limit - a.
#pragma once

#include "Intervals.h"
#include "LinearForm.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Instructions.h"

namespace isolation {

class Values;
struct Literal;
struct Place;

class Loops {
public:
  explicit Loops(Values &values) : values(values) {}

  /// The most iterations of the loop with this head; infinite if nothing is known.
  Wide mostIterations(const llvm::BasicBlock *head);
  /// Forgets bounds that were computed before all facts were known.
  void forget() { known.clear(); }

private:
  /// A comparison that holds while the loop goes on. The side that changes is on the left.
  struct Exit {
    llvm::CmpInst::Predicate predicate;
    LinearForm first, limit;
    /// The limit as a word; null if the form is not that of a value.
    const llvm::Value *limitValue;
    int64_t step;
    unsigned width;
    AtomID iteration;
    /// Whether `limit` is the same in every iteration.
    bool isLimitSame = false;
  };

  Values &values;
  llvm::DenseMap<const llvm::BasicBlock *, Wide> known;

  Wide compute(const llvm::Loop &loop);
  Wide boundBy(const llvm::Loop &loop, const Literal &literal);
  bool isInvariant(const llvm::Loop &loop, const LinearForm &form);
  Wide boundByOrder(const Exit &exit, const Place &place);
  Wide boundByEquality(const Exit &exit, const Place &place);
  bool provesNonNegative(const LinearForm &more, const Place &place);
  Interval within(const LinearForm &form, const llvm::Value *value, Interval domain, const Place &place);
};

} // namespace isolation
