// See LineTable.h.
#include "LineTable.h"

#include "llvm/CodeGen/AsmPrinter.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstr.h"
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

/// An instruction without a location belongs to the one before it. But a block may be reached from anywhere,
/// so its first instructions belong to none.
void LineTable::beginInstruction(const MachineInstr *instruction) {
  if (!hasLines || instruction->isMetaInstruction() || instruction->getFlag(MachineInstr::FrameSetup))
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
