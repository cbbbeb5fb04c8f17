// Proofs of single accesses; the rules are in Accesses.h.
#include "Accesses.h"

#include "Contracts.h"
#include "Exceptions.h"
#include "Slots.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace isolation {

const char *Accesses::check(const Value *pointer, unsigned lane, const Access &access) {
  Pointer found = provenance.resolve(pointer, lane);
  Place place = {access.at.getParent()};
  // Lowering makes constants from a table that never changes, so an access to a constant may be a table
  // access.
  bool isTable = found.region.kind == Region::table || found.region.kind == Region::constants;
  bool isMemory = found.region.kind == Region::memory;
  bool isCompared = isTable || (isMemory && !instance.description.memories[found.region.index].guarded);
  if (isCompared && proveQuickly(found, place, access))
    return nullptr;
  // If the index is a sum, the comparison may be about the whole index and not about the terms of the sum. So
  // try each index as one number, too.
  Pointer words;
  auto areWords = [&] {
    if ((isTable || isMemory) && !pointer->getType()->isVectorTy())
      words = provenance.resolveByWords(pointer, isTable);
    return words.region && words.offset != found.offset;
  };
  if (isCompared && areWords() && proveQuickly(words, place, access))
    return nullptr;
  const char *reason = prove(found, place, access, 3);
  if (!reason || values.facts().neverRuns(place.block))
    return nullptr;
  return areWords() && !prove(words, place, access, 1) ? nullptr : reason;
}

/// Every proof of an inequality uses at most one fact, and only a few sizes are tried. So the proof is cheap
/// even if the code has thousands of comparisons.
bool Accesses::proveQuickly(const Pointer &pointer, const Place &place, const Access &access) {
  mostSteps = 1;
  const char *reason = prove(pointer, place, access, 0);
  mostSteps = Facts::mostSteps;
  return !reason;
}

const char *Accesses::checkGuestAddress(const Value *pointer, uint64_t bytes, const Instruction &at) {
  Access access(at);
  access.reads = true;
  access.length = LinearForm::ofConstant(int64_t(bytes));
  if (provenance.resolve(pointer).region.kind != Region::memory)
    return "an address that is not one of guest memory";
  return check(pointer, 0, access);
}

const char *Accesses::prove(const Pointer &pointer, const Place &place, const Access &access, unsigned splits) {
  if (!values.spend())
    return "the budget is used up";
  if (pointer.offset.isUndefined || access.length.isUndefined)
    return "an address that is made of undef or poison";
  const char *reason = proveRegion(pointer, place, access);
  return reason && splits > 0 ? split(pointer, place, access, splits, reason) : reason;
}

/// Proves the access for all alternatives of one part of the pointer: its root if the region is unknown,
/// otherwise a term of its offset. If no term is enough, tries the paths into the block.
const char *Accesses::split(const Pointer &pointer, const Place &place, const Access &access, unsigned splits,
                            const char *reason) {
  auto isSplittable = [&](const Value *value) {
    auto *phi = dyn_cast<PHINode>(value);
    return isa<SelectInst>(value) || (phi && !values.comesRound(*phi->getParent()));
  };
  auto proveAll = [&](const Value *choice, auto with) -> const char * {
    auto alternatives = alternativesOf(choice, place, values);
    if (alternatives.empty())
      return reason;
    for (const Alternative &each : alternatives)
      if (const char *failure = prove(with(each.value), each.place, access, splits - 1))
        return failure;
    return nullptr;
  };
  if (!pointer.region && pointer.root && isSplittable(pointer.root))
    return proveAll(pointer.root, [&](const Value *value) {
      Pointer each = provenance.resolve(value, pointer.lane);
      each.offset = each.offset.plus(pointer.offset);
      return each;
    });
  for (const Term &term : pointer.offset.terms) {
    const Atom atom = values.atom(term.atom);
    if (!isSplittable(atom.node) || (atom.kind != Atom::value && atom.kind != Atom::pointerOffset))
      continue;
    const char *failure = proveAll(atom.node, [&](const Value *value) {
      Pointer each = pointer;
      LinearForm part;
      if (atom.kind == Atom::value)
        part = values.extended(value, atom.lane);
      else if (Pointer way = provenance.resolve(value, atom.lane); !provenance.asReference(way))
        part = way.offset;
      each.offset = pointer.offset.without(term.atom).plus(part, term.coefficient);
      return each;
    });
    if (!failure)
      return nullptr;
  }
  return place.isPlain() ? proveWays(pointer, place, access, splits, reason) : reason;
}

