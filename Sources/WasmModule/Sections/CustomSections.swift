// Section 0: custom sections. Their names must be well-formed. Only the contents of "name" and
// "metadata.code.branch_hint" are read. Malformed parts there are left out without an error, as the specification
// demands. Spec: Binary Format, Custom Section; appendix, Custom Sections.

extension ModuleDecoder {
  mutating func decodeCustomSection(_ cursor: inout ByteCursor) throws(WasmError) {
    let name = try cursor.name()
    module.customSections.append(
      CustomSection(name: name, range: cursor.position..<cursor.end))
    switch name {
    case "name": try? decodeNameSection(&cursor)
    case "metadata.code.branch_hint": try? decodeBranchHints(&cursor)
    default: break
    }
  }

  private mutating func decodeNameSection(_ cursor: inout ByteCursor) throws(WasmError) {
    while !cursor.isAtEnd {
      let identifier = try cursor.byte()
      let size = Int(try cursor.u32())
      var content = try cursor.slice(size)
      switch identifier {
      case 0: module.names.module = try content.name().text
      case 1: try decodeFunctionNames(&content)
      case 11: try decodeTagNames(&content)
      default: break
      }
    }
  }

  private mutating func decodeFunctionNames(_ cursor: inout ByteCursor) throws(WasmError) {
    let limit = ImplementationLimits.functions
    let count = try cursor.count(of: "names", limit: limit, entryBytes: 2)
    module.names.functions.reserveCapacity(count)
    for _ in 0..<count {
      let index = FunctionIndex(try cursor.u32())
      module.names.functions[index] = try cursor.name().text
    }
  }

  private mutating func decodeTagNames(_ cursor: inout ByteCursor) throws(WasmError) {
    let limit = ImplementationLimits.tags
    let count = try cursor.count(of: "names", limit: limit, entryBytes: 2)
    for _ in 0..<count {
      let index = TagIndex(try cursor.u32())
      module.names.tags[index] = try cursor.name().text
    }
  }

  private mutating func decodeBranchHints(_ cursor: inout ByteCursor) throws(WasmError) {
    let limit = ImplementationLimits.functions
    let functions = try cursor.count(of: "functions", limit: limit, entryBytes: 2)
    for _ in 0..<functions {
      let function = FunctionIndex(try cursor.u32())
      let hints = try cursor.count(
        of: "hints", limit: ImplementationLimits.functionBytes, entryBytes: 3)
      for _ in 0..<hints {
        let offset = Int(try cursor.u32())
        let size = Int(try cursor.u32())
        var content = try cursor.slice(size)
        let isLikely = try content.byte() == 1
        branchHints.append(
          FunctionBranchHint(function: function, offset: offset, isLikely: isLikely))
      }
    }
  }

  /// Finds the file offsets of hints. The hints come before the code section in the file, and count from the start of
  /// each body. So this is possible only after the code section is read.
  mutating func resolveBranchHints() {
    for hint in branchHints {
      guard module.functions.contains(hint.function),
        let body = module.functions[hint.function].body?.range, hint.offset < body.count
      else { continue }
      module.branchHints[body.lowerBound + hint.offset] = hint.isLikely
    }
    branchHints = []
  }
}

/// A branch hint before the code section is known: `offset` counts from the body's first byte.
struct FunctionBranchHint {
  let function: FunctionIndex
  let offset: Int
  let isLikely: Bool
}
