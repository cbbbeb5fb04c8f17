// Adds items to sections of a module that is known to be valid, or replaces a section. The contents of all other
// sections stay as they are.

import WasmEncoding
import WasmModule

struct ModuleEditor {
  private var sections: [(id: UInt8, contents: [UInt8])] = []

  /// nil if the sections do not fill the file.
  init?(_ bytes: [UInt8]) {
    var position = 8
    while position < bytes.count {
      let id = bytes[position]
      position += 1
      guard let length = Self.unsigned(bytes, &position), length <= bytes.count - position else {
        return nil
      }
      sections.append((id, Array(bytes[position..<position + length])))
      position += length
    }
  }

  var bytes: [UInt8] {
    WasmWriter.module(sections.map { ($0.id, .of($0.contents)) })
  }

  /// Appends items to a section, which is a vector; false if the section is absent.
  mutating func append(_ items: [WasmWriter], to id: UInt8) -> Bool {
    guard let index = sections.firstIndex(where: { $0.id == id }) else { return false }
    var position = 0
    let contents = sections[index].contents
    guard let count = Self.unsigned(contents, &position) else { return false }
    var writer = WasmWriter()
    writer.unsigned(count + items.count)
    writer.raw(Array(contents[position...]))
    for item in items { writer.raw(item.bytes) }
    sections[index].contents = writer.bytes
    return true
  }

  mutating func replace(_ id: UInt8, with contents: WasmWriter) {
    guard let index = sections.firstIndex(where: { $0.id == id }) else { return }
    sections[index].contents = contents.bytes
  }

  private static func unsigned(_ bytes: [UInt8], _ position: inout Int) -> Int? {
    var result = 0
    for shift in stride(from: 0, to: 35, by: 7) {
      guard position < bytes.count else { return nil }
      let byte = bytes[position]
      position += 1
      result |= Int(byte & 0x7f) << shift
      if byte & 0x80 == 0 { return result }
    }
    return nil
  }
}
