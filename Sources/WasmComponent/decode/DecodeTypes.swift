// Section 7: types. Spec: Binary.md, Type Definitions.

import WasmModule

extension ByteCursor {
  /// - Parameter nesting: Components and types that are open around the type.
  mutating func typeDefinition(nesting: Int) throws(WasmError) -> TypeDefinition {
    let offset = position
    let code = try byte()
    switch code {
    case 0x3f: return try resourceType()
    case 0x40: return .function(try functionType(isAsync: false))
    case 0x43: return .function(try functionType(isAsync: true))
    case 0x41: return .component(try declarations(ofComponent: true, nesting: nesting, at: offset))
    case 0x42: return .instance(try declarations(ofComponent: false, nesting: nesting, at: offset))
    default: return .value(try definedType(code, at: offset))
    }
  }

  private mutating func resourceType() throws(WasmError) -> TypeDefinition {
    let offset = position
    let representation = try valueType()
    guard representation == .i32 else {
      throw .invalid("resources can only be represented by i32", at: offset)
    }
    let destructor = try optional("the destructor of a resource") { (cursor) throws(WasmError) in
      CoreFunctionIndex(try cursor.u32())
    }
    return .resource(destructor: destructor)
  }

  private mutating func functionType(
    isAsync: Bool
  ) throws(WasmError) -> ComponentFunctionType<ValueTypeReference> {
    let parameters = try vector(
      of: "parameters", limit: ComponentLimits.parameters
    ) { (cursor) throws(WasmError) in try cursor.labelledType() }
    let offset = position
    let form = try byte()
    var result: ValueTypeReference?
    switch form {
    case 0: result = try componentValueType()
    case 1:
      let countOffset = position
      let count = try byte()
      guard count == 0 else {
        throw .unknownByte(count, for: "the number of results", at: countOffset)
      }
    default: throw .unknownByte(form, for: "the results of a function", at: offset)
    }
    return ComponentFunctionType(isAsync: isAsync, parameters: parameters, result: result)
  }

  /// A value type: an index, or a primitive type as a negative number of one byte.
  mutating func componentValueType() throws(WasmError) -> ValueTypeReference {
    let offset = position
    if let code = peek(), code & 0xc0 == 0x40 {
      try skip(1)
      guard let type = PrimitiveType(rawValue: code) else {
        throw .unknownByte(code, for: "a value type", at: offset)
      }
      return .primitive(type)
    }
    let index = try s33()
    guard index >= 0 else { throw .malformed("malformed value type", at: offset) }
    return .index(ComponentTypeIndex(UInt32(truncatingIfNeeded: index)))
  }

  private mutating func labelledType() throws(WasmError) -> Labelled<ValueTypeReference> {
    let label = try name().text
    return Labelled(label: label, value: try componentValueType())
  }

  private mutating func optionalType() throws(WasmError) -> ValueTypeReference? {
    try optional("an optional type") { (cursor) throws(WasmError) in try cursor.componentValueType()
    }
  }

  private mutating func labels(of what: String, limit: Int) throws(WasmError) -> [String] {
    try vector(of: what, limit: limit) { (cursor) throws(WasmError) in try cursor.name().text }
  }

  private mutating func definedType(
    _ code: UInt8, at offset: Int
  ) throws(WasmError) -> DefinedType<ValueTypeReference, ComponentTypeIndex> {
    if let type = PrimitiveType(rawValue: code) { return .primitive(type) }
    switch code {
    case 0x72:
      return .record(
        try vector(
          of: "fields", limit: ComponentLimits.recordFields
        ) { (cursor) throws(WasmError) in try cursor.labelledType() })
    case 0x71:
      return .variant(
        try vector(
          of: "cases", limit: ComponentLimits.variantCases
        ) { (cursor) throws(WasmError) in try cursor.variantCase() })
    case 0x70: return .list(try componentValueType())
    case 0x6f:
      return .tuple(
        try vector(
          of: "types in a tuple", limit: ComponentLimits.tupleTypes
        ) { (cursor) throws(WasmError) in try cursor.componentValueType() })
    case 0x6e: return .flags(try labels(of: "flags", limit: ComponentLimits.flags))
    case 0x6d: return .enumeration(try labels(of: "cases", limit: ComponentLimits.enumCases))
    case 0x6b: return .option(try componentValueType())
    case 0x6a:
      let ok = try optionalType()
      return .result(ok: ok, error: try optionalType())
    case 0x69: return .own(ComponentTypeIndex(try u32()))
    case 0x68: return .borrow(ComponentTypeIndex(try u32()))
    case 0x67:
      let element = try componentValueType()
      return .fixedLengthList(element, length: try u32())
    case 0x66: return .stream(try optionalType())
    case 0x65: return .future(try optionalType())
    case 0x63:
      let key = try componentValueType()
      return .map(key: key, value: try componentValueType())
    default: throw .unknownByte(code, for: "a type", at: offset)
    }
  }

  private mutating func variantCase() throws(WasmError) -> Labelled<ValueTypeReference?> {
    let label = try name().text
    let type = try optionalType()
    let offset = position
    let end = try byte()
    guard end == 0 else {
      throw .unknownByte(end, for: "the end of a case, which is zero", at: offset)
    }
    return Labelled(label: label, value: type)
  }
}

// Component types and instance types.
extension ByteCursor {
  private mutating func declarations(
    ofComponent: Bool, nesting: Int, at offset: Int
  ) throws(WasmError) -> [TypeDeclaration] {
    guard nesting < ComponentLimits.nesting else {
      throw .limit("components and types inside one another", ComponentLimits.nesting, at: offset)
    }
    return try vector(
      of: "declarations", limit: ComponentLimits.typeDeclarations
    ) { (cursor) throws(WasmError) in
      let offset = cursor.position
      let kind = try cursor.declaration(ofComponent: ofComponent, nesting: nesting + 1)
      return TypeDeclaration(offset: offset, kind: kind)
    }
  }

  private mutating func declaration(
    ofComponent: Bool, nesting: Int
  ) throws(WasmError) -> TypeDeclaration.Kind {
    let offset = position
    let code = try byte()
    switch code {
    case 0: return .coreType(try coreTypeDefinition())
    case 1: return .type(try typeDefinition(nesting: nesting))
    case 2: return .alias(try alias())
    case 3 where ofComponent:
      let name = try externName()
      return .import(name: name, type: try externDescription())
    case 4:
      let name = try externName()
      return .export(name: name, type: try externDescription())
    default:
      let what = ofComponent ? "a component type" : "an instance type"
      throw .unknownByte(code, for: "a declaration of \(what)", at: offset)
    }
  }
}
