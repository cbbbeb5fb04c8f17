// Puts IR into a form that instruction selection of its machine has. This is done after the isolation check, and so
// belongs to what the check trusts: each step replaces an operation by another with the same meaning.
//
// RISC-V:
//   conventions   LLVM has no `tailcc` for it. Nothing is passed on the stack, so `fastcc` passes the same
//                 values in the same registers, and a tail call needs no more than its mark. LLVM makes a jump of
//                 each such call, because no argument and no result is in memory.
//   traps         LLVM's trap instruction has no room for the code. An instruction that writes the register
//                 `cycle`, which can only be read, has (swasm_trap_code_at in the runtime).
//   numbers       C functions get numbers of 32 bits with their sign extended, and return them so.
//   rounding      LLVM rounds a NaN to itself, also one that is signalling. Wasm wants a quiet one.
#include "CCodeGeneration.h"

#include "CGuestIR.h"
#include "llvm-c/Core.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FormatVariadic.h"

using namespace llvm;

namespace swasm {

namespace {

/// Each instruction has its own number in a comment, so that equal ones are not merged: their places in the
/// module differ.
void emitTrap(IntrinsicInst &trap, unsigned number) {
  uint64_t code = cast<ConstantInt>(trap.getArgOperand(0))->getZExtValue();
  uint32_t word = 0xc0001073 | (code & 31) << 7 | code >> 5 << 15;
  auto *type = FunctionType::get(Type::getVoidTy(trap.getContext()), false);
  auto *text = InlineAsm::get(type, formatv(".4byte {0:x} # {1}", word, number).str(), "", true);
  auto *call = IRBuilder<>(&trap).CreateCall(type, text);
  call->setAttributes(trap.getAttributes().removeParamAttributes(trap.getContext(), 0));
  call->setDoesNotReturn();
  trap.eraseFromParent();
}

bool isRounding(const IntrinsicInst &call) {
  switch (call.getIntrinsicID()) {
  case Intrinsic::ceil:
  case Intrinsic::floor:
  case Intrinsic::trunc:
  case Intrinsic::rint:
  case Intrinsic::nearbyint:
  case Intrinsic::roundeven: return true;
  default: return false;
  }
}

void quieten(IntrinsicInst &rounding) {
  IRBuilder<> builder(rounding.getNextNode());
  auto *quiet = cast<Instruction>(builder.CreateUnaryIntrinsic(Intrinsic::canonicalize, &rounding));
  rounding.replaceUsesWithIf(quiet, [&](Use &use) { return use.getUser() != quiet; });
}

bool isWord(const Type *type) { return type->isIntegerTy(32); }

void extendWords(CallBase &call) {
  for (unsigned i = 0; i < call.arg_size(); i++)
    if (isWord(call.getArgOperand(i)->getType()))
      call.addParamAttr(i, Attribute::SExt);
}

void adapt(CallBase &call) {
  if (call.getCallingConv() == CallingConv::C && !isa<IntrinsicInst>(call) && !call.isInlineAsm())
    extendWords(call);
  if (call.getCallingConv() == CallingConv::Tail)
    call.setCallingConv(CallingConv::Fast);
  if (auto *plain = dyn_cast<CallInst>(&call); plain && plain->isMustTailCall()) {
    plain->setTailCallKind(CallInst::TCK_Tail);
    // Only this call is marked, so no other becomes a jump.
    call.getFunction()->removeFnAttr(SWASM_IR_NO_TAIL_CALLS);
  }
}

void adapt(Function &function) {
  if (function.getCallingConv() == CallingConv::Tail)
    function.setCallingConv(CallingConv::Fast);
  if (function.getCallingConv() == CallingConv::C && !function.isIntrinsic() && isWord(function.getReturnType()))
    function.addRetAttr(Attribute::SExt);
}

void adaptToRISCV(Module &module) {
  SmallVector<IntrinsicInst *, 32> traps, roundings;
  for (Function &function : module) {
    adapt(function);
    for (BasicBlock &block : function)
      for (Instruction &instruction : block) {
        if (auto *call = dyn_cast<CallBase>(&instruction))
          adapt(*call);
        auto *intrinsic = dyn_cast<IntrinsicInst>(&instruction);
        if (intrinsic && intrinsic->getIntrinsicID() == Intrinsic::ubsantrap)
          traps.push_back(intrinsic);
        if (intrinsic && isRounding(*intrinsic))
          roundings.push_back(intrinsic);
      }
  }
  unsigned number = 0;
  for (IntrinsicInst *trap : traps)
    emitTrap(*trap, number++);
  for (IntrinsicInst *rounding : roundings)
    quieten(*rounding);
}

} // namespace

} // namespace swasm

void swasm_adapt_to_machine(LLVMModuleRef handle) {
  Module &module = *unwrap(handle);
  if (module.getTargetTriple().isRISCV64())
    swasm::adaptToRISCV(module);
}
