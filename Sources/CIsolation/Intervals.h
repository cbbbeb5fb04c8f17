// Intervals of mathematical integers, in 128 bits with saturation.
//
// A bound that does not fit is infinite. So every operation returns a superset of the exact result, and
// nothing here wraps. Machine arithmetic is modulo 2^w. LinearForm.h describes how it becomes arithmetic of
// integers.
#pragma once

#include <algorithm>
#include <cstdint>

namespace isolation {

using Wide = __int128;
/// Larger than any number that occurs: bounds and coefficients are below 2^64, and sums have few terms.
constexpr Wide infinity = Wide(1) << 120;

inline Wide clamped(Wide value) { return value > infinity ? infinity : value < -infinity ? -infinity : value; }

inline Wide sum(Wide a, Wide b) { return clamped(clamped(a) + clamped(b)); }

inline Wide product(Wide a, Wide b) {
  Wide result;
  if (__builtin_mul_overflow(a, b, &result))
    return (a < 0) == (b < 0) ? infinity : -infinity;
  return clamped(result);
}

/// The quotient, rounded towards minus infinity. `b` must be positive. An infinite `a` stays infinite.
inline Wide floorQuotient(Wide a, Wide b) {
  if (a >= infinity || a <= -infinity)
    return a;
  Wide quotient = a / b;
  return a % b < 0 ? quotient - 1 : quotient;
}

inline Wide ceilQuotient(Wide a, Wide b) { return -floorQuotient(-a, b); }

/// The integers from `low` to `high`, both included; empty if low > high.
struct Interval {
  Wide low, high;

  static Interval all() { return {-infinity, infinity}; }
  static Interval none() { return {1, 0}; }
  static Interval just(Wide value) { return {value, value}; }
  /// The unsigned values of `width` bits. If there are more than 64 bits, all integers that are not negative.
  static Interval unsignedOf(unsigned width) {
    return {0, width > 64 ? infinity : (Wide(1) << width) - 1};
  }
  static Interval signedOf(unsigned width) {
    if (width > 64)
      return all();
    return {-(Wide(1) << (width - 1)), (Wide(1) << (width - 1)) - 1};
  }

  bool isWithin(Interval outer) const { return low >= outer.low && high <= outer.high; }
  bool isEmpty() const { return low > high; }
  bool isPoint() const { return low == high; }

  Interval meet(Interval other) const { return {std::max(low, other.low), std::min(high, other.high)}; }
  Interval join(Interval other) const {
    if (isEmpty())
      return other;
    if (other.isEmpty())
      return *this;
    return {std::min(low, other.low), std::max(high, other.high)};
  }
  Interval operator+(Interval other) const { return {sum(low, other.low), sum(high, other.high)}; }
  Interval operator*(Wide factor) const {
    Wide a = product(low, factor), b = product(high, factor);
    return {std::min(a, b), std::max(a, b)};
  }
  bool operator==(const Interval &other) const { return low == other.low && high == other.high; }
  bool operator!=(const Interval &other) const { return !(*this == other); }
};

} // namespace isolation
