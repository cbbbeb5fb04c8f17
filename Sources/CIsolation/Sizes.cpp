// Ranges of loaded numbers: sizes of memories and tables, numbers in slots of the frame, and numbers in
// constant arrays. See Provenance.h.
//
// LLVM makes constant arrays of the results of switches. A load of an element gives one of the array's
// numbers, because the proof of the access shows that it stays in the array.
#include "Contracts.h"
#include "Provenance.h"
#include "llvm/IR/Constants.h"

using namespace llvm;

namespace isolation {

/// Follows phis and selects, which may refer to each other.
bool Provenance::isSizeOf(Region::Kind kind, uint32_t index, const Value *value) {
  SmallVector<const Value *, 8> open = {value};
  SmallPtrSet<const Value *, 8> seen;
  while (!open.empty()) {
    const Value *each = open.pop_back_val();
    if (!seen.insert(each).second)
      continue;
    if (seen.size() > 32 || !values.spend())
      return false;
    unsigned ways = isa<PHINode>(each) ? cast<PHINode>(each)->getNumIncomingValues() : 0;
    if (ways > 256 && !values.spend(ways / 4))
      return false;
    if (auto *phi = dyn_cast<PHINode>(each))
      open.append(phi->value_op_begin(), phi->value_op_end());
    else if (auto *select = dyn_cast<SelectInst>(each))
      open.append({select->getTrueValue(), select->getFalseValue()});
    else if (!isLoadedSize(kind, index, each))
      return false;
  }
  return true;
}

bool Provenance::isLoadedSize(Region::Kind kind, uint32_t index, const Value *value) {
  if (auto *argument = dyn_cast<Argument>(value))
    return contracts.isSizeOf(kind, index, *argument);
  auto *load = dyn_cast<LoadInst>(value);
  if (!load || !load->getType()->isIntegerTy(64))
    return false;
  Pointer location = resolve(load->getPointerOperand());
  if (!location.offset.isConstant() || location.offset.constant < 0)
    return false;
  uint64_t offset = uint64_t(location.offset.constant);
  bool isMemory = kind == Region::memory;
  // The first field of the structure shows which memory or table it describes.
  uint64_t field = isMemory ? instance.description.abi.memory_bytes : instance.description.abi.table_length;
  uint64_t first = isMemory ? instance.description.abi.memory_base : instance.description.abi.table_elements;
  if (offset < field)
    return false;
  Cell cell = instance.cellAt(location.region, offset - field + first);
  return cell.kind == Cell::pointer && cell.begin == offset - field + first && cell.content.kind == kind &&
         cell.content.index == index;
}

/// The range of a number in a slot of the frame.
Interval Provenance::rangeOfStored(const AllocaInst &slot, const LoadInst &load, unsigned depth) {
  Interval result = Interval::none(), all = Interval::unsignedOf(load.getType()->getIntegerBitWidth());
  const SlotStores &found = storesOf(slot);
  if (!isStoredBefore(slot, load) || found.stores.size() > 64)
    return all;
  for (const StoreInst *store : found.stores)
    result = result.join(
        values.unsignedRange(store->getValueOperand(), 0, Place{store->getParent()}, depth + Values::choice));
  return result.isEmpty() ? all : result;
}

/// The constant array of which a load reads one element; null if it reads something else.
const ConstantDataArray *Provenance::numbersBehind(const LoadInst &load) {
  if (!load.getType()->isIntegerTy())
    return nullptr;
  Pointer location = resolve(load.getPointerOperand());
  auto *global = location.region.kind == Region::constants ? dyn_cast<GlobalVariable>(location.region.base) : nullptr;
  auto *array = global ? dyn_cast<ConstantDataArray>(global->getInitializer()) : nullptr;
  if (!array || array->getElementType() != load.getType() || array->getNumElements() > 1024 ||
      !values.spend(1 + unsigned(array->getNumElements()) / 8) ||
      values.divisor(location.offset) % array->getElementByteSize() != 0)
    return nullptr;
  return array;
}

uint64_t Provenance::divisorOf(const LoadInst &load) {
  const ConstantDataArray *numbers = apart([&] { return numbersBehind(load); });
  uint64_t bits = 0;
  for (unsigned i = 0; numbers && i < numbers->getNumElements(); i++)
    bits |= numbers->getElementAsInteger(i);
  return bits & (~bits + 1) ? bits & (~bits + 1) : 1;
}

Interval Provenance::rangeOf(const LoadInst &load, unsigned depth) {
  return apart([&] { return loadedIn(load, depth); });
}

Interval Provenance::loadedIn(const LoadInst &load, unsigned depth) {
  Interval all = Interval::unsignedOf(load.getType()->getIntegerBitWidth());
  if (auto *slot = dyn_cast<AllocaInst>(load.getPointerOperand()))
    return rangeOfStored(*slot, load, depth);
  if (const ConstantDataArray *numbers = numbersBehind(load)) {
    Interval result = Interval::none();
    for (unsigned i = 0; i < numbers->getNumElements(); i++)
      result = result.join(Interval::just(Wide(numbers->getElementAsInteger(i))));
    return result;
  }
  if (!load.getType()->isIntegerTy(64))
    return all;
  Pointer location = resolve(load.getPointerOperand());
  if (!location.offset.isConstant())
    return all;
  auto kind = location.region.kind;
  if (kind != Region::instance && kind != Region::memoryStruct && kind != Region::tableStruct)
    return all;
  for (uint32_t i = 0; i < instance.description.memory_count && i < 16; i++)
    if (isSizeOf(Region::memory, i, &load))
      return {0, Wide(instance.description.abi.memory_maximum_bytes)};
  for (uint32_t i = 0; i < instance.description.table_count && i < 16; i++)
    if (isSizeOf(Region::table, i, &load))
      return {0, Wide(instance.description.abi.table_maximum_elements)};
  return all;
}

Interval Provenance::rangeOf(const Argument &argument) {
  return apart([&] { return contracts.rangeOf(argument); });
}

Interval Provenance::rangeOf(const CallBase &call) {
  return apart([&] { return contracts.rangeOf(call); });
}

Wide Provenance::leastSizeAt(Region::Kind kind, uint32_t index, const BasicBlock &block) {
  values.facts();
  Wide result = 0;
  unsigned looked = 0;
  for (auto *node = values.dominators().getNode(&block); node && looked < 256; node = node->getIDom(), looked++) {
    SmallVector<AtomID, 4> sizes(sizeAtoms(node->getBlock()));
    for (AtomID size : sizes) {
      if (++looked > 256 || !values.spend())
        return result;
      if (isSizeOf(kind, index, values.atom(size).node))
        result = std::max(result, values.range(LinearForm::ofAtom(size), Place{&block}).low);
    }
  }
  return result;
}

ArrayRef<AtomID> Provenance::sizeAtoms(const BasicBlock *block) {
  if (sizes.empty() && contracts.followsNumbers)
    for (const Argument &argument : function.args())
      if (argument.getType()->isIntegerTy(64))
        values.form(&argument);
  for (; atomsSeen < values.atomCount(); atomsSeen++) {
    const Atom &atom = values.atom(AtomID(atomsSeen));
    if (atom.kind != Atom::value || atom.width != 64 || !atom.node->getType()->isIntegerTy(64))
      continue;
    if (isa<LoadInst, PHINode, SelectInst>(atom.node))
      sizes[cast<Instruction>(atom.node)->getParent()].push_back(AtomID(atomsSeen));
    else if (isa<Argument>(atom.node))
      sizes[&function.getEntryBlock()].push_back(AtomID(atomsSeen));
  }
  auto found = sizes.find(block);
  return found == sizes.end() ? ArrayRef<AtomID>() : ArrayRef<AtomID>(found->second);
}

} // namespace isolation
