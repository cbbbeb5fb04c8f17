// Section 3: core types, which are function types and module types. Spec: Binary.md, `core:type`.

import WasmModule

extension ByteCursor {
  /// A bare 0x50 opens a module type. A subtype that is not final has 0x00 before its 0x50.
  mutating func coreTypeDefinition() throws(WasmError) -> CoreTypeDefinition {
    guard let code = peek() else { throw .unexpectedEnd(at: position) }
    if code == 0x50 {
      try skip(1)
      return .module(
        try vector(
          of: "declarations", limit: ComponentLimits.moduleTypeDeclarations
        ) { (cursor) throws(WasmError) in
          let offset = cursor.position
          return ModuleTypeDeclaration(offset: offset, kind: try cursor.moduleDeclaration())
        })
    }
    if code == 0 {
      let offset = position
      try skip(1)
      guard let next = peek() else { throw .unexpectedEnd(at: position) }
      guard next == 0x50 else { throw .unknownByte(next, for: "a subtype", at: offset + 1) }
    }
    return .function(try coreFunctionSubtype())
  }

  private mutating func moduleDeclaration() throws(WasmError) -> ModuleTypeDeclaration.Kind {
    let offset = position
    let code = try byte()
    switch code {
    case 0:
      let module = try name().text
      let name = try name().text
      return .import(module: module, name: name, type: try importedEntity())
    case 1: return .type(try coreFunctionSubtype())
    case 2:
      try expect(0x10, "the sort of an alias in a module type")
      try expect(0x01, "the target of an alias in a module type")
      let count = try u32()
      return .outerAlias(count: count, index: try u32())
    case 3:
      let name = try name().text
      return .export(name: name, type: try importedEntity())
    default: throw .unknownByte(code, for: "a declaration of a module type", at: offset)
    }
  }

  private mutating func expect(_ code: UInt8, _ what: String) throws(WasmError) {
    let offset = position
    let found = try byte()
    guard found == code else { throw .unknownByte(found, for: what, at: offset) }
  }

  /// One function type. Recursion groups and other composite types belong to garbage collection.
  private mutating func coreFunctionSubtype() throws(WasmError) -> SubType {
    let offset = position
    var code = try byte()
    var isFinal = true
    if code == 0x50 || code == 0x4f {
      isFinal = code == 0x4f
      let supertypes = try count(of: "supertypes", limit: 1)
      if supertypes > 0 {
        throw .unsupported(.garbageCollection, "declared supertypes", at: offset)
      }
      code = try byte()
    }
    switch code {
    case 0x60: break
    case 0x4e: throw .unsupported(.garbageCollection, "a recursion group", at: offset)
    case 0x5f: throw .unsupported(.garbageCollection, "a struct type", at: offset)
    case 0x5e: throw .unsupported(.garbageCollection, "an array type", at: offset)
    case 0x5d: throw .unsupported(.stackSwitching, "a continuation type", at: offset)
    default: throw .unknownByte(code, for: "a core type", at: offset)
    }
    let parameters = try coreTypes("parameters")
    let results = try coreTypes("results")
    return SubType(
      isFinal: isFinal, supertypes: [],
      composite: .function(FunctionType(parameters: parameters, results: results)))
  }

  private mutating func coreTypes(_ what: String) throws(WasmError) -> [WasmModule.ValueType] {
    try vector(of: what, limit: ComponentLimits.parameters) { (cursor) throws(WasmError) in
      try cursor.valueType()
    }
  }
}
