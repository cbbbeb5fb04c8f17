// Reads address spaces and TBAA tags. A tag is !{base type, access type, offset}, a type !{name, parent,
// offset}.
#include "GuestAccess.h"

#include "llvm/IR/DataLayout.h"
#include "llvm/IR/Metadata.h"

using namespace llvm;

namespace swasm {

bool isGuestPointer(const Value &value) {
  return value.getType()->isPointerTy() && value.getType()->getPointerAddressSpace() == guestAddressSpace;
}

bool isGuestAccess(const Instruction &instruction) {
  const Value *pointer = getLoadStorePointerOperand(&instruction);
  return pointer && isGuestPointer(*pointer);
}

bool isSimpleGuestLoad(const Instruction &instruction) {
  auto *load = dyn_cast<LoadInst>(&instruction);
  return load && load->isSimple() && isGuestPointer(*load->getPointerOperand());
}

uint64_t accessBytes(const Instruction &instruction) {
  return instruction.getDataLayout().getTypeStoreSize(getLoadStoreType(&instruction)).getKnownMinValue();
}

GuestPlace placeOf(const Value &pointer, const DataLayout &layout) {
  APInt offset(layout.getIndexTypeSizeInBits(pointer.getType()), 0);
  const Value *base = pointer.stripAndAccumulateConstantOffsets(layout, offset, /*AllowNonInbounds=*/true);
  return {base, offset.getSExtValue()};
}

bool accessesMemory(const Instruction &instruction, StringRef name) {
  auto *tag = instruction.getMetadata(LLVMContext::MD_tbaa);
  if (!tag || tag->getNumOperands() < 2)
    return false;
  auto *type = dyn_cast_or_null<MDNode>(tag->getOperand(1).get());
  if (!type || type->getNumOperands() == 0)
    return false;
  auto *string = dyn_cast_or_null<MDString>(type->getOperand(0).get());
  return string && string->getString() == name;
}

} // namespace swasm
