// Random choices. The seed and the order of the draws decide all of them. An additional draw changes every
// function.
#pragma once

#include <random>

namespace soundness {

class Draws {
public:
  explicit Draws(uint64_t seed) : engine(seed * 0x9E3779B97F4A7C15ull + 12345) {}

  uint64_t word() { return engine(); }

  /// 0 to count - 1.
  uint64_t below(uint64_t count) { return engine() % count; }

  /// True once in `count` times.
  bool once(uint64_t count) { return below(count) == 0; }

  /// False once in `count` times.
  bool mostly(uint64_t count) { return below(count) != 0; }

  bool coin() { return below(2) != 0; }

  /// A number near 0, near a power of two, or anywhere.
  uint64_t constant(unsigned width);

  /// Ones with few zeros between them, like the masks that compilers apply to addresses.
  uint64_t mask(unsigned width);

private:
  std::mt19937_64 engine;
};

} // namespace soundness
