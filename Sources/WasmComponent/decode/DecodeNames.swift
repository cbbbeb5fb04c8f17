// Sorts, names of imports and exports, and their types. Spec: Binary.md, Import and Export Definitions.

import WasmModule

extension ByteCursor {
  /// A byte that is 0 for false or 1 for true.
  mutating func flag(for what: String) throws(WasmError) -> Bool {
    let offset = position
    let value = try byte()
    guard value <= 1 else {
      throw .malformed(
        "invalid boolean value (0x\(String(value, radix: 16))) for \(what)", at: offset)
    }
    return value == 1
  }

  /// A value that is there only if the byte before it is 1.
  mutating func optional<Value>(
    _ what: String, _ read: (inout ByteCursor) throws(WasmError) -> Value
  ) throws(WasmError) -> Value? {
    let offset = position
    let present = try byte()
    switch present {
    case 0: return nil
    case 1: return try read(&self)
    default: throw .unknownByte(present, for: what, at: offset)
    }
  }

  mutating func vector<Value>(
    of what: String, limit: Int, _ read: (inout ByteCursor) throws(WasmError) -> Value
  ) throws(WasmError) -> [Value] {
    let count = try count(of: what, limit: limit)
    var values: [Value] = []
    values.reserveCapacity(count)
    for _ in 0..<count { values.append(try read(&self)) }
    return values
  }

  mutating func componentItem() throws(WasmError) -> ComponentItem {
    let sort = try componentSort()
    return ComponentItem(sort: sort, index: try u32())
  }

  mutating func componentSort() throws(WasmError) -> ComponentSort {
    let offset = position
    let code = try byte()
    guard code != 0 else {
      let core = try byte()
      guard core == 0x11 else {
        throw .unknownByte(core, for: "the sort of a core item", at: offset + 1)
      }
      return .coreModule
    }
    guard let sort = ComponentSort(code: code) else {
      throw .unknownByte(code, for: "the sort of an item", at: offset)
    }
    return sort
  }

  mutating func coreItem() throws(WasmError) -> CoreItem {
    let offset = position
    let code = try byte()
    guard let sort = CoreSort(rawValue: code) else {
      throw .unknownByte(code, for: "the sort of a core item", at: offset)
    }
    return CoreItem(sort: sort, index: try u32())
  }

  /// A name with its attributes. Spec: Binary.md, `externname`.
  mutating func externName() throws(WasmError) -> ExternName {
    let offset = position
    let form = try byte()
    guard form <= 2 else { throw .unknownByte(form, for: "the name of an item", at: offset) }
    let nameOffset = position
    let text = try name().text
    var attributes = NameAttributes()
    if form == 2 {
      let count = try count(of: "attributes of a name", limit: ComponentLimits.nameAttributes)
      for _ in 0..<count { try attributes.read(&self) }
    }
    return ExternName(
      text: text, offset: nameOffset, implements: attributes.implements,
      versionSuffix: attributes.versionSuffix, externalID: attributes.externalID)
  }

  /// Spec: Binary.md, `externdesc`.
  mutating func externDescription() throws(WasmError) -> ExternDescription {
    let offset = position
    let code = try byte()
    switch code {
    case 0:
      let core = try byte()
      guard core == 0x11 else {
        throw .unknownByte(core, for: "the type of a core item", at: offset + 1)
      }
      return .coreModule(CoreTypeIndex(try u32()))
    case 1: return .function(ComponentTypeIndex(try u32()))
    case 2: return try valueBound()
    case 3: return try typeBound()
    case 4: return .component(ComponentTypeIndex(try u32()))
    case 5: return .instance(ComponentTypeIndex(try u32()))
    default: throw .unknownByte(code, for: "the type of an item", at: offset)
    }
  }

  private mutating func valueBound() throws(WasmError) -> ExternDescription {
    let offset = position
    let code = try byte()
    switch code {
    case 0: return .valueEqual(to: ComponentValueIndex(try u32()))
    case 1: return .value(try componentValueType())
    default: throw .unknownByte(code, for: "the bound of a value", at: offset)
    }
  }

  private mutating func typeBound() throws(WasmError) -> ExternDescription {
    let offset = position
    let code = try byte()
    switch code {
    case 0: return .typeEqual(to: ComponentTypeIndex(try u32()))
    case 1: return .subResource
    default: throw .unknownByte(code, for: "the bound of a type", at: offset)
    }
  }

  mutating func importDefinition() throws(WasmError) -> ComponentDefinition.Kind {
    let name = try externName()
    return .import(name: name, type: try externDescription())
  }

  mutating func exportDefinition() throws(WasmError) -> ComponentDefinition.Export {
    let name = try externName()
    let item = try componentItem()
    let type = try optional("the type of an export") { (cursor) throws(WasmError) in
      try cursor.externDescription()
    }
    return ComponentDefinition.Export(name: name, item: item, type: type)
  }
}

extension ComponentSort {
  fileprivate init?(code: UInt8) {
    switch code {
    case 1: self = .function
    case 2: self = .value
    case 3: self = .type
    case 4: self = .component
    case 5: self = .instance
    default: return nil
    }
  }
}

/// The attributes of a name, each at most once.
private struct NameAttributes {
  var implements: String?
  var versionSuffix: String?
  var externalID: String?

  mutating func read(_ cursor: inout ByteCursor) throws(WasmError) {
    let offset = cursor.position
    let kind = try cursor.byte()
    switch kind {
    case 0: try Self.set(&implements, "implements", &cursor, at: offset)
    case 1: try Self.set(&versionSuffix, "version suffix", &cursor, at: offset)
    case 2: try Self.set(&externalID, "external-id", &cursor, at: offset)
    default: throw .unknownByte(kind, for: "an attribute of a name", at: offset)
    }
  }

  private static func set(
    _ attribute: inout String?, _ what: String, _ cursor: inout ByteCursor, at offset: Int
  ) throws(WasmError) {
    guard attribute == nil else {
      throw .invalid("duplicate attribute '\(what)' of a name", at: offset)
    }
    attribute = try cursor.name().text
  }
}
