// Looks up fields in the layout of an instance. See Regions.h.
#include "Regions.h"

#include "llvm/ADT/STLExtras.h"
#include <algorithm>

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
  auto countImported = [](auto *first, uint32_t count) {
    return uint32_t(std::find_if(first, first + count, [](auto &item) { return !item.imported; }) - first);
  };
  for (uint32_t i = 0; i < description.instance_count; i++) {
    const swasm_isolation_instance &each = description.instances[i];
    parts.push_back({&each, countImported(description.memories + each.first_memory, each.memory_count),
                     countImported(description.tables + each.first_table, each.table_count),
                     countImported(description.globals + each.first_global, each.global_count)});
  }
  for (uint32_t i = 0; i < description.type_count; i++) {
    const swasm_isolation_type &type = description.types[i];
    for (uint32_t k = 0; k < type.parameter_count; k++)
      referencesInSlots |= type.places[k] < 0 && type.parameters[k] != SWASM_ISOLATION_NUMBER;
    for (uint32_t k = type.direct_result_count; k < type.result_count; k++)
      referencesInSlots |= type.results[k] != SWASM_ISOLATION_NUMBER;
  }
}

bool Instance::hasReferences(const swasm_isolation_type &type) const {
  auto isReference = [](swasm_isolation_value value) { return value != SWASM_ISOLATION_NUMBER; };
  return std::any_of(type.parameters, type.parameters + type.parameter_count, isReference) ||
         std::any_of(type.results, type.results + type.result_count, isReference);
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

/// Sets `position` and `begin` to the index and the beginning of the array's entry at `offset`. Returns false
/// if the offset is not in the array.
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
  if (offset >= abi.funcref_instance && offset < abi.funcref_instance + 8)
    return pointerCell(begin + abi.funcref_instance, {Region::instance});
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

Cell Instance::instanceCell(const Part &part, uint64_t offset) const {
  const swasm_isolation_layout &layout = description.layout;
  const swasm_isolation_instance &own = *part.instance;
  const swasm_isolation_abi &abi = description.abi;
  uint64_t at, begin;
  if (offset - own.start < layout.head_bytes) {
    uint64_t field = own.start + layout.head_slots;
    if (offset >= field && offset < field + 8)
      return pointerCell(field, {Region::slots, uint32_t(layout.slot_count)});
    return {};
  }
  uint32_t memory = own.first_memory, table = own.first_table, global = own.first_global;
  if (entryAt(offset, own.memories, own.memory_count - part.importedMemories, abi.memory_stride, at, begin))
    return memoryField(memory + part.importedMemories + uint32_t(at), begin, offset - begin);
  if (entryAt(offset, own.globals, own.global_count - part.importedGlobals, abi.value_stride, at, begin))
    return globalCell(global + part.importedGlobals + uint32_t(at), begin);
  if (entryAt(offset, own.tables, own.table_count - part.importedTables, abi.table_stride, at, begin))
    return tableField(table + part.importedTables + uint32_t(at), begin, offset - begin);
  if (entryAt(offset, own.memory_pointers, part.importedMemories, 8, at, begin))
    return pointerCell(begin, {Region::memoryStruct, memory + uint32_t(at)});
  if (entryAt(offset, own.table_pointers, part.importedTables, 8, at, begin))
    return pointerCell(begin, {Region::tableStruct, table + uint32_t(at)});
  if (entryAt(offset, own.global_pointers, part.importedGlobals, 8, at, begin))
    return pointerCell(begin, {Region::globalCell, global + uint32_t(at)});
  if (entryAt(offset, own.function_pointers, own.function_pointer_count, 8, at, begin)) {
    uint32_t type = description.function_pointer_types[own.first_function_pointer + at];
    return pointerCell(begin, Region::referenceTo(SWASM_ISOLATION_TYPED + type));
  }
  if (entryAt(offset, own.funcrefs, own.funcref_count, abi.funcref_stride, at, begin))
    return funcrefField(begin, offset - begin, {Region::code, description.funcref_types[own.first_funcref + at]});
  if (entryAt(offset, own.tag_ids, own.tag_count, 8, at, begin))
    return pointerCell(begin, {Region::tag, own.first_tag + uint32_t(at)});
  for (uint32_t i = own.first_element; i < own.first_element + own.element_count; i++)
    if (entryAt(offset, description.elements[i].offset, description.elements[i].count, 8, at, begin))
      return pointerCell(begin, Region::referenceTo(description.elements[i].value), true);
  if (entryAt(offset, own.dropped, own.dropped_count, 1, at, begin))
    return dataCell(begin, begin + 1, true);
  return {};
}

Cell Instance::stateCell(uint64_t offset) const {
  const swasm_isolation_layout &layout = description.layout;
  uint64_t at, begin;
  if (entryAt(offset, layout.type_ids, layout.type_id_count, 4, at, begin))
    return dataCell(begin, begin + 4, false);
  if (entryAt(offset, layout.slots, layout.slot_count, description.abi.value_stride, at, begin))
    return dataCell(begin, begin + description.abi.value_stride, true);
  const Part *part = partAt(offset);
  return part ? instanceCell(*part, offset) : Cell();
}

const Instance::Part *Instance::partAt(uint64_t offset) const {
  auto next = llvm::partition_point(parts, [&](const Part &part) { return part.instance->start <= offset; });
  return next == parts.begin() ? nullptr : &*std::prev(next);
}

const swasm_isolation_instance *Instance::instanceAt(uint64_t offset) const {
  const Part *part = partAt(offset);
  return part && part->instance->start == offset ? part->instance : nullptr;
}

std::optional<uint32_t> Instance::funcrefAt(uint64_t offset) const {
  const Part *part = partAt(offset);
  uint64_t at, begin;
  if (!part || !entryAt(offset, part->instance->funcrefs, part->instance->funcref_count,
                        description.abi.funcref_stride, at, begin) || begin != offset)
    return std::nullopt;
  return description.funcref_types[part->instance->first_funcref + at];
}

std::optional<uint32_t> Instance::tagAt(uint64_t offset) const {
  const Part *part = partAt(offset);
  uint64_t at, begin;
  if (!part || !entryAt(offset, part->instance->tag_ids, part->instance->tag_count, 8, at, begin) || begin != offset)
    return std::nullopt;
  return part->instance->first_tag + uint32_t(at);
}

Cell Instance::cellAt(const Region &region, uint64_t offset) const {
  switch (region.kind) {
  case Region::instance: return stateCell(offset);
  case Region::memoryStruct: return memoryField(region.index, 0, offset);
  case Region::tableStruct: return tableField(region.index, 0, offset);
  case Region::globalCell: return offset < description.abi.value_stride ? globalCell(region.index, 0) : Cell();
  default: return {};
  }
}

} // namespace isolation
