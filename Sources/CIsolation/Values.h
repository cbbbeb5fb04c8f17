// Facts about the integers of a function: their linear forms, and their intervals in a block.
//
// All facts follow from the results of the instructions in two's complement. Flags (nuw, nsw, exact,
// disjoint, nneg, inbounds), metadata and attributes are ignored. The rules:
//
//   constants, add, sub, mul and shl by a constant, trunc
//       are exact modulo 2^w.
//   zext of an atom that fits the narrower type
//       is the atom.
//   m or n, with m a multiple of 2^k and n below 2^k
//       is m + n: no bit is in both.
//   x and 2^k-1; x urem m
//       are the atom remainder(x, m), from 0 to m-1, where x is read without a sign.
//   x and -2^k; x - x urem m
//       are the atom multiple(x, m): the largest multiple of m that is not above x, where x is read without a
//       sign.
//   x truncated to k bits
//       is remainder(x, 2^k), too.
//   a mask that lacks bits that are 0 in x (zeroBits)
//       counts as the mask with these bits, because LLVM leaves such bits out.
//   x or c, with a constant c
//       is (x and ~c) + c.
//   the same operation of the same operands
//       is the same number, if one dominates the other. If an operand got a new value after the first one
//       ran, the first one would run again before the second (Facts.h).
//   not x
//       is -1 - x.
//   sext
//       is the atom of its operand, read with a sign.
//   a phi at the head of a natural loop, whose every value from inside is the phi plus one constant
//       is start + constant * iteration(loop): after j iterations the constant was added j times.
//   a lane that a vector does not have
//       is undefined.
//   freeze
//       is its operand, because a register keeps its value. Literal undef and poison make the form undefined,
//       which proves nothing.
//   a phi in a web of phis that pass each other's values on
//       is one of the values that come into the web. Its interval is that of all these values, each where it
//       is defined.
//   everything else
//       is an atom of its own, with the interval that its operation gives (Ranges.cpp).
//
// An atom is an SSA value, or behaves like one: it has a block of definition, and a fact about it that was
// established in a block B holds in every block that B dominates, until the atom is defined anew (Facts.h).
//
// An alternative may stand for its phi, unless the phi comes round (comesRound). For this, the facts of the
// edge where it comes in and the facts of the place of the question must be about the same values. Let J be
// the phi's block, B the end of the edge, and D a block that defines a value that B has facts about (D
// dominates B). Let J dominate the place P. Suppose that D ran again between J and P, and J did not. No path
// from the entry to D avoids J, or J would not dominate P. So J dominates D and B, and heads a natural loop:
// it comes round. Now let there be another alternative inside the first, at J' that dominates B. The same
// holds if each cycle through J and J' has a head, a block that dominates the whole cycle, and the head is
// neither J nor J'. A cycle with several entries has no head, and there D may be of an earlier iteration. So
// phis of such cycles, and of all cycles in them, count like those at a loop's head.
//
// A form that was made before the facts of its block were known is made again afterwards; both are right.
//
// If the facts of a place leave no value for a number, the place is never reached, and any answer about it is
// true.
//
// Depth is bounded everywhere: a value that is nested deeper is an atom, or has the interval of its type. The
// same holds when the function's budget is used up. Both only lose precision.
#pragma once

#include "Facts.h"
#include "LinearForm.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/Analysis/CycleAnalysis.h"
#include "llvm/Analysis/LoopInfo.h"
#include "llvm/IR/Dominators.h"
#include "llvm/IR/Instructions.h"

#include <deque>
#include <tuple>

