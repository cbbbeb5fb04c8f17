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
  if (instruction.hasMetadataOtherThanDebugLoc())
    for (unsigned kind : {LLVMContext::MD_range, LLVMContext::MD_nonnull, LLVMContext::MD_align, LLVMContext::MD_noundef,
                          LLVMContext::MD_dereferenceable, LLVMContext::MD_dereferenceable_or_null})
      instruction.setMetadata(kind, nullptr);
}

void stripCall(CallBase &call, const AttributeMask &mask) {
  if (isa<IntrinsicInst>(call)) {
    call.removeRetAttrs(mask);
    return;
  }
  AttributeList attributes = call.getAttributes();
  if (!attributes.hasRetAttrs() && none_of(call.args(), [&](const Use &use) {
        return attributes.hasParamAttrs(call.getArgOperandNo(&use));
      }))
    return;
  call.removeRetAttrs(mask);
  for (unsigned i = 0; i < call.arg_size(); i++)
    call.removeParamAttrs(i, mask);
}

/// Literal undef and poison may be another value at each use: where values come together, it becomes 0.
void settle(Instruction &instruction) {
  if (!isa<PHINode, SelectInst>(instruction) || !(instruction.getType()->isIntOrIntVectorTy() ||
                                                  instruction.getType()->isPtrOrPtrVectorTy()))
    return;
  for (Use &use : instruction.operands())
    if (isa<UndefValue>(use.get()) && use->getType() == instruction.getType())
      use.set(Constant::getNullValue(instruction.getType()));
}

void trapAt(Instruction &end) {
  IRBuilder<> builder(&end);
  builder.SetCurrentDebugLocation(end.getDebugLoc());
  CallInst *trap = builder.CreateIntrinsic(Intrinsic::trap, {});
  trap->setDoesNotReturn();
}

void hardenBlock(BasicBlock &block, const AttributeMask &mask) {
  for (Instruction &instruction : make_early_inc_range(block)) {
    if (isa<AssumeInst>(instruction)) {
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
    for (unsigned i = 0; i < function.arg_size(); i++)
      function.removeParamAttrs(i, mask);
    for (BasicBlock &block : function)
      hardenBlock(block, mask);
  }
}

} // namespace isolation
