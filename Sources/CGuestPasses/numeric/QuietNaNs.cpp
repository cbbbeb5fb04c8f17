// All walks are bounded. A value about which nothing is known may be signalling, and an operand about which
// nothing is known may make an operation an identity.
#include "QuietNaNs.h"
#include "pipeline/KeepingBlocks.h"

#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/Analysis/ConstantFolding.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace {

/// The most values, or uses of a value, that a walk examines.
constexpr unsigned walkLimit = 32;

bool isFence(const Value *value) {
  auto *call = dyn_cast<IntrinsicInst>(value);
  return call && call->getIntrinsicID() == Intrinsic::arithmetic_fence;
}

/// Whether the machine's instruction never returns a signalling NaN.
bool quietens(const Value *value) {
  if (auto *call = dyn_cast<IntrinsicInst>(value))
    switch (call->getIntrinsicID()) {
    case Intrinsic::sqrt:
    case Intrinsic::ceil:
    case Intrinsic::floor:
    case Intrinsic::trunc:
    case Intrinsic::roundeven: return true;
    default: return false;
    }
  auto *instruction = dyn_cast<Instruction>(value);
  if (!instruction)
    return false;
  switch (instruction->getOpcode()) {
  case Instruction::FAdd:
  case Instruction::FSub:
  case Instruction::FMul:
  case Instruction::FDiv:
  case Instruction::FPExt:
  case Instruction::FPTrunc:
  case Instruction::SIToFP:
  case Instruction::UIToFP: return true;
  default: return false;
  }
}

/// Whether the instruction looks at the number only, not at the bits of a NaN.
bool ignoresPayload(const Value *value) {
  if (isa<FCmpInst, FPToSIInst, FPToUIInst>(value))
    return true;
  auto *call = dyn_cast<IntrinsicInst>(value);
  return call && (call->getIntrinsicID() == Intrinsic::fptosi_sat || call->getIntrinsicID() == Intrinsic::fptoui_sat);
}

/// If the value is a copy of one of its operands, but perhaps with another sign, calls `visit` with each
/// operand that it may be a copy of. Otherwise returns false.
template <typename Visit> bool forCopied(const Value *value, Visit visit) {
  if (auto *phi = dyn_cast<PHINode>(value)) {
    for (const Value *incoming : phi->incoming_values())
      visit(incoming);
  } else if (auto *select = dyn_cast<SelectInst>(value)) {
    visit(select->getTrueValue());
    visit(select->getFalseValue());
  } else if (isa<ShuffleVectorInst, InsertElementInst>(value)) {
    visit(cast<User>(value)->getOperand(0));
    visit(cast<User>(value)->getOperand(1));
  } else if (auto *extract = dyn_cast<ExtractElementInst>(value)) {
    visit(extract->getVectorOperand());
  } else if (auto *call = dyn_cast<IntrinsicInst>(value);
             call && (call->getIntrinsicID() == Intrinsic::fabs || call->getIntrinsicID() == Intrinsic::copysign)) {
    visit(call->getArgOperand(0));
  } else if (auto *negation = dyn_cast<UnaryOperator>(value); negation && negation->getOpcode() == Instruction::FNeg) {
    visit(negation->getOperand(0));
  } else {
    return false;
  }
  return true;
}

/// Calls `visit` with each lane of a constant; false if they are not known.
template <typename Visit> bool forLanes(const Constant *constant, Visit visit) {
  auto *vector = dyn_cast<FixedVectorType>(constant->getType());
  if (!vector)
    return visit(constant);
  for (unsigned lane = 0; lane < vector->getNumElements(); lane++) {
    const Constant *element = constant->getAggregateElement(lane);
    if (!element || !visit(element))
      return false;
  }
  return true;
}

/// Whether no lane is a signalling NaN. A lane without a value may be taken for any.
bool isQuiet(const Constant *constant) {
  return forLanes(constant, [](const Constant *lane) {
    auto *number = dyn_cast<ConstantFP>(lane);
    return isa<UndefValue>(lane) || (number && !number->getValueAPF().isSignaling());
  });
}

/// Looks through bit casts for the earliest form of a value with the same lanes.
const Value *withoutCasts(const Value *value) {
  const Value *found = value;
  for (unsigned steps = 0; steps < walkLimit; steps++) {
    auto *cast = dyn_cast<BitCastInst>(value);
    if (!cast)
      break;
    value = cast->getOperand(0);
    if (value->getType()->getScalarType() == found->getType()->getScalarType())
      found = value;
  }
  return found;
}

