// The check; the claim is in Check.h.
#include "Check.h"

#include "CIsolation.h"
#include "Descriptor.h"
#include "Exceptions.h"
#include "Harden.h"
#include "Modules.h"
#include "Operands.h"
#include "Slots.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/CFG.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace isolation {

/// A larger frame must touch its pages in order. Otherwise it could jump over the guard below the stack.
static constexpr uint64_t mostUnprobedBytes = 2048;

Failure FunctionCheck::run() {
  const Instruction &first = function.getEntryBlock().front();
  if (const char *reason = checkHead())
    return {&first, reason};
  SmallPtrSet<const BasicBlock *, 32> reached = reachedBlocks();
  for (const BasicBlock &block : function) {
    // Code that cannot run is not generated, or has no effect. No facts are known about it.
    if (!reached.contains(&block))
      continue;
    for (const Instruction &instruction : block)
      if (const char *reason = check(instruction))
        return {&instruction, reason};
  }
  if (frameBytes > mostUnprobedBytes && function.getFnAttribute("probe-stack").getValueAsString() != "inline-asm")
    return {&first, "a large frame without probes"};
  return {};
}

/// Starts at the entry. A branch on a constant is followed in one direction only.
SmallPtrSet<const BasicBlock *, 32> FunctionCheck::reachedBlocks() {
  SmallPtrSet<const BasicBlock *, 32> reached;
  SmallVector<const BasicBlock *, 16> open = {&function.getEntryBlock()};
  while (!open.empty()) {
    const BasicBlock *block = open.pop_back_val();
    if (!reached.insert(block).second)
      continue;
    auto *branch = dyn_cast<BranchInst>(block->getTerminator());
    auto *fixed = branch && branch->isConditional() ? dyn_cast<ConstantInt>(branch->getCondition()) : nullptr;
    if (fixed)
      open.push_back(branch->getSuccessor(fixed->isZero()));
    else
      open.append(succ_begin(block), succ_end(block));
  }
  return reached;
}

const char *FunctionCheck::checkHead() {
  if (const char *reason = contracts.ofModule)
    return reason;
  if (function.isInterposable() || function.hasAvailableExternallyLinkage())
    return "a function that another may stand in for";
  if (function.hasFnAttribute(Attribute::Naked) || function.hasPrefixData() || function.hasPrologueData() ||
      function.isVarArg() || function.hasGC())
    return "a function of an unknown kind";
  for (const Argument &argument : function.args())
    if (argument.hasPassPointeeByValueCopyAttr() || argument.hasStructRetAttr() || argument.hasInAllocaAttr())
      return "a parameter of an unknown kind";
  const Contract &contract = contracts.of(function);
  unsigned convention = contract.type ? contracts.instance.description.calling_convention : unsigned(CallingConv::C);
  if (!contract.isGuessed && function.getCallingConv() != convention)
    return "a function with another convention than its callers expect";
  if (contract.isGuessed && function.hasAddressTaken())
    return "a function of unknown type whose address is taken";
  if (contract.isGuessed && !function.hasLocalLinkage())
    return "a function of unknown type that others can call";
  for (const Argument &argument : function.args())
    if (contracts.isLent(argument))
      if (const char *reason = checkCaptured(provenance, argument))
        return reason;
  return nullptr;
}

/// Whether a type is an aggregate that contains an address. Stored beside numbers, the address could be read
/// back as a number.
static bool hasPointerInside(const Type &type) {
  if (auto *structure = dyn_cast<StructType>(&type))
    return any_of(structure->elements(), [](const Type *element) {
      return element->isPtrOrPtrVectorTy() || hasPointerInside(*element);
    });
  auto *array = dyn_cast<ArrayType>(&type);
  const Type *element = array ? array->getElementType() : nullptr;
  return element && (element->isPtrOrPtrVectorTy() || hasPointerInside(*element));
}

/// Whether a type contains a number that is not whole bytes. A read of such a number reads whole bytes, and
/// code generation believes that the bits above it are 0.
static bool hasOddNumbers(const Type &type) {
  if (auto *structure = dyn_cast<StructType>(&type))
    return any_of(structure->elements(), [](const Type *element) { return hasOddNumbers(*element); });
  if (auto *array = dyn_cast<ArrayType>(&type))
    return hasOddNumbers(*array->getElementType());
  const Type *number = type.getScalarType();
  return number->isIntegerTy() && number->getIntegerBitWidth() % 8 != 0;
}

