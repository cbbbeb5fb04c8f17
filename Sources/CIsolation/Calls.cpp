// Proofs of calls; the rules are in Calls.h.
#include "Calls.h"

#include "Exceptions.h"
#include "Slots.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace isolation {

namespace {

/// A function of the runtime that generated code calls. Its result and its arguments, by letter:
///   v  nothing                                i  32 bits
///   I  64 bits                                p  a pointer
///   n  the instance                           m  the structure of a memory
///   t  the structure of a table               r  a reference that fits the table
///   x  an exception                           a  an address of as many bytes as argument w says
///   w  4 or 8                                 z  an address of 4 bytes
///   c  the address of a constant
///   f  counters of a call site                d  the number of a data segment
///   e  the number of an element segment       g  a tag
///   q  the number of that tag's values
struct Builtin {
  const char *name, *returned, *shape;
};

constexpr Builtin builtins[] = {
    {"swasm_memory_grow", "I", "mI"},       {"swasm_table_grow", "I", "tIr"},
    {"swasm_memory_init", "i", "nmdIII"},   {"swasm_table_init", "i", "nteIII"},
    {"swasm_table_copy", "i", "ttIII"},     {"swasm_table_fill", "i", "tIrI"},
    {"swasm_memory_wait", "i", "aIwI"},     {"swasm_memory_notify", "i", "zi"},
    {"swasm_exception_new", "p", "ngq"},    {"swasm_throw", "v", "x"},
    {"swasm_exception_free", "v", "x"},     {"swasm_profile_target", "v", "fi"},
    {"swasm_unknown_import", "v", "ncc"},
};

/// The WASI calls. `shape` leaves out the instance, which every call gets first.
constexpr Builtin wasi[] = {
#define SWASM_WASI(name, prototype, parameters, result, words) {"swasm_wasi_" #name, "i", parameters},
#include "wasi_p1.def"
#undef SWASM_WASI
#define SWASM_WASI0(name, prototype, parameters, result, words) {"swasm_wasi0_" #name, "i", parameters},
#include "wasi_unstable.def"
#undef SWASM_WASI0
#define SWASM_NET(name, prototype, parameters, result, words) {"swasm_net_" #name, "i", parameters},
#include "swasm_net.def"
#undef SWASM_NET
};

bool hasType(Type *type, char letter) {
  switch (letter) {
  case 'v': return type->isVoidTy();
  case 'i':
  case 'd':
  case 'e':
  case 'g':
  case 'q':
  case 'w': return type->isIntegerTy(32);
  case 'I': return type->isIntegerTy(64);
  default: return type->isPointerTy();
  }
}

/// Whether a call has attributes by which it copies memory or passes more than its arguments.
bool hasStrangeAttributes(const CallBase &call) {
  for (unsigned i = 0; i < call.arg_size(); i++)
    for (Attribute::AttrKind kind : {Attribute::ByVal, Attribute::InAlloca, Attribute::Preallocated, Attribute::StructRet,
                                     Attribute::Nest, Attribute::ByRef})
      if (call.paramHasAttr(i, kind))
        return true;
  return false;
}

} // namespace

const char *Calls::check(const CallBase &call) {
  if (call.isInlineAsm())
    return "assembly";
  if (call.hasOperandBundles() || (hasStrangeAttributes(call) && !isa<IntrinsicInst>(call)))
    return "a call with attributes or bundles that pass more than its arguments";
  if (auto *intrinsic = dyn_cast<IntrinsicInst>(&call))
    return checkIntrinsic(*intrinsic);
  if (auto *callee = dyn_cast<Function>(call.getCalledOperand()))
    return checkDirect(call, *callee);
  return checkIndirect(call);
}

// MARK: Intrinsics

