// Contracts of functions, and the targets of indirect calls; the rules are in Contracts.h.
#include "Contracts.h"

#include "Exceptions.h"
#include "Provenance.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace isolation {

Contracts::Contracts(const Instance &instance) : instance(instance), constants(*this) {
  for (size_t i = 0; i < instance.description.function_count; i++)
    described[instance.description.functions[i].name] = &instance.description.functions[i];
}

Contracts::~Contracts() = default;

void Contracts::forget() { insides.clear(); }

Provenance &Contracts::provenanceOf(const Function &function) {
  auto &found = insides[&function];
  if (!found)
    found = std::make_unique<Provenance>(function, instance, *this, budget);
  return *found;
}

static unsigned elementCount(Type *type) {
  if (auto *structure = dyn_cast<StructType>(type))
    return structure->getNumElements();
  return type->isVoidTy() ? 0 : 1;
}

Contract Contracts::ofType(uint32_t index) const {
  const swasm_isolation_type &type = instance.description.types[index];
  auto *llvmType = unwrap<FunctionType>(type.llvm);
  Contract contract;
  contract.type = &type;
  contract.typeIndex = instance.canonical(index);
  contract.parameters.resize(llvmType->getNumParams());
  if (!instance.description.static_instance && !contract.parameters.empty())
    contract.parameters[0] = {Region::instance};
  for (uint32_t i = 0; i < type.parameter_count; i++)
    if (type.places[i] >= 0 && size_t(type.places[i]) < contract.parameters.size())
      contract.parameters[type.places[i]] = Region::referenceTo(type.parameters[i]);
  contract.results.resize(elementCount(llvmType->getReturnType()));
  for (uint32_t i = 0; i < type.direct_result_count && i < contract.results.size(); i++)
    contract.results[i] = Region::referenceTo(type.results[i]);
  if (type.returns_slots && !contract.results.empty())
    contract.results.back() = {Region::slots, type.result_count - type.direct_result_count};
  return contract;
}

std::unique_ptr<Contract> Contracts::make(const Function &function) {
  auto contract = std::make_unique<Contract>();
  auto found = described.find(function.getName());
  const swasm_isolation_function *facts = found == described.end() ? nullptr : found->second;
  if (facts && facts->role == SWASM_ISOLATION_BODY &&
      unwrap(instance.description.types[facts->type].llvm) == function.getFunctionType()) {
    *contract = ofType(facts->type);
    return contract;
  }
  contract->parameters.resize(function.arg_size());
  contract->results.resize(elementCount(function.getReturnType()));
  if (facts && facts->role == SWASM_ISOLATION_INITIALIZER && function.arg_size() == 1) {
    contract->parameters[0] = instance.description.static_instance ? Region() : Region{Region::instance};
  } else if (facts && facts->role == SWASM_ISOLATION_THUNK && function.arg_size() == 2) {
    contract->parameters[0] = Region::referenceTo(SWASM_ISOLATION_TYPED + facts->type);
    contract->parameters[1] = {Region::hostSlots, facts->type};
    contract->typeIndex = facts->type;
  } else {
    contract->isGuessed = true;
  }
  return contract;
}

const Contract &Contracts::of(const Function &function) {
  auto &found = contracts[&function];
  if (!found)
    found = make(function);
  return *found;
}

Region Contracts::parameterOf(const Argument &argument) {
  const Contract &contract = of(*argument.getParent());
  if (!argument.getType()->isPointerTy())
    return {};
  return contract.isGuessed ? guessParameter(argument).region : contract.parameters[argument.getArgNo()];
}

Region Contracts::resultOf(const CallBase &call, unsigned position) {
  const Function *callee = dyn_cast<Function>(call.getCalledOperand());
  if (isCallOf(call, "swasm_exception_new"))
    return Region::referenceTo(SWASM_ISOLATION_EXCEPTION);
  if (callee && callee->isIntrinsic())
    return {};
  if (!callee) {
    std::optional<Target> target = targetOf(provenanceOf(*call.getFunction()), call);
    if (!target)
      return {};
    Contract contract = ofType(target->type);
    return position < contract.results.size() ? contract.results[position] : Region();
  }
  const Contract &contract = of(*callee);
  if (position >= contract.results.size())
    return {};
  return contract.isGuessed ? guessResult(*callee, position) : contract.results[position];
}