/// LLVM may merge several accesses into the block where their paths join. Each path has its own comparison.
const char *Accesses::proveWays(const Pointer &pointer, const Place &place, const Access &access, unsigned splits,
                                const char *reason) {
  const BasicBlock *at = place.block;
  for (unsigned steps = 0; steps < 16 && at->getSinglePredecessor(); steps++)
    at = at->getSinglePredecessor();
  if (at->hasNPredecessors(0) || values.comesRound(*at) || at->hasNPredecessorsOrMore(17))
    return reason;
  for (const BasicBlock *before : predecessors(at)) {
    Place where = {place.block, before, at};
    if (values.dominators().dominates(at, before) || prove(pointer, where, access, splits - 1))
      return reason;
  }
  return nullptr;
}

/// Whether a pointer points to the cell that holds a memory's base. The base stays the same as long as its
/// instance lives.
bool Accesses::isMemoryBase(const Pointer &pointer) const {
  if (!pointer.offset.isConstant() || pointer.offset.constant < 0)
    return false;
  uint64_t offset = uint64_t(pointer.offset.constant);
  Cell cell = instance.cellAt(pointer.region, offset);
  return cell.kind == Cell::pointer && cell.begin == offset && cell.content.kind == Region::memory;
}

/// Whether an access has alias metadata. Code generation may believe it for guest memory only.
static bool saysWhatAliases(const Instruction &at) {
  return at.hasMetadataOtherThanDebugLoc() &&
         (at.hasMetadata(LLVMContext::MD_tbaa) || at.hasMetadata(LLVMContext::MD_alias_scope) ||
          at.hasMetadata(LLVMContext::MD_noalias));
}

const char *Accesses::proveRegion(const Pointer &pointer, const Place &place, const Access &access) {
  const Region &region = pointer.region;
  const swasm_isolation_description &description = instance.description;
  if (access.writes && !storesNoPointer(access) && region.kind != Region::table && region.kind != Region::instance &&
      region.kind != Region::globalCell && region.kind != Region::slots && region.kind != Region::hostSlots &&
      region.kind != Region::reference && region.kind != Region::stack)
    return "a store of a host address";
  if (region.kind != Region::memory && saysWhatAliases(access.at))
    return "metadata about memory that is not the guest's";
  if (access.at.hasMetadata(LLVMContext::MD_invariant_load) && !isMemoryBase(pointer))
    return "metadata by which something never changes";
  switch (region.kind) {
  case Region::memory: return proveMemory(pointer, place, access);
  case Region::table: return proveTable(pointer, place, access);
  case Region::instance:
  case Region::memoryStruct:
  case Region::tableStruct:
  case Region::globalCell: return proveCells(pointer, access);
  case Region::reference: return proveReference(pointer, access);
  case Region::otherInstance:
    return access.writes || access.length != LinearForm::ofConstant(8) ||
                   pointer.offset != LinearForm::ofConstant(int64_t(description.layout.head_slots))
               ? "an access to another instance"
               : nullptr;
  case Region::slots: {
    const char *reason = proveSlot(pointer, access, instance.hasReferenceSlots());
    return reason ? reason : proveWithin(pointer, uint64_t(region.index) * description.abi.value_stride, place, access);
  }
  case Region::hostSlots: {
    const char *reason = proveSlot(pointer, access, instance.hasReferences(description.types[region.index]));
    return reason ? reason : proveHostSlots(pointer, place, access);
  }
  case Region::stack: return proveWithin(pointer, region.bytes, place, access);
  case Region::counters: return proveWithin(pointer, region.bytes, place, access);
  case Region::constants:
    return access.writes ? "a store to a constant" : proveWithin(pointer, region.bytes, place, access);
  case Region::undefined: return "an address that is undef or poison";
  case Region::null: return endsAtNull(pointer, access) ? nullptr : "an address that is null";
  default: return "an address of unknown origin";
  }
}