LinearForm Calls::lengthOf(const Value *length, const Instruction &at) {
  if (auto *constant = constantLane(length, 0))
    return constant->getValue().ule(INT64_MAX) ? LinearForm::ofConstant(int64_t(constant->getZExtValue()))
                                               : LinearForm::undefined();
  LinearForm form = values.extended(length, 0);
  Place place = {at.getParent()};
  if (form.isUndefined || values.roughRange(form).isWithin(Interval::unsignedOf(64)))
    return form;
  values.facts();
  return values.range(form, place).isWithin(Interval::unsignedOf(64)) ? form : values.opaque(length, 0);
}

const char *Calls::checkTransfer(const CallBase &call, const Value *to, const Value *from, const Value *length) {
  LinearForm bytes = lengthOf(length, call), word = values.wordForm(length);
  const char *reason = checkTransfer(call, to, from, bytes);
  // The comparison may have used the length as one word, and not its parts.
  return reason && word != bytes && !checkTransfer(call, to, from, word) ? nullptr : reason;
}

const char *Calls::checkTransfer(const CallBase &call, const Value *to, const Value *from, const LinearForm &length) {
  Access access(call);
  access.length = length;
  if (from) {
    access.reads = true;
    if (const char *reason = accesses.check(from, 0, access))
      return reason;
    access.reads = false;
  }
  access.writes = true;
  if (auto *set = dyn_cast<MemSetInst>(&call))
    access.stored = set->getValue();
  return to ? accesses.check(to, 0, access) : nullptr;
}

const char *Calls::checkMasked(const IntrinsicInst &call, unsigned pointer, Type *type, bool writes) {
  Access access(call);
  access.type = type;
  access.reads = !writes;
  access.writes = writes;
  TypeSize size = call.getModule()->getDataLayout().getTypeStoreSize(type);
  bool isOdd = type->getScalarSizeInBits() % 8 != 0;
  if (size.isScalable() || isOdd || type->getScalarType()->isPointerTy())
    return "a masked access of a type that is not expected";
  access.length = LinearForm::ofConstant(int64_t(size.getFixedValue()));
  return accesses.check(call.getArgOperand(pointer), 0, access);
}

const char *Calls::checkLanes(const IntrinsicInst &call, unsigned pointer, Type *type, bool writes) {
  auto *vector = dyn_cast<FixedVectorType>(type);
  if (!vector || vector->getElementType()->isPointerTy() || vector->getScalarSizeInBits() % 8 != 0)
    return "a gather or scatter of a type that is not expected";
  Access access(call);
  access.type = vector->getElementType();
  access.reads = !writes;
  access.writes = writes;
  uint64_t size = call.getModule()->getDataLayout().getTypeStoreSize(vector->getElementType()).getFixedValue();
  access.length = LinearForm::ofConstant(int64_t(size));
  for (unsigned lane = 0; lane < vector->getNumElements(); lane++)
    if (const char *reason = accesses.check(call.getArgOperand(pointer), lane, access))
      return reason;
  return nullptr;
}

const char *Calls::checkIntrinsic(const IntrinsicInst &call) {
  // Lanes beyond the length of such an intrinsic are undefined.
  if (isa<VPIntrinsic>(call))
    return "an intrinsic that is not known";
  switch (call.getIntrinsicID()) {
  case Intrinsic::memcpy:
  case Intrinsic::memcpy_inline:
  case Intrinsic::memmove:
    return checkTransfer(call, call.getArgOperand(0), call.getArgOperand(1), call.getArgOperand(2));
  case Intrinsic::memset:
  case Intrinsic::memset_inline:
    return checkTransfer(call, call.getArgOperand(0), nullptr, call.getArgOperand(2));
  case Intrinsic::masked_load: return checkMasked(call, 0, call.getType(), false);
  case Intrinsic::masked_store: return checkMasked(call, 1, call.getArgOperand(0)->getType(), true);
  case Intrinsic::masked_expandload: return checkMasked(call, 0, call.getType(), false);
  case Intrinsic::masked_compressstore: return checkMasked(call, 1, call.getArgOperand(0)->getType(), true);
  case Intrinsic::masked_gather: return checkLanes(call, 0, call.getType(), false);
  case Intrinsic::masked_scatter: return checkLanes(call, 1, call.getArgOperand(0)->getType(), true);
  case Intrinsic::trap:
  case Intrinsic::ubsantrap:
  case Intrinsic::debugtrap:
  case Intrinsic::lifetime_start:
  case Intrinsic::lifetime_end:
  case Intrinsic::assume:
  case Intrinsic::donothing:
  case Intrinsic::experimental_noalias_scope_decl:
  case Intrinsic::sideeffect:
  case Intrinsic::fake_use: return nullptr;
  // Divisions, whose divisor may be 0.
  case Intrinsic::sdiv_fix:
  case Intrinsic::sdiv_fix_sat:
  case Intrinsic::udiv_fix:
  case Intrinsic::udiv_fix_sat: return "an intrinsic that is not known";
  default: break;
  }
  AttributeList attributes = Intrinsic::getAttributes(call.getContext(), call.getIntrinsicID(),
                                                      call.getCalledFunction()->getFunctionType());
  bool hasPointers = any_of(call.args(), [](const Use &use) { return use->getType()->isPtrOrPtrVectorTy(); });
  return attributes.getMemoryEffects().doesNotAccessMemory() && !hasPointers ? nullptr
                                                                             : "an intrinsic that is not known";
}