/// Whether a region means the same in every function.
static bool isPortable(const Region &region) {
  switch (region.kind) {
  case Region::null:
  case Region::instance:
  case Region::memoryStruct:
  case Region::memory:
  case Region::tableStruct:
  case Region::table:
  case Region::globalCell:
  case Region::reference:
  case Region::stack:
  case Region::tag: return true;
  case Region::code:
  case Region::slots: return !region.base;
  default: return false;
  }
}

Contracts::Guess Contracts::guessParameter(const Argument &argument) {
  auto [found, isNew] = guesses.try_emplace(&argument, std::nullopt);
  if (!isNew)
    return found->second.value_or(Guess());
  const Function &function = *argument.getParent();
  Guess result;
  bool isFirst = true;
  unsigned looked = 0;
  for (const User *user : function.users()) {
    auto *call = dyn_cast<CallBase>(user);
    if (!call || call->getCalledOperand() != &function || argument.getArgNo() >= call->arg_size() || ++looked > 64)
      break;
    const Value *given = call->getArgOperand(argument.getArgNo());
    // A recursive call passes the argument on.
    if (given == &argument || isa<UndefValue>(given))
      continue;
    Provenance &caller = provenanceOf(*call->getFunction());
    Pointer each = caller.resolve(given);
    // A slot of the caller's frame, for numbers that the callee returns.
    if (each.region.kind == Region::stack)
      each.region.base = nullptr;
    if (!each.region || each.region.kind == Region::code) {
      each.region = codeOf(caller, given, Place{call->getParent()});
      each.offset = LinearForm();
    }
    Interval offset = caller.values.range(each.offset, Place{call->getParent()});
    result.region = isFirst ? each.region : join(result.region, each.region);
    result.offset = isFirst ? offset : result.offset.join(offset);
    isFirst = false;
  }
  // Offsets that are not constant are known in guest memory only.
  if (!isPortable(result.region) || (result.region.kind != Region::memory && !result.offset.isPoint()))
    result = {};
  // All other pointers, except those to the instance and to slots of the frame, must point to the beginning
  // of their region.
  if (result.region.kind != Region::memory && result.region.kind != Region::instance &&
      result.region.kind != Region::stack && result.offset != Interval::just(0))
    result = {};
  guesses[&argument] = result;
  return result;
}

Interval Contracts::offsetOf(const Argument &argument) {
  bool isGuessed = of(*argument.getParent()).isGuessed && argument.getType()->isPointerTy();
  return isGuessed ? guessParameter(argument).offset : Interval::just(0);
}

uint64_t Contracts::bytesBehind(const Argument &argument) {
  auto [found, isNew] = behind.try_emplace(&argument, 0);
  if (!isNew || !of(*argument.getParent()).isGuessed)
    return found->second;
  const DataLayout &layout = argument.getParent()->getParent()->getDataLayout();
  uint64_t most = 0;
  SmallVector<std::pair<const Value *, uint64_t>, 8> open = {{&argument, 0}};
  for (unsigned steps = 0; !open.empty() && steps < 1024; steps++) {
    auto [pointer, distance] = open.pop_back_val();
    for (const User *user : pointer->users()) {
      APInt offset(64, 0);
      auto *address = dyn_cast<GetElementPtrInst>(user);
      if (address && address->getPointerOperand() == pointer && address->accumulateConstantOffset(layout, offset) &&
          offset.ult(1u << 20))
        open.push_back({address, distance + offset.getZExtValue()});
      Type *type = nullptr;
      if (isa<LoadInst>(user))
        type = user->getType();
      else if (auto *store = dyn_cast<StoreInst>(user); store && store->getPointerOperand() == pointer)
        type = store->getValueOperand()->getType();
      if (type && type->isSized() && !type->isScalableTy())
        most = std::max(most, distance + layout.getTypeStoreSize(type).getFixedValue());
    }
  }
  return behind[&argument] = most;
}

