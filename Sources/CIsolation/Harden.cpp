// Taking away what is not proven; see Harden.h.
#include "Harden.h"

#include "llvm/IR/AttributeMask.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Operator.h"

using namespace llvm;

namespace isolation {

bool endsSafely(const UnreachableInst &end) {
  auto *call = dyn_cast_or_null<CallInst>(end.getPrevNode());
  const Function *callee = call ? call->getCalledFunction() : nullptr;
  if (!callee)
    return false;
  Intrinsic::ID id = callee->getIntrinsicID();
  return id == Intrinsic::trap || id == Intrinsic::ubsantrap ||
         (callee->isDeclaration() && (callee->getName() == "swasm_throw" || callee->getName() == "swasm_unknown_import"));
}

namespace {

/// Attributes that say something about values.
AttributeMask beliefs() {
  AttributeMask mask;
  // Of functions and calls: what they do, or do not.
  mask.addAttribute(Attribute::Memory);
  mask.addAttribute("stack-probe-size");
  for (Attribute::AttrKind kind :
       {Attribute::Range, Attribute::NonNull, Attribute::NoUndef, Attribute::Dereferenceable,
        Attribute::DereferenceableOrNull, Attribute::Alignment, Attribute::Returned, Attribute::NoFPClass,
        Attribute::ZExt, Attribute::SExt, Attribute::Initializes})
    mask.addAttribute(kind);
  return mask;
}

void strip(Instruction &instruction) {
  if (isa<OverflowingBinaryOperator, PossiblyExactOperator, GEPOperator, PossiblyDisjointInst, PossiblyNonNegInst,
          TruncInst, ICmpInst>(instruction))
    instruction.dropPoisonGeneratingFlags();
  if (isa<FPMathOperator>(instruction)) {
    instruction.setHasNoNaNs(false);
    instruction.setHasNoInfs(false);
  }
  if (instruction.hasMetadataOtherThanDebugLoc())
    for (unsigned kind : {LLVMContext::MD_range, LLVMContext::MD_nonnull, LLVMContext::MD_align, LLVMContext::MD_noundef,
                          LLVMContext::MD_dereferenceable, LLVMContext::MD_dereferenceable_or_null})
      instruction.setMetadata(kind, nullptr);
}

/// What an intrinsic is told not to happen.
void stripIntrinsic(IntrinsicInst &call) {
  switch (call.getIntrinsicID()) {
  case Intrinsic::ctlz:
  case Intrinsic::cttz:
  case Intrinsic::abs: call.setArgOperand(1, ConstantInt::getFalse(call.getContext())); break;
  default: break;
  }
}

void stripCall(CallBase &call, const AttributeMask &mask) {
  if (auto *intrinsic = dyn_cast<IntrinsicInst>(&call)) {
    call.removeRetAttrs(mask);
    stripIntrinsic(*intrinsic);
    return;
  }
  if (auto *plain = dyn_cast<CallInst>(&call); plain && plain->getTailCallKind() == CallInst::TCK_Tail)
    plain->setTailCallKind(CallInst::TCK_None);
  call.removeFnAttrs(mask);
  AttributeList attributes = call.getAttributes();
  if (!attributes.hasRetAttrs() && none_of(call.args(), [&](const Use &use) {
        return attributes.hasParamAttrs(call.getArgOperandNo(&use));
      }))
    return;
  call.removeRetAttrs(mask);
  for (unsigned i = 0; i < call.arg_size(); i++)
    call.removeParamAttrs(i, mask);
}

/// Whether lanes of an operand may stay undefined: vectors are begun that way, and nothing is proven of such a lane.
bool mayHaveHoles(const Instruction &instruction, unsigned operand) {
  return isa<ShuffleVectorInst>(instruction) || (isa<InsertElementInst>(instruction) && operand == 0);
}

/// Literal undef and poison may be another value at each use, and what is made of them, too: they become 0.
void settle(Instruction &instruction) {
  for (Use &use : instruction.operands()) {
    auto *constant = dyn_cast<Constant>(use.get());
    Type *type = use->getType();
    if (!constant || isa<ConstantInt, ConstantFP, GlobalValue>(constant) || mayHaveHoles(instruction, use.getOperandNo()) ||
        !(type->isIntOrIntVectorTy() || type->isFPOrFPVectorTy() || type->isPtrOrPtrVectorTy()))
      continue;
    if (isa<UndefValue>(constant))
      use.set(Constant::getNullValue(type));
    else if (constant->containsUndefOrPoisonElement())
      use.set(Constant::replaceUndefsWith(constant, Constant::getNullValue(type->getScalarType())));
  }
}

void trapAt(Instruction &end) {
  IRBuilder<> builder(&end);
  builder.SetCurrentDebugLocation(end.getDebugLoc());
  CallInst *trap = builder.CreateIntrinsic(Intrinsic::trap, {});
  trap->setDoesNotReturn();
}

void hardenBlock(BasicBlock &block, const AttributeMask &mask) {
  for (Instruction &instruction : make_early_inc_range(block)) {
    // Slots that do not live at the same time would share a place.
    auto *intrinsic = dyn_cast<IntrinsicInst>(&instruction);
    if (isa<AssumeInst>(instruction) || (intrinsic && intrinsic->isLifetimeStartOrEnd())) {
      instruction.eraseFromParent();
      continue;
    }
    strip(instruction);
    settle(instruction);
    if (auto *call = dyn_cast<CallBase>(&instruction))
      stripCall(*call, mask);
  }
  if (auto *end = dyn_cast<UnreachableInst>(block.getTerminator()); end && !endsSafely(*end))
    trapAt(*end);
}

} // namespace

void harden(Module &module) {
  AttributeMask mask = beliefs();
  for (Function &function : module) {
    if (function.isIntrinsic())
      continue;
    function.removeRetAttrs(mask);
    function.removeFnAttrs(mask);
    // A frame may be larger than its slots are.
    if (!function.isDeclaration())
      function.addFnAttr("probe-stack", "inline-asm");
    for (unsigned i = 0; i < function.arg_size(); i++)
      function.removeParamAttrs(i, mask);
    for (BasicBlock &block : function)
      hardenBlock(block, mask);
  }
}

} // namespace isolation