const char *FunctionCheck::checkAccess(const Instruction &at, const Value *pointer, Type *type, const Value *stored,
                                       bool reads, bool writes) {
  TypeSize size = at.getModule()->getDataLayout().getTypeStoreSize(type);
  if (size.isScalable())
    return "an access of unknown size";
  if (reads && hasOddNumbers(*type))
    return "a read of a number that is not whole bytes";
  if (hasPointerInside(*type))
    return "an access to an aggregate that has addresses";
  Access access(at);
  access.type = type;
  access.reads = reads;
  access.writes = writes;
  access.stored = stored;
  access.length = LinearForm::ofConstant(int64_t(size.getFixedValue()));
  return accesses.check(pointer, 0, access);
}

const char *FunctionCheck::checkSlot(const AllocaInst &slot) {
  auto size = slot.getAllocationSize(slot.getModule()->getDataLayout());
  if (!size || size->isScalable() || !slot.isStaticAlloca())
    return "a stack slot of unknown size";
  if (slot.isSwiftError())
    return "a stack slot that is a register";
  frameBytes += size->getFixedValue();
  return nullptr;
}

/// Whether an element of a structure fits, whichever of several structures is returned.
bool FunctionCheck::fits(const Value &returned, unsigned position, const Region &wanted) {
  SmallVector<const Value *, 4> open = {&returned};
  SmallPtrSet<const Value *, 4> seen = {&returned};
  while (!open.empty()) {
    const Value *value = open.pop_back_val();
    if (!provenance.values.spend())
      return false;
    if (isa<PHINode, SelectInst>(value) && value->getType()->isStructTy()) {
      auto alternatives = alternativesOf(value, {}, provenance.values);
      if (alternatives.empty())
        return false;
      for (const Alternative &each : alternatives)
        if (seen.insert(each.value).second)
          open.push_back(each.value);
      continue;
    }
    const Value *element = value->getType()->isStructTy() ? FindInsertedValue(const_cast<Value *>(value), position) : value;
    // Otherwise it may be the result of a call, returned as it is.
    auto *passed = dyn_cast<CallBase>(value);
    Region found = element ? provenance.whole(element) : passed ? contracts.resultOf(*passed, position) : Region();
    if (!contracts.instance.fits(found, wanted))
      return false;
  }
  return true;
}

const char *FunctionCheck::checkReturn(const ReturnInst &end) {
  const Value *value = end.getReturnValue();
  auto *call = dyn_cast_or_null<CallInst>(end.getPrevNode());
  // Never reached.
  if (call && isCallOf(*call, "swasm_throw"))
    return nullptr;
  const Contract &contract = contracts.of(function);
  if (!value)
    return checkSlots(end, contract);
  auto *structure = dyn_cast<StructType>(value->getType());
  for (unsigned i = 0; i < (structure ? structure->getNumElements() : 1); i++) {
    Type *type = structure ? structure->getElementType(i) : value->getType();
    if (!type->isPtrOrPtrVectorTy())
      continue;
    const Region wanted = contracts.promisedBy(function, i);
    if (contract.isGuessed && !wanted)
      continue;
    if (!fits(*value, i, wanted))
      return "a result that is not what the function promises";
  }
  return checkSlots(end, contract);
}

const char *FunctionCheck::checkSlots(const ReturnInst &end, const Contract &contract) {
  if (!contract.type || !contracts.instance.hasReferenceSlots() ||
      contract.type->direct_result_count == contract.type->result_count)
    return nullptr;
  const Value *value = end.getReturnValue(), *address = nullptr;
  if (contract.type->returns_slots && value) {
    auto *structure = dyn_cast<StructType>(value->getType());
    address = structure ? FindInsertedValue(const_cast<Value *>(value), structure->getNumElements() - 1) : value;
    if (!address)
      address = value;
  }
  return Slots(provenance).checkResults(end, *contract.type, address);
}