bool Contracts::isLent(const Argument &argument, bool unlessKnown) {
  const Function &function = *argument.getParent();
  if (!of(function).isGuessed || !(argument.getType()->isPointerTy() || argument.getType()->isStructTy()))
    return false;
  // A chain of functions may be as long as a module.
  Nested nested(budget);
  if (nested.isTooDeep())
    return true;
  auto [found, isNew] = lent.try_emplace(&argument, std::nullopt);
  if (!isNew)
    return found->second.value_or(unlessKnown);
  lentInWork++;
  bool isLent = any_of(function.users(), [&](const User *user) {
    auto *call = dyn_cast<CallBase>(user);
    return call && call->getCalledOperand() == &function && argument.getArgNo() < call->arg_size() &&
           mayBeUnmarked(provenanceOf(*call->getFunction()), call->getArgOperand(argument.getArgNo()), *call);
  });
  // While other arguments are being resolved, "not lent" is not final, so it is not remembered.
  if (--lentInWork == 0 || isLent)
    lent[&argument] = isLent;
  else
    lent.erase(&argument);
  return isLent;
}

bool Contracts::mayFree(const Argument &argument) {
  // While it is not settled which arguments are lent, an answer may be too optimistic, so it is not
  // remembered.
  if (lentInWork > 0 && !freed.contains(&argument))
    return true;
  auto [found, isNew] = freed.try_emplace(&argument, true);
  if (!isNew)
    return found->second;
  bool mayFree = isolation::mayFree(provenanceOf(*argument.getParent()), argument);
  return freed[&argument] = mayFree;
}

Region Contracts::promisedBy(const Function &function, unsigned position) {
  const Contract &contract = of(function);
  return contract.isGuessed ? guessResult(function, position) : contract.results[position];
}

Region Contracts::guessResult(const Function &function, unsigned position) {
  Contract &contract = *contracts[&function];
  if (function.isDeclaration() || contract.results[position])
    return contract.results[position];
  auto [found, isNew] = guesses.try_emplace(&function, std::nullopt);
  if (!isNew && !found->second)
    return {};
  guesses[&function] = std::nullopt;
  Region result;
  bool isFirst = true;
  for (const BasicBlock &block : function) {
    auto *end = dyn_cast<ReturnInst>(block.getTerminator());
    if (!end || !end->getReturnValue() || isa<UndefValue>(end->getReturnValue()))
      continue;
    const Value *value = end->getReturnValue();
    if (value->getType()->isStructTy())
      value = FindInsertedValue(const_cast<Value *>(value), position);
    Region each = value && value->getType()->isPointerTy() ? provenanceOf(function).whole(value) : Region();
    result = isFirst ? each : join(result, each);
    isFirst = false;
  }
  guesses[&function] = Guess();
  // The frame of a function is gone when the function returns.
  contract.results[position] = isPortable(result) && result.kind != Region::stack ? result : Region();
  return contract.results[position];
}

// MARK: Numbers

/// LLVM removes a comparison from a function if every caller has made it before.
Interval Contracts::rangeOf(const Argument &argument) {
  const Function &function = *argument.getParent();
  Interval all = Interval::unsignedOf(Values::widthOf(argument));
  if (!followsNumbers)
    return all;
  auto [found, isNew] = ranges.try_emplace(&argument, all);
  if (!isNew || !function.hasLocalLinkage() || function.isVarArg())
    return isNew ? all : found->second;
  Interval result = Interval::none();
  unsigned looked = 0;
  for (const Use &use : function.uses()) {
    auto *call = dyn_cast<CallBase>(use.getUser());
    if (!call || !call->isCallee(&use) || call->getFunctionType() != function.getFunctionType() || ++looked > 512)
      return all;
    const Value *given = call->getArgOperand(argument.getArgNo());
    if (given == &argument)
      continue;
    result = result.join(isa<ConstantInt>(given) ? Interval::just(Wide(cast<ConstantInt>(given)->getZExtValue()))
                                                 : rangeAt(*given, *call));
    if (all == result)
      break;
  }
  result = result.isEmpty() ? all : result;
  return ranges[&argument] = result;
}

