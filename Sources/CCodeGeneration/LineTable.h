// Writes the line table of an object without the rest of LLVM's debug information.
//
// LLVM's own writer (DwarfDebug) makes scopes and variables for debuggers. The code map needs rows only: a
// machine address, and the line of the instruction there. And it needs them only for instructions that can
// fault and for calls.
//
// Where a function was inlined, the row's discriminator is the number of the inlined call. The section
// .debug_swasm_calls has two numbers of 32 bits for each of these calls, from number 1: its line, and the
// number of the call by which it was inlined itself, or 0. The section .debug_swasm_parts has the addresses
// of functions that LLVM split from others. The lines of their code are those of the function that they were
// part of.
#pragma once

#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/CodeGen/AsmPrinterHandler.h"

namespace llvm {
class DILocation;
class MCSymbol;
}

namespace swasm {

class LineTable : public llvm::AsmPrinterHandler {
public:
  /// `flags` are the flags of the rows.
  LineTable(llvm::AsmPrinter &printer, unsigned flags) : printer(printer), flags(flags) {}

  void beginModule(llvm::Module *module) override;
  void endModule() override;
  void beginFunction(const llvm::MachineFunction *function) override;
  void markFunctionEnd() override;
  void endFunction(const llvm::MachineFunction *) override {}
  void beginInstruction(const llvm::MachineInstr *instruction) override;

private:
  llvm::AsmPrinter &printer;
  const unsigned flags;
  /// All rows belong to the one file of a module.
  unsigned fileNumber = 0;
  /// Whether the function that is being written has locations.
  bool hasLines = false;
  /// The line of that function itself.
  unsigned ownLine = 0;
  /// The line and the inlined call of the last row.
  unsigned line = 0, call = 0;

  /// An inlined call: its line, and the call by which it was inlined.
  struct Call {
    unsigned line, parent;
  };
  llvm::SmallVector<Call, 0> calls;
  llvm::DenseMap<const llvm::DILocation *, unsigned> numbers;
  llvm::SmallVector<const llvm::MCSymbol *, 0> parts;

  void add(unsigned newLine, unsigned newCall = 0);
  unsigned number(const llvm::DILocation *inlinedAt);
};

} // namespace swasm
