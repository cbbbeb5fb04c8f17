// What the functions of a program are called, for the messages of traps and for symbols. swasm_abi.h describes the
// table at swasm_functions.

import CSwasmABI
import ObjectFile
import WasmModule
import WasmProgram

/// The names of a module's functions: those of the name section, and for others those of exports and imports.
struct FunctionNames {
  private let given: [FunctionIndex: String]
  private var others: [FunctionIndex: String] = [:]

  init(_ module: Module) {
    given = module.names.functions
    for export in module.exports {
      if case .function(let index) = export.entity, others[index] == nil {
        others[index] = export.name.text
      }
    }
    var position: UInt32 = 0
    for imported in module.imports {
      guard case .function = imported.entity else { continue }
      others[FunctionIndex(position)] = "\(imported.module).\(imported.name)"
      position += 1
    }
  }

  /// nil for a function without a name.
  subscript(index: FunctionIndex) -> String? {
    if let name = given[index], !name.isEmpty { return name }
    return others[index].flatMap { $0.isEmpty ? nil : $0 }
  }
}

extension Program {
  /// A row for each function with code that is used, by its place in the file. A module that has several instances has
  /// its functions once.
  func functionTable() -> [UInt8] {
    var rows: [(body: Range<Int>, index: FunctionIndex, name: String?)] = []
    for instance in instances {
      let (functions, names) = (instance.module.functions, FunctionNames(instance.module))
      for index in functions.defined.indices where instance.isUsed[index.int] {
        if let body = functions[index].body { rows.append((body.range, index, names[index])) }
      }
    }
    rows.sort { $0.body.lowerBound < $1.body.lowerBound }
    var (bytes, end, last): ([UInt8], Int, Int64) = ([], 0, 0)
    for row in rows where row.body.lowerBound >= end {
      bytes.append(uleb128: UInt64(row.body.lowerBound - end))
      bytes.append(uleb128: UInt64(row.body.count))
      bytes.append(sleb128: Int64(row.index.raw) - last)
      // Names in C++ can be very long, and no report shows more than this.
      let name = demangled(row.name ?? "").utf8.prefix(Int(SWASM_FUNCTION_NAME_BYTES))
      bytes.append(uleb128: UInt64(name.count))
      bytes += name
      (end, last) = (row.body.upperBound, Int64(row.index.raw))
    }
    return bytes
  }
}
