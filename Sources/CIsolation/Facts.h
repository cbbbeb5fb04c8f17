// What the branches that dominate a block say of integers: linear inequalities, equations and inequations.
//
// A block's facts are the conditions of the edges that dominate it: an edge P -> B does where B has no other way in but
// from blocks that B itself dominates. Conditions are taken apart: both sides of an `and` that holds, of an `or` that
// does not, selects that spell these, negations, freezes. A phi of conditions that is known says
// which ways led to it, and so what other phis of its block are: all of them changed at the same time.
//
// A comparison speaks of w-bit words; a fact of integers. X <u Y (w bits, read without a sign) gives fx - fy + 1 <= 0 for
// integer forms with values X and Y. A form is X where its interval is within 0 .. 2^w - 1; otherwise the atom that stands
// for X itself is used. One more step is needed for ranges that begin elsewhere than at 0: where fx may be negative but
// lies above -2^w + max(Y) and below 2^w, a negative fx would make X = fx + 2^w > max(Y) >= Y; so fx >= 0 and X = fx.
//
// A difference X - Y of words is compared as fx - fy. Where a fact says that Y <= X, it is also compared as the words X and Y
// themselves, whatever they are made of. So a comparison that was written on purpose is understood for all operands.
//
// A mask or a remainder says something of its operand only where the operand's form is the word (integerForm): a form that is
// congruent to it is another integer. A remainder that is known not to be e, with e from 0 to m - 1, tells of its neighbours
// what they are not; an e that no remainder is tells nothing.
//
// What is compared with a sign and above a number without one has none: its word is at most 2^(w-1) - 1, too.
//
// A phi is not what came in by a way that a condition contradicts: one value of i1, branched on between the phi's immediate
// dominator and the end of that way, and again, the other way round, between the phi and the place. Both branches
// read the same value where the phi's block does not come round (Values.h).
//
// A phi in a block J that comes round has one of its incoming values. Each is proven where it came in, with no facts of the
// place. That holds as long as all else that is spoken of was made in blocks D that properly dominate J. Were D to run
// again before a place P that J dominates, but not J, there would be a way to P that avoids J.
//
// A constant that does not fit 63 bits is not made a form. Where it is at most (below) a word whose interval ends before it,
// the condition never holds, and no block that it dominates runs.
//
// Why a fact about SSA values holds wherever its block dominates: let B establish it, B dominate C, and D define a value
// in it; D dominates B. If D ran again after B without B running again before C, then there would be a way from the
// entry to D and on to C that avoids B: B would not dominate C. iteration(loop) is like a phi at the loop's head.
#pragma once

#include "LinearForm.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"

#include <deque>

namespace isolation {

class Values;

/// What the check of one function may still spend, and how deep it is in itself: a hostile function nests whatever can be
/// nested, and the stack has an end. What asks too deep gets the answer that nothing is known.
struct Budget {
  unsigned left = 0;
  unsigned nesting = 0;

  static constexpr unsigned mostNested = 250;
};

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
    start,         ///< What a phi at a loop's head is when the loop is entered.
    iteration,     ///< How often the loop that has `node`, a block, for its head came round.
    pointerOffset, ///< Of a phi or select of pointers: from the beginning of what all of them point into.
  };
  Kind kind;
  const llvm::Value *node;
  /// Of a vector.
  unsigned lane;
  uint64_t parameter;
  unsigned width;
};

struct Fact {
  enum Kind : uint8_t { nonPositive, zero, nonZero };
  Kind kind;
  LinearForm form;
  const llvm::BasicBlock *block;
  /// Of `nonZero`: it is no multiple of 2^width either; 0: not known.
  unsigned width = 0;
};

/// Where something is asked: in a block; with `to`, of the way that went from `from` to it besides; and where `condition`
/// is `holds`. A way that led to a block is still known further on, where that block is the head of no loop: the facts of
/// both places speak of the same values then.
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
  /// Facts that one proof adds up.
  static constexpr unsigned mostSteps = 3;

  explicit Facts(Values &values) : values(values) {}

  /// Adds those of all blocks, from the entry on.
  void collect();
  void add(Fact fact);

  /// Calls `use` with the facts of an atom that hold at a place, until it returns false. What is found out about loops
  /// meanwhile may be left out.
  template <typename Use> void forAtom(AtomID atom, const Place &place, Use use) {
    llvm::ArrayRef<Entry> list = listOf(atom);
    if (!list.empty()) {
      const Dominators above(values, place);
      unsigned seen = 0, passed = 0;
      // From the place back towards the entry: what was established in a later block does not hold.
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

  /// Whether those of a block are known, while they are collected.
  bool hasComeTo(const llvm::BasicBlock *block) const { return orderOf(block) != 0; }

  /// Whether a condition of a block, or of one that dominates it, can never hold.
  bool neverRuns(const llvm::BasicBlock *block) const;

  /// The interval of an atom by its facts.
  Interval narrowed(AtomID atom, Interval known, const Place &place, unsigned depth);

  /// Whether a phi is not what came in by a way, as a condition is another at the place than it was there.
  bool contradicts(const llvm::PHINode &phi, unsigned way, const Place &place);

  /// Whether a value is proven not to be a constant.
  bool excludes(AtomID atom, Wide value, const Place &place);
  /// The interval of a word, of which the form is a sum, without what was excluded.
  Interval withoutHoles(const LinearForm &form, unsigned width, Interval word, const Place &place);

  /// Whether the form is at most 0: by its interval, or by adding up a few facts.
  bool provesNonPositive(const LinearForm &form, const Place &place, unsigned steps = mostSteps);

  bool provesNonNegative(const LinearForm &form, const Place &place, unsigned steps = mostSteps);

  /// The same, where need be for each way to a phi that the form speaks of.
  bool provesByCases(const LinearForm &form, const Place &place, unsigned splits = 2);

private:
  /// Facts of an atom that hold, and that do not.
  static constexpr unsigned mostLooked = 128, mostPassed = 1024;
  /// Facts that are looked at for one unit of the budget.
  static constexpr unsigned looksForOne = 16;

  /// A fact, with its block's place among the blocks and in the dominator tree.
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
  /// Of each atom, in the order of the blocks.
  llvm::DenseMap<AtomID, llvm::SmallVector<Entry, 4>> byAtom;
  /// A block comes after all that dominate it.
  llvm::DenseMap<const llvm::BasicBlock *, unsigned> order;
  llvm::SmallVector<AtomID, 8> remainders;
  /// Blocks that are reached by no way, as their conditions say.
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
