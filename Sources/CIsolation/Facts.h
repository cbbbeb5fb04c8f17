// Facts about integers that follow from the branches that dominate a block: linear inequalities, equations
// and inequations.
//
// A block's facts are the conditions of the edges that dominate it, relations of its masks and remainders
// (addRelations), and what Loops.h says about loops. An edge P -> B dominates B if all other
// edges into B come from blocks that B dominates. Conditions are taken apart: both sides of an `and` that
// holds, both sides of an `or` that does not hold, selects that mean the same, negations, freezes. On its
// default edge, a switch with few cases has none of their values. Let a phi
// of i1 be known to be true or false. Then control did not come along an edge that gives it the other
// constant. If all other edges give one constant to another integer phi of the block, that phi is that
// constant. This is right because all phis of a block change at the same time.
//
// A comparison is about w-bit words; a fact is about integers. X <u Y (w bits, read without a sign) gives
// fx - fy + 1 <= 0 for integer forms fx and fy with the values X and Y. A form equals X if its interval is
// within 0 .. 2^w - 1. Otherwise the atom of X itself is used. One more rule is for a form fx that could be
// negative. It applies if -2^w + max(Y) <= fx < 2^w. If fx were negative, X would be fx + 2^w >= max(Y) >= Y,
// and X <u Y would not hold. So fx >= 0 and X = fx.
//
// An operand of a comparison may be a difference X - Y of words. It is compared as fx - fy. If Y <= X is
// proven, it is also compared as x - y, where x and y are the words X and Y, not what they are made of. So if
// a program checks Y <= X first, its comparison of X - Y is understood for any X and Y.
//
// A mask or remainder is related to its operand only if the operand's form equals the word (integerForm): a
// form that is merely congruent is another integer. Let m be a power of two. If x mod m is known not to be
// e, with 0 <= e < m, then (x + c) mod m is known not to be (e + c) mod m. An e outside 0 .. m - 1 says
// nothing.
//
// A signed comparison is about the words read with a sign. Such a number is the word's form if the form's
// interval lies within -2^(w-1) .. 2^(w-1) - 1, and otherwise an atom. A word that is at least a number that
// is not negative is not negative either: it is at most 2^(w-1) - 1.
//
// A condition may contradict an incoming edge of a phi. Then the phi does not have that edge's value. This
// follows from two branches on the same i1 value that go opposite ways. Control must have passed the first
// branch, after the phi's immediate dominator, to come along that edge. It must have passed the second branch
// between the phi and the place. Both branches read the same value if the phi's block does not come round
// (Values.h).
//
// A phi in a block J that comes round has one of its incoming values. A statement about the phi is proven for
// each of them at its edge, without facts of the place. This is sound if everything else in the statement is
// defined in blocks D that properly dominate J. Let J dominate the place P. If D ran again after the last run
// of J and before P, some way from the entry to P would avoid J.
//
// A constant that does not fit 63 bits gets no form. A condition may say that such a constant C is at most a
// word X (or is below X). If the interval of X ends below C (or, for "is below", at C), the condition never
// holds. Then no block that it dominates runs.
//
// Why a fact about SSA values holds wherever its block dominates: let B establish it, let B dominate C, and
// let D define a value in it, so that D dominates B. So some path from the entry to D avoids B. Suppose that
// D ran again after B, and that C was then reached without B. That path, continued from D to C, would avoid
// B. But B dominates C. iteration(loop) is like a phi at the loop's head.
#pragma once

#include "LinearForm.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"

#include <deque>

namespace isolation {

class Values;

/// The rest of the budget for the check of one function, and the depth of its recursion. A hostile function
/// nests all that can be nested, and the stack is finite. The answer to a question that is nested too deep is
/// "nothing is known".
struct Budget {
  unsigned left = 0;
  unsigned nesting = 0;