// MARK: The runtime

std::optional<uint64_t> Calls::constantArgument(const CallBase &call, unsigned position) {
  auto *constant = dyn_cast<ConstantInt>(call.getArgOperand(position));
  return constant ? std::optional(constant->getZExtValue()) : std::nullopt;
}

/// The memory or table whose structure a pointer points to.
std::optional<uint32_t> Calls::structureAt(const Value *pointer, Region::Kind kind) {
  bool isMemory = kind == Region::memory;
  Pointer found = provenance.resolve(pointer);
  uint64_t first = isMemory ? instance.description.abi.memory_base : instance.description.abi.table_elements;
  if (!found.offset.isConstant() || found.offset.constant < 0)
    return std::nullopt;
  uint64_t at = uint64_t(found.offset.constant) + first;
  Cell cell = instance.cellAt(found.region, at);
  if (cell.kind != Cell::pointer || cell.begin != at || cell.content.kind != kind)
    return std::nullopt;
  return cell.content.index;
}

/// The tags that an argument may name in the instance that the call passes. LLVM may merge throws of two
/// tags.
std::optional<Interval> Calls::tagsAt(const CallBase &call, unsigned position) {
  Interval range = values.unsignedRange(call.getArgOperand(position), 0, Place{call.getParent()});
  const swasm_isolation_instance *owner = provenance.instanceOf(call.getArgOperand(0));
  if (!owner || range.high >= Wide(owner->tag_count))
    return std::nullopt;
  return Interval{range.low + owner->first_tag, range.high + owner->first_tag};
}

