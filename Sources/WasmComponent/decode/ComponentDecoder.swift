// Decodes a file into a Component: preamble and sections here, one file for each kind of definition beside this one.
//
// Input: the bytes of a file. Output: its definitions in order. Core modules are decoded by WasmModule. Rules that need
// index spaces or types are left to ComponentValidator. Spec: Binary.md.

import WasmModule

/// Decodes components of the binary format.
public struct ComponentDecoder: ~Copyable {
  let bytes: ModuleBytes
  var component: Component
  /// How many components and types are open around the current definition.
  var nesting: Int

  private init(_ bytes: ModuleBytes, _ range: Range<Int>, nesting: Int) {
    self.bytes = bytes
    self.nesting = nesting
    component = Component(bytes: bytes, range: range)
  }

  /// Whether a file begins as a component. A core module, or anything else, does not.
  public static func isComponent(_ bytes: ModuleBytes) -> Bool {
    guard let version = try? FileHeader.version(of: bytes, in: 0..<bytes.count) else {
      return false
    }
    return version >> 16 == 1
  }

  /// Decodes a file that is one component. Throws if the file is malformed, exceeds a limit, or uses what swasmc knows
  /// but does not implement. The component is not yet valid: see `ComponentValidator`.
  public static func decode(_ bytes: ModuleBytes) throws(WasmError) -> Component {
    try decode(bytes, in: 0..<bytes.count)
  }

  /// Decodes a component that is a part of `bytes`. Its offsets count from the start of `bytes`.
  public static func decode(_ bytes: ModuleBytes, in range: Range<Int>) throws(WasmError)
    -> Component
  {
    guard range.count <= ComponentLimits.fileBytes else {
      throw .limit("bytes in a component", ComponentLimits.fileBytes, at: range.lowerBound)
    }
    return try decode(bytes, range, nesting: 0)
  }

  /// What can be read of a file that has the header of a component, and the error that ends the reading.
  package static func decodePartly(_ bytes: ModuleBytes) -> (
    component: Component, error: WasmError?
  ) {
    let range = 0..<bytes.count
    var decoder = ComponentDecoder(bytes, range, nesting: 0)
    do throws(WasmError) {
      try checkPreamble(bytes, range)
      try decoder.decodeSections()
      return (decoder.component, nil)
    } catch {
      return (decoder.component, error)
    }
  }

  private static func decode(
    _ bytes: ModuleBytes, _ range: Range<Int>, nesting: Int
  ) throws(WasmError) -> Component {
    try checkPreamble(bytes, range)
    var decoder = ComponentDecoder(bytes, range, nesting: nesting)
    try decoder.decodeSections()
    return decoder.component
  }

  /// Version 13 of layer 1. Spec: Binary.md, Component Definitions.
  private static func checkPreamble(
    _ bytes: ModuleBytes, _ range: Range<Int>
  ) throws(WasmError) {
    let version = try FileHeader.version(of: bytes, in: range)
    let offset = range.lowerBound + 4
    if version == 0x0001_000d { return }
    if version >> 16 == 0 {
      throw .malformed(
        "unknown binary version: this is a core module (version \(version)), not a component",
        at: offset)
    }
    guard version >> 16 == 1 else {
      throw .malformed("unknown binary layer \(version >> 16)", at: offset + 2)
    }
    throw .malformed(
      "unknown binary version: components of version \(version & 0xffff) are not read, only those of version 13",
      at: offset)
  }

  private mutating func decodeSections() throws(WasmError) {
    let range = component.range
    var cursor = bytes.cursor(range.lowerBound + FileHeader.bytes..<range.upperBound)
    while !cursor.isAtEnd {
      let offset = cursor.position
      let identifier = try cursor.byte()
      guard let section = ComponentSection(rawValue: identifier) else {
        throw .malformed("malformed section id \(identifier)", at: offset)
      }
      let sizeOffset = cursor.position
      let size = Int(try cursor.u32())
      guard size <= cursor.remaining else {
        throw .malformed(
          "unexpected end: the \(section.name) section claims \(size) bytes, \(cursor.remaining) remain",
          at: sizeOffset)
      }
      var content = try cursor.slice(size)
      try decode(section, &content)
      guard content.isAtEnd else {
        throw .malformed(
          "section size mismatch: \(content.remaining) bytes left in the \(section.name) section",
          at: content.position)
      }
    }
  }