bool maySignal(const Value *start) {
  SmallPtrSet<const Value *, 16> seen;
  SmallVector<const Value *, 16> open = {start};
  while (!open.empty()) {
    const Value *value = withoutCasts(open.pop_back_val());
    if (!seen.insert(value).second || isFence(value) || quietens(value))
      continue;
    if (auto *constant = dyn_cast<Constant>(value)) {
      if (!isQuiet(constant))
        return true;
      continue;
    }
    auto add = [&](const Value *copied) {
      if (copied->getType()->isFPOrFPVectorTy())
        open.push_back(copied);
    };
    if (seen.size() > walkLimit || !forCopied(value, add))
      return true;
  }
  return false;
}

/// The number for which `x op number` may be x or -x; none if there is no such number for this operand.
std::optional<double> identity(unsigned opcode, unsigned operand) {
  switch (opcode) {
  case Instruction::FAdd: return 0.0;
  case Instruction::FSub: return 0.0;
  case Instruction::FMul: return 1.0;
  case Instruction::FDiv: return operand == 0 ? std::optional(1.0) : std::nullopt;
  default: return std::nullopt;
  }
}

/// Whether the constant is `number` or its negative in some lane. A lane without a value (undef) does not
/// count.
bool isIdentity(const Constant *constant, double number) {
  return !forLanes(constant, [=](const Constant *lane) {
    auto *value = dyn_cast<ConstantFP>(lane);
    return isa<UndefValue>(lane) || (value && !abs(value->getValueAPF()).isExactlyValue(number));
  });
}

/// Whether a pass may make the operation return this operand as it is, or negated.
bool mayReturn(const Instruction &operation, unsigned operand) {
  if (operation.getOpcode() == Instruction::FPExt)
    return true;
  auto number = identity(operation.getOpcode(), operand);
  if (!number)
    return false;
  auto *other = dyn_cast<Constant>(operation.getOperand(1 - operand));
  return !other || isIdentity(other, *number);
}

/// Whether code generation may find that the value is `number` or its negative in some lane. It may if the
/// value is that number, is computed from constants alone, or takes or selects a lane from such values.
bool mayBeFound(const Value *start, double number) {
  SmallVector<const Value *, 16> open = {start};
  SmallPtrSet<const Value *, 16> seen;
  while (!open.empty()) {
    const Value *value = open.pop_back_val();
    if (!seen.insert(value).second)
      continue;
    if (auto *constant = dyn_cast<Constant>(value)) {
      // A constant with lanes of another type may have the same bits.
      if (!isa<UndefValue>(constant) && (constant->getType()->getScalarType() != start->getType()->getScalarType() ||
                                        isIdentity(constant, number)))
        return true;
      continue;
    }
    if (seen.size() > walkLimit)
      return true;
    if (auto *cast = dyn_cast<BitCastInst>(value)) {
      open.push_back(cast->getOperand(0));
      continue;
    }
    // Code generation works block by block and sees no incoming values.
    if (isa<PHINode, LoadInst, AllocaInst>(value) || (isa<CallBase>(value) && !isa<IntrinsicInst>(value)))
      continue;
    if (isFence(value)) {
      open.push_back(cast<CallInst>(value)->getArgOperand(0));
      continue;
    }
    if (forCopied(value, [&](const Value *copied) { open.push_back(copied); }))
      continue;
    auto *instruction = dyn_cast<Instruction>(value);
    if (instruction && all_of(instruction->operands(), [](const Value *operand) { return isa<Constant>(operand); }))
      return true;
  }
  return false;
}

/// Whether the value reaches a demotion as it is.
bool reachesDemotion(const Value *start) {
  SmallVector<const Value *, 16> open = {start};
  SmallPtrSet<const Value *, 16> seen;
  while (!open.empty()) {
    const Value *value = open.pop_back_val();
    for (const User *user : value->users()) {
      if (isa<FPTruncInst>(user))
        return true;
      if (isa<BitCastInst>(user) || forCopied(user, [](const Value *) {})) {
        if (seen.insert(user).second)
          open.push_back(user);
      }
      if (seen.size() > walkLimit)
        return true;
    }
  }
  return false;
}