/// Whether an access is sure to fault, because the first page is never mapped. A literal null does not count:
/// code generation may believe that such an access never runs, and leave out the access and what follows.
bool Accesses::endsAtNull(const Pointer &pointer, const Access &access) const {
  auto *phi = dyn_cast_or_null<PHINode>(pointer.root);
  bool isHidden = phi ? any_of(phi->incoming_values(), [](const Use &use) { return !isa<Constant>(use); })
                      : pointer.root && isa<LoadInst>(pointer.root);
  int64_t most = Region::nullBytes;
  return isHidden && pointer.offset.isConstant() && access.length.isConstant() && pointer.offset.constant >= 0 &&
         access.length.constant >= 0 && pointer.offset.constant <= most &&
         access.length.constant <= most - pointer.offset.constant;
}

bool Accesses::storesNoPointer(const Access &access) const {
  return !access.type || !access.type->getScalarType()->isPointerTy() ||
         (access.stored && isa<Constant>(access.stored) && cast<Constant>(access.stored)->isNullValue());
}

// MARK: Guest memory and tables

const char *Accesses::proveMemory(const Pointer &pointer, const Place &place, const Access &access) {
  const swasm_isolation_abi &abi = instance.description.abi;
  if (access.type && access.type->getScalarType()->isPointerTy())
    return "a host address in guest memory";
  LinearForm end;
  if (!pointer.offset.addExactly(access.length, 1, end))
    return "an access whose end is not a number";
  Interval reserved = {-Wide(abi.guard_before_bytes), Wide(abi.guard_span_bytes)};
  if (instance.description.memories[pointer.region.index].guarded) {
    if (values.roughRange(pointer.offset).low >= reserved.low && values.roughRange(end).high <= reserved.high)
      return nullptr;
    values.facts();
    if (values.range(pointer.offset, place).low >= reserved.low && values.range(end, place).high <= reserved.high)
      return nullptr;
    // Uses the sum of several numbers, as in a loop that continues where another one stopped.
    LinearForm below, above;
    if (pointer.offset.addExactly(LinearForm::ofConstant(int64_t(-reserved.low)), 1, below) &&
        end.addExactly(LinearForm::ofConstant(int64_t(reserved.high)), -1, above) &&
        values.facts().provesNonNegative(below, place) && values.facts().provesNonPositive(above, place))
      return nullptr;
  }
  // Callers prove bytes behind a pointer only in memories without guard pages.
  bool isGuarded = instance.description.memories[pointer.region.index].guarded;
  if (isBelowSize(pointer, place, end, 1) || (!isGuarded && isBehindArgument(pointer, access)))
    return nullptr;
  return "an access that may lie outside guest memory";
}

/// Whether the caller that passed the pointer has proven these bytes.
bool Accesses::isBehindArgument(const Pointer &pointer, const Access &access) {
  auto *argument = dyn_cast_or_null<Argument>(pointer.root);
  if (!argument || !access.length.isConstant())
    return false;
  LinearForm distance = pointer.offset.plus(provenance.resolve(argument).offset, -1);
  uint64_t bytes = provenance.contractsOf().bytesBehind(*argument);
  return distance.isConstant() && distance.constant >= 0 && access.length.constant >= 0 &&
         uint64_t(distance.constant) <= bytes && uint64_t(access.length.constant) <= bytes - uint64_t(distance.constant);
}

