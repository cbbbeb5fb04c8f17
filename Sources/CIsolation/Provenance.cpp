// Roots and offsets of pointers; the rules are in Provenance.h.
#include "Provenance.h"

#include "Contracts.h"
#include "Slots.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/GetElementPtrTypeIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace isolation {

Provenance::Provenance(const Function &function, const Instance &instance, Contracts &contracts, Budget &budget)
    : values(function, *this, budget), instance(instance), function(function), contracts(contracts) {}

SmallVector<Alternative, 4> alternativesOf(const Value *value, const Place &place, Values &values) {
  SmallVector<Alternative, 4> result;
  if (auto *select = dyn_cast_or_null<SelectInst>(value)) {
    bool isScalar = select->getCondition()->getType()->isIntegerTy(1);
    for (bool holds : {true, false}) {
      Place where = place;
      if (isScalar) {
        where.condition = select->getCondition();
        where.holds = holds;
      }
      result.push_back({holds ? select->getTrueValue() : select->getFalseValue(), where});
    }
  } else if (auto *phi = dyn_cast_or_null<PHINode>(value)) {
    // A handler of a large function has thousands of ways into it.
    unsigned count = phi->getNumIncomingValues();
    if (count > (1u << 16) || (count > 256 && !values.spend(count / 4)))
      return result;
    for (unsigned i = 0; i < count; i++) {
      Place where = place;
      where.from = phi->getIncomingBlock(i);
      where.to = phi->getParent();
      where.condition = nullptr;
      result.push_back({phi->getIncomingValue(i), where});
    }
  }
  return result;
}

bool Provenance::addIndices(const GEPOperator &address, unsigned lane, LinearForm &offset) {
  const DataLayout &layout = function.getParent()->getDataLayout();
  for (auto step = gep_type_begin(address), end = gep_type_end(address); step != end; ++step) {
    const Value *index = step.getOperand();
    unsigned indexLane = index->getType()->isVectorTy() ? lane : 0;
    if (StructType *structure = step.getStructTypeOrNull()) {
      auto *field = constantLane(index, indexLane);
      if (!field || field->getZExtValue() >= structure->getNumElements())
        return false;
      offset = offset.plus(int64_t(layout.getStructLayout(structure)->getElementOffset(field->getZExtValue())));
      continue;
    }
    TypeSize size = step.getSequentialElementStride(layout);
    if (size.isScalable())
      return false;
    offset = offset.plus(values.signedForm(index, indexLane), int64_t(size.getFixedValue()));
  }
  return true;
}

/// An integer that is turned into a pointer may be the sum of one pointer, taken once, and a number. Then
/// this returns the pointer, and adds the number to `offset`. Otherwise it returns null.
const Value *Provenance::pointerInInteger(const Value *value, unsigned lane, LinearForm &offset) {
  auto *cast = dyn_cast<IntToPtrInst>(value);
  if (!cast || Values::widthOf(*cast->getOperand(0)) != 64)
    return nullptr;
  LinearForm sum = values.form(cast->getOperand(0), lane);
  const Value *base = nullptr;
  AtomID pointer = 0;
  for (const Term &term : sum.terms) {
    const Atom &atom = values.atom(term.atom);
    auto *number = atom.kind == Atom::value && term.coefficient == 1 ? dyn_cast<PtrToIntInst>(atom.node) : nullptr;
    // It must have all bits: half of an address is a number like any other.
    if (!number || !number->getType()->isIntegerTy(64))
      continue;
    if (base)
      return nullptr;
    base = number->getPointerOperand();
    pointer = term.atom;
  }
  if (base && !sum.isUndefined)
    offset = offset.plus(sum.without(pointer));
  return sum.isUndefined ? nullptr : base;
}

namespace {

/// A lane of a vector; of another value, lane 0 is the value.
struct Lane {
  const Value *value;
  unsigned number;
};

} // namespace