/// Whether the operation may be folded into this operand, judging by the other operand.
bool mayBeFolded(const Instruction &operation, unsigned operand) {
  if (isa<FPExtInst>(operation))
    return reachesDemotion(&operation);
  auto number = identity(operation.getOpcode(), operand);
  return number && mayBeFound(operation.getOperand(1 - operand), *number);
}

/// `x + 0.0` is not x if x may be -0.0. If x cannot be -0.0, passes can see that despite the fences.
bool addsZero(const Instruction &operation) {
  if (operation.getOpcode() != Instruction::FAdd)
    return false;
  auto *number = dyn_cast<Constant>(operation.getOperand(1));
  return number && number->isNullValue();
}

/// Whether the use makes the value quiet. If more passes follow, an operation that they may fold does not.
bool isQuietenedBy(const Use &use, bool isLast) {
  auto *user = cast<Instruction>(use.getUser());
  if (ignoresPayload(user))
    return true;
  return quietens(user) && (isLast || !mayBeFolded(*user, use.getOperandNo()) || addsZero(*user));
}

/// Whether all uses that the value reaches, also through phis and selects, quieten it.
bool isQuietened(const Use &start, bool isLast) {
  SmallPtrSet<const User *, 16> seen;
  SmallVector<const Use *, 16> open = {&start};
  while (!open.empty()) {
    const Use *use = open.pop_back_val();
    const User *user = use->getUser();
    if (isQuietenedBy(*use, isLast))
      continue;
    if (!forCopied(user, [](const Value *) {}) || seen.size() > walkLimit)
      return false;
    if (seen.insert(user).second)
      for (const Use &next : user->uses())
        open.push_back(&next);
  }
  return true;
}

Type *integersFor(Type *type) {
  return type->getWithNewType(Type::getIntNTy(type->getContext(), type->getScalarSizeInBits()));
}

/// The value, with the bit that makes a NaN quiet.
Value *quieted(Value *value, IRBuilderBase &builder) {
  Type *type = value->getType(), *integers = integersFor(type);
  unsigned quietBit = APFloat::semanticsPrecision(type->getScalarType()->getFltSemantics()) - 2;
  Value *bits = builder.CreateBitCast(value, integers, "bits");
  Value *isNaN = builder.CreateFCmpUNO(value, Constant::getNullValue(type), "nan");
  auto *bit = ConstantInt::get(integers, APInt::getOneBitSet(integers->getScalarSizeInBits(), quietBit));
  Value *result = builder.CreateSelect(isNaN, builder.CreateOr(bits, bit), bits);
  return builder.CreateBitCast(result, type, "quiet");
}

/// The constant with its NaNs made quiet; null if its value is not known even with the target's layout.
Constant *quieted(Constant *constant, const DataLayout &layout) {
  constant = ConstantFoldConstant(constant, layout);
  if (isQuiet(constant))
    return constant;
  SmallVector<Constant *, 4> lanes;
  bool isKnown = forLanes(constant, [&](const Constant *lane) {
    auto *number = dyn_cast<ConstantFP>(lane);
    if (number && number->getValueAPF().isSignaling())
      lane = ConstantFP::get(lane->getType(), number->getValueAPF().makeQuiet());
    lanes.push_back(const_cast<Constant *>(lane));
    return number || isa<UndefValue>(lane);
  });
  if (!isKnown)
    return nullptr;
  return constant->getType()->isVectorTy() ? ConstantVector::get(lanes) : lanes.front();
}

SmallVector<CallInst *, 16> fences(Function &function) {
  SmallVector<CallInst *, 16> found;
  for (Instruction &instruction : instructions(function))
    if (isFence(&instruction))
      found.push_back(cast<CallInst>(&instruction));
  return found;
}

CallInst *fenceFor(Value *value, BasicBlock::iterator place) {
  auto *callee = Intrinsic::getOrInsertDeclaration(place->getModule(), Intrinsic::arithmetic_fence, {value->getType()});
  // The fence has no effect, wherever it is. Without this attribute no branch with arithmetic would become a
  // select.
  callee->addFnAttr(Attribute::Speculatable);
  return CallInst::Create(callee, {value}, "fenced", place);
}