/// Whether an expression reads or sets a lane that may not exist, or leaves a lane undefined.
static bool hasUnknownLane(const ConstantExpr &expression) {
  unsigned opcode = expression.getOpcode();
  if (opcode == Instruction::ShuffleVector)
    return is_contained(expression.getShuffleMask(), PoisonMaskElem);
  if (opcode != Instruction::ExtractElement && opcode != Instruction::InsertElement)
    return false;
  auto *index = dyn_cast<ConstantInt>(expression.getOperand(opcode == Instruction::ExtractElement ? 1 : 2));
  auto *vector = dyn_cast<FixedVectorType>(expression.getOperand(0)->getType());
  return !index || !vector || index->getValue().uge(vector->getNumElements());
}

/// Whether a constant, or a part of it, is computed from undef or poison, or from an undefined lane. Code
/// generation computes it at each use, perhaps as another number.
static bool isComputedAnew(const Constant &constant, bool isInside = false) {
  if (isa<ConstantData, GlobalValue>(constant))
    return isInside && isa<UndefValue>(constant);
  auto *expression = dyn_cast<ConstantExpr>(&constant);
  if (expression && hasUnknownLane(*expression))
    return true;
  return any_of(constant.operands(), [&](const Use &use) {
    auto *part = dyn_cast<Constant>(use);
    return part && isComputedAnew(*part, isInside || expression);
  });
}

/// Finds instructions for which machine code may compute another result than they define.
static const char *checkMeaning(const Instruction &instruction) {
  auto isElsewhere = [](const Type *type) {
    return type->isPtrOrPtrVectorTy() && type->getScalarType()->getPointerAddressSpace() > 1;
  };
  if (isElsewhere(instruction.getType()) ||
      any_of(instruction.operands(), [&](const Use &use) { return isElsewhere(use->getType()); }))
    return "an address in an unknown address space";
  for (const Use &use : instruction.operands())
    if (auto *constant = dyn_cast<Constant>(use); constant && isComputedAnew(*constant))
      return "a constant that is another number at each use";
  auto *operation = dyn_cast<BinaryOperator>(&instruction);
  if (operation && (operation->isIntDivRem() || operation->isShift())) {
    auto *constant = dyn_cast<Constant>(operation->getOperand(1));
    auto *vector = dyn_cast<FixedVectorType>(operation->getType());
    for (unsigned lane = 0; constant && lane < (vector ? vector->getNumElements() : 1); lane++) {
      const ConstantInt *number = constantLane(constant, lane);
      if (number && (operation->isShift() ? number->getValue().uge(number->getBitWidth()) : number->isZero()))
        return "an operation that has no result";
    }
  }
  if (isa<FPToUIInst, FPToSIInst>(instruction) && !instruction.getType()->getScalarType()->isIntegerTy(32) &&
      !instruction.getType()->getScalarType()->isIntegerTy(64))
    return "a conversion whose result may have more bits than its type";
  const Value *index = isa<InsertElementInst>(instruction)    ? instruction.getOperand(2)
                       : isa<ExtractElementInst>(instruction) ? instruction.getOperand(1)
                                                              : nullptr;
  auto *lane = dyn_cast_or_null<ConstantInt>(index);
  auto *vector = dyn_cast<FixedVectorType>(instruction.getOperand(0)->getType());
  return lane && (!vector || lane->getValue().uge(vector->getNumElements())) ? "a lane that a vector does not have" : nullptr;
}