bool Contracts::isSizeOf(Region::Kind kind, uint32_t index, const Argument &argument) {
  const Function &function = *argument.getParent();
  Nested nested(budget);
  if (!followsNumbers || nested.isTooDeep() || !argument.getType()->isIntegerTy(64))
    return false;
  auto [found, isNew] = sizes.try_emplace({&argument, std::make_pair(unsigned(kind), index)}, false);
  if (!isNew || !function.hasLocalLinkage() || function.isVarArg() || function.hasNUsesOrMore(64))
    return found->second;
  bool isSize = !function.use_empty();
  for (const Use &use : function.uses()) {
    auto *call = dyn_cast<CallBase>(use.getUser());
    isSize = isSize && call && call->isCallee(&use) && call->getFunctionType() == function.getFunctionType();
    const Value *given = isSize ? call->getArgOperand(argument.getArgNo()) : nullptr;
    if (given != &argument)
      isSize = isSize && provenanceOf(*call->getFunction()).isSizeOf(kind, index, given);
  }
  return sizes[{&argument, std::make_pair(unsigned(kind), index)}] = isSize;
}

Wide Contracts::leastSize(Region::Kind kind, uint32_t index, const Function &function) {
  Nested nested(budget);
  if (!followsNumbers || nested.isTooDeep())
    return 0;
  auto key = std::make_pair(&function, std::make_pair(unsigned(kind), index));
  auto [found, isNew] = leastSizes.try_emplace(key, 0);
  if (!isNew || !function.hasLocalLinkage() || function.use_empty() || function.hasNUsesOrMore(64))
    return found->second;
  Wide result = infinity;
  for (const Use &use : function.uses()) {
    auto *call = dyn_cast<CallBase>(use.getUser());
    if (!call || !call->isCallee(&use) || call->getFunctionType() != function.getFunctionType())
      return 0;
    const Function &caller = *call->getFunction();
    // Sizes never shrink, so at a recursive call they are not smaller than before.
    if (&caller != &function)
      result = std::min(result, std::max(provenanceOf(caller).leastSizeAt(kind, index, *call->getParent()),
                                         leastSize(kind, index, caller)));
  }
  return leastSizes[key] = result == infinity ? 0 : result;
}

Interval Contracts::rangeAt(const Value &value, const Instruction &at) {
  Provenance &provenance = provenanceOf(*at.getFunction());
  provenance.values.facts();
  return provenance.values.unsignedRange(&value, 0, Place{at.getParent()});
}

Interval Contracts::rangeOf(const CallBase &call) {
  Interval all = Interval::unsignedOf(Values::widthOf(call));
  const Function *callee = call.getCalledFunction();
  if (!followsNumbers || !callee || callee->isDeclaration() || callee->isInterposable() ||
      callee->getFunctionType() != call.getFunctionType())
    return all;
  auto [found, isNew] = ranges.try_emplace(callee, all);
  if (!isNew)
    return found->second;
  Interval result = Interval::none();
  for (const BasicBlock &block : *callee)
    if (auto *end = dyn_cast<ReturnInst>(block.getTerminator()))
      result = result.join(rangeAt(*end->getReturnValue(), *end));
  return ranges[callee] = result.isEmpty() ? all : result;
}

// MARK: Targets

namespace {

/// Finds the target of an indirect call.
class TargetFinder {
public:
  /// - Parameter type: The type that the function must have; null for any type.
  TargetFinder(Provenance &provenance, Type *type) : provenance(provenance), type(type) {}