/// Where an instruction that moves lanes takes this lane from; nullopt if that is not known.
static std::optional<Lane> movedLane(Lane lane) {
  if (auto *insert = dyn_cast<InsertElementInst>(lane.value)) {
    auto *index = dyn_cast<ConstantInt>(insert->getOperand(2));
    if (!index || index->getValue().uge(4096) || !hasLane(*insert, unsigned(index->getZExtValue())))
      return std::nullopt;
    return index->getValue() == lane.number ? Lane{insert->getOperand(1), 0} : Lane{insert->getOperand(0), lane.number};
  }
  if (auto *shuffle = dyn_cast<ShuffleVectorInst>(lane.value)) {
    auto *type = dyn_cast<FixedVectorType>(shuffle->getOperand(0)->getType());
    int source = type ? shuffle->getMaskValue(lane.number) : -1;
    if (source < 0)
      return std::nullopt;
    unsigned count = type->getNumElements();
    return Lane{shuffle->getOperand(unsigned(source) >= count), unsigned(source) % count};
  }
  auto *extract = cast<ExtractElementInst>(lane.value);
  auto *index = dyn_cast<ConstantInt>(extract->getIndexOperand());
  if (!index || index->getValue().uge(4096))
    return std::nullopt;
  return Lane{extract->getVectorOperand(), unsigned(index->getZExtValue())};
}

Pointer Provenance::resolve(const Value *pointer, unsigned lane, unsigned depth, Walk *walk) {
  Key key = {pointer, lane};
  if (auto found = known.find(key); found != known.end())
    return found->second;
  bool isAssuming = web && !isApart;
  if (isAssuming)
    if (auto found = web->following.find(key); found != web->following.end())
      return found->second;
  const Value *at = pointer;
  LinearForm offset;
  Nested nested(values.budgetOf());
  for (unsigned steps = 0;; steps++) {
    if (nested.isTooDeep() || steps > 256 || depth > Values::mostDepth || !values.spend() || !hasLane(*at, lane))
      return {};
    if (auto *address = dyn_cast<GEPOperator>(at)) {
      if (!addIndices(*address, lane, offset))
        return {};
      at = address->getPointerOperand();
      if (!at->getType()->isVectorTy())
        lane = 0;
    } else if (const Value *base = pointerInInteger(at, lane, offset)) {
      at = base;
      lane = 0;
    } else if (Operator::getOpcode(at) == Instruction::AddrSpaceCast || isa<FreezeInst>(at)) {
      at = cast<User>(at)->getOperand(0);
      // Other address spaces have addresses of another size, or count from elsewhere.
      if (at->getType()->getPointerAddressSpace() > 1)
        return {};
    } else if (isa<InsertElementInst, ShuffleVectorInst, ExtractElementInst>(at)) {
      std::optional<Lane> source = movedLane({at, lane});
      if (!source)
        return {};
      at = source->value;
      lane = source->number;
    } else if (auto *phi = dyn_cast<PHINode>(at); phi && phi->getNumIncomingValues() == 1) {
      at = phi->getIncomingValue(0);
    } else {
      break;
    }
  }
  Pointer result = ofRoot(at, lane, walk ? depth : depth + 1, walk);
  result.offset = result.offset.plus(offset);
  if (result.offset.terms.size() > LinearForm::mostTerms)
    return {};
  if (isAssuming)
    web->following[key] = result;
  // A region that was not found without assumptions may still be found with one, so the failure is not
  // remembered.
  else if (inWork.empty() && (!isApart || result.region))
    known[key] = result;
  return result;
}

Pointer Provenance::resolveByWords(const Value *pointer, bool isScaled) {
  const DataLayout &layout = function.getParent()->getDataLayout();
  LinearForm offset;
  for (unsigned steps = 0; steps < 16; steps++) {
    auto *address = dyn_cast<GEPOperator>(pointer);
    if (!address || address->getNumIndices() != 1 || address->getSourceElementType()->isStructTy())
      break;
    const Value *index = address->getOperand(1);
    TypeSize size = layout.getTypeAllocSize(address->getSourceElementType());
    if (size.isScalable() || !index->getType()->isIntegerTy(64))
      return {};
    uint64_t scale = size.getFixedValue();
    // Modulo 2^64, as addresses are.
    if (auto *product = isScaled ? dyn_cast<BinaryOperator>(index) : nullptr)
      if (auto *factor = constantLane(product->getOperand(1), 0)) {
        if (product->getOpcode() == Instruction::Mul)
          scale *= factor->getZExtValue();
        else if (product->getOpcode() == Instruction::Shl && factor->getValue().ult(64))
          scale <<= factor->getZExtValue();
        if (scale != size.getFixedValue())
          index = product->getOperand(0);
      }
    offset = offset.plus(isa<Constant>(index) ? values.form(index) : values.wordForm(index), int64_t(scale));
    pointer = address->getPointerOperand();
  }
  Pointer result = resolve(pointer);
  result.offset = result.offset.plus(offset);
  return result;
}

