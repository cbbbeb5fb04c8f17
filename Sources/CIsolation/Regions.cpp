// Look-ups in the layout of an instance; what they mean is in Regions.h.
#include "Regions.h"

namespace isolation {

Region join(const Region &a, const Region &b) {
  if (a == b)
    return a;
  if (a.kind == Region::null && b.kind == Region::reference)
    return b;
  if (b.kind == Region::null && a.kind == Region::reference)
    return a;
  auto isFunction = [](const Region &region) {
    return region.kind == Region::reference &&
           (region.index == SWASM_ISOLATION_FUNCTION || region.index >= SWASM_ISOLATION_TYPED);
  };
  if (isFunction(a) && isFunction(b))
    return Region::referenceTo(SWASM_ISOLATION_FUNCTION);
  return {};
}

Instance::Instance(const swasm_isolation_description &description) : description(description) {
  while (importedMemories < description.memory_count && description.memories[importedMemories].imported)
    importedMemories++;
  while (importedTables < description.table_count && description.tables[importedTables].imported)
    importedTables++;
  while (importedGlobals < description.global_count && description.globals[importedGlobals].imported)
    importedGlobals++;
}

bool Instance::fits(swasm_isolation_value from, swasm_isolation_value to) const {
  if (from == to)
    return true;
  if (from < SWASM_ISOLATION_TYPED)
    return false;
  return to == SWASM_ISOLATION_FUNCTION ||
         (to >= SWASM_ISOLATION_TYPED && canonical(from - SWASM_ISOLATION_TYPED) == canonical(to - SWASM_ISOLATION_TYPED));
}

bool Instance::fits(const Region &from, const Region &to) const {
  if (from == to)
    return bool(from);
  // A slot of the caller's frame.
  if (to.kind == Region::stack)
    return !to.base && from.kind == Region::stack && from.bytes >= to.bytes;
  if (to.kind == Region::reference)
    return from.kind == Region::null || (from.kind == Region::reference && fits(from.index, to.index));
  return to.kind == Region::slots && from.kind == Region::slots && from.index >= to.index;
}

namespace {

/// Entry `position` of an array, and where it begins; false: the offset is not in it.
bool entryAt(uint64_t offset, uint64_t start, uint64_t count, uint64_t stride, uint64_t &position, uint64_t &begin) {
  if (offset < start || (offset - start) / stride >= count)
    return false;
  position = (offset - start) / stride;
  begin = start + position * stride;
  return true;
}

Cell dataCell(uint64_t begin, uint64_t end, bool isWritable) { return {Cell::data, begin, end, isWritable, {}}; }

Cell pointerCell(uint64_t begin, Region content, bool isWritable = false) {
  return {Cell::pointer, begin, begin + 8, isWritable, content};
}

} // namespace

Cell Instance::memoryField(uint32_t memory, uint64_t begin, uint64_t offset) const {
  const swasm_isolation_abi &abi = description.abi;
  if (offset >= abi.memory_stride)
    return {};
  if (offset >= abi.memory_base && offset < abi.memory_base + 8)
    return pointerCell(begin + abi.memory_base, {Region::memory, memory});
  uint64_t word = offset / 8 * 8;
  return dataCell(begin + word, begin + word + 8, false);
}

Cell Instance::tableField(uint32_t table, uint64_t begin, uint64_t offset) const {
  const swasm_isolation_abi &abi = description.abi;
  if (offset >= abi.table_stride)
    return {};
  if (offset >= abi.table_elements && offset < abi.table_elements + 8)
    return pointerCell(begin + abi.table_elements, {Region::table, table});
  uint64_t word = offset / 8 * 8;
  return dataCell(begin + word, begin + word + 8, false);
}

Cell Instance::funcrefField(uint64_t begin, uint64_t offset, Region code) const {
  const swasm_isolation_abi &abi = description.abi;
  if (offset >= abi.funcref_code && offset < abi.funcref_code + 8)
    return pointerCell(begin + abi.funcref_code, code);
  if (offset >= abi.funcref_instance && offset < abi.funcref_instance + 8) {
    Region owner = code.base ? Region{Region::otherInstance, 0, code.base} : Region{Region::instance};
    return pointerCell(begin + abi.funcref_instance, owner);
  }
  for (uint64_t field : {abi.funcref_type_id, abi.funcref_function_index})
    if (offset >= field && offset < field + 4)
      return dataCell(begin + field, begin + field + 4, false);
  return {};
}

Cell Instance::globalCell(uint32_t global, uint64_t begin) const {
  const swasm_isolation_global &type = description.globals[global];
  bool isWritable = !type.imported || type.is_mutable;
  if (type.value != SWASM_ISOLATION_NUMBER)
    return pointerCell(begin, Region::referenceTo(type.value), isWritable);
  return dataCell(begin, begin + description.abi.value_stride, isWritable);
}

Cell Instance::instanceCell(uint64_t offset) const {
  const swasm_isolation_layout &layout = description.layout;
  const swasm_isolation_abi &abi = description.abi;
  uint64_t at, begin;
  if (offset < layout.head_bytes) {
    if (offset >= layout.head_slots && offset < layout.head_slots + 8)
      return pointerCell(layout.head_slots, {Region::slots, uint32_t(layout.slot_count)});
    return {};
  }
  if (entryAt(offset, layout.memories, description.memory_count - importedMemories, abi.memory_stride, at, begin))
    return memoryField(importedMemories + uint32_t(at), begin, offset - begin);
  if (entryAt(offset, layout.globals, description.global_count - importedGlobals, abi.value_stride, at, begin))
    return globalCell(importedGlobals + uint32_t(at), begin);
  if (entryAt(offset, layout.tables, description.table_count - importedTables, abi.table_stride, at, begin))
    return tableField(importedTables + uint32_t(at), begin, offset - begin);
  if (entryAt(offset, layout.memory_pointers, importedMemories, 8, at, begin))
    return pointerCell(begin, {Region::memoryStruct, uint32_t(at)});
  if (entryAt(offset, layout.table_pointers, importedTables, 8, at, begin))
    return pointerCell(begin, {Region::tableStruct, uint32_t(at)});
  if (entryAt(offset, layout.global_pointers, importedGlobals, 8, at, begin))
    return pointerCell(begin, {Region::globalCell, uint32_t(at)});
  if (entryAt(offset, layout.function_pointers, layout.function_pointer_count, 8, at, begin))
    return pointerCell(begin,
                       Region::referenceTo(SWASM_ISOLATION_TYPED + description.function_pointer_types[at]));
  if (entryAt(offset, layout.funcrefs, layout.funcref_count, abi.funcref_stride, at, begin))
    return funcrefField(begin, offset - begin, {Region::code, description.funcref_types[at]});
  if (entryAt(offset, layout.type_ids, layout.type_id_count, 4, at, begin))
    return dataCell(begin, begin + 4, false);
  if (entryAt(offset, layout.tag_ids, description.tag_count, 8, at, begin))
    return pointerCell(begin, {Region::tag, uint32_t(at)});
  for (uint32_t i = 0; i < description.element_count; i++)
    if (entryAt(offset, description.elements[i].offset, description.elements[i].count, 8, at, begin))
      return pointerCell(begin, Region::referenceTo(description.elements[i].value), true);
  if (entryAt(offset, layout.dropped, layout.dropped_count, 1, at, begin))
    return dataCell(begin, begin + 1, true);
  if (entryAt(offset, layout.slots, layout.slot_count, abi.value_stride, at, begin))
    return dataCell(begin, begin + abi.value_stride, true);
  return {};
}

Cell Instance::cellAt(const Region &region, uint64_t offset) const {
  switch (region.kind) {
  case Region::instance: return instanceCell(offset);
  case Region::memoryStruct: return memoryField(region.index, 0, offset);
  case Region::tableStruct: return tableField(region.index, 0, offset);
  case Region::globalCell: return offset < description.abi.value_stride ? globalCell(region.index, 0) : Cell();
  default: return {};
  }
}

} // namespace isolation
