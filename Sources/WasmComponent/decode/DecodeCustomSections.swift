// Section 0: custom sections. Their names must be well-formed. Only the contents of `component-name` are read.
// Malformed parts of these contents are left out without an error. Spec: Binary.md, Name Section.

import WasmModule

extension ComponentDecoder {
  mutating func decodeCustomSection(_ cursor: inout ByteCursor) throws(WasmError) {
    let name = try cursor.name()
    component.customSections.append(
      CustomSection(name: name, range: cursor.position..<cursor.end))
    if name == "component-name" {
      var content = cursor
      try? decodeNames(&content)
    }
    try cursor.skip(cursor.remaining)
  }

  private mutating func decodeNames(_ cursor: inout ByteCursor) throws(WasmError) {
    while !cursor.isAtEnd {
      let identifier = try cursor.byte()
      let size = Int(try cursor.u32())
      var content = try cursor.slice(size)
      switch identifier {
      case 0: component.names.component = try content.name().text
      case 1: try decodeItemNames(&content)
      default: break
      }
    }
  }

  /// The names of one sort of item. Names of core items are skipped, except those of modules.
  private mutating func decodeItemNames(_ cursor: inout ByteCursor) throws(WasmError) {
    guard let code = cursor.peek() else { return }
    if code == 0 {
      var ahead = cursor
      try ahead.skip(1)
      guard ahead.peek() == 0x11 else { return }
    }
    let sort = try cursor.componentSort()
    let count = try cursor.count(of: "names", limit: ComponentLimits.definitions, entryBytes: 2)
    for _ in 0..<count {
      let index = try cursor.u32()
      component.names.items[ComponentItem(sort: sort, index: index)] = try cursor.name().text
    }
  }
}
