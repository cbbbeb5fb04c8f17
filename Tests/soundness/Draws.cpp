#include "Draws.h"

namespace soundness {

static uint64_t lowBits(uint64_t value, unsigned width) {
  return width >= 64 ? value : value & ((1ull << width) - 1);
}

uint64_t Draws::constant(unsigned width) {
  uint64_t value = 0;
  switch (below(8)) {
  case 0: value = below(4); break;
  case 1: value = below(20); break;
  case 2: value = 1ull << below(width); break;
  case 3: value = (1ull << below(width)) - 1; break;
  case 4: value = -(1ull << below(width)); break;
  case 5:
    value = 1ull << below(width);
    value += below(3) - 1;
    break;
  case 6: value = -below(10); break;
  default:
    value = word();
    value >>= below(64);
  }
  return lowBits(value, width);
}

uint64_t Draws::mask(unsigned width) {
  const uint64_t power = 1ull << below(width), other = 1ull << below(width);
  uint64_t value = 0;
  switch (below(6)) {
  case 0: value = power - 1; break;
  case 1: value = -power; break;
  case 2: value = (power - 1) ^ (other - 1); break;
  case 3: value = ((power - 1) ^ (other - 1)) & ~(1ull << below(width)); break;
  case 4: value = -power & ~(1ull << below(width)); break;
  default:
    value = (1ull << (1 + below(6))) - 1;
    value <<= below(4);
  }
  return lowBits(value, width);
}

} // namespace soundness
