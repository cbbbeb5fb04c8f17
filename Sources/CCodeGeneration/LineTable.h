// Writes the line table of an object without the rest of LLVM's debug information.
//
// LLVM's own writer (DwarfDebug) makes scopes and variables for debuggers. The code map needs rows only: a
// machine address, and the line of the instruction there. And it needs them only for instructions that can
// fault and for calls.
#pragma once

#include "llvm/CodeGen/AsmPrinterHandler.h"

namespace swasm {

class LineTable : public llvm::AsmPrinterHandler {
public:
  explicit LineTable(llvm::AsmPrinter &printer) : printer(printer) {}

  void beginModule(llvm::Module *module) override;
  void endModule() override {}
  void beginFunction(const llvm::MachineFunction *function) override;
  void endFunction(const llvm::MachineFunction *) override {}
  void beginInstruction(const llvm::MachineInstr *instruction) override;

private:
  llvm::AsmPrinter &printer;
  /// Whether the function that is being written has locations.
  bool hasLines = false;
  /// The line of that function itself.
  unsigned ownLine = 0;
  /// The line of the last row.
  unsigned line = 0;

  void add(unsigned newLine);
};

} // namespace swasm