  std::optional<Target> find(const Value *code, const Place &place, unsigned depth = 0) {
    if (depth > 6 || !provenance.values.spend())
      return std::nullopt;
    Pointer found = provenance.resolve(code);
    // Without a root nothing is known about it.
    if (!found.root || found.offset != LinearForm())
      return std::nullopt;
    const Region &region = found.region;
    if (region.kind == Region::code && region.index != UINT32_MAX)
      return checked(provenance.instance.canonical(region.index), nullptr);
    if (region.kind == Region::code) {
      std::optional<uint32_t> type = provenance.typeOf(region.base, place);
      return type ? checked(*type, region.base) : std::nullopt;
    }
    if (auto *load = dyn_cast<LoadInst>(found.root))
      return fromConstants(*load->getPointerOperand(), place, depth);
    auto *phi = dyn_cast<PHINode>(found.root);
    if (!phi || !provenance.values.comesRound(*phi->getParent()))
      return ofAll(alternativesOf(found.root, place, provenance.values),
                   [&](const Alternative &each) { return ofAlternative(each, depth); });
    // Looks at each value where it enters the phi. At later places facts and references may be of another
    // iteration.
    SmallVector<Alternative, 4> incoming;
    for (const Alternative &each : alternativesOf(phi, place, provenance.values))
      if (each.value != phi)
        incoming.push_back({each.value, Place::atEdge(each.place.from, each.place.to)});
    std::optional<Target> result = ofAll(incoming, [&](const Alternative &each) { return ofAlternative(each, depth); });
    return result && !result->reference ? result : std::nullopt;
  }

private:
  Provenance &provenance;
  Type *type;

  std::optional<Target> ofAlternative(const Alternative &each, unsigned depth) {
    if (auto *function = dyn_cast<Function>(each.value))
      return ofFunction(*function);
    return find(each.value, each.place, depth + 1);
  }

  std::optional<Target> checked(uint32_t index, const Value *reference) {
    const swasm_isolation_type *found = provenance.instance.typeOf(index);
    if (!found || (type && unwrap(found->llvm) != type))
      return std::nullopt;
    return Target{index, reference};
  }

  std::optional<Target> ofFunction(const Function &function) {
    const Contract &contract = contracts().of(function);
    return contract.type ? checked(contract.typeIndex, nullptr) : std::nullopt;
  }

  Contracts &contracts() { return provenance.contractsOf(); }

  /// The target of code that is loaded from a constant array. Every function that can be at the place must
  /// have the type.
  std::optional<Target> fromConstants(const Value &pointer, const Place &place, unsigned depth) {
    Pointer location = provenance.resolve(&pointer);
    if (location.region.kind != Region::constants || depth > 6)
      return std::nullopt;
    auto *phi = dyn_cast<PHINode>(&pointer);
    if ((phi && !provenance.values.comesRound(*phi->getParent())) || isa<SelectInst>(pointer))
      return ofAll(alternativesOf(&pointer, place, provenance.values),
                   [&](const Alternative &each) { return fromConstants(*each.value, each.place, depth + 1); });
    auto &global = *cast<GlobalVariable>(location.region.base);
    const Constant &array = *global.getInitializer();
    if (array.getType()->isPointerTy()) {
      auto *function = dyn_cast<Function>(&array);
      return function && location.offset == LinearForm() ? ofFunction(*function) : std::nullopt;
    }
    auto *type = isa<ConstantArray>(array) ? cast<ArrayType>(array.getType()) : nullptr;
    if (!type)
      return std::nullopt;
    uint64_t stride = type->getElementType()->isPointerTy() ? 8 : 16;
    const DataLayout &layout = provenance.functionOf()->getParent()->getDataLayout();
    if (layout.getTypeAllocSize(type->getElementType()).getFixedValue() != stride ||
        provenance.values.divisor(location.offset) % stride != 0)
      return std::nullopt;
    if (location.offset.isConstant())
      return ofEntry(array, uint64_t(location.offset.constant) / stride);
    std::optional<Interval> number;
    if (stride == 16 && !(number = numberAt(location, pointer, place)))
      return std::nullopt;
    std::optional<uint32_t> index =
        contracts().constants.typeOf(array, number ? std::optional(uint64_t(number->low)) : std::nullopt);
    return index ? checked(*index, nullptr) : std::nullopt;
  }

  template <typename Find> std::optional<Target> ofAll(ArrayRef<Alternative> alternatives, Find find) {
    std::optional<Target> result;
    for (const Alternative &each : alternatives) {
      std::optional<Target> target = find(each);
      if (!target || (result && (result->type != target->type || result->reference != target->reference)))
        return std::nullopt;
      result = target;
    }
    return result;
  }

