// An upper bound of how often a loop comes round.
//
// iteration(loop) is how often control went back to the loop's head since it entered the loop. A bound comes
// from one comparison that every round makes before it goes back (its block dominates all back edges). One
// side is v = a + s * iteration with a constant s. The other, `limit`, is the same throughout the loop. With
// w bits:
//
//   stays while v < limit (or <=), s > 0: let top be the largest v that stays. If top + s < 2^w, nothing
//     wraps: by induction v is a + s*j after j rounds, as a v that stayed is at most top. So another round
//     follows j rounds only if a + s*j <= top: j <= (top - a) / s. The loop comes round at most
//     (top - a) / s + 1 times; 0 times if a > top. The same holds downwards, and for signed comparisons with
//     the bounds of signed words.
//   stays while v != limit: let d = (limit - a) / s be an integer that is not negative. limit - a is taken as
//     an integer if its sum lies within 0 .. 2^w - 1. A difference that is one known number is divided as it
//     is. After d rounds v = limit (mod 2^w), so there are no more than d. That d is not negative, and that s
//     divides the difference, is proven, not assumed: a loop that steps over its limit runs on.
//
// A fact that is remembered is made exactly, or not at all: `first` may be as large as 2^64.
//
// For the first rule it is enough that the limit is never above (below) a bound; it may change. Both rules
// also give facts at the loop's head. The first: v is at most the larger of a and top + s. If the limit is the
// same throughout, s * iteration <= limit - a + s (with `<`, 1 less), if that is not negative: this holds when
// the loop is entered, and later the round before stayed. The second: s * iteration <= limit - a.
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

  /// How often the loop with this head comes round at most; infinite if nothing is known.
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
    /// `limit` is the same in every round.
    bool isLimitSame = false;
  };

  Values &values;
  llvm::DenseMap<const llvm::BasicBlock *, Wide> known;

  Wide compute(const llvm::Loop &loop);
  Wide boundBy(const llvm::Loop &loop, const Literal &literal);
  bool isInvariant(const llvm::Loop &loop, const LinearForm &form);
  Wide boundByOrder(const Exit &exit, const Place &place);
  Wide boundByEquality(const Exit &exit, const Place &place);
  bool isPositive(const LinearForm &more, const Place &place);
  Interval within(const LinearForm &form, const llvm::Value *value, Interval domain, const Place &place);
};

} // namespace isolation
