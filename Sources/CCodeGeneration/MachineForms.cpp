// See MachineForms.h.
#include "MachineForms.h"

#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/IntrinsicInst.h"
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
  if (auto *plain = dyn_cast<CallInst>(&call); plain && plain->isMustTailCall())
    plain->setTailCallKind(CallInst::TCK_Tail);
}

void adapt(Function &function) {
  if (function.getCallingConv() == CallingConv::Tail)
    function.setCallingConv(CallingConv::Fast);
  if (function.getCallingConv() == CallingConv::C && !function.isIntrinsic() && isWord(function.getReturnType()))
    function.addRetAttr(Attribute::SExt);
}

void adaptToRISCV(Module &module) {
  SmallVector<IntrinsicInst *, 32> traps;
  for (Function &function : module) {
    adapt(function);
    for (BasicBlock &block : function)
      for (Instruction &instruction : block) {
        if (auto *call = dyn_cast<CallBase>(&instruction))
          adapt(*call);
        auto *trap = dyn_cast<IntrinsicInst>(&instruction);
        if (trap && trap->getIntrinsicID() == Intrinsic::ubsantrap)
          traps.push_back(trap);
      }
  }
  unsigned number = 0;
  for (IntrinsicInst *trap : traps)
    emitTrap(*trap, number++);
}

} // namespace

void adaptToMachine(Module &module) {
  if (module.getTargetTriple().isRISCV64())
    adaptToRISCV(module);
}

} // namespace swasm
