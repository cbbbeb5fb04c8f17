// See LineTable.h.
#include "LineTable.h"

#include "CGuestIR.h"

#include "llvm/BinaryFormat/ELF.h"
#include "llvm/CodeGen/AsmPrinter.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineMemOperand.h"
#include "llvm/IR/DebugInfoMetadata.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCSectionELF.h"
#include "llvm/MC/MCStreamer.h"

using namespace llvm;

namespace swasm {

void LineTable::beginModule(Module *module) {
  fileNumber = printer.OutStreamer->emitDwarfFileDirective(0, "", module->getSourceFileName());
}

void LineTable::endModule() {
  auto begin = [&](StringRef name) {
    printer.OutStreamer->switchSection(printer.OutContext.getELFSection(name, ELF::SHT_PROGBITS, 0));
  };
  if (!calls.empty())
    begin(".debug_swasm_calls");
  for (const Call &call : calls) {
    printer.OutStreamer->emitInt32(call.line);
    printer.OutStreamer->emitInt32(call.parent);
  }
  if (!parts.empty())
    begin(".debug_swasm_parts");
  for (const MCSymbol *part : parts)
    printer.OutStreamer->emitSymbolValue(part, 8);
}

/// Code before the first location, such as a probe of the stack, belongs to the function's own line. A
/// function that is in no file has line 0, so that it does not belong to the function before it.
void LineTable::beginFunction(const MachineFunction *function) {
  const DISubprogram *subprogram = function->getFunction().getSubprogram();
  hasLines = subprogram != nullptr;
  ownLine = hasLines ? subprogram->getScopeLine() : 0;
  // Lowering gives each function a line, and LLVM gives none to the functions that it makes.
  if (hasLines && ownLine == 0)
    parts.push_back(printer.CurrentFnSym);
  add(ownLine);
}

/// LLVM ends its rows with each function that it describes. If it makes rows at all, ours must end with the
/// other functions.
void LineTable::markFunctionEnd() {
  if (flags == 0 || hasLines)
    return;
  MCContext &context = printer.OutContext;
  MCSymbol *end = context.createTempSymbol();
  printer.OutStreamer->emitLabel(end);
  context.getMCDwarfLineTable(context.getDwarfCompileUnitID()).getMCLineSections().addEndEntry(end);
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

/// Whether there is a location, and not one that only debuggers use. LLVM gives the call of a function that
/// it has split off any location of that function: then a place near it is better than none.
static bool isPlace(const MachineInstr &instruction, const DebugLoc &location) {
  return location && (instruction.isCall() || location.getCol() != SWASM_IR_DEBUGGER_COLUMN);
}

/// The most users of an address that are looked at for one instruction.
static constexpr unsigned mostUsers = 32;

static unsigned lineOf(const DILocation *location) { return location ? location->getLine() : 0; }

/// The location of the guest access that an instruction does. `own` is that of the instruction itself, and
/// null if it has none. Code generation may fold a load into the instruction that uses its value: then the
/// location is that of the load. A place that is not known is better than a wrong one.
static const DILocation *locationOfAccess(const MachineInstr &instruction, const DILocation *own) {
  const BasicBlock *block = instruction.getParent()->getBasicBlock();
  const DILocation *here = nullptr, *elsewhere = nullptr;
  unsigned left = mostUsers;
  for (const MachineMemOperand *operand : instruction.memoperands()) {
    const Value *address = operand->getValue();
    if (!address || isa<Constant>(address) || !isGuestAccess(operand))
      continue;
    for (const User *user : address->users()) {
      if (left-- == 0)
        return own;
      const auto *access = dyn_cast<Instruction>(user);
      if (!access || !access->mayReadOrWriteMemory() || !isPlace(instruction, access->getDebugLoc()))
        continue;
      const DILocation *location = access->getDebugLoc();
      if (lineOf(location) == lineOf(own))
        return own;
      (access->getParent() == block ? here : elsewhere) = location;
    }
  }
  return lineOf(here) ? here : lineOf(own) ? own : elsewhere;
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
  const DebugLoc &own = instruction->getDebugLoc();
  const DILocation *location = locationOfAccess(*instruction, isPlace(*instruction, own) ? own.get() : nullptr);
  unsigned newLine = lineOf(location);
  unsigned newCall = newLine ? number(location->getInlinedAt()) : 0;
  if (newLine != line || newCall != call)
    add(newLine, newCall);
}

/// The number of an inlined call; 0 for none. A call by which it was inlined has a lower number.
unsigned LineTable::number(const DILocation *inlinedAt) {
  SmallVector<const DILocation *, 8> unknown;
  for (const DILocation *at = inlinedAt; at && !numbers.count(at); at = at->getInlinedAt())
    unknown.push_back(at);
  for (const DILocation *at : reverse(unknown)) {
    calls.push_back({at->getLine(), numbers.lookup(at->getInlinedAt())});
    numbers[at] = unsigned(calls.size());
  }
  return numbers.lookup(inlinedAt);
}

void LineTable::add(unsigned newLine, unsigned newCall) {
  line = newLine;
  call = newCall;
  printer.OutStreamer->emitDwarfLocDirective(fileNumber, newLine, 0, flags, 0, newCall, "");
}

} // namespace swasm
