// Values as sums, coefficient * atom + ... + constant, and the meaning of such a sum for machine arithmetic.
//
// An atom (Facts.h) stands for a mathematical integer, such as an unsigned or signed value of the function, a
// remainder, or the number of iterations of a loop so far. The form of a w-bit value v is a sum of integers S
// with S = v (mod 2^w). Additions, subtractions, multiplications by constants and truncations keep this true,
// even if they wrap. Only two steps lead from machine arithmetic to integers:
// - If the interval of S (computed over integers, which do not wrap) lies within 0 .. 2^w - 1, then S equals
//   the unsigned value of v.
// - If an address is base + S (mod 2^64), and S lies within the bounds of an object, then the address lies
//   within the object.
//
// `plus` and `times` may wrap coefficients: the result is only congruent. That is enough for the form of a
// value. Statements about integers (a fact, a bound, a sum whose sign is proven) must only use `addExactly`,
// with forms that equal the integers. A wrapped constant would turn a true equation into a false one.
#pragma once

#include "Intervals.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

namespace isolation {

using AtomID = uint32_t;

struct Term {
  AtomID atom;
  int64_t coefficient;
  bool operator==(const Term &other) const { return atom == other.atom && coefficient == other.coefficient; }
};

/// Terms are ascending by atom, and no coefficient is 0.
struct LinearForm {
  llvm::SmallVector<Term, 4> terms;
  int64_t constant = 0;
  /// Whether the form was made of undef or poison. These may differ at each use, so the form proves nothing.
  bool isUndefined = false;

  /// The most terms. A longer sum becomes one atom.
  static constexpr unsigned mostTerms = 8;

  static LinearForm ofConstant(int64_t value) {
    LinearForm form;
    form.constant = value;
    return form;
  }
  static LinearForm ofAtom(AtomID atom) {
    LinearForm form;
    form.terms.push_back({atom, 1});
    return form;
  }
  static LinearForm undefined() {
    LinearForm form;
    form.isUndefined = true;
    return form;
  }

  bool isConstant() const { return terms.empty() && !isUndefined; }
  /// Whether the form is just one atom.
  bool isAtom() const { return terms.size() == 1 && terms[0].coefficient == 1 && constant == 0 && !isUndefined; }
  bool operator==(const LinearForm &other) const {
    return terms == other.terms && constant == other.constant && isUndefined == other.isUndefined;
  }
  bool operator!=(const LinearForm &other) const { return !(*this == other); }

  int64_t coefficient(AtomID atom) const {
    for (const Term &term : terms)
      if (term.atom == atom)
        return term.coefficient;
    return 0;
  }

  /// this + factor * other, with coefficients modulo 2^64. The result is congruent even if they overflow.
  LinearForm plus(const LinearForm &other, int64_t factor = 1) const {
    LinearForm result;
    result.isUndefined = isUndefined || other.isUndefined;
    result.constant = wrap(constant, other.constant, factor);
    size_t i = 0, j = 0;
    while (i < terms.size() || j < other.terms.size()) {
      bool takesOwn = j == other.terms.size() || (i < terms.size() && terms[i].atom <= other.terms[j].atom);
      bool takesOther = i == terms.size() || (j < other.terms.size() && other.terms[j].atom <= terms[i].atom);
      AtomID atom = takesOwn ? terms[i].atom : other.terms[j].atom;
      int64_t value = wrap(takesOwn ? terms[i].coefficient : 0, takesOther ? other.terms[j].coefficient : 0, factor);
      i += takesOwn;
      j += takesOther;
      if (value != 0)
        result.terms.push_back({atom, value});
    }
    return result;
  }

  /// this + factor * other as integers; false if a coefficient does not fit.
  bool addExactly(const LinearForm &other, int64_t factor, LinearForm &result) const {
    for (const Term &term : other.terms)
      if (overflows(coefficient(term.atom), term.coefficient, factor))
        return false;
    if (overflows(constant, other.constant, factor))
      return false;
    result = plus(other, factor);
    return true;
  }

  /// -this as integers; false if a coefficient does not fit.
  bool negateExactly(LinearForm &result) const { return LinearForm().addExactly(*this, -1, result); }

  LinearForm plus(int64_t value) const { return plus(ofConstant(value)); }
  LinearForm times(int64_t factor) const { return LinearForm().plus(*this, factor); }

  LinearForm without(AtomID atom) const {
    LinearForm result = *this;
    llvm::erase_if(result.terms, [&](const Term &term) { return term.atom == atom; });
    return result;
  }

  /// A form that is congruent modulo 2^width, with coefficients as near to 0 as possible.
  LinearForm reduced(unsigned width) const {
    if (width >= 64)
      return *this;
    LinearForm result;
    result.isUndefined = isUndefined;
    result.constant = narrow(constant, width);
    for (const Term &term : terms)
      if (int64_t value = narrow(term.coefficient, width))
        result.terms.push_back({term.atom, value});
    return result;
  }

private:
  static int64_t wrap(int64_t a, int64_t b, int64_t factor) {
    return int64_t(uint64_t(a) + uint64_t(b) * uint64_t(factor));
  }
  static bool overflows(int64_t a, int64_t b, int64_t factor) {
    int64_t scaled, total;
    return __builtin_mul_overflow(b, factor, &scaled) || __builtin_add_overflow(a, scaled, &total);
  }
  static int64_t narrow(int64_t value, unsigned width) {
    return int64_t(uint64_t(value) << (64 - width)) >> (64 - width);
  }
};

} // namespace isolation