Pointer Provenance::ofRoot(const Value *root, unsigned lane, unsigned depth, Walk *walk) {
  if (auto *constant = dyn_cast<Constant>(root); constant && constant->getType()->isVectorTy()) {
    root = constant->getAggregateElement(lane);
    if (!root)
      return {};
    return isa<GEPOperator>(root) ? resolve(root, 0, depth + 1) : ofRoot(root, 0, depth + 1, nullptr);
  }
  if (auto *phi = dyn_cast<PHINode>(root)) {
    std::optional<int64_t> step = values.step(*phi, lane);
    const Value *first = step ? values.entering(*phi) : nullptr;
    if (first && *step != 0) {
      Pointer result = resolve(first, lane, depth + 1, walk);
      result.offset = result.offset.plus(values.atomOf(Atom::iteration, phi->getParent(), 0, 0, 64), *step);
      return result;
    }
  }
  if (isa<PHINode, SelectInst>(root))
    return ofChoice(*cast<Instruction>(root), lane, depth, walk);
  if (root->getType()->isVectorTy())
    return {};
  if (auto *load = dyn_cast<LoadInst>(root))
    if (isa<AllocaInst>(load->getPointerOperand()))
      return ofChoice(*load, lane, depth, walk);
  Pointer result = {classify(root, depth), {}, root};
  auto *argument = dyn_cast<Argument>(root);
  if (Interval range = argument ? apart([&] { return contracts.offsetOf(*argument); }) : Interval::just(0); range.isPoint())
    result.offset.constant = int64_t(range.low);
  else
    result.offset = values.atomOf(Atom::pointerOffset, root, lane, 0, 64);
  return result;
}

Pointer Provenance::ofChoice(const Instruction &choice, unsigned lane, unsigned depth, Walk *walk) {
  auto *load = dyn_cast<LoadInst>(&choice);
  if (load && !isStoredBefore(*cast<AllocaInst>(load->getPointerOperand()), *load))
    return {};
  if (auto found = known.find(keyOf(choice, lane)); found != known.end())
    return {found->second.region, found->second.offset, &choice, lane};
  if (web && !isApart)
    return ofMember(choice, lane);
  bool isOutermost = inWork.empty();
  if (isOutermost)
    leastLeft = values.budgetOf().left / 2;
  else if (values.budgetOf().left < leastLeft)
    return {};
  Walk own;
  Pointer result = visit(choice, lane, depth, walk ? *walk : own);
  if (!result.region && isOutermost && !web)
    if (Region region = ofReferences(choice, lane))
      return {region, {}, &choice, lane};
  return result;
}

/// A choice that this walk has visited before adds nothing here: its pointers are joined where the walk first
/// came to it. Outside the walk (as the place of a load, or in an index), a choice that is being resolved is
/// not known.
Pointer Provenance::visit(const Instruction &choice, unsigned lane, unsigned depth, Walk &walk) {
  Key key = keyOf(choice, lane);
  if (auto found = walk.open.find(key); found != walk.open.end()) {
    leastMet = std::min(leastMet, found->second);
    return {Region::ofNothing(), {}, &choice, lane};
  }
  if (auto found = inWork.find(key); found != inWork.end()) {
    leastMet = std::min(leastMet, found->second);
    return {};
  }
  unsigned number = choices++, metBefore = std::exchange(leastMet, number);
  inWork[key] = walk.open[key] = number;
  walk.order.push_back(key);
  Pointer result = joined(choice, lane, depth, walk);
  inWork.erase(key);
  if (leastMet == number)
    close(walk, key, result);
  leastMet = std::min(leastMet, metBefore);
  return result;
}