  static constexpr unsigned mostNested = 250;
};

/// Hides all of the budget except a part, so that one task does not use up the budget of others.
class Allowance {
public:
  Allowance(Budget &budget, unsigned most) : budget(budget), hidden(budget.left > most ? budget.left - most : 0) {
    budget.left -= hidden;
  }
  ~Allowance() { budget.left += hidden; }
  Allowance(const Allowance &) = delete;

private:
  Budget &budget;
  unsigned hidden;
};

/// A level of the recursion, as long as it exists.
class Nested {
public:
  explicit Nested(Budget &budget) : budget(budget) { budget.nesting++; }
  ~Nested() { budget.nesting--; }
  Nested(const Nested &) = delete;
  bool isTooDeep() const { return budget.nesting > Budget::mostNested; }

private:
  Budget &budget;
};

struct Atom {
  enum Kind : uint8_t {
    value,         ///< A value read without a sign.
    signedValue,   ///< A value read with a sign.
    remainder,     ///< value mod parameter
    multiple,      ///< value - value mod parameter
    start,         ///< The value of a phi at a loop's head when the loop is entered.
    iteration,     ///< How often control went back to the head of a loop, the block `node`.
    pointerOffset, ///< The distance of a pointer from the beginning of its region. The pointer is a phi, a
                   ///< select, a parameter, or a load of a slot of the frame.
  };
  Kind kind;
  const llvm::Value *node;
  /// The lane, if the value is a vector.
  unsigned lane;
  uint64_t parameter;
  unsigned width;
};

struct Fact {
  enum Kind : uint8_t { nonPositive, zero, nonZero };
  Kind kind;
  LinearForm form;
  const llvm::BasicBlock *block;
  /// For `nonZero`: the form is also no multiple of 2^width; 0 if that is not known.
  unsigned width = 0;
};

/// The place of a question: a block. With `to`, control also came along the edge `from` -> `to`. If
/// `condition` is set, its value is `holds`. The edge may have been passed earlier, on the way to `block`.
/// This is allowed only if `to` does not come round (Values.h). Then the facts at `from` and the facts at
/// `block` are about the same values.
struct Place {
  const llvm::BasicBlock *block;
  const llvm::BasicBlock *from = nullptr, *to = nullptr;
  const llvm::Value *condition = nullptr;
  bool holds = true;

  static Place atEdge(const llvm::BasicBlock *from, const llvm::BasicBlock *to) { return {from, from, to}; }
  bool isPlain() const { return !to && !condition; }
};

/// One comparison that holds.
struct Literal {
  llvm::CmpInst::Predicate predicate;
  const llvm::Value *left, *right;
};

/// Takes a condition apart into comparisons that hold when it is `holds`.
void literalsOf(const llvm::Value *condition, bool holds, llvm::SmallVectorImpl<Literal> &found);

class Facts {
public:
  /// How many facts one proof may add up.
  static constexpr unsigned mostSteps = 3;

  explicit Facts(Values &values) : values(values) {}

  /// Adds the facts of all blocks, from the entry on.
  void collect();
  void add(Fact fact);

  /// Calls `use` with the facts of an atom that hold at a place, until it returns false. `use` may cause
  /// facts about loops to be added. Such new facts may be left out.
  template <typename Use> void forAtom(AtomID atom, const Place &place, Use use) {
    llvm::ArrayRef<Entry> list = listOf(atom);
    if (!list.empty()) {
      const Dominators above(values, place);
      unsigned seen = 0, passed = 0;
      // Go from the place back towards the entry. Facts of later blocks do not hold.
      for (size_t i = endAt(list, place); i-- > 0 && seen < mostLooked && passed < mostPassed;) {
        if ((seen + passed) % looksForOne == looksForOne - 1)
          spendOne();
        const Entry entry = list[i];
        if (!above.include(entry)) {
          passed++;
          continue;
        }
        seen++;
        size_t before = facts.size();
        // Facts stay where they are when others are added; lists do not.
        if (!use(facts[entry.fact]))
          return;
        if (facts.size() != before) {
          list = listOf(atom);
          i = size_t(llvm::find_if(list, [&](const Entry &each) { return each.fact == entry.fact; }) - list.begin());
        }
      }
    }
    if (!place.isPlain())
      for (const Fact &fact : extraFacts(place))
        if (fact.form.coefficient(atom) != 0 && !use(fact))
          return;
  }

  /// Whether the collection of facts has come to a block.
  bool hasComeTo(const llvm::BasicBlock *block) const { return orderOf(block) != 0; }

  /// Whether a condition of a block, or of one that dominates it, can never hold.
  bool neverRuns(const llvm::BasicBlock *block) const;

  /// The known interval of an atom, narrowed by the atom's facts.
  Interval narrowed(AtomID atom, Interval known, const Place &place, unsigned depth);

  /// Whether a phi does not have the value of an incoming edge, because a condition differs between the edge
  /// and the place.
  bool contradicts(const llvm::PHINode &phi, unsigned way, const Place &place);

  /// Whether an atom is proven not to have a value.
  bool excludes(AtomID atom, Wide value, const Place &place);
  /// The interval of a word that is congruent to a form, without the values at its ends that facts exclude.
  Interval withoutHoles(const LinearForm &form, unsigned width, Interval word, const Place &place);

