// Modules of a few bytes, for tests of the compiler's messages: functions of type [] -> [], imported, defined and
// exported under any names.

struct TinyModule {
  enum Import {
    case function(String, String)
    case sharedMemory(String, String)
    case global(String, String)
  }

  var imports: [Import] = []
  /// The names of exports. Each is a function of its own.
  var exports: [String] = []
  var customSections: [String] = []
  var start: UInt8?
  var hasMemory = false
  /// The number of locals of type i32 in each function.
  var locals: UInt8 = 0
  /// Names of functions, for the name section.
  var names: [UInt8: String] = [:]
  /// The instructions of exported functions, without the `end`. The other functions do nothing.
  var bodies: [String: [UInt8]] = [:]

  var bytes: [UInt8] {
    let functionImports = imports.count { if case .function = $0 { true } else { false } }
    var bytes: [UInt8] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
    for name in customSections { bytes += Self.section(0, Self.name(name)) }
    bytes += Self.section(1, [1, 0x60, 0, 0])
    bytes += Self.section(2, Self.vector(imports.map(Self.entry)))
    bytes += Self.section(3, Self.vector(exports.map { _ in [0] }))
    if hasMemory { bytes += Self.section(5, [1, 0, 1]) }
    bytes += Self.section(
      7,
      Self.vector(
        exports.enumerated().map {
          Self.name($0.element) + [0] + Self.leb(functionImports + $0.offset)
        }))
    if let start { bytes += Self.section(8, [start]) }
    let bodies = exports.map { name -> [UInt8] in
      let code = (locals > 0 ? [1, locals, 0x7f] : [0]) + (self.bodies[name] ?? []) + [0x0b]
      return Self.leb(code.count) + code
    }
    bytes += Self.section(10, Self.vector(bodies))
    if names.isEmpty { return bytes }
    let entries = names.sorted { $0.key < $1.key }.map { [$0.key] + Self.name($0.value) }
    return bytes + Self.section(0, Self.name("name") + Self.section(1, Self.vector(entries)))
  }

  private static func entry(_ item: Import) -> [UInt8] {
    switch item {
    case .function(let module, let name): Self.name(module) + Self.name(name) + [0, 0]
    case .sharedMemory(let module, let name): Self.name(module) + Self.name(name) + [2, 3, 1, 1]
    case .global(let module, let name): Self.name(module) + Self.name(name) + [3, 0x7f, 0]
    }
  }

  private static func section(_ id: UInt8, _ contents: [UInt8]) -> [UInt8] {
    [id] + leb(contents.count) + contents
  }

  private static func vector(_ entries: [[UInt8]]) -> [UInt8] {
    leb(entries.count) + entries.flatMap { $0 }
  }

  private static func name(_ text: String) -> [UInt8] { leb(text.utf8.count) + Array(text.utf8) }

  private static func leb(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7f | 0x80)] + leb(value >> 7)
  }
}