/// No choice visited after `first` leads back to one visited before it. So the result for `first` holds for
/// all choices that were visited since.
void Provenance::close(Walk &walk, Key first, const Pointer &result) {
  bool isWhole = result.offset == LinearForm(), isFound = result.region && result.region != Region::ofNothing();
  for (Key key = {nullptr, 0}; key != first;) {
    key = walk.order.pop_back_val();
    walk.open.erase(key);
    bool isLoad = isa<AllocaInst>(key.first);
    // Otherwise a web's assumptions may prove more about this choice later.
    if (isFound && (isWhole || !isLoad))
      known[key] = {result.region, isWhole ? LinearForm() : values.atomOf(Atom::pointerOffset, key.first, key.second, 0, 64),
                    key.first, key.second};
  }
}

/// All loads of a slot share one key. It differs from the key of the slot's address.
Provenance::Key Provenance::keyOf(const Instruction &choice, unsigned lane) {
  auto *load = dyn_cast<LoadInst>(&choice);
  return load ? Key{load->getPointerOperand(), ~0u} : Key{&choice, lane};
}

/// All pointers that come together in a web of phis and selects have one region, or the web has none.
Pointer Provenance::joined(const Instruction &choice, unsigned lane, unsigned depth, Walk &walk) {
  Pointer result;
  result.root = &choice;
  result.lane = lane;
  bool isFirst = true, isWhole = true, isLoad = isa<LoadInst>(choice);
  auto alternatives = comingTogether(choice);
  SmallPtrSet<const Value *, 8> seen;
  for (const Alternative &alternative : alternatives) {
    if (!seen.insert(alternative.value).second)
      continue;
    Pointer each = resolve(alternative.value, lane, depth, &walk);
    if (Region reference = isLoad ? Region() : asReference(each)) {
      each.region = reference;
      each.offset = LinearForm();
    }
    isWhole &= each.offset == LinearForm();
    // This is a phi of the web that is already being resolved.
    if (each.region == Region::ofNothing())
      continue;
    result.region = isFirst ? each.region : join(result.region, each.region);
    isFirst = false;
    if (!result.region)
      break;
  }
  if (isFirst && !alternatives.empty())
    result.region = Region::ofNothing();
  // Without a region each way has its own offset.
  if (!isWhole && result.region)
    result.offset = values.atomOf(Atom::pointerOffset, &choice, lane, 0, 64);
  return result;
}

Region Provenance::whole(const Value *pointer, unsigned lane) {
  return asReference(resolve(pointer, lane));
}

const swasm_isolation_instance *Provenance::instanceOf(const Value *value) {
  Pointer found = resolve(value);
  if (found.region.kind != Region::instance || !found.offset.isConstant() || found.offset.constant < 0)
    return nullptr;
  return instance.instanceAt(uint64_t(found.offset.constant));
}

/// A pointer to a function's entry in the instance is a reference, too.
Region Provenance::asReference(const Pointer &pointer) {
  if (pointer.offset == LinearForm())
    return pointer.region;
  if (pointer.region.kind != Region::instance || !pointer.offset.isConstant())
    return {};
  std::optional<uint32_t> type = instance.funcrefAt(uint64_t(pointer.offset.constant));
  return type ? Region::referenceTo(SWASM_ISOLATION_TYPED + *type) : Region();
}

/// The stores to a slot, those of the entry block first.
const SlotStores &Provenance::storesOf(const AllocaInst &slot) {
  auto &found = slots[&slot];
  if (found)
    return *found;
  found = std::make_unique<SlotStores>();
  for (const User *user : slot.users()) {
    auto *load = dyn_cast<LoadInst>(user);
    auto *store = dyn_cast<StoreInst>(user);
    if (isa<IntrinsicInst>(user) && cast<IntrinsicInst>(user)->isLifetimeStartOrEnd())
      continue;
    const Type *type = load ? load->getType() : store ? store->getValueOperand()->getType() : nullptr;
    if (!found->type)
      found->type = type;
    if (!type || type != found->type || (store && store->getPointerOperand() != &slot) || !values.spend()) {
      found->type = nullptr;
      found->stores.clear();
      break;
    }
    if (store)
      found->stores.push_back(store);
  }
  // Stores of the entry come first, because most questions are about them.
  SmallVector<const StoreInst *, 8> others;
  erase_if(found->stores, [&](const StoreInst *store) {
    bool isOther = !store->getParent()->isEntryBlock();
    if (isOther)
      others.push_back(store);
    return isOther;
  });
  found->stores.append(others.begin(), others.end());
  return *found;
}