/// Whether 0 <= offset, and end <= scale * b for a value b that was read from the region's size before.
bool Accesses::isBelowSize(const Pointer &pointer, const Place &place, const LinearForm &end, int64_t scale) {
  Facts &facts = values.facts();
  if (!facts.provesNonNegative(pointer.offset, place, mostSteps))
    return false;
  bool isQuick = mostSteps == 1;
  SmallVector<AtomID, 8> tried;
  auto isBelow = [&](AtomID size) {
    if (is_contained(tried, size) || tried.size() > (isQuick ? 4 : 32))
      return false;
    const Atom atom = values.atom(size);
    if (atom.kind != Atom::value)
      return false;
    std::optional<int64_t> less = 0;
    if (!provenance.isSizeOf(pointer.region.kind, pointer.region.index, atom.node))
      less = lessThanSizes(pointer.region, atom.node);
    if (!less)
      return false;
    tried.push_back(size);
    LinearForm above, most = LinearForm::ofAtom(size).plus(*less);
    return end.addExactly(most, -scale, above) &&
           (isQuick ? facts.provesNonPositive(above, place, mostSteps) : facts.provesByCases(above, place));
  };
  for (const Term &term : end.terms) {
    SmallVector<AtomID, 16> near;
    facts.forAtom(term.atom, place, [&](const Fact &fact) {
      for (const Term &other : fact.form.terms)
        if (other.atom != term.atom)
          near.push_back(other.atom);
      return near.size() < (isQuick ? 8 : 64);
    });
    if (any_of(near, isBelow))
      return true;
  }
  if (isQuick)
    return false;
  const Wide least = provenance.contractsOf().leastSize(pointer.region.kind, pointer.region.index,
                                                        *provenance.functionOf());
  if (least > 0 && values.range(end, place).high <= product(least, scale))
    return true;
  return isBelowSizeBefore(place.block, isBelow) || (place.from && isBelowSizeBefore(place.from, isBelow));
}

/// A lower bound for (size - phi), where `value` is the phi. There is none unless every value that enters the
/// phi's web is a size minus a constant. Sizes never shrink, so it does not matter when that size was read.
std::optional<int64_t> Accesses::lessThanSizes(const Region &region, const Value *value) {
  auto *first = dyn_cast<PHINode>(value);
  if (!first || !first->getType()->isIntegerTy(64))
    return std::nullopt;
  Facts &facts = values.facts();
  int64_t least = 1 << 20;
  unsigned looked = 0;
  SmallPtrSet<const Value *, 8> seen = {first};
  SmallVector<const PHINode *, 8> open = {first};
  while (!open.empty()) {
    const PHINode *phi = open.pop_back_val();
    for (unsigned i = 0; i < phi->getNumIncomingValues(); i++) {
      const Value *each = phi->getIncomingValue(i);
      if (++looked > 64 || !values.spend())
        return std::nullopt;
      if (auto *inner = dyn_cast<PHINode>(each)) {
        if (seen.insert(inner).second)
          open.push_back(inner);
        continue;
      }
      LinearForm sum = values.form(each);
      if (sum.isUndefined || sum.terms.size() != 1 || sum.terms[0].coefficient != 1 || sum.constant > 0 ||
          sum.constant < -(1 << 20) || values.atom(sum.terms[0].atom).kind != Atom::value ||
          !provenance.isSizeOf(region.kind, region.index, values.atom(sum.terms[0].atom).node) ||
          !facts.provesNonNegative(sum, Place::atEdge(phi->getIncomingBlock(i), phi->getParent())))
        return std::nullopt;
      least = std::min(least, -sum.constant);
    }
  }
  return least;
}