  /// Whether the form is at most 0: by its interval, or by adding up a few facts.
  bool provesNonPositive(const LinearForm &form, const Place &place, unsigned steps = mostSteps);

  bool provesNonNegative(const LinearForm &form, const Place &place, unsigned steps = mostSteps);

  /// Whether the form is at most 0, like provesNonPositive. If needed, proves it for each incoming value of a
  /// phi in the form.
  bool provesByCases(const LinearForm &form, const Place &place, unsigned splits = 2);

private:
  /// Limits on one walk over an atom's facts: `mostLooked` counts the facts that hold at the place,
  /// `mostPassed` those that do not and are passed over.
  static constexpr unsigned mostLooked = 128, mostPassed = 1024;
  /// While its facts are collected, a block may spend `mostShares` times its share of the budget, plus
  /// `leastShare`.
  static constexpr unsigned mostShares = 8, leastShare = 64;
  /// How many looked-at facts cost one unit of the budget.
  static constexpr unsigned looksForOne = 16;

  /// A fact, with the position of its block in `order` and in the dominator tree.
  struct Entry {
    unsigned fact, order, begin, end;
  };

  /// The blocks that dominate a place.
  class Dominators {
  public:
    Dominators(const Values &values, const Place &place);
    bool include(const Entry &entry) const {
      return !isReached || (entry.begin <= begin && end <= entry.end) || (entry.begin <= beginFrom && endFrom <= entry.end);
    }

  private:
    bool isReached = true;
    unsigned begin = 0, end = 0, beginFrom = 0, endFrom = 0;
  };

  Values &values;
  std::deque<Fact> facts;
  /// The facts of each atom, in the order of their blocks.
  llvm::DenseMap<AtomID, llvm::SmallVector<Entry, 4>> byAtom;
  /// A block comes after all that dominate it.
  llvm::DenseMap<const llvm::BasicBlock *, unsigned> order;
  /// Remainders that the function computes. addByNeighbours compares them.
  llvm::SmallVector<AtomID, 8> remainders;
  /// Blocks that never run, because they have a condition that never holds.
  llvm::SmallVector<const llvm::BasicBlock *, 4> unreached;

  unsigned orderOf(const llvm::BasicBlock *block) const { return block ? order.lookup(block) : 0; }
  llvm::ArrayRef<Entry> listOf(AtomID atom) const {
    auto found = byAtom.find(atom);
    return found == byAtom.end() ? llvm::ArrayRef<Entry>() : llvm::ArrayRef<Entry>(found->second);
  }
  size_t endAt(llvm::ArrayRef<Entry> list, const Place &place) const;
  void spendOne();
  llvm::SmallVector<Fact, 4> extraFacts(const Place &place);
  void convert(const Literal &literal, const Place &place, llvm::SmallVectorImpl<Fact> &result);
  void convertUnsigned(const Literal &literal, const Place &place, llvm::SmallVectorImpl<Fact> &result);
  void convertSigned(const Literal &literal, const Place &place, llvm::SmallVectorImpl<Fact> &result);
  void convertEquality(const Literal &literal, const Place &place, llvm::SmallVectorImpl<Fact> &result);
  bool integerForm(const llvm::Value *value, const Place &place, LinearForm &form);
  bool wordsApart(const llvm::Value *value, const Place &place, LinearForm &form);
  void addRelations(const llvm::BinaryOperator &operation);
  bool wholeOf(AtomID id, const Place &place, LinearForm &whole);
  LinearForm partOf(AtomID id, Atom::Kind kind);
  void addByRemainders(llvm::SmallVectorImpl<Fact> &result, size_t first, const Place &place);
  void addByNeighbours(llvm::SmallVectorImpl<Fact> &result, size_t first);
  void addBlock(const llvm::BasicBlock &block);
  void edgeFacts(const llvm::BasicBlock &from, const llvm::BasicBlock &to, const Place &place,
                 llvm::SmallVectorImpl<Fact> &result);
  void convertAll(llvm::ArrayRef<Literal> literals, const Place &place, llvm::SmallVectorImpl<Fact> &result);
  bool isFromBefore(const LinearForm &form, const llvm::BasicBlock &block);
  bool provesWithin(const LinearForm &form, const Place &place, unsigned steps);
  bool provesBySums(const LinearForm &form, const Place &place, unsigned steps);
  bool tryFact(const LinearForm &form, const Fact &fact, AtomID atom, bool reversed, const Place &place,
               unsigned steps);
};

} // namespace isolation
