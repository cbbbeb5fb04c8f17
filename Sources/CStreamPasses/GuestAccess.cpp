// Reads the TBAA tag of an access: !{base type, access type, offset}, a type being !{name, parent, offset}.
#include "GuestAccess.h"

#include "CStreamPasses.h"
#include "llvm/IR/Metadata.h"

using namespace llvm;

namespace swasm {

bool accessesMemory(const Instruction &instruction, StringRef name) {
  auto *tag = instruction.getMetadata(LLVMContext::MD_tbaa);
  if (!tag || tag->getNumOperands() < 2)
    return false;
  auto *type = dyn_cast_or_null<MDNode>(tag->getOperand(1).get());
  if (!type || type->getNumOperands() == 0)
    return false;
  auto *string = dyn_cast_or_null<MDString>(type->getOperand(0).get());
  StringRef rest = string ? string->getString() : "";
  return rest.consume_front(name) && (rest.empty() || rest.front() == ' ');
}

bool isGuestMemory(const Instruction &access) {
  return accessesMemory(access, SWASM_GUARDED_MEMORY_TBAA) || accessesMemory(access, SWASM_MEMORY_TBAA);
}

bool isGuestLoad(const Instruction &instruction) {
  auto *load = dyn_cast<LoadInst>(&instruction);
  return load && load->isSimple() && isGuestMemory(*load);
}

bool isGuardedAccess(const Instruction &instruction) {
  auto *load = dyn_cast<LoadInst>(&instruction);
  auto *store = dyn_cast<StoreInst>(&instruction);
  bool simple = (load && load->isSimple()) || (store && store->isSimple());
  return simple && accessesMemory(instruction, SWASM_GUARDED_MEMORY_TBAA);
}

} // namespace swasm