/// Tries the sizes that were read before, the latest first: in a block, and then back through the blocks that
/// dominate it.
bool Accesses::isBelowSizeBefore(const BasicBlock *block, function_ref<bool(AtomID)> isBelow) {
  unsigned looked = 0;
  for (auto *node = values.dominators().getNode(block); node && looked < 512; node = node->getIDom(), looked++) {
    // Iterate over a copy, because proofs make new atoms.
    SmallVector<AtomID, 4> sizes(provenance.sizeAtoms(node->getBlock()));
    for (AtomID size : reverse(sizes)) {
      if (++looked > 512 || !values.spend())
        return false;
      if (isBelow(size))
        return true;
    }
  }
  return false;
}

const char *Accesses::proveTable(const Pointer &pointer, const Place &place, const Access &access) {
  if (!access.type || !access.type->getScalarType()->isPointerTy())
    return "an access to a table as something other than references";
  if (values.divisor(pointer.offset) % 8 != 0)
    return "an access to a part of a table's element";
  Region element = Region::referenceTo(instance.description.tables[pointer.region.index].element);
  if (access.writes && !storesFit(access, element))
    return "a store of a value that does not fit the table";
  LinearForm end;
  if (pointer.offset.addExactly(access.length, 1, end) && isBelowSize(pointer, place, end, 8))
    return nullptr;
  return "an access that may lie outside a table";
}

bool Accesses::storesFit(const Access &access, const Region &wanted) {
  if (!access.stored || !access.type)
    return false;
  if (storesNoPointer(access) && access.type->getScalarType()->isPointerTy())
    return true;
  if (access.type->isPointerTy())
    return instance.fits(provenance.whole(access.stored), wanted);
  auto *vector = dyn_cast<FixedVectorType>(access.type);
  if (!vector || !vector->getElementType()->isPointerTy())
    return false;
  for (unsigned lane = 0; lane < vector->getNumElements(); lane++)
    if (!instance.fits(provenance.whole(access.stored, lane), wanted))
      return false;
  return true;
}

// MARK: The instance and what it refers to

const char *Accesses::proveCells(const Pointer &pointer, const Access &access) {
  if (!pointer.offset.isConstant() || !access.length.isConstant())
    return "an access to an instance at a place that is not constant";
  if (pointer.offset.constant < 0 || access.length.constant < 0 ||
      access.length.constant > int64_t(instance.description.layout.bytes))
    return "an access outside an instance";
  uint64_t begin = uint64_t(pointer.offset.constant), end = begin + uint64_t(access.length.constant);
  bool isPointer = access.type && access.type->getScalarType()->isPointerTy();
  if (Slots::isSlot(instance, pointer.region, pointer.offset))
    if (const char *reason = proveSlot(pointer, access, instance.hasReferenceSlots()))
      return reason;
  bool isZero = access.stored && isa<Constant>(access.stored) && cast<Constant>(access.stored)->isNullValue();
  for (uint64_t at = begin; at < end;) {
    Cell cell = instance.cellAt(pointer.region, at);
    if (cell.kind == Cell::none || at < cell.begin || at >= cell.end)
      return "an access to a part of an instance that is not the guest's";
    if (access.writes && !cell.isWritable)
      return "a store to a part of an instance that is not for the guest to write";
    if (cell.kind == Cell::pointer) {
      if (cell.begin != at && at == begin)
        return "an access to a part of a reference";
      if (access.reads && (!isPointer || at + 8 > end || (at - begin) % 8 != 0))
        return "a read of a reference as bits";
      if (access.writes && !(isZero && at + 8 <= end)) {
        if (!isPointer || at + 8 > end || (at - begin) % 8 != 0)
          return "a store of bits to a reference";
        bool isLane = access.type->isVectorTy();
        bool fits = isLane ? instance.fits(provenance.whole(access.stored, unsigned((at - begin) / 8)), cell.content)
                           : instance.fits(provenance.whole(access.stored), cell.content);
        if (!fits)
          return "a store of a value that does not fit the reference";
      }
    } else if (isPointer && !(access.writes && isZero)) {
      bool isSlot = pointer.region.kind == Region::instance && at >= instance.description.layout.slots;
      if (!isSlot)
        return "an access to a number as an address";
      if (access.writes && !provenance.whole(access.stored).isReference())
        return "a store of a host address";
    }
    at = std::max(cell.end, at + 1);
  }
  return nullptr;
}

