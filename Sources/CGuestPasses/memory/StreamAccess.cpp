// Splits addresses into their parts by scalar evolution, however earlier passes have regrouped gep and add.
#include "StreamAccess.h"

#include "GuestAccess.h"
#include "traps/KeepTraps.h"
#include "Streams.h"
#include "llvm/Analysis/ScalarEvolutionExpressions.h"

using namespace llvm;

namespace swasm {
namespace {

/// A static offset is a 32-bit number. Scalar evolution may have moved a distance inside a stream into it.
constexpr uint64_t offsetLimit = (1ull << 32) + streamStepLimit;

/// The constant summand of a start, also of one that varies in outer loops.
APInt constantPart(const SCEV *start) {
  while (auto *recurrence = dyn_cast<SCEVAddRecExpr>(start))
    start = recurrence->getStart();
  if (auto *sum = dyn_cast<SCEVAddExpr>(start))
    start = sum->getOperand(0);
  if (auto *constant = dyn_cast<SCEVConstant>(start))
    return constant->getAPInt();
  return APInt(start->getType()->getIntegerBitWidth(), 0);
}

/// The base of a memory is loaded from the instance, where nothing else has a guest pointer.
LoadInst *memoryBase(const SCEV *base) {
  auto *value = dyn_cast<SCEVUnknown>(base);
  auto *load = value ? dyn_cast<LoadInst>(value->getValue()) : nullptr;
  return load && isGuestPointer(*load) && !isGuestAccess(*load) ? load : nullptr;
}

} // namespace

bool StreamAccesses::takeApart(Value *pointer, StreamAccess &access) {
  const SCEV *address = evolution.getSCEV(pointer);
  const SCEV *base = evolution.getPointerBase(address);
  access.base = memoryBase(base);
  if (!access.base || !evolution.isLoopInvariant(base, &loop))
    return false;
  const SCEV *rest = evolution.removePointerBase(address);
  if (!rest->getType()->isIntegerTy(64))
    return false;
  auto takeTerm = [&](const SCEV *term) {
    if (auto *constant = dyn_cast<SCEVConstant>(term)) {
      access.offset += constant->getAPInt().getZExtValue();
      return true;
    }
    if (access.index)
      return false;
    auto *extension = dyn_cast<SCEVZeroExtendExpr>(term);
    bool isNarrow = extension && extension->getOperand()->getType()->isIntegerTy(32);
    access.index = isNarrow ? extension->getOperand() : term;
    return true;
  };
  if (auto *sum = dyn_cast<SCEVAddExpr>(rest)) {
    for (const SCEV *term : sum->operands())
      if (!takeTerm(term))
        return false;
  } else if (!takeTerm(rest)) {
    return false;
  }
  if (!access.index)
    access.index = evolution.getZero(Type::getInt32Ty(pointer->getContext()));
  return access.offset < offsetLimit;
}

/// Splits the index into start, constant and step. False if it is neither invariant nor a stream.
bool StreamAccesses::classify(StreamAccess &access) {
  const SCEV *start = access.index;
  // The recurrence of an outer loop does not vary in this one.
  if (auto *recurrence = dyn_cast<SCEVAddRecExpr>(access.index); recurrence && recurrence->getLoop() == &loop) {
    auto *step = recurrence->isAffine() ? dyn_cast<SCEVConstant>(recurrence->getStepRecurrence(evolution)) : nullptr;
    if (!step || step->getAPInt().abs().uge(streamStepLimit))
      return false;
    access.step = step->getAPInt().getSExtValue();
    start = recurrence->getStart();
  }
  if (!evolution.isLoopInvariant(start, &loop))
    return false;
  const APInt constant = constantPart(start);
  access.constant = constant.getZExtValue();
  access.start = evolution.getMinusSCEV(start, evolution.getConstant(constant));
  return true;
}

bool StreamAccesses::addBounded(CallInst &touch, const StreamAccess &access) {
  APInt most = evolution.getUnsignedRangeMax(access.index);
  if (most.getActiveBits() > 31)
    return false;
  bounded.push_back({&touch, access.base, most.getZExtValue() + access.offset + access.bytes});
  return true;
}

bool StreamAccesses::add(Instruction &instruction, Value *pointer, uint64_t bytes) {
  StreamAccess access{&instruction, nullptr, nullptr, 0, bytes};
  bool isApart = takeApart(pointer, access);
  if (isApart && classify(access)) {
    affine.push_back(access);
    return true;
  }
  // Other loads and stores stay as they are, but the range of a touch must be known.
  return !access.isTouch() || (isApart && addBounded(cast<CallInst>(instruction), access));
}

bool StreamAccesses::collect() {
  for (BasicBlock *block : loop.blocks())
    for (Instruction &instruction : *block) {
      if (uint64_t bytes = touchedBytes(instruction)) {
        if (!add(instruction, cast<CallInst>(instruction).getArgOperand(0), bytes))
          return false;
      } else if (isa<LoadInst, StoreInst>(instruction)) {
        if (instruction.isVolatile() || instruction.isAtomic())
          return false;
        if (isGuestAccess(instruction) &&
            !add(instruction, getLoadStorePointerOperand(&instruction), accessBytes(instruction)))
          return false;
      } else if (instruction.mayReadOrWriteMemory() || instruction.mayHaveSideEffects()) {
        return false;
      }
    }
  return any_of(affine, [](const StreamAccess &access) { return access.step != 0; });
}

} // namespace swasm