/// Whether a slot is only stored to and loaded from, as this type, and something is in it when it is read.
bool Provenance::isStoredBefore(const AllocaInst &slot, const LoadInst &load) {
  const SlotStores &found = storesOf(slot);
  return found.type == load.getType() && any_of(found.stores, [&](const StoreInst *store) {
           return values.spend() && values.dominators().dominates(store, &load);
         });
}

/// The values that come together in a choice, or in a load of a slot of the frame.
SmallVector<Alternative, 4> Provenance::comingTogether(const Instruction &choice) {
  SmallVector<Alternative, 4> result;
  auto *slot = dyn_cast<AllocaInst>(&choice);
  if (auto *load = dyn_cast<LoadInst>(&choice)) {
    slot = cast<AllocaInst>(load->getPointerOperand());
    if (!isStoredBefore(*slot, *load))
      return result;
  }
  if (!slot)
    return alternativesOf(&choice, {choice.getParent()}, values);
  for (const StoreInst *store : storesOf(*slot).stores)
    result.push_back({store->getValueOperand(), Place{store->getParent()}});
  return result;
}

Interval Provenance::rangeOfOffset(const Value &pointer, unsigned lane, const Place &place, unsigned depth) {
  return apart([&] { return offsetIn(pointer, lane, place, depth); });
}

Interval Provenance::offsetIn(const Value &pointer, unsigned lane, const Place &place, unsigned depth) {
  if (auto *argument = dyn_cast<Argument>(&pointer))
    return contracts.offsetOf(*argument);
  Interval result = Interval::none();
  auto *phi = dyn_cast<PHINode>(&pointer);
  auto *load = dyn_cast<LoadInst>(&pointer);
  auto alternatives = load ? comingTogether(*load) : alternativesOf(&pointer, place, values);
  for (const Alternative &alternative : alternatives) {
    Pointer each = resolve(alternative.value, lane);
    Place where = phi ? Place::atEdge(alternative.place.from, alternative.place.to) : alternative.place;
    if (each.region.kind == Region::none)
      return Interval::all();
    if (!load && asReference(each))
      each.offset = LinearForm();
    result = result.join(values.range(each.offset, where, depth + Values::choice));
  }
  if (!result.isEmpty() && result.low > -infinity && result.high < infinity)
    return result;
  return phi ? rangeInWeb(*phi, lane, depth) : Interval::all();
}

/// The offsets of all pointers that come into a web of phis that pass each other's pointers on unchanged.
Interval Provenance::rangeInWeb(const PHINode &first, unsigned lane, unsigned depth) {
  Interval result = Interval::none();
  SmallPtrSet<const Value *, 8> seen = {&first};
  SmallVector<const PHINode *, 8> open = {&first};
  while (!open.empty()) {
    for (const Value *value : open.pop_back_val()->incoming_values()) {
      if (seen.size() > 256 || !values.spend())
        return Interval::all();
      if (!seen.insert(value).second)
        continue;
      if (auto *inner = dyn_cast<PHINode>(value)) {
        open.push_back(inner);
        continue;
      }
      Pointer each = resolve(value, lane);
      if (each.region.kind == Region::none)
        return Interval::all();
      if (asReference(each))
        each.offset = LinearForm();
      // The range where the pointer is made holds on every edge.
      auto *made = dyn_cast<Instruction>(value);
      const Place where = {made ? made->getParent() : &function.getEntryBlock()};
      result = result.join(values.range(each.offset, where, depth + Values::choice));
      if (result.low <= -infinity || result.high >= infinity)
        return Interval::all();
    }
  }
  return result.isEmpty() ? Interval::all() : result;
}