const char *Accesses::proveReference(const Pointer &pointer, const Access &access) {
  const swasm_isolation_abi &abi = instance.description.abi;
  if (!pointer.offset.isConstant() || !access.length.isConstant() || pointer.offset.constant < 0 ||
      access.length.constant < 0 || access.length.constant > 4096 || pointer.offset.constant > (1 << 20))
    return "an access to a reference at a place that is not constant";
  uint64_t begin = uint64_t(pointer.offset.constant), end = begin + uint64_t(access.length.constant);
  if (pointer.region.index == SWASM_ISOLATION_EXTERN)
    return "an access to what an external reference points to";
  if (pointer.region.index == SWASM_ISOLATION_EXCEPTION)
    return proveException(pointer, access, begin, end);
  if (access.writes)
    return "a store to a function reference";
  bool isPointer = access.type && access.type->isPointerTy();
  auto isField = [&](uint64_t field, uint64_t bytes) { return begin == field && end == field + bytes; };
  if (isPointer && (isField(abi.funcref_code, 8) || isField(abi.funcref_instance, 8)))
    return nullptr;
  if (!isPointer && (isField(abi.funcref_type_id, 4) || isField(abi.funcref_function_index, 4)))
    return nullptr;
  return "a read of a function reference that is not of a field";
}

const char *Accesses::proveException(const Pointer &pointer, const Access &access, uint64_t begin, uint64_t end) {
  const swasm_isolation_abi &abi = instance.description.abi;
  bool isPointer = access.type && access.type->getScalarType()->isPointerTy();
  if (begin == abi.exception_tag && end == begin + 8)
    return access.writes || !isPointer ? "a store to an exception's tag, or a read of its bits" : nullptr;
  bool isCaptured = begin == abi.exception_captured, isEscaped = begin == abi.exception_escaped;
  // An access may also cover both flags at once.
  if ((isCaptured || isEscaped) && (end == begin + 1 || (isCaptured && end == begin + 2 && abi.exception_escaped == end - 1))) {
    auto *stored = dyn_cast_or_null<ConstantInt>(access.stored);
    bool isMark = stored && stored->getValue().getBitWidth() % 8 == 0;
    for (unsigned bit = 0; isMark && bit < stored->getValue().getBitWidth(); bit += 8)
      isMark = stored->getValue().extractBitsAsZExtValue(8, bit) != 0;
    return access.writes && (access.reads || !isMark) ? "an exception's mark is taken away" : nullptr;
  }
  if (begin < abi.exception_values)
    return "an access to the head of an exception";
  std::optional<uint32_t> tag = provenance.tagOf(pointer.root, Place{access.at.getParent()});
  if (!tag)
    return "an access to values of an exception whose tag is not known";
  if (mayBeFreed(provenance, pointer.root, access.at))
    return "an access to values of an exception that may be free";
  const swasm_isolation_type &type = instance.description.types[instance.description.tags[*tag]];
  if (end > abi.exception_values + type.parameter_count * abi.value_stride)
    return "an access behind the values of an exception";
  const uint64_t stride = abi.value_stride;
  bool isWhole = isPointer && access.type->isPointerTy() && (begin - abi.exception_values) % stride == 0;
  for (uint64_t position = (begin - abi.exception_values) / stride; abi.exception_values + position * stride < end;
       position++) {
    bool isReference = type.parameters[position] != SWASM_ISOLATION_NUMBER;
    if (isReference != isPointer)
      return "an access to an exception's value as something else";
    if (isReference && !isWhole)
      return "an access to a part of an exception's reference";
    if (isReference && access.writes &&
        !instance.fits(provenance.whole(access.stored), Region::referenceTo(type.parameters[position])))
      return "a store of a value that does not fit the exception";
  }
  return nullptr;
}