namespace isolation {

class Loops;

/// The ranges and divisors of integers that come from outside (loaded, given or returned), and the ranges of
/// the offsets of pointers. Provenance knows them.
struct LoadedRanges {
  virtual ~LoadedRanges() = default;
  virtual Interval rangeOf(const llvm::LoadInst &load, unsigned depth) = 0;
  virtual Interval rangeOf(const llvm::Argument &argument) = 0;
  virtual Interval rangeOf(const llvm::CallBase &call) = 0;
  /// A power of two that divides what is loaded.
  virtual uint64_t divisorOf(const llvm::LoadInst &load) = 0;
  virtual Interval rangeOfOffset(const llvm::Value &pointer, unsigned lane, const Place &place, unsigned depth) = 0;
};

class Values {
public:
  Values(const llvm::Function &function, LoadedRanges &loaded, Budget &budget);
  ~Values();

  LinearForm form(const llvm::Value *value, unsigned lane = 0, unsigned depth = 0);
  /// The form of a value, zero-extended to 64 bits.
  LinearForm extended(const llvm::Value *value, unsigned lane, unsigned depth = 0);
  /// The form of a value, sign-extended to 64 bits, as getelementptr does with narrow indices.
  LinearForm signedForm(const llvm::Value *value, unsigned lane);
  LinearForm atomOf(Atom::Kind kind, const llvm::Value *node, unsigned lane, uint64_t parameter, unsigned width);
  /// The value itself as an atom, read without a sign, whatever it is made of.
  LinearForm opaque(const llvm::Value *value, unsigned lane);
  /// The word of a value that is no vector, read without a sign: a constant or one atom, whatever the value
  /// is made of. Undefined for undef, poison, and constants of more than 63 bits.
  LinearForm wordForm(const llvm::Value *value);
  /// The atom of `opaque`, if it exists already.
  std::optional<AtomID> ownAtom(const llvm::Value *value, unsigned lane) const;

  Interval range(const LinearForm &form, const Place &place, unsigned depth = 0);
  Interval range(AtomID atom, const Place &place, unsigned depth = 0);
  /// The range of a value that is read without a sign.
  Interval unsignedRange(const llvm::Value *value, unsigned lane, const Place &place, unsigned depth = 0);
  /// The range of a form by the types of its atoms alone. This is cheap, and enough for most accesses.
  Interval roughRange(const LinearForm &form) const;

  /// For x and a mask of the bits k to m - 1: (x and mask) - multiple(x, 2^k) + multiple(x, 2^m), which is 0.
  /// If the form of a multiple is only congruent to it, its atom is used.
  std::optional<LinearForm> maskedRelation(const llvm::BinaryOperator &operation);
  /// A number that divides the form, at least 1.
  uint64_t divisor(const LinearForm &form, unsigned depth = 0);

  const Atom &atom(AtomID id) const { return atoms[id]; }
  size_t atomCount() const { return atoms.size(); }
  /// The block where an atom gets its value; null: at the entry or before.
  const llvm::BasicBlock *blockOf(AtomID id) const;

  /// The constant that each iteration adds to `phi`, at the head of a natural loop; nullopt if there is none.
  std::optional<int64_t> step(const llvm::PHINode &phi, unsigned lane);
  /// The incoming value when the loop is entered; null if there are several.
  const llvm::Value *entering(const llvm::PHINode &phi);

  const llvm::DominatorTree &dominators() const { return tree; }
  llvm::LoopInfo &loopInfo();
  /// Whether the block's phis may belong to another iteration at the place of a question: the block is a
  /// loop's head, or in a cycle without a head.
  bool comesRound(const llvm::BasicBlock &block);
  Facts &facts();
  /// The facts that are known so far, for use while they are being collected.
  Facts *knownFacts() { return factsMade.get(); }
  /// Forgets ranges that were computed with fewer facts.
  void forgetRanges() {
    if (!ranges.empty())
      ranges.clear();
  }
  Loops &loops() { return *loopsMade; }

  /// False if the budget is used up.
  bool spend(unsigned amount = 1) {
    budget.left = budget.left > amount ? budget.left - amount : 0;
    return budget.left > 0;
  }
  Budget &budgetOf() { return budget; }

