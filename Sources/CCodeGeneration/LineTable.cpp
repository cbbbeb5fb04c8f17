// See LineTable.h.
#include "LineTable.h"

#include "llvm/CodeGen/AsmPrinter.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineMemOperand.h"
#include "llvm/CodeGen/PseudoSourceValue.h"
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
  block = nullptr;
  if (hasLines)
    add(subprogram->getScopeLine());
}

/// Whether an instruction accesses nothing but slots of the stack frame. The prologue has made sure that they
/// are there.
static bool accessesOnlyFrame(const MachineInstr &instruction) {
  if (instruction.memoperands_empty() || instruction.isCall() || instruction.hasUnmodeledSideEffects())
    return false;
  return all_of(instruction.memoperands(), [](const MachineMemOperand *operand) {
    const PseudoSourceValue *slot = operand->getPseudoValue();
    return slot && slot->kind() == PseudoSourceValue::FixedStack;
  });
}

/// Whether the address of an instruction can reach the runtime: it can fault, or it is a call.
static bool canBeAskedFor(const MachineInstr &instruction) {
  if (!instruction.isCall() && !instruction.mayLoadOrStore() && !instruction.hasUnmodeledSideEffects())
    return false;
  return !accessesOnlyFrame(instruction);
}

/// An instruction without a location belongs to the one before it. But a block may be reached from anywhere,
/// so its first instructions belong to none. Instructions whose address nobody asks for have no row of their
/// own. That saves a third of the map.
void LineTable::beginInstruction(const MachineInstr *instruction) {
  if (!hasLines || instruction->isMetaInstruction() || instruction->getFlag(MachineInstr::FrameSetup) ||
      !canBeAskedFor(*instruction))
    return;
  bool isFirst = block && block != instruction->getParent();
  block = instruction->getParent();
  const DebugLoc &location = instruction->getDebugLoc();
  unsigned newLine = location ? location.getLine() : isFirst ? 0 : line;
  if (newLine != line)
    add(newLine);
}

void LineTable::add(unsigned newLine) {
  line = newLine;
  printer.OutStreamer->emitDwarfLocDirective(fileNumber, newLine, 0, 0, 0, 0, "");
}

} // namespace swasm