Region Provenance::classify(const Value *root, unsigned depth) {
  if (isa<ConstantPointerNull>(root))
    return {Region::null};
  if (isa<UndefValue>(root))
    return {Region::undefined};
  if (auto *callee = dyn_cast<Function>(root))
    return {Region::function, 0, callee};
  if (auto *global = dyn_cast<GlobalVariable>(root))
    return ofGlobal(*global);
  if (auto *argument = dyn_cast<Argument>(root))
    return apart([&] { return contracts.parameterOf(*argument); });
  if (auto *slot = dyn_cast<AllocaInst>(root)) {
    auto size = slot->getAllocationSize(function.getParent()->getDataLayout());
    if (!size || size->isScalable() || !isa<ConstantInt>(slot->getArraySize()))
      return {};
    return {Region::stack, 0, slot, size->getFixedValue()};
  }
  if (auto *load = dyn_cast<LoadInst>(root))
    return contentAt(resolve(load->getPointerOperand(), 0, depth + 1), *load);
  if (auto *extract = dyn_cast<ExtractValueInst>(root))
    return ofElement(*extract);
  if (auto *call = dyn_cast<CallBase>(root))
    return resultOf(*call, 0);
  return {};
}

Region Provenance::ofGlobal(const GlobalVariable &global) {
  const DataLayout &layout = function.getParent()->getDataLayout();
  if (global.isThreadLocal())
    return {};
  if (instance.description.static_instance && global.getName() == "swasm_main_state")
    return {Region::instance};
  uint64_t bytes = global.getValueType()->isSized() ? layout.getTypeAllocSize(global.getValueType()).getFixedValue() : 0;
  if (global.isConstant() && global.hasDefinitiveInitializer())
    return {Region::constants, 0, &global, bytes};
  if (global.getSection() == "swasm_profile" && global.hasInitializer())
    return {Region::counters, 0, &global, bytes};
  return {};
}

/// Adds the arguments that all calls of a function pass for a parameter; false if other code may call it.
static bool addGiven(const Argument &argument, SmallVectorImpl<const Value *> &found) {
  const Function &function = *argument.getParent();
  if (!function.hasLocalLinkage() || function.isVarArg())
    return false;
  for (const Use &use : function.uses()) {
    auto *call = dyn_cast<CallBase>(use.getUser());
    if (!call || !call->isCallee(&use) || call->getFunctionType() != function.getFunctionType() || found.size() > 1024)
      return false;
    found.push_back(call->getArgOperand(argument.getArgNo()));
  }
  return true;
}

/// Whether a value is a landing pad's: the pad, a phi of several, or a parameter that every call gives one.
static bool isException(const Value &value) {
  SmallVector<const Value *, 8> open = {&value};
  SmallPtrSet<const Value *, 8> seen;
  while (!open.empty()) {
    const Value *each = open.pop_back_val();
    if (!seen.insert(each).second)
      continue;
    if (seen.size() > 1024)
      return false;
    auto *phi = dyn_cast<PHINode>(each);
    auto *argument = dyn_cast<Argument>(each);
    if (phi)
      open.append(phi->value_op_begin(), phi->value_op_end());
    else if (argument ? !addGiven(*argument, open) : !isa<LandingPadInst>(each))
      return false;
  }
  return true;
}

Region Provenance::ofElement(const ExtractValueInst &extract) {
  if (extract.getNumIndices() != 1)
    return {};
  unsigned position = extract.getIndices()[0];
  const Value *aggregate = extract.getAggregateOperand();
  for (unsigned steps = 0; steps < 16; steps++) {
    auto *insert = dyn_cast<InsertValueInst>(aggregate);
    if (!insert || insert->getNumIndices() != 1)
      break;
    if (insert->getIndices()[0] == position)
      return whole(insert->getInsertedValueOperand());
    aggregate = insert->getAggregateOperand();
  }
  if (position == 0 && isException(*aggregate))
    return Region::referenceTo(SWASM_ISOLATION_EXCEPTION);
  if (auto *call = dyn_cast<CallBase>(aggregate))
    return resultOf(*call, position);
  return {};
}

/// If the address of the code would be read from null, the call never happens and returns nothing.
Region Provenance::resultOf(const CallBase &call, unsigned position) {
  if (!isa<Function>(call.getCalledOperand()) && resolve(call.getCalledOperand()).region == Region::ofNothing())
    return Region::ofNothing();
  return isa<Function>(call.getCalledOperand()) ? apart([&] { return contracts.resultOf(call, position); })
                                                : contracts.resultOf(call, position);
}

} // namespace isolation
