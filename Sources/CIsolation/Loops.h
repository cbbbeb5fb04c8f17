// How often loops come round, at most.
//
// iteration(loop) is a number of times that a way back to the loop's head was taken since it was entered. A bound comes from
// one comparison that is made in every round before any way back is taken (its block dominates all of them), one side of
// which is v = a + s * iteration with a constant s, and the other, `limit`, the same throughout the loop. With w bits:
//
//   stays while v < limit (or <=), s > 0: let top be the largest v that stays. If top + s < 2^w nothing wraps: by
//     induction v is a + s*j after j rounds, as a v that stayed is at most top. So j rounds are followed by another only
//     where a + s*j <= top: j <= (top - a) / s, and the loop comes round at most (top - a) / s + 1 times; 0 times where
//     a > top. Downwards and with signs the same, with the bounds of the words as they are read.
//   stays while v != limit, the same throughout the loop: let d = (limit - a) / s be an integer that is not negative, for the integers limit - a whose
//     sum lies within 0 .. 2^w - 1; a difference that is one known number is divided as it is. After d rounds v = limit (mod 2^w), so there are no more than d. That it is not
//     negative and that s divides it is proven, not assumed: a loop that steps over its limit runs on.
//
// What is remembered as a fact is made exactly, or not at all: `first` may be as large as 2^64.
//
// For the first rule it is enough that the limit is never above (below) a bound; it may change. Facts at the loop's head
// besides: by the first rule that v is at most the larger of a and top + s, by the second that s * iteration <= limit - a.
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

  /// The most that the loop with this head comes round; infinite where nothing is known.
  Wide mostIterations(const llvm::BasicBlock *head);
  /// What was computed before all facts were known.
  void forget() { known.clear(); }

private:
  /// One comparison under which the loop goes on, with the side that moves on the left.
  struct Exit {
    llvm::CmpInst::Predicate predicate;
    LinearForm first, limit;
    /// Compared as words; null where the form is not that of a value.
    const llvm::Value *limitValue;
    int64_t step;
    unsigned width;
    AtomID iteration;
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
