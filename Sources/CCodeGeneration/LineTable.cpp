// See LineTable.h.
#include "LineTable.h"

#include "CGuestIR.h"

#include "llvm/CodeGen/AsmPrinter.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineMemOperand.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCStreamer.h"

using namespace llvm;

namespace swasm {

/// All lines belong to the one file of a module.
static constexpr unsigned fileNumber = 1;

void LineTable::beginModule(Module *module) {
  printer.OutStreamer->emitDwarfFileDirective(fileNumber, "", module->getSourceFileName());
}

/// Code before the first location, such as a probe of the stack, belongs to the function's own line.
void LineTable::beginFunction(const MachineFunction *function) {
  const DISubprogram *subprogram = function->getFunction().getSubprogram();
  hasLines = subprogram != nullptr;
  if (hasLines)
    add(ownLine = subprogram->getScopeLine());
}

static bool isGuestAccess(const MachineMemOperand *operand) {
  return operand->getAddrSpace() == SWASM_GUEST_ADDRESS_SPACE;
}

/// Whether the address of an instruction can reach the runtime. That of a call can. That of an access to
/// guest memory can, because the access can fault. The state and the stack frame are always there.
static bool canBeAskedFor(const MachineInstr &instruction) {
  if (instruction.isCall() || instruction.hasUnmodeledSideEffects())
    return true;
  if (!instruction.mayLoadOrStore())
    return false;
  return instruction.memoperands_empty() || any_of(instruction.memoperands(), isGuestAccess);
}

/// The most users of an address that are looked at for one instruction.
static constexpr unsigned mostUsers = 32;

/// The line of the guest access that an instruction does. `own` is the line of the instruction itself, and 0
/// if it has none. Code generation may fold a load into the instruction that uses its value: then the line is
/// that of the load. A place that is not known is better than a wrong one.
static unsigned lineOfAccess(const MachineInstr &instruction, unsigned own) {
  const BasicBlock *block = instruction.getParent()->getBasicBlock();
  unsigned here = 0, elsewhere = 0, left = mostUsers;
  for (const MachineMemOperand *operand : instruction.memoperands()) {
    const Value *address = operand->getValue();
    if (!address || isa<Constant>(address) || !isGuestAccess(operand))
      continue;
    for (const User *user : address->users()) {
      if (left-- == 0)
        return own;
      const auto *access = dyn_cast<Instruction>(user);
      if (!access || !access->mayReadOrWriteMemory() || !access->getDebugLoc())
        continue;
      unsigned line = access->getDebugLoc().getLine();
      if (line == own)
        return own;
      (access->getParent() == block ? here : elsewhere) = line;
    }
  }
  return here ? here : own ? own : elsewhere;
}

void LineTable::beginInstruction(const MachineInstr *instruction) {
  if (!hasLines || instruction->isMetaInstruction())
    return;
  // A frame may be made later than at the beginning.
  if (instruction->getFlag(MachineInstr::FrameSetup)) {
    if (instruction->mayStore() && line != ownLine)
      add(ownLine);
    return;
  }
  if (!canBeAskedFor(*instruction))
    return;
  const DebugLoc &location = instruction->getDebugLoc();
  unsigned newLine = lineOfAccess(*instruction, location ? location.getLine() : 0);
  if (newLine != line)
    add(newLine);
}

void LineTable::add(unsigned newLine) {
  line = newLine;
  printer.OutStreamer->emitDwarfLocDirective(fileNumber, newLine, 0, 0, 0, 0, "");
}

} // namespace swasm
