// Replaces N lanes by one. UnpackLanes.h says when the result is the same.
#include "UnpackLanes.h"

#include "LoopSteps.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Analysis/VectorUtils.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/PatternMatch.h"
#include "llvm/Transforms/Utils/LoopUtils.h"

using namespace llvm;

namespace swasm {
namespace {

constexpr const char *wish = "llvm.loop.vectorize.enable";

class LaneUnpacker {
public:
  explicit LaneUnpacker(LoopSteps &steps) : steps(steps) {}

  bool run();

private:
  bool findLanes();
  bool hasLanes(const Type *type) const;
  Type *elementOf(Type *type) const;
  bool canUnpack(Instruction &instruction);
  bool canUnpackAccess(const Place &place);
  bool canUnpackOperand(Value *operand);
  bool isSplat(const Instruction &instruction, Value *&scalar) const;
  bool keepsOrder() const;
  void rewrite();
  void rewriteAccess(Instruction &instruction, Value *address);
  Value *scalarOf(Value *value);
  Value *unpack(Instruction &instruction);

  LoopSteps &steps;
  unsigned lanes = 0;
  DenseMap<Value *, Value *> scalars;
};

uint64_t bitsOf(const Type *type) {
  return type->getPrimitiveSizeInBits().getFixedValue();
}

/// Finds the number of lanes: that of the loop's operations. Values that are only moved may have another.
bool LaneUnpacker::findLanes() {
  unsigned moved = 0;
  for (Instruction &instruction : steps.block) {
    Type *type = instruction.getType();
    bool isStore = isa<StoreInst>(instruction);
    auto *vector = dyn_cast<FixedVectorType>(isStore ? instruction.getOperand(0)->getType() : type);
    if (!vector || isa<BitCastInst, ShuffleVectorInst, InsertElementInst>(instruction))
      continue;
    if (isStore || isa<LoadInst>(instruction))
      moved = vector->getNumElements();
    else
      lanes = vector->getNumElements();
  }
  lanes = lanes ? lanes : moved;
  return lanes > 1;
}

bool LaneUnpacker::hasLanes(const Type *type) const {
  auto *vector = dyn_cast<FixedVectorType>(type);
  return vector && vector->getNumElements() == lanes;
}

/// The type of one lane of a type that may have another number of lanes; null if there is none.
Type *LaneUnpacker::elementOf(Type *type) const {
  if (hasLanes(type))
    return type->getScalarType();
  uint64_t bits = bitsOf(type);
  bool isDivisible = isa<FixedVectorType>(type) && !type->isPtrOrPtrVectorTy() && bits % lanes == 0 && bits / lanes % 8 == 0;
  return isDivisible ? Type::getIntNTy(type->getContext(), unsigned(bits / lanes)) : nullptr;
}

/// Whether an instruction is a vector of equal lanes, whose value is computed in the loop or before it.
bool LaneUnpacker::isSplat(const Instruction &instruction, Value *&scalar) const {
  using namespace PatternMatch;
  return match(&instruction, m_Shuffle(m_InsertElt(m_Poison(), m_Value(scalar), m_ZeroInt()), m_Poison(), m_ZeroMask()));
}

bool LaneUnpacker::canUnpackOperand(Value *operand) {
  if (!operand->getType()->isVectorTy())
    return !isa<Instruction>(operand) || !steps.isInside(cast<Instruction>(operand));
  if (!elementOf(operand->getType()))
    return false;
  // An operand in the loop is checked where its own instruction is checked.
  auto *instruction = dyn_cast<Instruction>(operand);
  if (instruction && steps.isInside(instruction))
    return true;
  if (auto *cast = dyn_cast<BitCastInst>(operand))
    return canUnpackOperand(cast->getOperand(0));
  Value *scalar = hasLanes(operand->getType()) ? getSplatValue(operand) : nullptr;
  return scalar && !isa<UndefValue>(scalar);
}

bool LaneUnpacker::canUnpackAccess(const Place &place) {
  Type *type = getLoadStoreType(place.instruction);
  if (place.isLoad() && place.step == 0)
    return !type->isVectorTy();
  Type *element = elementOf(type);
  if (!element || place.step != int64_t(place.bytes) || bitsOf(element) % 8 != 0)
    return false;
  return place.isLoad() || canUnpackOperand(place.instruction->getOperand(0));
}

bool LaneUnpacker::canUnpack(Instruction &instruction) {
  if (instruction.isTerminator() || steps.isInduction(instruction) || steps.isUsedOnlyOutside(instruction) ||
      (instruction.hasOneUse() && *instruction.user_begin() == steps.block.getTerminator()))
    return true;
  if (isa<LoadInst, StoreInst>(instruction))
    return canUnpackAccess(steps.at(&instruction));
  Value *scalar;
  if (isSplat(instruction, scalar)) {
    // A value that varies in the loop, such as a counter, would then vary in another way.
    auto *inside = dyn_cast<Instruction>(scalar);
    return hasLanes(instruction.getType()) && (!inside || !steps.isInside(inside) || isa<LoadInst>(inside));
  }
  if (isa<BitCastInst>(instruction))
    return canUnpackOperand(instruction.getOperand(0));
  // The first of the two instructions of a splat.
  if (isa<InsertElementInst>(instruction))
    return all_of(instruction.users(), [&](User *user) { return isSplat(*cast<Instruction>(user), scalar); });
  auto *call = dyn_cast<CallBase>(&instruction);
  bool isLaneWise = call ? isa<IntrinsicInst>(call) && isTriviallyVectorizable(cast<IntrinsicInst>(call)->getIntrinsicID())
                         : isa<BinaryOperator, UnaryOperator, CastInst, CmpInst, SelectInst, FreezeInst>(instruction);
  return isLaneWise && hasLanes(instruction.getType()) &&
         all_of(call ? call->args() : instruction.operands(), [&](Use &use) { return canUnpackOperand(use); });
}

/// True if no lane stores what another lane of the same iteration accesses.
bool LaneUnpacker::keepsOrder() const {
  for (unsigned i = 0; i < steps.places.size(); i++)
    for (unsigned j = i + 1; j < steps.places.size(); j++) {
      const Place &a = steps.places[i], &b = steps.places[j];
      bool isSame = a.root == b.root && a.step == b.step && a.offset == b.offset && a.bytes == b.bytes;
      if (!isSame && !(a.isLoad() && b.isLoad()) && !steps.areApart(a, b))
        return false;
    }
  return true;
}

/// One lane of an operand, with the type that it has there.
Value *LaneUnpacker::scalarOf(Value *value) {
  if (!value->getType()->isVectorTy())
    return value;
  auto *instruction = dyn_cast<Instruction>(value);
  bool isInside = instruction && steps.isInside(instruction);
  IRBuilder<> builder(isInside ? steps.block.getTerminator() : steps.loop.getLoopPreheader()->getTerminator());
  Value *scalar = scalars.lookup(value);
  auto *cast = dyn_cast<BitCastInst>(value);
  if (!scalar)
    scalar = cast ? scalarOf(cast->getOperand(0)) : getSplatValue(value);
  if (auto *made = dyn_cast<Instruction>(scalar); made && made->getParent() == &steps.block)
    builder.SetInsertPoint(made->getNextNode());
  return builder.CreateBitCast(scalar, elementOf(value->getType()));
}

Value *LaneUnpacker::unpack(Instruction &instruction) {
  IRBuilder<> builder(&instruction);
  Type *type = instruction.getType()->getScalarType();
  if (auto *call = dyn_cast<IntrinsicInst>(&instruction)) {
    SmallVector<Value *, 4> arguments;
    for (Use &use : call->args())
      arguments.push_back(scalarOf(use));
    CallInst *result = builder.CreateIntrinsic(type, call->getIntrinsicID(), arguments);
    result->copyIRFlags(call);
    return result;
  }
  Instruction *copy = instruction.clone();
  copy->mutateType(type);
  for (Use &use : copy->operands())
    use.set(scalarOf(use));
  return builder.Insert(copy);
}

void LaneUnpacker::rewriteAccess(Instruction &instruction, Value *address) {
  IRBuilder<> builder(&instruction);
  auto *store = dyn_cast<StoreInst>(&instruction);
  if (store)
    builder.CreateAlignedStore(scalarOf(store->getValueOperand()), address, Align(1));
  else if (instruction.getType()->isVectorTy())
    scalars[&instruction] = builder.CreateAlignedLoad(elementOf(instruction.getType()), address, Align(1));
  else
    instruction.setOperand(0, address);
}

void LaneUnpacker::rewrite() {
  DenseMap<const Instruction *, Value *> addresses;
  SmallVector<Instruction *, 32> old, stores;
  for (Instruction &instruction : steps.block) {
    old.push_back(&instruction);
    if (isa<StoreInst>(instruction))
      stores.push_back(&instruction);
  }
  steps.divide(
      lanes, [](const Place &) { return true; },
      [&](const Place &place, Value *address) { addresses[place.instruction] = address; });
  for (Instruction *instruction : old) {
    Value *scalar;
    if (isa<LoadInst, StoreInst>(instruction))
      rewriteAccess(*instruction, addresses[instruction]);
    else if (!instruction->getType()->isVectorTy() || isa<BitCastInst, InsertElementInst>(instruction))
      continue;
    else if (isSplat(*instruction, scalar))
      scalars[instruction] = scalar;
    else
      scalars[instruction] = unpack(*instruction);
  }
  for (Instruction *store : stores)
    store->eraseFromParent();
  steps.deleteDead();
  addStringMetadataToLoop(&steps.loop, wish, 1);
}

bool LaneUnpacker::run() {
  if (!findLanes() || !all_of(steps.block, [&](Instruction &instruction) { return canUnpack(instruction); }) || !keepsOrder())
    return false;
  rewrite();
  return true;
}

} // namespace

PreservedAnalyses UnpackLanes::run(Function &function, FunctionAnalysisManager &analyses) {
  return changeLoops(function, analyses, [](LoopSteps &steps) { return LaneUnpacker(steps).run(); });
}

PreservedAnalyses ForgetWishes::run(Function &function, FunctionAnalysisManager &analyses) {
  for (Loop *loop : analyses.getResult<LoopAnalysis>(function).getLoopsInPreorder())
    if (findOptionMDForLoop(loop, wish))
      loop->setLoopID(makePostTransformationMetadata(function.getContext(), loop->getLoopID(), {wish}, {}));
  return PreservedAnalyses::all();
}

} // namespace swasm
