// The regions of references that depend on themselves in loops. Also the type of a reference's function (from
// its static type, or from a comparison), and the tag of an exception (from a comparison, or from the call
// that made it).
//
// A loop may call a reference and go on with the reference that it returns, or with one from an exception.
// The region of the new reference depends on the type of the called one, not on where that came from. So each
// member of a web of references has an assumption: at first "nothing at all", then the regions found so far,
// until nothing changes. In the end each member's assumption covers all references that come together in it,
// if the assumptions of the other members hold. So by induction they hold at every step of an execution.
// Assumptions are about references only, and no number depends on a reference.
//
// A reference's type id and an exception's tag never change. So a dominating comparison of a value that was
// loaded from a field of an SSA value tells about that SSA value, and about the code that is loaded from it.
#include "Contracts.h"
#include "Exceptions.h"
#include "Provenance.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace isolation {

/// Calls `use` with each load of `width` bits (0: a pointer) from `offset` of what `pointer` points to, until
/// it returns true.
template <typename Use> static bool anyLoad(const Value *pointer, uint64_t offset, const DataLayout &layout, Use use) {
  unsigned looked = 0;
  auto each = [&](const User *user) {
    auto *load = dyn_cast<LoadInst>(user);
    return load && use(*load);
  };
  for (const User *user : pointer->users()) {
    if (++looked > 128)
      return false;
    if (offset == 0 && each(user))
      return true;
    auto *address = dyn_cast<GetElementPtrInst>(user);
    APInt distance(64, 0);
    if (!address || address->getPointerOperand() != pointer || !address->accumulateConstantOffset(layout, distance) ||
        distance != offset)
      continue;
    for (const User *next : address->users())
      if (++looked <= 256 && each(next))
        return true;
  }
  return false;
}

// MARK: Webs

/// The assumption about a member. If there is none yet, returns its region if it needs no assumption, and
/// otherwise makes an assumption.
Pointer Provenance::ofMember(const Instruction &choice, unsigned lane) {
  Key key = keyOf(choice, lane);
  if (auto found = web->assumed.find(key); found != web->assumed.end())
    return {found->second, {}, &choice, lane};
  Pointer result = apart([&] { return resolve(&choice, lane); });
  if (result.region && result.region != Region::ofNothing())
    return result;
  web->members.push_back(key);
  web->assumed[key] = Region::ofNothing();
  return {Region::ofNothing(), {}, &choice, lane};
}

/// Extends the assumption about a member by all values that come together there; false if nothing is new.
bool Provenance::grow(Key member, bool &isProven) {
  Region before = web->assumed[member], now = before;
  auto alternatives = comingTogether(*cast<Instruction>(member.first));
  isProven &= !alternatives.empty();
  for (const Alternative &each : alternatives) {
    Region region = whole(each.value, isa<AllocaInst>(member.first) ? 0 : member.second);
    // A region that is not known now may be known when more is assumed.
    isProven &= region.isReference();
    if (region && region != Region::ofNothing())
      now = now == Region::ofNothing() ? region : join(now, region);
  }
  isProven &= now.isReference();
  web->assumed[member] = now;
  return now != before;
}

/// The region of a choice of references that may depend on itself; none if it is not proven.
Region Provenance::ofReferences(const Instruction &choice, unsigned lane) {
  if (!choice.getType()->isPointerTy())
    return {};
  web = std::make_unique<Web>();
  Key key = keyOf(choice, lane);
  web->members.push_back(key);
  web->assumed[key] = Region::ofNothing();
  bool isProven = true, grows = true;
  for (unsigned rounds = 0; grows && rounds < 64 && values.spend(); rounds++) {
    isProven = true;
    grows = false;
    web->following.clear();
    // The last round, in which nothing grows, is the proof.
    for (size_t i = 0; i < web->members.size(); i++)
      grows |= grow(web->members[i], isProven);
  }
  std::unique_ptr<Web> found = std::move(web);
  if (!isProven || grows || found->assumed[key] == Region::ofNothing())
    return {};
  for (const Key &member : found->members)
    known[member] = {found->assumed[member], {}, member.first, member.second};
  return found->assumed[key];
}

// MARK: Functions

std::optional<uint32_t> Provenance::typeOf(const Value *reference, const Place &place, unsigned depth) {
  // Here it is not known which lane of a vector is meant.
  if (depth > 4 || !values.spend() || reference->getType()->isVectorTy())
    return std::nullopt;
  Pointer found = resolve(reference);
  // The fields are found by their distance from the beginning of a reference.
  if (found.offset != LinearForm() && !asReference(found))
    return std::nullopt;
  if (found.offset == LinearForm() && found.region.kind == Region::reference &&
      found.region.index >= SWASM_ISOLATION_TYPED)
    return instance.canonical(found.region.index - SWASM_ISOLATION_TYPED);
  if (std::optional<uint32_t> type = comparedType(reference, place))
    return type;
  std::optional<uint32_t> result;
  if (auto *phi = dyn_cast<PHINode>(reference); phi && values.comesRound(*phi->getParent()))
    return result;
  for (const Alternative &each : alternativesOf(reference, place, values)) {
    std::optional<uint32_t> type = typeOf(each.value, each.place, depth + 1);
    if (!type || (result && *result != *type))
      return std::nullopt;
    result = type;
  }
  return result;
}

std::optional<uint32_t> Provenance::comparedType(const Value *reference, const Place &place) {
  std::optional<uint32_t> result;
  anyLoad(reference, instance.description.abi.funcref_type_id, function.getParent()->getDataLayout(),
          [&](const LoadInst &load) {
            if (load.getType()->isIntegerTy(32))
              result = typeOfID(&load, place);
            return bool(result);
          });
  return result;
}

