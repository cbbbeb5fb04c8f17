#include "Executions.h"
#include "llvm/IR/InstIterator.h"

using namespace llvm;

namespace soundness {

/// Limits the length of memories to 1 TiB. The checker knows that none is longer than 256 TiB.
constexpr uint64_t lengthMask = (1ull << 40) - 1;

/// The index of the memories' length in the inputs.
constexpr unsigned lengthIndex = 4;

Executions::Executions(Function &function, Draws &draws, bool latest)
    : interpreter(function), draws(draws), latest(latest) {
  for (const Instruction &instruction : instructions(function))
    for (const Value *operand : instruction.operands())
      if (auto *constant = dyn_cast<ConstantInt>(operand); constant && constant->getBitWidth() <= 64)
        constants.push_back(constant->getZExtValue());
}

void Executions::run(unsigned count) {
  for (unsigned i = 0; i < count && !isUnsupported(); i++) {
    const Inputs inputs = drawInputs();
    // Few loops need many steps, and most of those never end.
    const unsigned mostSteps = draws.mostly(6) ? 500 : 5000;
    interpreter.run(ArrayRef<uint64_t>(inputs.data(), lengthIndex), inputs[lengthIndex], mostSteps);
    for (uint64_t offset : interpreter.stores())
      note(offset, inputs);
  }
}

void Executions::note(uint64_t offset, const Inputs &inputs) {
  stored = true;
  storedOutside |= offset >= inputs[lengthIndex];
  const int64_t distance = int64_t(offset);
  if (distance < lowest || latest) {
    lowest = distance;
    ofLowest = inputs;
  }
  if (distance > highest || latest) {
    highest = distance;
    ofHighest = inputs;
  }
}

/// Draws many words near the function's constants, because comparisons change their results there.
uint64_t Executions::drawWord() {
  auto constant = [&]() { return constants[draws.below(constants.size())]; };
  uint64_t value = 0;
  switch (draws.below(6)) {
  case 0: return draws.below(16);
  case 1:
    value = draws.word();
    return value >> draws.below(64);
  case 2: return constant();
  case 3:
    value = constant();
    return value + draws.below(5) - 2;
  case 4:
    value = constant();
    return -(value + draws.below(3));
  default: return draws.word();
  }
}

Inputs Executions::drawInputs() {
  Inputs inputs;
  for (unsigned i = 0; i < lengthIndex; i++)
    inputs[i] = drawWord();
  inputs[lengthIndex] = (draws.coin() ? drawWord() : draws.below(300)) & lengthMask;
  // A small change of the inputs that led to the lowest or highest offset may lead to a still lower or higher
  // one.
  if (stored && draws.coin()) {
    inputs = draws.coin() ? ofLowest : ofHighest;
    const uint64_t changes = 1 + draws.below(2);
    for (uint64_t i = 0; i < changes; i++)
      change(inputs);
    inputs[lengthIndex] &= lengthMask;
  }
  return inputs;
}

void Executions::change(Inputs &inputs) {
  uint64_t &input = inputs[draws.below(inputs.size())];
  switch (draws.below(5)) {
  case 0: input += draws.below(7) - 3; break;
  case 1: input ^= 1ull << draws.below(64); break;
  case 2: input = drawWord(); break;
  case 3: {
    const uint64_t step = draws.below(7) - 3;
    input += step << draws.below(64);
    break;
  }
  default: input = inputs[draws.below(inputs.size())];
  }
}

} // namespace soundness
