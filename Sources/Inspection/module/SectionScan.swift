// The sections of a file with their sizes, and its producers. It reads headers alone, so it also works for files that
// decoding refuses; it stops at the first header that does not fit.
// Spec: Binary Format, Sections; the tool conventions' producers section.

import WasmModule

struct SectionScan {
  private(set) var sections: [SectionSize] = []
  private(set) var producers: [Producer] = []
  /// The names of the custom sections.
  private(set) var customNames: Set<String> = []

  /// A file has few kinds of sections. One with many was made to have them.
  private static let mostKinds = 1000
  private static let mostProducers = 200

  private static let moduleSections = [
    "custom", "type", "import", "function", "table", "memory", "global", "export", "start",
    "element", "code", "data", "data count", "tag",
  ]
  private static let componentSections = [
    "custom", "core module", "core instance", "core type", "component", "instance", "alias",
    "type", "canonical", "start", "import", "export", "value",
  ]

  init(_ bytes: ModuleBytes, isComponent: Bool) {
    let header = 8
    guard bytes.count >= header else { return }
    scan(
      bytes.cursor(header..<bytes.count), bytes,
      names: isComponent ? Self.componentSections : Self.moduleSections)
  }

  private mutating func scan(_ cursor: ByteCursor, _ bytes: ModuleBytes, names: [String]) {
    var cursor = cursor
    var positions: [String: Int] = [:]
    while !cursor.isAtEnd {
      let start = cursor.position
      guard let identifier = try? cursor.byte(), let size = try? cursor.u32(),
        let content = try? cursor.slice(Int(size))
      else { return }
      var name = Int(identifier) < names.count ? names[Int(identifier)] : "unknown \(identifier)"
      if identifier == 0 {
        var content = content
        if let custom = try? content.name().text {
          name = "custom \(shortened(custom, to: 60))"
          if customNames.count < Self.mostKinds { customNames.insert(custom) }
          if custom == "producers" { try? readProducers(&content) }
        }
      }
      if names[1] == "core module", identifier == 1 || identifier == 4 {
        scanNested(content, bytes, isComponent: identifier == 4)
      }
      add(name, cursor.position - start, &positions)
    }
  }

  private mutating func add(_ name: String, _ bytes: Int, _ positions: inout [String: Int]) {
    if let position = positions[name] {
      sections[position].bytes += bytes
      sections[position].count += 1
    } else if sections.count < Self.mostKinds {
      positions[name] = sections.count
      sections.append(SectionSize(name: name, bytes: bytes))
    }
  }

  /// Takes the producers of a module or component inside a component, and not its sections.
  private mutating func scanNested(
    _ content: ByteCursor, _ bytes: ModuleBytes, isComponent: Bool, depth: Int = 0
  ) {
    var cursor = content
    guard depth < 50, (try? cursor.skip(8)) != nil else { return }
    while !cursor.isAtEnd {
      guard let identifier = try? cursor.byte(), let size = try? cursor.u32(),
        let inner = try? cursor.slice(Int(size))
      else { return }
      if identifier == 0 {
        var inner = inner
        if let name = try? inner.name(), name == "producers" { try? readProducers(&inner) }
      } else if isComponent, identifier == 1 || identifier == 4 {
        scanNested(inner, bytes, isComponent: identifier == 4, depth: depth + 1)
      }
    }
  }

  private mutating func readProducers(_ cursor: inout ByteCursor) throws(WasmError) {
    for _ in 0..<(try cursor.count(of: "fields", limit: 100, entryBytes: 2)) {
      let field = shortened(try cursor.name().text)
      for _ in 0..<(try cursor.count(of: "values", limit: 1000, entryBytes: 2)) {
        let name = shortened(try cursor.name().text)
        let producer = Producer(
          field: field, name: name, version: shortened(try cursor.name().text))
        guard producers.count < Self.mostProducers else { return }
        if !producers.contains(producer) { producers.append(producer) }
      }
    }
  }
}