  private mutating func decode(
    _ section: ComponentSection, _ content: inout ByteCursor
  ) throws(WasmError) {
    switch section {
    case .custom: try decodeCustomSection(&content)
    case .coreModule:
      let range = try rest(of: &content)
      try append(.coreModule(try ModuleDecoder.decode(bytes, in: range)), at: range.lowerBound)
    case .component: try decodeNestedComponent(&content)
    case .coreInstance:
      try definitions(&content) { (cursor) throws(WasmError) in
        .coreInstance(try cursor.coreInstanceExpression())
      }
    case .coreType:
      try definitions(&content) { (cursor) throws(WasmError) in
        .coreType(try cursor.coreTypeDefinition())
      }
    case .instance:
      try definitions(&content) { (cursor) throws(WasmError) in
        .instance(try cursor.instanceExpression())
      }
    case .alias:
      try definitions(&content) { (cursor) throws(WasmError) in .alias(try cursor.alias()) }
    case .type:
      let nesting = nesting
      try definitions(&content) { (cursor) throws(WasmError) in
        .type(try cursor.typeDefinition(nesting: nesting))
      }
    case .canonical:
      try definitions(&content) { (cursor) throws(WasmError) in
        .canonical(try cursor.canonicalFunction())
      }
    case .import:
      try definitions(&content) { (cursor) throws(WasmError) in try cursor.importDefinition() }
    case .export:
      try definitions(&content) { (cursor) throws(WasmError) in
        .export(try cursor.exportDefinition())
      }
    case .start, .value:
      throw .unsupportedComponent("uses a \(section.name) section", at: content.position)
    }
  }

  private mutating func decodeNestedComponent(_ content: inout ByteCursor) throws(WasmError) {
    let range = try rest(of: &content)
    guard nesting < ComponentLimits.nesting else {
      throw .limit(
        "components and types inside one another", ComponentLimits.nesting, at: range.lowerBound)
    }
    let nested = try Self.decode(bytes, range, nesting: nesting + 1)
    try append(.component(nested), at: range.lowerBound)
  }

  private func rest(of content: inout ByteCursor) throws(WasmError) -> Range<Int> {
    let range = content.position..<content.end
    try content.skip(content.remaining)
    return range
  }

  /// A vector of definitions.
  private mutating func definitions(
    _ cursor: inout ByteCursor,
    _ read: (inout ByteCursor) throws(WasmError) -> ComponentDefinition.Kind
  ) throws(WasmError) {
    let count = try cursor.count(of: "definitions", limit: ComponentLimits.definitions)
    for _ in 0..<count {
      let offset = cursor.position
      try append(try read(&cursor), at: offset)
    }
  }

  private mutating func append(
    _ kind: ComponentDefinition.Kind, at offset: Int
  ) throws(WasmError) {
    guard component.definitions.count < ComponentLimits.definitions else {
      throw .limit("definitions", ComponentLimits.definitions, at: offset)
    }
    component.definitions.append(ComponentDefinition(offset: offset, kind: kind))
  }
}

/// The sections by their identifiers. They may come in any order and many times.
/// Spec: Binary.md, Component Definitions.
private enum ComponentSection: UInt8 {
  case custom = 0
  case coreModule, coreInstance, coreType, component, instance, alias, type, canonical, start,
    `import`, export
  case value

  var name: String {
    switch self {
    case .coreModule: "core module"
    case .coreInstance: "core instance"
    case .coreType: "core type"
    case .custom, .component, .instance, .alias, .type, .canonical, .start, .import, .export,
      .value:
      "\(self)"
    }
  }
}

extension WasmError {
  /// Something of the component model that is known by name and not implemented.
  static func unsupportedComponent(_ what: String, at offset: Int) -> WasmError {
    WasmError(.unsupported, at: offset, "\(what), which is not supported yet")
  }

  static func unknownByte(_ byte: UInt8, for what: String, at offset: Int) -> WasmError {
    .malformed("invalid leading byte (0x\(String(byte, radix: 16))) for \(what)", at: offset)
  }
}
