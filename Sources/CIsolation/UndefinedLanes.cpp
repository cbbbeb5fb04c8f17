// Gives values to undefined lanes. See UndefinedLanes.h.
#include "UndefinedLanes.h"

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/Analysis/VectorUtils.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace isolation {

Constant *settled(Constant &constant) {
  Type *type = constant.getType();
  if (isa<UndefValue>(constant))
    return type->isTokenTy() || type->isTargetExtTy() ? &constant : Constant::getNullValue(type);
  if (isa<ConstantVector>(constant))
    return constant.containsUndefOrPoisonElement()
               ? Constant::replaceUndefsWith(&constant, Constant::getNullValue(type->getScalarType()))
               : &constant;
  if (!isa<ConstantStruct, ConstantArray>(constant))
    return &constant;
  SmallVector<Constant *, 8> elements;
  bool isChanged = false;
  for (Use &use : constant.operands()) {
    elements.push_back(settled(*cast<Constant>(use.get())));
    isChanged |= elements.back() != use.get();
  }
  if (!isChanged)
    return &constant;
  auto *structure = dyn_cast<StructType>(type);
  return structure ? ConstantStruct::get(structure, elements) : ConstantArray::get(cast<ArrayType>(type), elements);
}

namespace {

constexpr unsigned mostSteps = 512;

unsigned lanesOf(const Value &value) {
  auto *vector = dyn_cast<FixedVectorType>(value.getType());
  return vector ? vector->getNumElements() : 0;
}

/// The undefined lanes of a user's result, if these lanes of an operand are undefined; nullopt if the user
/// reads one.
std::optional<SmallBitVector> passedOn(const Use &use, const SmallBitVector &lanes) {
  auto *user = cast<Instruction>(use.getUser());
  if (auto *insert = dyn_cast<InsertElementInst>(user)) {
    auto *index = dyn_cast<ConstantInt>(insert->getOperand(2));
    SmallBitVector left = lanes;
    if (index && index->getValue().ult(lanes.size()))
      left.reset(unsigned(index->getZExtValue()));
    return use.getOperandNo() == 0 ? std::optional(left) : std::nullopt;
  }
  if (auto *extract = dyn_cast<ExtractElementInst>(user)) {
    auto *index = dyn_cast<ConstantInt>(extract->getIndexOperand());
    bool isElsewhere = index && index->getValue().ult(lanes.size()) && !lanes.test(unsigned(index->getZExtValue()));
    return isElsewhere ? std::optional(SmallBitVector()) : std::nullopt;
  }
  if (auto *shuffle = dyn_cast<ShuffleVectorInst>(user)) {
    SmallBitVector result(lanesOf(*user));
    for (unsigned lane = 0; lane < result.size(); lane++) {
      int source = shuffle->getMaskValue(lane) - int(use.getOperandNo() * lanes.size());
      if (shuffle->getMaskValue(lane) >= 0 && source >= 0 && unsigned(source) < lanes.size() && lanes.test(unsigned(source)))
        result.set(lane);
    }
    return result;
  }
  auto *intrinsic = dyn_cast<IntrinsicInst>(user);
  bool isByLane = isa<BinaryOperator, UnaryOperator, CmpInst, SelectInst, PHINode, FreezeInst>(user) ||
                  (isa<CastInst>(user) && !isa<BitCastInst>(user)) ||
                  (intrinsic && isTriviallyVectorizable(intrinsic->getIntrinsicID()));
  return isByLane && lanesOf(*user) == lanes.size() ? std::optional(lanes) : std::nullopt;
}

/// Whether an instruction may read one of these lanes of a value.
bool isLookedAt(const Instruction &source, const SmallBitVector &undefined) {
  DenseMap<const Instruction *, SmallBitVector> known;
  SmallVector<const Instruction *, 16> open = {&source};
  known[&source] = undefined;
  for (unsigned steps = 0; !open.empty();) {
    const Instruction *value = open.pop_back_val();
    SmallBitVector lanes = known[value];
    for (const Use &use : value->uses()) {
      if (++steps > mostSteps)
        return true;
      std::optional<SmallBitVector> passed = passedOn(use, lanes);
      if (!passed)
        return true;
      if (passed->none())
        continue;
      auto *user = cast<Instruction>(use.getUser());
      auto [found, isNew] = known.try_emplace(user, *passed);
      // Skips a user whose undefined lanes have not grown.
      if (!isNew && !passed->test(found->second))
        continue;
      found->second |= *passed;
      open.push_back(user);
    }
  }
  return false;
}

void settleInsert(InsertElementInst &insert) {
  auto *begin = dyn_cast<Constant>(insert.getOperand(0));
  auto *index = dyn_cast<ConstantInt>(insert.getOperand(2));
  if (!begin || (!isa<UndefValue>(begin) && !begin->containsUndefOrPoisonElement()))
    return;
  SmallBitVector lanes(lanesOf(insert), true);
  if (index && index->getValue().ult(lanes.size()))
    lanes.reset(unsigned(index->getZExtValue()));
  if (!isa<UndefValue>(begin) || !index || isLookedAt(insert, lanes))
    insert.setOperand(0, settled(*begin));
}

void settleShuffle(ShuffleVectorInst &shuffle) {
  unsigned sources = lanesOf(*shuffle.getOperand(0)), count = lanesOf(shuffle);
  SmallBitVector lanes(count);
  for (unsigned lane = 0; lane < count; lane++) {
    int source = shuffle.getMaskValue(lane);
    if (source < 0) {
      lanes.set(lane);
      continue;
    }
    unsigned operand = unsigned(source) >= sources;
    auto *constant = dyn_cast<Constant>(shuffle.getOperand(operand));
    if (constant && (isa<UndefValue>(constant) || constant->containsUndefOrPoisonElement()))
      shuffle.setOperand(operand, settled(*constant));
  }
  if (lanes.none() || !isLookedAt(shuffle, lanes))
    return;
  if (auto *first = dyn_cast<Constant>(shuffle.getOperand(0)))
    shuffle.setOperand(0, settled(*first));
  SmallVector<int, 16> mask(shuffle.getShuffleMask());
  for (unsigned lane : lanes.set_bits())
    mask[lane] = int(lane % sources);
  shuffle.setShuffleMask(mask);
}

} // namespace

void settleLanes(Instruction &instruction) {
  if (lanesOf(instruction) == 0)
    return;
  if (auto *insert = dyn_cast<InsertElementInst>(&instruction))
    settleInsert(*insert);
  else if (auto *shuffle = dyn_cast<ShuffleVectorInst>(&instruction))
    settleShuffle(*shuffle);
}

} // namespace isolation