const char *Calls::checkArgument(const CallBase &call, unsigned position, char kind) {
  const Value *value = call.getArgOperand(position);
  const swasm_isolation_description &description = instance.description;
  auto elementOf = [&](unsigned table) {
    std::optional<uint32_t> index = structureAt(call.getArgOperand(table), Region::table);
    return index ? description.tables[*index].element : SWASM_ISOLATION_NUMBER;
  };
  unsigned table = kind == 'e' ? 1 : 0;
  switch (kind) {
  case 'n': return provenance.instanceOf(value) ? nullptr : "what is passed is not an instance";
  case 'm': return structureAt(value, Region::memory) ? nullptr : "what is passed is no memory";
  case 't': return structureAt(value, Region::table) ? nullptr : "what is passed is no table";
  case 'r':
    return instance.fits(provenance.whole(value), Region::referenceTo(elementOf(table)))
               ? nullptr
               : "what is passed is no reference of the table's type";
  case 'x':
    if (!instance.fits(provenance.whole(value), Region::referenceTo(SWASM_ISOLATION_EXCEPTION)))
      return "what is passed is no exception";
    return mayBeFreed(provenance, value, call) ? "what is passed is an exception that may be free" : nullptr;
  case 'a': {
    std::optional<uint64_t> bytes = constantArgument(call, 2);
    if (!bytes || (*bytes != 4 && *bytes != 8))
      return "a wait for a number of bytes that is not 4 or 8";
    return accesses.checkGuestAddress(value, *bytes, call);
  }
  case 'z': return accesses.checkGuestAddress(value, 4, call);
  case 'c': return provenance.whole(value).kind == Region::constants ? nullptr : "what is passed is no constant";
  case 'f': {
    Access access(call);
    access.writes = true;
    access.length = LinearForm::ofConstant(9 * 8);
    bool isCounter = provenance.resolve(value).region.kind == Region::counters;
    return isCounter ? accesses.check(value, 0, access) : "what is passed are no counters";
  }
  case 'd': {
    std::optional<uint64_t> number = constantArgument(call, position);
    const swasm_isolation_instance *owner = provenance.instanceOf(call.getArgOperand(0));
    return number && owner && *number < owner->data_count ? nullptr : "what is passed is no data segment's number";
  }
  case 'e': {
    std::optional<uint64_t> number = constantArgument(call, position);
    const swasm_isolation_instance *owner = provenance.instanceOf(call.getArgOperand(0));
    return number && owner && *number < owner->element_count &&
                   instance.fits(description.elements[owner->first_element + *number].value, elementOf(table))
               ? nullptr
               : "what is passed is no number of an element segment that fits the table";
  }
  case 'g': return tagsAt(call, position) ? nullptr : "what is passed is no tag's number";
  case 'q': {
    std::optional<Interval> tags = tagsAt(call, position - 1);
    std::optional<uint64_t> count = constantArgument(call, position);
    for (Wide tag = tags ? tags->low : 0; tags && tag <= tags->high; tag++)
      if (!count || *count != description.types[description.tags[uint64_t(tag)]].parameter_count)
        return "what is passed is not the number of the tag's values";
    return nullptr;
  }
  default: return nullptr;
  }
}

const char *Calls::checkBuiltin(const CallBase &call, StringRef returned, StringRef shape) {
  if (call.getCallingConv() != CallingConv::C || call.arg_size() != shape.size() ||
      !hasType(call.getType(), returned[0]))
    return "a call of the runtime with another type or convention";
  for (unsigned i = 0; i < shape.size(); i++) {
    if (!hasType(call.getArgOperand(i)->getType(), shape[i]))
      return "a call of the runtime with another type";
    if (const char *reason = checkArgument(call, i, shape[i]))
      return reason;
  }
  if (call.getCalledFunction()->getName() == "swasm_table_copy") {
    std::optional<uint32_t> to = structureAt(call.getArgOperand(0), Region::table);
    std::optional<uint32_t> from = structureAt(call.getArgOperand(1), Region::table);
    const swasm_isolation_table *tables = instance.description.tables;
    if (!to || !from || !instance.fits(tables[*from].element, tables[*to].element))
      return "a copy between tables of different types";
  }
  return nullptr;
}

/// Checks a library function that LLVM puts in place of a loop or a comparison.
const char *Calls::checkLibrary(const CallBase &call, const Function &callee) {
  StringRef name = callee.getName();
  if (call.getCallingConv() != CallingConv::C || call.arg_size() != 3 || !call.getArgOperand(2)->getType()->isIntegerTy(64))
    return "a call of a function that is not known";
  const Value *first = call.getArgOperand(0), *second = call.getArgOperand(1), *length = call.getArgOperand(2);
  if (name == "memcpy" || name == "memmove")
    return checkTransfer(call, first, second, length);
  if (name == "memset")
    return checkTransfer(call, first, nullptr, length);
  if (name != "memcmp" && name != "bcmp")
    return "a call of a function that is not known";
  if (const char *reason = checkTransfer(call, nullptr, first, length))
    return reason;
  return checkTransfer(call, nullptr, second, length);
}

// MARK: Functions of wasm

