// Facts about remainders, and about the multiples that they leave. Facts.h says what facts mean.
#include "Facts.h"

#include "Values.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace isolation {

/// Relations between masks and remainders that hold for all values.
void Facts::addRelations(const BinaryOperator &operation) {
  if (operation.getOpcode() != Instruction::And && operation.getOpcode() != Instruction::URem &&
      operation.getOpcode() != Instruction::Sub)
    return;
  const BasicBlock *block = operation.getParent();
  if (std::optional<LinearForm> relation = values.maskedRelation(operation))
    add({Fact::zero, *relation, block});
  LinearForm own = operation.getType()->isIntegerTy() ? values.form(&operation) : LinearForm();
  if (!own.isAtom())
    return;
  AtomID id = own.terms[0].atom;
  if (values.atom(id).kind == Atom::remainder && !is_contained(remainders, id))
    remainders.push_back(id);
  LinearForm whole, parts = partOf(id, Atom::multiple).plus(partOf(id, Atom::remainder)), relation;
  if (wholeOf(id, Place{block}, whole) && parts.addExactly(whole, -1, relation))
    add({Fact::zero, relation, block});
}

LinearForm Facts::partOf(AtomID id, Atom::Kind kind) {
  const Atom atom = values.atom(id);
  return values.atomOf(kind, atom.node, atom.lane, atom.parameter, atom.width);
}

/// The form of the value that an atom is a multiple or remainder of, if the form equals the word.
bool Facts::wholeOf(AtomID id, const Place &place, LinearForm &whole) {
  const Atom atom = values.atom(id);
  return (atom.kind == Atom::multiple || atom.kind == Atom::remainder) && atom.lane == 0 &&
         !atom.node->getType()->isVectorTy() && integerForm(atom.node, place, whole);
}

/// Adds each fact with multiples written as x - remainder: if x is not its multiple, the remainder is not 0.
void Facts::addByRemainders(SmallVectorImpl<Fact> &result, size_t first, const Place &place) {
  for (size_t i = first, end = result.size(); i < end; i++) {
    Fact fact = result[i];
    fact.width = 0;
    for (const Term &term : result[i].form.terms) {
      // An x that was put in before may have changed the coefficient of this multiple.
      LinearForm whole;
      if (values.atom(term.atom).kind != Atom::multiple || !wholeOf(term.atom, place, whole))
        continue;
      LinearForm part;
      if (!whole.addExactly(partOf(term.atom, Atom::remainder), -1, part) ||
          !fact.form.without(term.atom).addExactly(part, fact.form.coefficient(term.atom), fact.form))
        return;
    }
    if (fact.form != result[i].form && !fact.form.terms.empty())
      result.push_back(fact);
  }
}

/// If (x + 1) mod 8 is not 0, x mod 8 is not 7. Adds such facts for values that differ by a constant.
void Facts::addByNeighbours(SmallVectorImpl<Fact> &result, size_t first) {
  for (size_t i = first, end = result.size(); i < end; i++) {
    const Fact fact = result[i];
    if (fact.form.terms.size() != 1 || (fact.form.terms[0].coefficient != 1 && fact.form.terms[0].coefficient != -1))
      continue;
    AtomID id = fact.form.terms[0].atom;
    const Atom atom = values.atom(id);
    if (atom.kind != Atom::remainder || (atom.parameter & (atom.parameter - 1)) != 0 || remainders.size() > 64)
      continue;
    // A remainder is always in range, so "is not" some number outside the range says nothing.
    Wide excluded = -Wide(fact.form.constant) * fact.form.terms[0].coefficient;
    if (excluded < 0 || excluded >= Wide(atom.parameter))
      continue;
    LinearForm own = values.form(atom.node, atom.lane);
    for (AtomID other : remainders) {
      const Atom neighbour = values.atom(other);
      if (other == id || neighbour.parameter != atom.parameter || neighbour.width != atom.width)
        continue;
      LinearForm distance = values.form(neighbour.node, neighbour.lane).plus(own, -1);
      if (!distance.isConstant())
        continue;
      uint64_t moved = (uint64_t(excluded) + uint64_t(distance.constant)) & (atom.parameter - 1);
      result.push_back({fact.kind, LinearForm::ofAtom(other).plus(-int64_t(moved)), fact.block});
    }
  }
}

} // namespace isolation
