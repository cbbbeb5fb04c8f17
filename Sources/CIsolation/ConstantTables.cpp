// What constant arrays hold; see ConstantTables.h.
#include "ConstantTables.h"

#include "Contracts.h"
#include "Provenance.h"

using namespace llvm;

namespace isolation {

// MARK: Code

std::optional<uint32_t> ConstantTables::typeOf(const Constant &array, std::optional<uint64_t> number) {
  if (!number) {
    auto found = codes.find(&array);
    return found != codes.end() ? found->second : codes[&array] = readCodes(array);
  }
  std::unique_ptr<Pairs> &found = pairs[&array];
  if (!found)
    found = readPairs(array);
  return found->areKnown ? found->types.lookup(*number) : std::nullopt;
}

ConstantTables::CommonType ConstantTables::typeOf(const Constant &code) {
  auto *function = dyn_cast<Function>(&code);
  if (!function)
    return std::nullopt;
  const Contract &contract = contracts.of(*function);
  return contract.type ? CommonType(contract.typeIndex) : std::nullopt;
}

ConstantTables::CommonType ConstantTables::readCodes(const Constant &array) {
  CommonType result;
  for (const Use &use : array.operands()) {
    auto &code = *cast<Constant>(use.get());
    if (code.isNullValue())
      continue;
    CommonType type = typeOf(code);
    if (!type || (result && result != type))
      return std::nullopt;
    result = type;
  }
  return result;
}

std::unique_ptr<ConstantTables::Pairs> ConstantTables::readPairs(const Constant &array) {
  auto result = std::make_unique<Pairs>();
  for (const Use &use : array.operands()) {
    auto &element = *cast<Constant>(use.get());
    if (element.isNullValue())
      continue;
    auto *pair = dyn_cast<ConstantStruct>(&element);
    auto *number = pair && pair->getNumOperands() == 2 ? dyn_cast<ConstantInt>(pair->getOperand(1)) : nullptr;
    // A comparison reads the lower 32 bits, so all others must be 0.
    bool isWhole = number && number->getType()->isIntegerTy(64) && number->getValue().isIntN(32);
    if (!isWhole || !pair->getOperand(0)->getType()->isPointerTy()) {
      result->areKnown = false;
      return result;
    }
    if (pair->getOperand(0)->isNullValue())
      continue;
    CommonType type = typeOf(*pair->getOperand(0));
    auto [place, isNew] = result->types.try_emplace(number->getZExtValue(), type);
    if (!isNew && place->second != type)
      place->second = std::nullopt;
  }
  return result;
}

// MARK: Other pointers

/// Collects the pointers in a constant, one null for a part that is 0. False if there are too many, if one points to
/// code, or if the constant contains anything else.
static bool pointersIn(const Constant &constant, SmallVectorImpl<const Constant *> &found) {
  SmallVector<const Constant *, 16> open = {&constant};
  for (unsigned steps = 0; !open.empty(); steps++) {
    const Constant *each = open.pop_back_val();
    if (steps > (1u << 18) || isa<Function>(each))
      return false;
    if (each->getType()->isPointerTy())
      found.push_back(each);
    else if (isa<ConstantAggregateZero>(each))
      found.push_back(ConstantPointerNull::get(PointerType::get(each->getContext(), 0)));
    else if (each->getType()->isAggregateType())
      for (const Use &use : each->operands())
        open.push_back(cast<Constant>(use.get()));
  }
  return true;
}

static bool holdsOnlyPointers(const Type &type) {
  if (auto *array = dyn_cast<ArrayType>(&type))
    return holdsOnlyPointers(*array->getElementType());
  if (auto *structure = dyn_cast<StructType>(&type))
    return all_of(structure->elements(), [](const Type *element) { return holdsOnlyPointers(*element); });
  return type.isPointerTy();
}

Region ConstantTables::contentOf(const GlobalVariable &variable, Provenance &provenance) {
  auto known = contents.find(&variable);
  if (known != contents.end())
    return known->second;
  const Constant &value = *variable.getInitializer();
  SmallVector<const Constant *, 16> pointers;
  Region result;
  if (holdsOnlyPointers(*value.getType()) && pointersIn(value, pointers)) {
    bool isFirst = true;
    for (const Constant *pointer : pointers) {
      Region each = provenance.whole(pointer);
      result = isFirst ? each : join(result, each);
      isFirst = false;
    }
  }
  return contents[&variable] = result;
}

} // namespace isolation