/// Checks the value that is stored to a slot, and that no address is read from a slot as a number.
const char *Accesses::proveSlot(const Pointer &pointer, const Access &access, bool hasReferences) {
  bool isPointer = access.type && access.type->getScalarType()->isPointerTy();
  if (access.writes && !storesNoPointer(access) &&
      (!hasReferences || access.type->isVectorTy() || !provenance.whole(access.stored).isReference()))
    return "a store of a host address";
  if (!access.reads || isPointer || !hasReferences)
    return nullptr;
  bool isKnown = access.length.isConstant() && access.length.constant > 0 && pointer.offset.isConstant() &&
                 Slots(provenance).areNumbers(pointer, uint64_t(access.length.constant), access.at);
  return isKnown ? nullptr : "a read of a slot that may hold a reference";
}

/// The host reads the results from its slots, so the stored values must have the results' types.
const char *Accesses::proveHostSlots(const Pointer &pointer, const Place &place, const Access &access) {
  const swasm_isolation_type &type = instance.description.types[pointer.region.index];
  uint64_t stride = instance.description.abi.value_stride;
  uint64_t count = std::max(type.parameter_count, type.result_count);
  const char *reason = proveWithin(pointer, count * stride, place, access);
  if (reason || !access.writes)
    return reason;
  bool hasReferences = std::any_of(type.results, type.results + type.result_count,
                                   [](swasm_isolation_value value) { return value != SWASM_ISOLATION_NUMBER; });
  if (!hasReferences)
    return storesNoPointer(access) ? nullptr : "a store of a host address";
  if (!pointer.offset.isConstant() || !access.length.isConstant())
    return "a store to a host's slots at a place that is not constant";
  uint64_t begin = uint64_t(pointer.offset.constant), end = begin + uint64_t(access.length.constant);
  for (uint64_t at = begin / stride; at * stride < end && at < type.result_count; at++) {
    bool isReference = type.results[at] != SWASM_ISOLATION_NUMBER;
    bool isAlone = begin == at * stride && end <= begin + stride;
    if (isReference ? !isAlone || !access.type || !access.type->isPointerTy() ||
                          !storesFit(access, Region::referenceTo(type.results[at]))
                    : !storesNoPointer(access))
      return "a store of a value that does not fit the host's slot";
  }
  return nullptr;
}

const char *Accesses::proveWithin(const Pointer &pointer, uint64_t bytes, const Place &place, const Access &access) {
  LinearForm end;
  if (!pointer.offset.addExactly(access.length, 1, end))
    return "an access whose end is not a number";
  bool isPointer = access.type && access.type->getScalarType()->isPointerTy();
  if (access.writes && isPointer && pointer.region.kind != Region::stack && !access.type->isVectorTy() &&
      !provenance.whole(access.stored).isReference())
    return "a store of a host address";
  if (isPointer && pointer.region.kind == Region::stack && !pointer.region.base)
    return "an address in a slot of the caller";
  if (access.writes && isPointer && access.type->isVectorTy() && !storesNoPointer(access))
    return "a store of host addresses";
  if (pointer.offset.isConstant() && end.isConstant())
    return pointer.offset.constant >= 0 && end.constant >= 0 && uint64_t(end.constant) <= bytes
               ? nullptr
               : "an access outside its object";
  values.facts();
  if (values.range(pointer.offset, place).low >= 0 && values.range(end, place).high <= Wide(bytes))
    return nullptr;
  return "an access that may lie outside its object";
}

} // namespace isolation
