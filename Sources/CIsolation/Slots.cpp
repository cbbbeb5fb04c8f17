// The contents of slots; the rules are in Slots.h.
#include "Slots.h"

#include "Contracts.h"
#include "Provenance.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IntrinsicInst.h"

using namespace llvm;

namespace isolation {

bool Slots::isSlot(const Instance &instance, const Region &region, const LinearForm &offset) {
  if (region.kind == Region::slots || region.kind == Region::hostSlots)
    return true;
  const swasm_isolation_layout &layout = instance.description.layout;
  return region.kind == Region::instance && offset.isConstant() && offset.constant >= int64_t(layout.slots) &&
         uint64_t(offset.constant) < layout.slots + layout.slot_count * instance.description.abi.value_stride;
}

SlotOwner Slots::ownerOf(const Pointer &location) {
  if (location.region.kind == Region::instance)
    return {SlotOwner::own};
  if (location.region.kind == Region::hostSlots)
    return {SlotOwner::host};
  if (location.region.kind != Region::slots || !location.root)
    return {};
  if (location.region.base)
    return {SlotOwner::other, location.region.base};
  const Value *root = location.root;
  if (auto *load = dyn_cast<LoadInst>(root))
    return provenance.resolve(load->getPointerOperand()).region.kind == Region::instance ? SlotOwner{SlotOwner::own}
                                                                                        : SlotOwner();
  if (auto *extract = dyn_cast<ExtractValueInst>(root))
    root = extract->getAggregateOperand();
  return isa<CallBase>(root) ? SlotOwner{SlotOwner::returned, root} : SlotOwner();
}

std::optional<Slots::Part> Slots::partAt(const Pointer &location, uint64_t bytes) {
  const swasm_isolation_description &description = provenance.instance.description;
  if (!location.offset.isConstant() || location.offset.constant < 0)
    return std::nullopt;
  uint64_t begin = uint64_t(location.offset.constant);
  if (location.region.kind == Region::instance)
    begin -= description.layout.slots;
  SlotOwner owner = ownerOf(location);
  if (owner.kind == SlotOwner::none)
    return std::nullopt;
  return Part{owner, begin, begin + bytes};
}

// MARK: Contents

SlotContent Slots::contentOf(swasm_isolation_value type, uint8_t bytes, uint64_t position, const Part &part) const {
  uint64_t begin = position * provenance.instance.description.abi.value_stride;
  if (part.begin < begin || part.end > begin + bytes)
    return {};
  if (type == SWASM_ISOLATION_NUMBER)
    return {true, {}};
  return part.begin == begin && part.end == begin + 8 ? SlotContent{false, Region::referenceTo(type)} : SlotContent();
}

SlotContent Slots::contentAtEntry(const Part &part) {
  const Contract &contract = provenance.contractsOf().of(*provenance.functionOf());
  uint64_t position = part.begin / provenance.instance.description.abi.value_stride;
  if (part.owner.kind == SlotOwner::host) {
    const swasm_isolation_type &type = provenance.instance.description.types[contract.typeIndex];
    return position < type.parameter_count
               ? contentOf(type.parameters[position], type.parameter_bytes[position], position, part)
               : SlotContent();
  }
  if (part.owner.kind != SlotOwner::own || !contract.type)
    return {};
  const swasm_isolation_type &type = *contract.type;
  for (uint32_t i = 0; i < type.parameter_count; i++)
    if (type.places[i] == -1 - int64_t(position))
      return contentOf(type.parameters[i], type.parameter_bytes[i], position, part);
  return {};
}

/// The wasm type that a call's callee is proven to have; null if none is proven.
static const swasm_isolation_type *typeOfCall(Provenance &provenance, const CallBase &call) {
  if (auto *callee = dyn_cast<Function>(call.getCalledOperand()))
    return provenance.contractsOf().of(*callee).type;
  std::optional<Target> target = targetOf(provenance, call);
  return target ? &provenance.instance.description.types[target->type] : nullptr;
}

SlotContent Slots::contentAfterCall(const CallBase &call, const Part &part) {
  bool isReturned = part.owner.kind == SlotOwner::returned && part.owner.base == &call;
  bool isOwn = part.owner.kind == SlotOwner::own && provenance.instance.description.static_instance;
  const swasm_isolation_type *type = isReturned || isOwn ? typeOfCall(provenance, call) : nullptr;
  uint64_t position = part.begin / provenance.instance.description.abi.value_stride;
  if (!type || position >= type->result_count - type->direct_result_count)
    return {};
  uint64_t result = type->direct_result_count + position;
  return contentOf(type->results[result], type->result_bytes[result], position, part);
}

bool Slots::isOutside(int64_t begin, int64_t bytes) const {
  const swasm_isolation_layout &layout = provenance.instance.description.layout;
  int64_t first = int64_t(layout.slots);
  int64_t end = first + int64_t(layout.slot_count * provenance.instance.description.abi.value_stride);
  return begin >= end || (begin >= 0 && bytes <= first && begin <= first - bytes);
}

std::optional<SlotContent> Slots::contentAfterWrite(const Value *address, std::optional<uint64_t> bytes,
                                                    const Value *stored, const Part &part) {
  Pointer to = provenance.resolve(address);
  switch (to.region.kind) {
  case Region::memory:
  case Region::stack:
  case Region::table:
  case Region::globalCell:
  case Region::reference:
  case Region::counters: return std::nullopt;
  case Region::instance:
    // The write ends before the slots, or begins after them.
    if (to.offset.isConstant() && bytes && *bytes <= INT64_MAX && isOutside(to.offset.constant, int64_t(*bytes)))
      return std::nullopt;
    break;
  default: break;
  }
  if (!bytes || !isSlot(provenance.instance, to.region, to.offset))
    return SlotContent();
  std::optional<Part> written = partAt(to, *bytes);
  if (!written || !(written->owner == part.owner)) {
    bool isApart = (to.region.kind == Region::hostSlots) != (part.owner.kind == SlotOwner::host);
    return isApart ? std::nullopt : std::optional(SlotContent());
  }
  if (written->end <= part.begin || part.end <= written->begin)
    return std::nullopt;
  if (!stored || written->begin > part.begin || written->end < part.end)
    return SlotContent();
  if (auto *constant = dyn_cast<Constant>(stored); constant && constant->isNullValue())
    return SlotContent{true, {Region::null}};
  if (!stored->getType()->isPtrOrPtrVectorTy())
    return SlotContent{true, {}};
  bool isWhole = written->begin == part.begin && written->end == part.end && stored->getType()->isPointerTy();
  Region found = isWhole ? provenance.whole(stored) : Region();
  return SlotContent{false, found.isReference() ? found : Region()};
}

/// What `part` contains after an instruction. Nullopt: the instruction does not write it. An unknown content:
/// it may write it, and the value is not known.
std::optional<SlotContent> Slots::contentAfter(const Instruction &at, const Part &part) {
  const DataLayout &layout = at.getModule()->getDataLayout();
  // mayWriteToMemory() believes the attributes of a call. Only those of intrinsics are trusted, so other
  // calls come first.
  auto *called = dyn_cast<CallBase>(&at);
  if (called && !isa<IntrinsicInst>(called))
    return called->isInlineAsm() ? SlotContent() : contentAfterCall(*called, part);
  if (!at.mayWriteToMemory())
    return std::nullopt;
  if (auto *store = dyn_cast<StoreInst>(&at)) {
    TypeSize size = layout.getTypeStoreSize(store->getValueOperand()->getType());
    return contentAfterWrite(store->getPointerOperand(), size.isScalable() ? std::nullopt : std::optional(size.getFixedValue()),
                             store->getValueOperand(), part);
  }
  if (isa<AtomicRMWInst, AtomicCmpXchgInst>(at))
    return contentAfterWrite(at.getOperand(0), std::nullopt, nullptr, part);
  if (auto *transfer = dyn_cast<MemIntrinsic>(&at)) {
    auto *length = dyn_cast<ConstantInt>(transfer->getLength());
    return contentAfterWrite(transfer->getDest(), length ? std::optional(length->getZExtValue()) : std::nullopt,
                             isa<MemSetInst>(transfer) ? cast<MemSetInst>(transfer)->getValue() : nullptr, part);
  }
  if (auto *intrinsic = dyn_cast<IntrinsicInst>(&at)) {
    switch (intrinsic->getIntrinsicID()) {
    case Intrinsic::lifetime_start:
    case Intrinsic::lifetime_end:
    case Intrinsic::assume:
    case Intrinsic::fake_use:
    case Intrinsic::donothing:
    case Intrinsic::sideeffect:
    case Intrinsic::experimental_noalias_scope_decl: return std::nullopt;
    case Intrinsic::masked_store: return contentAfterWrite(intrinsic->getArgOperand(1), std::nullopt, nullptr, part);
    default: return SlotContent();
    }
  }
  // LLVM counts ordered loads, volatile loads and fences among the writes. None of them changes memory.
  return isa<LoadInst, FenceInst>(at) ? std::nullopt : std::optional(SlotContent());
}

SlotContent Slots::contentBefore(const Instruction &at, const Part &part) {
  SlotContent result;
  bool isFirst = true;
  auto join = [&](const SlotContent &each) {
    result = isFirst ? each
                     : SlotContent{result.isNumber && each.isNumber, isolation::join(result.reference, each.reference)};
    isFirst = false;
    return result.isKnown();
  };
  SmallPtrSet<const BasicBlock *, 16> seen;
  SmallVector<const Instruction *, 16> open = {at.getPrevNode()};
  SmallVector<const BasicBlock *, 16> blocks = {at.getParent()};
  while (!open.empty()) {
    const Instruction *each = open.pop_back_val();
    const BasicBlock *block = blocks.pop_back_val();
    std::optional<SlotContent> found;
    for (; each && !found; each = each->getPrevNode()) {
      // The budget is spent, or this instruction makes the reference that owns the slots. Before it, in a
      // loop of the guest, another reference may own them.
      if (!provenance.values.spend() || (part.owner.kind == SlotOwner::other && each == part.owner.base))
        return {};
      found = contentAfter(*each, part);
    }
    if (!found && block == &block->getParent()->getEntryBlock())
      found = contentAtEntry(part);
    if (found) {
      if (!join(*found))
        return {};
      continue;
    }
    for (const BasicBlock *from : predecessors(block)) {
      auto *invoke = dyn_cast<InvokeInst>(from->getTerminator());
      if (invoke && invoke->getUnwindDest() == block)
        return {};
      if (!seen.insert(from).second)
        continue;
      open.push_back(from->getTerminator());
      blocks.push_back(from);
    }
  }
  return isFirst ? SlotContent() : result;
}

Region Slots::referenceAt(const Pointer &location, const LoadInst &load) {
  std::optional<Part> part = partAt(location, 8);
  if (!part || part->begin % provenance.instance.description.abi.value_stride != 0)
    return {};
  return contentBefore(load, *part).reference;
}

bool Slots::areNumbers(const Pointer &location, uint64_t bytes, const Instruction &before) {
  std::optional<Part> part = partAt(location, bytes);
  return part && contentBefore(before, *part).isNumber;
}

// MARK: Calls and returns

bool Slots::holds(const Instruction &before, const SlotOwner &owner, uint64_t position, swasm_isolation_value type,
                  uint8_t bytes) {
  uint64_t begin = position * provenance.instance.description.abi.value_stride;
  SlotContent found = contentBefore(before, Part{owner, begin, begin + bytes});
  return type == SWASM_ISOLATION_NUMBER ? found.isNumber
                                        : provenance.instance.fits(found.reference, Region::referenceTo(type));
}

const char *Slots::checkArguments(const CallBase &call, const swasm_isolation_type &type, const Value *reference) {
  bool isOwn = provenance.instance.description.static_instance || !reference;
  SlotOwner owner = isOwn ? SlotOwner{SlotOwner::own} : SlotOwner{SlotOwner::other, reference};
  for (uint32_t i = 0; i < type.parameter_count; i++)
    if (type.places[i] < 0 && !holds(call, owner, uint64_t(-1 - int64_t(type.places[i])), type.parameters[i],
                                     type.parameter_bytes[i]))
      return "a call whose slots are not proven to hold its arguments";
  return nullptr;
}

const char *Slots::checkResults(const ReturnInst &end, const swasm_isolation_type &type, const Value *address) {
  SlotOwner owner = {SlotOwner::own};
  if (type.returns_slots) {
    Pointer slots = address && address->getType()->isPointerTy() ? provenance.resolve(address) : Pointer();
    owner = slots.offset == LinearForm() ? ownerOf(slots) : SlotOwner();
    // `address` is here the whole structure that a call returned, passed on unchanged.
    if (address && isa<CallBase>(address) && address->getType()->isStructTy())
      owner = {SlotOwner::returned, address};
  }
  for (uint32_t i = type.direct_result_count; i < type.result_count; i++)
    if (owner.kind == SlotOwner::none ||
        !holds(end, owner, i - type.direct_result_count, type.results[i], type.result_bytes[i]))
      return "a return whose slots are not proven to hold its results";
  return nullptr;
}

} // namespace isolation