const char *Calls::checkDirect(const CallBase &call, const Function &callee) {
  if (call.getFunctionType() != callee.getFunctionType() || callee.isVarArg())
    return "a call with another type than its function has";
  if (callee.isDeclaration()) {
    for (const Builtin &builtin : builtins)
      if (callee.getName() == builtin.name)
        return checkBuiltin(call, builtin.returned, builtin.shape);
    for (const Builtin &builtin : wasi)
      if (callee.getName() == builtin.name)
        return checkBuiltin(call, builtin.returned, ("n" + StringRef(builtin.shape)).str());
  }
  const Contract &contract = contracts.of(callee);
  if (callee.isDeclaration() && contract.isGuessed)
    return checkLibrary(call, callee);
  if (call.getCallingConv() != callee.getCallingConv())
    return "a call with another convention than its function has";
  for (unsigned i = 0; i < call.arg_size(); i++) {
    const Value *given = call.getArgOperand(i);
    const Argument *argument = callee.isDeclaration() ? nullptr : callee.getArg(i);
    if (!given->getType()->isPtrOrPtrVectorTy() || (argument && argument->use_empty()))
      continue;
    Region wanted = contract.isGuessed ? contracts.parameterOf(*argument) : contract.parameters[i];
    // The contract says nothing about this argument, so the callee can do nothing with it.
    if (!wanted)
      continue;
    if (const char *reason = checkGiven(call, given, wanted, argument))
      return reason;
  }
  return checkSlots(call, contract, nullptr);
}

const char *Calls::checkGiven(const CallBase &call, const Value *given, const Region &wanted,
                              const Argument *argument) {
  Pointer found = provenance.resolve(given);
  if (Region reference = provenance.asReference(found); reference && found.region != reference) {
    found.region = reference;
    found.offset = LinearForm();
  }
  if (wanted.kind == Region::code) {
    found.region = codeOf(provenance, given, Place{call.getParent()});
    found.offset = LinearForm();
  }
  if (!instance.fits(found.region, wanted))
    return "an argument that is not what the function expects";
  if (found.region.kind == Region::stack && isa<CallInst>(call) && cast<CallInst>(call).isTailCall())
    return "a part of a frame that is gone when it is used";
  bool isCompared = wanted.kind == Region::memory && !instance.description.memories[wanted.index].guarded;
  if (uint64_t bytes = isCompared && argument ? contracts.bytesBehind(*argument) : 0)
    if (const char *reason = accesses.checkGuestAddress(given, bytes, call))
      return reason;
  Interval expected = argument ? contracts.offsetOf(*argument) : Interval::just(0);
  if (found.offset.isConstant() && expected == Interval::just(found.offset.constant))
    return nullptr;
  bool isWithin = !found.offset.isUndefined && values.range(found.offset, Place{call.getParent()}).isWithin(expected);
  return isWithin ? nullptr : "an argument that may point elsewhere than the function expects";
}

const char *Calls::checkIndirect(const CallBase &call) {
  // The address of the code would be read from null, so the call never happens.
  if (provenance.resolve(call.getCalledOperand()).region == Region::ofNothing())
    return nullptr;
  std::optional<Target> target = targetOf(provenance, call);
  if (!target)
    return "an indirect call whose target is not proven to have its type";
  if (call.getCallingConv() != instance.description.calling_convention)
    return "an indirect call with another convention";
  Contract contract = contracts.ofType(target->type);
  for (unsigned i = 0; i < call.arg_size(); i++) {
    const Value *given = call.getArgOperand(i);
    if (!given->getType()->isPtrOrPtrVectorTy())
      continue;
    Region found = provenance.whole(given), wanted = contract.parameters[i];
    if (wanted.kind == Region::instance && target->reference)
      wanted = {Region::otherInstance, 0, target->reference};
    if (!instance.fits(found, wanted))
      return "an argument that is not what the called type expects";
  }
  return checkSlots(call, contract, target->reference);
}

const char *Calls::checkSlots(const CallBase &call, const Contract &contract, const Value *reference) {
  return contract.type && instance.hasReferenceSlots() ? Slots(provenance).checkArguments(call, *contract.type, reference)
                                                       : nullptr;
}

} // namespace isolation
