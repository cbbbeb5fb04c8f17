// The regions of pointers that are loaded from memory. The rules are in Provenance.h.
#include "Provenance.h"

#include "Contracts.h"
#include "Slots.h"

using namespace llvm;

namespace isolation {

Region Provenance::contentAt(const Pointer &location, const LoadInst &load) {
  if (!load.getType()->isPointerTy())
    return {};
  const Region &region = location.region;
  if (region.kind == Region::table)
    return Region::referenceTo(instance.description.tables[region.index].element);
  if (region.kind == Region::constants)
    return loadedConstant(location);
  if (!location.offset.isConstant() || location.offset.constant < 0)
    return {};
  uint64_t offset = uint64_t(location.offset.constant);
  // While a phi is being resolved, null may be only the result so far.
  if (region.kind == Region::null)
    return offset + 8 <= Region::nullBytes && ((web && !isApart) || inWork.empty()) ? Region::ofNothing() : Region();
  if (Slots::isSlot(instance, region, location.offset))
    return Slots(*this).referenceAt(location, load);
  if (region.kind == Region::reference)
    return fieldOfReference(location, load);
  if (region.kind == Region::otherInstance) {
    if (offset != instance.description.layout.head_slots)
      return {};
    std::optional<uint32_t> type = typeOf(region.base, {load.getParent()});
    return {Region::slots, type ? instance.description.types[*type].slot_count : 0, region.base};
  }
  Cell cell = instance.cellAt(region, offset);
  return cell.kind == Cell::pointer && cell.begin == offset ? cell.content : Region();
}

Region Provenance::fieldOfReference(const Pointer &location, const LoadInst &load) {
  const swasm_isolation_abi &abi = instance.description.abi;
  uint64_t offset = uint64_t(location.offset.constant);
  uint32_t value = location.region.index;
  if (value == SWASM_ISOLATION_EXCEPTION) {
    if (offset == abi.exception_tag)
      return {Region::tag, UINT32_MAX};
    if (offset < abi.exception_values || (offset - abi.exception_values) % abi.value_stride != 0)
      return {};
    std::optional<uint32_t> tag = tagOf(location.root, {load.getParent()});
    if (!tag)
      return {};
    const swasm_isolation_type &type = instance.description.types[instance.description.tags[*tag]];
    uint64_t position = (offset - abi.exception_values) / abi.value_stride;
    return position < type.parameter_count ? Region::referenceTo(type.parameters[position]) : Region();
  }
  if (value == SWASM_ISOLATION_EXTERN)
    return {};
  if (offset == abi.funcref_code)
    return {Region::code, UINT32_MAX, location.root};
  return offset == abi.funcref_instance ? Region{Region::otherInstance, 0, location.root} : Region();
}

/// The region of a load from a constant of pointers, if all of these have one region.
Region Provenance::loadedConstant(const Pointer &location) {
  // Where the address is aligned, every place that can hold a whole pointer holds one.
  bool isAligned = values.divisor(location.offset) % 8 == 0;
  auto &variable = *cast<GlobalVariable>(location.region.base);
  return isAligned ? contracts.constants.contentOf(variable, *this) : Region();
}

} // namespace isolation