  static constexpr unsigned mostDepth = 24;
  /// From this depth on, facts about several atoms are not followed.
  static constexpr unsigned deep = 12;
  /// By how much a phi or select increases the depth: each multiplies the work.
  static constexpr unsigned choice = 6;
  static unsigned widthOf(const llvm::Value &value);

private:
  friend class RangeRules;

  const llvm::Function &function;
  LoadedRanges &loaded;
  Budget &budget;
  llvm::DominatorTree tree;
  std::unique_ptr<llvm::LoopInfo> loopInfoMade;
  std::unique_ptr<llvm::CycleInfo> cyclesMade;
  std::unique_ptr<Facts> factsMade;
  std::unique_ptr<Loops> loopsMade;
  bool factsComplete = false;
  unsigned asksEarly = 0;

  /// It is a deque, because forms make new atoms while others are being read.
  std::deque<Atom> atoms;
  llvm::DenseMap<std::tuple<unsigned, const llvm::Value *, unsigned, uint64_t>, AtomID> ids;
  llvm::DenseMap<std::pair<const llvm::Value *, unsigned>, LinearForm> forms;
  /// The interval of an atom in a block or on an edge, by the depth of its computation (depthClass).
  llvm::DenseMap<std::tuple<AtomID, unsigned, const llvm::BasicBlock *, const llvm::BasicBlock *>, Interval> ranges;
  llvm::DenseSet<std::pair<AtomID, const llvm::BasicBlock *>> inWork;
  llvm::DenseSet<std::pair<const llvm::Value *, unsigned>> inWorkForms;

  LinearForm compute(const llvm::Value *value, unsigned lane, unsigned depth);
  LinearForm computeBinary(const llvm::BinaryOperator &operation, unsigned lane, unsigned depth);
  LinearForm computeCast(const llvm::CastInst &cast, unsigned lane, unsigned depth);
  LinearForm computeLane(const llvm::Instruction &instruction, unsigned lane, unsigned depth);
  LinearForm computePhi(const llvm::PHINode &phi, unsigned lane, unsigned depth);
  LinearForm computeAnd(const llvm::BinaryOperator &operation, unsigned lane, unsigned depth);
  LinearForm computeOr(const llvm::BinaryOperator &operation, unsigned lane, unsigned depth);
  LinearForm computeDifference(const llvm::BinaryOperator &operation, unsigned lane, unsigned depth);
  LinearForm remainderOf(const llvm::Value *value, unsigned lane, uint64_t modulus, unsigned depth);
  LinearForm wholeMultiple(const llvm::Value *value, uint64_t modulus);
  LinearForm multipleOf(const llvm::Value *value, unsigned lane, uint64_t modulus, unsigned depth);
  std::optional<LinearForm> maskedForm(const llvm::BinaryOperator &operation, const llvm::APInt &mask, unsigned lane,
                                       unsigned depth);
  llvm::APInt filledMask(const llvm::BinaryOperator &operation, const llvm::APInt &mask, unsigned lane, unsigned depth);
  void noteEarly(const llvm::Instruction &operation);
  uint64_t zeroBits(const llvm::Value *value, unsigned lane, const Place &place, unsigned depth);
  const llvm::Instruction *leader(const llvm::Instruction &operation);
  uint64_t divisorByWholes(const LinearForm &form, unsigned depth);
  uint64_t divisorByChoice(const LinearForm &form, unsigned depth);
  uint64_t commonDivisor(const llvm::Instruction &choice, unsigned lane, unsigned depth);
  uint64_t wordDivisor(const Atom &atom, unsigned depth);
  Interval typeRange(const Atom &atom) const;
  Interval computeRange(AtomID id, const Place &place, unsigned depth);
};

/// The constant integer that a lane of a value is, if it is one of at most 64 bits.
const llvm::ConstantInt *constantLane(const llvm::Value *value, unsigned lane);

/// False if a vector has no such lane: a read of it is poison, and the IR holds no value for it.
bool hasLane(const llvm::Value &value, unsigned lane);

} // namespace isolation
