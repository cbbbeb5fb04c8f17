// The sizes of the parts of an executable.

import ObjectFile

struct OutputSizes: Sendable, Equatable {
  /// The whole executable.
  var file = 0
  /// Machine code made from the module.
  var code = 0
  /// Machine code of the runtime.
  var runtime = 0
  /// The tables from which a trap's message takes places in the module, and the call stack.
  var codeMaps = 0
  /// The table from which it takes the name of the function.
  var functionNames = 0
  /// The other constants: the module's data segments, and constants of the code and of the runtime.
  var readOnlyData = 0
  /// Data that is written: by the module's code, by the runtime, or by the relocation of addresses when the program
  /// starts.
  var data = 0
  /// The symbol table and its names.
  var symbols = 0
  /// Headers, tables for the loader, and padding.
  var other: Int {
    file - code - runtime - codeMaps - functionNames - readOnlyData - data - symbols
  }

  init() {}

  /// Zero, except for the size of the file, if `executable` cannot be read.
  init(_ executable: [UInt8], of objects: [CompiledObject], functionNames: Int) {
    file = executable.count
    guard let elf = try? ElfFile(executable) else { return }
    let allCode = elf.sections.filter(\.isCode).reduce(0) { $0 + $1.range.count }
    // The linker may leave out code to which nothing refers, so the sum may be too large.
    code = min(allCode, objects.reduce(0) { $0 + $1.codeBytes })
    runtime = allCode - code
    let constants = elf.sections.filter(\.isConstant).reduce(0) { $0 + $1.range.count }
    let rows = objects.reduce(0) {
      $0 + $1.codeMaps.reduce(0) { $0 + $1.tables.reduce(0) { $0 + $1.count } }
    }
    self.functionNames = min(constants, functionNames)
    codeMaps = min(constants - self.functionNames, rows)
    readOnlyData = constants - self.functionNames - codeMaps
    data = elf.sections.filter(\.isWritable).reduce(0) { $0 + $1.range.count }
    symbols = [".symtab", ".strtab"].reduce(0) { $0 + (elf.contents(ofSection: $1)?.count ?? 0) }
  }

  /// In the order of the report, with their names there.
  var parts: [(name: String, bytes: Int)] {
    [
      ("code", code), ("read_only_data", readOnlyData), ("data", data), ("code_maps", codeMaps),
      ("function_names", functionNames), ("symbols", symbols), ("runtime", runtime),
      ("other", other),
    ]
  }
}