/// Puts fences before the operations of one function, one for each value and block.
bool guard(Function &function) {
  DenseMap<std::pair<Value *, BasicBlock *>, Value *> known;
  bool changed = false;
  for (Instruction &instruction : instructions(function)) {
    if (!instruction.getType()->isFPOrFPVectorTy() || !quietens(&instruction))
      continue;
    for (Use &use : instruction.operands()) {
      Value *value = use.get();
      if (!mayReturn(instruction, use.getOperandNo()) || !maySignal(value))
        continue;
      Value *&fence = known[{value, instruction.getParent()}];
      auto *constant = dyn_cast<Constant>(value);
      if (!fence && constant)
        fence = quieted(constant, function.getDataLayout());
      if (!fence)
        fence = fenceFor(value, instruction.getIterator());
      use.set(fence);
      changed = true;
    }
  }
  return changed;
}

/// Hides from code generation the values that make an operation an identity.
bool hideIdentities(Function &function) {
  bool changed = false;
  for (Instruction &instruction : make_early_inc_range(instructions(function))) {
    // Code generation drops a select that replaces a square root's NaN by another, because for it all NaNs
    // are equal.
    auto *call = dyn_cast<IntrinsicInst>(&instruction);
    bool isRoot = call && call->getIntrinsicID() == Intrinsic::sqrt &&
                  any_of(call->users(), [](User *user) { return isa<SelectInst>(user); });
    if (isRoot || isa<FPExtInst>(instruction)) {
      if (!isRoot && (!maySignal(instruction.getOperand(0)) || !mayBeFolded(instruction, 0)))
        continue;
      CallInst *fence = fenceFor(&instruction, std::next(instruction.getIterator()));
      instruction.replaceUsesWithIf(fence, [=](Use &use) { return use.getUser() != fence; });
      changed = true;
      continue;
    }
    if (!instruction.isBinaryOp() || !quietens(&instruction))
      continue;
    auto hide = [&](unsigned operand) {
      instruction.setOperand(operand, fenceFor(instruction.getOperand(operand), instruction.getIterator()));
      changed = true;
    };
    for (unsigned operand : {0, 1})
      if (maySignal(instruction.getOperand(operand)) && mayBeFolded(instruction, operand))
        hide(1 - operand);
    // If both operands are zero in a lane, code generation takes the result there for zero, whatever the
    // operation is.
    if (instruction.getOpcode() == Instruction::FDiv && instruction.getType()->isVectorTy() &&
        mayBeFound(instruction.getOperand(0), 0) && mayBeFound(instruction.getOperand(1), 0))
      hide(1);
  }
  return changed;
}

} // namespace

namespace swasm {

PreservedAnalyses GuardOperands::run(Function &function, FunctionAnalysisManager &) {
  return keepingBlocks(guard(function));
}

PreservedAnalyses FoldGuards::run(Function &function, FunctionAnalysisManager &) {
  bool changed = false;
  for (CallInst *fence : fences(function)) {
    Value *value = fence->getArgOperand(0);
    if (auto *constant = dyn_cast<Constant>(value))
      value = quieted(constant, function.getDataLayout());
    else if (maySignal(value))
      continue;
    if (!value)
      continue;
    fence->replaceAllUsesWith(value);
    fence->eraseFromParent();
    changed = true;
  }
  return keepingBlocks(changed);
}

PreservedAnalyses DropGuards::run(Function &function, FunctionAnalysisManager &analyses) {
  bool changed = !FoldGuards().run(function, analyses).areAllPreserved();
  for (CallInst *fence : fences(function)) {
    Value *value = fence->getArgOperand(0), *quiet = nullptr;
    IRBuilder<> builder(fence);
    for (Use &use : make_early_inc_range(fence->uses())) {
      if (isQuietened(use, isLast)) {
        use.set(value);
        continue;
      }
      if (!quiet)
        quiet = quieted(value, builder);
      use.set(quiet);
    }
    fence->eraseFromParent();
    changed = true;
  }
  if (isLast && hideIdentities(function))
    changed = true;
  return keepingBlocks(changed);
}

void guardOperands(PassBuilder &builder) {
  builder.registerPipelineStartEPCallback([](ModulePassManager &passes, OptimizationLevel) {
    passes.addPass(createModuleToFunctionPassAdaptor(GuardOperands()));
  });
  builder.registerPeepholeEPCallback(
      [](FunctionPassManager &passes, OptimizationLevel) { passes.addPass(FoldGuards()); });
}

} // namespace swasm