const char *FunctionCheck::check(const Instruction &instruction) {
  if (const char *reason = instruction.getNumOperands() > 0 ? checkMeaning(instruction) : nullptr)
    return reason;
  if (instruction.isIntDivRem())
    return mayDivideByZero(provenance.values, cast<BinaryOperator>(instruction)) ? "a division whose divisor may be 0" : nullptr;
  switch (instruction.getOpcode()) {
  case Instruction::Load: {
    auto &load = cast<LoadInst>(instruction);
    return checkAccess(load, load.getPointerOperand(), load.getType(), nullptr, true, false);
  }
  case Instruction::Store: {
    auto &store = cast<StoreInst>(instruction);
    const Value *value = store.getValueOperand();
    return checkAccess(store, store.getPointerOperand(), value->getType(), value, false, true);
  }
  case Instruction::AtomicRMW: {
    auto &update = cast<AtomicRMWInst>(instruction);
    return checkAccess(update, update.getPointerOperand(), update.getType(), update.getValOperand(), true, true);
  }
  case Instruction::AtomicCmpXchg: {
    auto &exchange = cast<AtomicCmpXchgInst>(instruction);
    const Value *value = exchange.getNewValOperand();
    return checkAccess(exchange, exchange.getPointerOperand(), value->getType(), value, true, true);
  }
  case Instruction::Call:
  case Instruction::Invoke: {
    const char *reason = calls.check(cast<CallBase>(instruction));
    return reason || !isOwnException(provenance, instruction) ? reason : checkCaptured(provenance, instruction);
  }
  case Instruction::Alloca: return checkSlot(cast<AllocaInst>(instruction));
  case Instruction::Ret: return checkReturn(cast<ReturnInst>(instruction));
  case Instruction::Unreachable:
    return endsSafely(cast<UnreachableInst>(instruction)) ? nullptr : "code that may run on into other code";
  case Instruction::Switch:
    return isa<UnreachableInst>(cast<SwitchInst>(instruction).getDefaultDest()->getFirstNonPHIOrDbg())
               ? "a switch without a way for other values"
               : nullptr;
  case Instruction::Br:
  case Instruction::Fence: return nullptr;
  case Instruction::LandingPad: return checkCaptured(provenance, instruction);
  case Instruction::IndirectBr:
  case Instruction::CallBr:
  case Instruction::Resume:
  case Instruction::CatchPad:
  case Instruction::CatchRet:
  case Instruction::CatchSwitch:
  case Instruction::CleanupPad:
  case Instruction::CleanupRet:
  case Instruction::VAArg: return "an instruction of an unknown kind";
  default: return instruction.mayReadOrWriteMemory() ? "an instruction of an unknown kind" : nullptr;
  }
}

/// A budget in proportion to the number of instructions. Ordinary functions use a small part of it.
static unsigned budgetOf(uint64_t instructions) {
  return unsigned(std::min<uint64_t>(20000 + instructions * 400, 1u << 30));
}

static uint64_t countInstructions(const Function &function) {
  uint64_t count = 0;
  for (const BasicBlock &block : function)
    count += block.size();
  return count;
}

/// If the proof fails, tries again, and follows numbers from function to function.
static Failure checkFunction(const Function &function, Contracts &contracts) {
  // Counting takes as long as a tenth of the check, so the first budget follows from the number of blocks.
  contracts.budget.left = budgetOf(function.size() * 8);
  contracts.followsNumbers = false;
  Failure failure = FunctionCheck(function, contracts).run();
  if (!failure.at)
    return failure;
  contracts.forget();
  contracts.budget.left = budgetOf(countInstructions(function)) * 2 + 2000000;
  contracts.followsNumbers = true;
  failure = FunctionCheck(function, contracts).run();
  failure.isExhausted = failure.at && contracts.budget.left == 0;
  contracts.forget();
  return failure;
}

static std::string textOf(const Instruction &instruction) {
  std::string text;
  raw_string_ostream stream(text);
  stream << instruction;
  return text.substr(text.find_first_not_of(' '));
}

} // namespace isolation

using namespace isolation;

size_t swasm_check_isolation(LLVMModuleRef handle, const swasm_isolation_description *description,
                             swasm_isolation_digest digest, swasm_isolation_callback callback, void *context) {
  const Module &module = *unwrap(handle);
  Instance instance(*description);
  Contracts contracts(instance);
  contracts.ofModule = checkModule(module, instance);
  if (!contracts.ofModule && !equal(digestOf(module), digest.bytes))
    contracts.ofModule = "a descriptor that is not the module's";
  size_t unproven = 0, checked = 0;
  for (const Function &function : module) {
    if (function.isDeclaration())
      continue;
    if (++checked % 64 == 0)
      contracts.forget();
    Failure failure = checkFunction(function, contracts);
    unproven += failure.at != nullptr;
    if (!callback)
      continue;
    std::string name = function.getName().str(), instruction = failure.at ? textOf(*failure.at) : "";
    unsigned line = failure.at && failure.at->getDebugLoc() ? failure.at->getDebugLoc().getLine() : 0;
    swasm_isolation_result result = {name.c_str(), !failure.at, failure.reason, instruction.c_str(), line,
                                      failure.isExhausted};
    callback(context, &result);
  }
  return unproven;
}

swasm_isolation_digest swasm_isolation_digest_of(LLVMModuleRef module) {
  swasm_isolation_digest result;
  copy(digestOf(*unwrap(module)), result.bytes);
  return result;
}

void swasm_harden(LLVMModuleRef module) {
  harden(*unwrap(module));
}