  /// The target in one entry of the array.
  std::optional<Target> ofEntry(const Constant &array, uint64_t position) {
    if (position >= array.getNumOperands())
      return std::nullopt;
    const Constant *element = cast<Constant>(array.getOperand(unsigned(position)));
    if (element->getType()->isStructTy())
      element = element->getAggregateElement(0u);
    auto *function = dyn_cast_or_null<Function>(element);
    return function ? ofFunction(*function) : std::nullopt;
  }

  /// What a comparison says about the word that follows the code in an entry of a shared table. The table is
  /// constant, so each load of the word gives the same number. Where blocks meet, each of them may have made
  /// the comparison.
  std::optional<Interval> numberAt(const Pointer &entry, const Value &pointer, const Place &place) {
    LinearForm wanted = entry.offset.plus(8);
    provenance.values.facts();
    SmallVector<LinearForm, 8> numbers;
    for (const LoadInst *load : loadsNear(pointer)) {
      if (!load->getType()->isIntegerTy(32))
        continue;
      Pointer location = provenance.resolve(load->getPointerOperand());
      if (location.region == entry.region && location.offset == wanted)
        numbers.push_back(provenance.values.form(load));
    }
    if (std::optional<Interval> found = comparedAt(numbers, place))
      return found;
    return place.from ? std::nullopt : comparedBefore(numbers, entry, *place.block);
  }

  /// The positive number that one of the values is at a place.
  std::optional<Interval> comparedAt(ArrayRef<LinearForm> numbers, const Place &place) {
    for (const LinearForm &number : numbers) {
      Interval range = provenance.values.range(number, place);
      if (range.isPoint() && range.low > 0)
        return range;
    }
    return std::nullopt;
  }

  /// Like comparedAt, but on every edge into a block. The place of the entry must be the same on the edge and
  /// in the block, so nothing in the block may define it.
  std::optional<Interval> comparedBefore(ArrayRef<LinearForm> numbers, const Pointer &entry, const BasicBlock &block) {
    for (const Term &term : entry.offset.terms)
      if (provenance.values.blockOf(term.atom) == &block)
        return std::nullopt;
    std::optional<Interval> result;
    unsigned ways = 0;
    for (const BasicBlock *before : predecessors(&block)) {
      std::optional<Interval> found = comparedAt(numbers, Place::atEdge(before, &block));
      if (++ways > 16 || !provenance.values.spend() || !found || (result && *result != *found))
        return std::nullopt;
      result = found;
    }
    return result;
  }

  /// Loads from addresses that are computed from the same values as `pointer`.
  SmallVector<const LoadInst *, 8> loadsNear(const Value &pointer) {
    SmallVector<const LoadInst *, 8> found;
    SmallVector<std::pair<const Value *, unsigned>, 8> open = {{&pointer, 0}};
    if (auto *address = dyn_cast<GetElementPtrInst>(&pointer))
      for (const Value *index : address->indices())
        if (!isa<Constant>(index))
          open.push_back({index, 0});
    for (unsigned steps = 0; !open.empty() && steps < 256; steps++) {
      auto [at, depth] = open.pop_back_val();
      for (const User *user : at->users()) {
        if (auto *load = dyn_cast<LoadInst>(user))
          found.push_back(load);
        else if (depth < 3 && isa<GetElementPtrInst>(user))
          open.push_back({user, depth + 1});
        if (!provenance.values.spend())
          return found;
      }
    }
    return found;
  }
};

} // namespace

Region codeOf(Provenance &provenance, const Value *code, const Place &place) {
  // If the instance is not static, it would have to be passed together with its code.
  if (!provenance.instance.description.static_instance)
    return {};
  std::optional<Target> target = TargetFinder(provenance, nullptr).find(code, place);
  return target ? Region{Region::code, target->type} : Region();
}

std::optional<Target> targetOf(Provenance &provenance, const CallBase &call) {
  return TargetFinder(provenance, call.getFunctionType()).find(call.getCalledOperand(), {call.getParent()});
}

} // namespace isolation
