// What slots hold: references that are passed and returned beside registers; the rules are in Provenance.h.
#include "Contracts.h"
#include "Provenance.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace isolation {

/// Where in its slots a pointer points, in bytes; nullopt: at a place that is not known, or not at slots.
std::optional<int64_t> Provenance::placeInSlots(const Pointer &pointer) {
  if (!pointer.offset.isConstant())
    return std::nullopt;
  if (pointer.region.kind == Region::slots)
    return pointer.offset.constant;
  if (pointer.region.kind != Region::instance)
    return std::nullopt;
  return pointer.offset.constant - int64_t(instance.description.layout.slots);
}

/// The reference that a call leaves in a slot of the callee.
Region Provenance::slotAfterCall(const CallBase &call, uint64_t offset, const Value *base) {
  uint64_t stride = instance.description.abi.value_stride;
  if ((!instance.description.static_instance && base != &call) || offset % stride != 0)
    return {};
  const swasm_isolation_type *type = nullptr;
  if (auto *callee = dyn_cast<Function>(call.getCalledOperand()))
    type = contracts.of(*callee).type;
  else if (std::optional<Target> target = targetOf(*this, call))
    type = instance.typeOf(target->type);
  uint64_t position = offset / stride;
  if (!type || position >= type->result_count - type->direct_result_count)
    return {};
  return Region::referenceTo(type->results[type->direct_result_count + position]);
}

/// What an instruction leaves in a slot; nullopt: what was there before.
std::optional<Region> Provenance::slotAfter(const Instruction &at, uint64_t offset, const Value *base) {
  if (auto *call = dyn_cast<CallBase>(&at); call && !isa<IntrinsicInst>(call))
    return slotAfterCall(*call, offset, base);
  const DataLayout &layout = function.getParent()->getDataLayout();
  const Value *pointer = nullptr, *stored = nullptr;
  std::optional<uint64_t> bytes;
  if (auto *store = dyn_cast<StoreInst>(&at)) {
    pointer = store->getPointerOperand();
    stored = store->getValueOperand();
    if (TypeSize size = layout.getTypeStoreSize(stored->getType()); !size.isScalable())
      bytes = size.getFixedValue();
  } else if (auto *range = dyn_cast<AnyMemIntrinsic>(&at)) {
    pointer = range->getRawDest();
    auto *length = dyn_cast<ConstantInt>(range->getLength());
    if (length && length->getValue().ult(1u << 20))
      bytes = length->getZExtValue();
  } else if (auto *update = dyn_cast<AtomicRMWInst>(&at)) {
    pointer = update->getPointerOperand();
  } else if (auto *exchange = dyn_cast<AtomicCmpXchgInst>(&at)) {
    pointer = exchange->getPointerOperand();
  } else {
    auto *intrinsic = dyn_cast<IntrinsicInst>(&at);
    bool writes = intrinsic && !intrinsic->isAssumeLikeIntrinsic() && intrinsic->mayWriteToMemory();
    return writes ? std::optional(Region()) : std::nullopt;
  }
  Pointer to = resolve(pointer);
  if (to.region.kind != Region::none && to.region.kind != Region::slots && to.region.kind != Region::instance)
    return std::nullopt;
  std::optional<int64_t> begin = placeInSlots(to);
  if (!begin || !bytes)
    return Region();
  int64_t slot = int64_t(offset);
  if (*begin >= slot + 8 || *begin + int64_t(*bytes) <= slot)
    return std::nullopt;
  bool isSame = instance.description.static_instance || to.region.base == base;
  bool isWhole = stored && stored->getType()->isPointerTy() && *begin == slot;
  return isSame && isWhole ? whole(stored) : Region();
}

/// What the function was passed in a slot of its own instance.
Region Provenance::slotAtEntry(uint64_t offset, const Value *base) {
  const swasm_isolation_type *type = contracts.of(function).type;
  uint64_t stride = instance.description.abi.value_stride;
  if (!type || base || offset % stride != 0)
    return {};
  for (uint32_t i = 0; i < type->parameter_count; i++)
    if (type->places[i] < 0 && uint64_t(-1 - type->places[i]) == offset / stride)
      return Region::referenceTo(type->parameters[i]);
  return {};
}

Region Provenance::slotContent(const Instruction &before, uint64_t offset, const Value *base) {
  Nested nested(values.budgetOf());
  if (nested.isTooDeep())
    return {};
  Region result;
  bool isFirst = true;
  SmallPtrSet<const BasicBlock *, 8> seen;
  SmallVector<std::pair<const BasicBlock *, const Instruction *>, 8> open = {{before.getParent(), before.getPrevNode()}};
  while (!open.empty()) {
    auto [block, at] = open.pop_back_val();
    std::optional<Region> found;
    for (; at && !found; at = at->getPrevNode()) {
      if (!values.spend())
        return {};
      found = slotAfter(*at, offset, base);
    }
    if (!found && block->isEntryBlock())
      found = slotAtEntry(offset, base);
    if (found) {
      result = isFirst ? *found : join(result, *found);
      isFirst = false;
      if (!result)
        return {};
      continue;
    }
    for (const BasicBlock *previous : predecessors(block)) {
      auto *call = dyn_cast<InvokeInst>(previous->getTerminator());
      if (seen.size() > 64 || (call && call->getUnwindDest() == block))
        return {};
      if (seen.insert(previous).second)
        open.push_back({previous, previous->getTerminator()});
    }
  }
  return result;
}

} // namespace isolation