std::optional<uint32_t> Provenance::typeOfID(const Value *id, const Place &place) {
  const swasm_isolation_description &description = instance.description;
  values.facts();
  LinearForm word = values.form(id);
  if (!word.isAtom())
    return std::nullopt;
  if (description.static_instance) {
    Interval range = values.range(word, place);
    if (!range.isPoint() || range.low >= description.id_count)
      return std::nullopt;
    uint32_t type = description.type_of_id[uint64_t(range.low)];
    return type == UINT32_MAX ? std::nullopt : std::optional(instance.canonical(type));
  }
  // Looks for a fact that the id equals the instance's id of a type.
  std::optional<uint32_t> result;
  values.facts().forAtom(word.terms[0].atom, place, [&](const Fact &fact) {
    if (fact.kind != Fact::zero || fact.form.terms.size() != 2 || fact.form.constant != 0 ||
        fact.form.terms[0].coefficient + fact.form.terms[1].coefficient != 0 ||
        (fact.form.terms[0].coefficient != 1 && fact.form.terms[0].coefficient != -1))
      return true;
    AtomID other = fact.form.terms[fact.form.terms[0].atom == word.terms[0].atom].atom;
    auto *load = dyn_cast<LoadInst>(values.atom(other).node);
    if (!load || values.atom(other).kind != Atom::value || !load->getType()->isIntegerTy(32))
      return true;
    Pointer location = resolve(load->getPointerOperand());
    const swasm_isolation_layout &layout = description.layout;
    uint64_t offset = uint64_t(location.offset.constant);
    if (location.region.kind != Region::instance || !location.offset.isConstant() || offset < layout.type_ids ||
        (offset - layout.type_ids) % 4 != 0)
      return true;
    uint64_t position = (offset - layout.type_ids) / 4;
    if (position < layout.type_id_count && position < description.type_count)
      result = instance.canonical(uint32_t(position));
    return !result;
  });
  return result;
}

// MARK: Exceptions

std::optional<uint32_t> Provenance::tagOf(const Value *exception, const Place &place, unsigned depth) {
  if (depth > 4 || !values.spend() || exception->getType()->isVectorTy())
    return std::nullopt;
  // Looks for a comparison first. If the exception has another tag, the code behind the comparison never
  // runs.
  if (std::optional<uint32_t> tag = comparedTag(exception, place))
    return tag;
  if (auto *call = dyn_cast<CallBase>(exception))
    if (std::optional<uint32_t> tag = tagOfNew(*call))
      return tag;
  std::optional<uint32_t> result;
  if (auto *phi = dyn_cast<PHINode>(exception); phi && values.comesRound(*phi->getParent()))
    return result;
  for (const Alternative &each : alternativesOf(exception, place, values)) {
    std::optional<uint32_t> tag = tagOf(each.value, each.place, depth + 1);
    if (!tag || (result && *result != *tag))
      return std::nullopt;
    result = tag;
  }
  return result;
}

/// The tag that a call of swasm_exception_new names.
std::optional<uint32_t> Provenance::tagOfNew(const CallBase &call) {
  if (!isCallOf(call, "swasm_exception_new") || call.arg_size() != 3)
    return std::nullopt;
  auto *tag = dyn_cast<ConstantInt>(call.getArgOperand(1));
  const swasm_isolation_instance *thrower = instanceOf(call.getArgOperand(0));
  if (!tag || !thrower || !tag->getValue().ult(thrower->tag_count))
    return std::nullopt;
  return thrower->first_tag + uint32_t(tag->getZExtValue());
}

/// The tag whose identity `value` is; nullopt if it is no tag's identity.
static std::optional<uint32_t> tagIdentity(Provenance &provenance, const Value *value) {
  const swasm_isolation_description &description = provenance.instance.description;
  Pointer found = provenance.resolve(value);
  if (!found.offset.isConstant())
    return std::nullopt;
  uint64_t offset = uint64_t(found.offset.constant);
  if (description.static_instance && found.region.kind == Region::instance)
    return provenance.instance.tagAt(offset);
  if (found.region.kind == Region::tag && found.region.index < description.tag_count && offset == 0)
    return found.region.index;
  return std::nullopt;
}

std::optional<uint32_t> Provenance::comparedTag(const Value *exception, const Place &place) {
  const DomTreeNode *node = values.dominators().getNode(place.from ? place.from : place.block);
  uint64_t field = instance.description.abi.exception_tag;
  auto isTagOf = [&](const Value *value) {
    auto *load = dyn_cast<LoadInst>(value);
    if (!load || !load->getType()->isPointerTy())
      return false;
    Pointer location = resolve(load->getPointerOperand());
    return location.root == exception && location.offset == LinearForm::ofConstant(int64_t(field));
  };
  for (unsigned steps = 0; node && steps < 512 && values.spend(); steps++, node = node->getIDom()) {
    const BasicBlock *block = node->getBlock();
    const BasicBlock *before = block->getSinglePredecessor();
    auto *branch = before ? dyn_cast<BranchInst>(before->getTerminator()) : nullptr;
    if (!branch || !branch->isConditional() || branch->getSuccessor(0) == branch->getSuccessor(1))
      continue;
    SmallVector<Literal, 4> literals;
    literalsOf(branch->getCondition(), branch->getSuccessor(0) == block, literals);
    for (const Literal &literal : literals) {
      if (literal.predicate != CmpInst::ICMP_EQ || !literal.left->getType()->isPointerTy())
        continue;
      std::optional<uint32_t> left = tagIdentity(*this, literal.left), right = tagIdentity(*this, literal.right);
      if (right && isTagOf(literal.left))
        return right;
      if (left && isTagOf(literal.right))
        return left;
    }
  }
  return std::nullopt;
}

} // namespace isolation
