// Types as a component writes them. Spec: Binary.md, Type Definitions.
//
// The shapes of value types and function types are generic: the decoder fills them with indices, the validator with
// resolved types (ResolvedTypes.swift).

import WasmModule

/// A primitive value type. The raw value is its byte in the binary format.
public enum PrimitiveType: UInt8, Sendable, Hashable {
  case bool = 0x7f
  case s8 = 0x7e
  case u8 = 0x7d
  case s16 = 0x7c
  case u16 = 0x7b
  case s32 = 0x7a
  case u32 = 0x79
  case s64 = 0x78
  case u64 = 0x77
  case f32 = 0x76
  case f64 = 0x75
  case char = 0x74
  case string = 0x73
  case errorContext = 0x64
}

extension PrimitiveType: CustomStringConvertible {
  public var description: String {
    switch self {
    case .bool: "bool"
    case .s8: "s8"
    case .u8: "u8"
    case .s16: "s16"
    case .u16: "u16"
    case .s32: "s32"
    case .u32: "u32"
    case .s64: "s64"
    case .u64: "u64"
    case .f32: "f32"
    case .f64: "f64"
    case .char: "char"
    case .string: "string"
    case .errorContext: "error-context"
    }
  }
}

/// A value type as the file writes it.
public enum ValueTypeReference: Sendable, Hashable {
  case primitive(PrimitiveType)
  case index(ComponentTypeIndex)
}

/// A part of a type with its label: a field, a case or a parameter.
public struct Labelled<Value: Sendable>: Sendable {
  public let label: String
  public let value: Value
}

/// A value type that a component defines. `Value` stands for a type inside it, and `Resource` for a resource type.
public enum DefinedType<Value: Sendable, Resource: Sendable>: Sendable {
  case primitive(PrimitiveType)
  case record([Labelled<Value>])
  case variant([Labelled<Value?>])
  case list(Value)
  case fixedLengthList(Value, length: UInt32)
  case tuple([Value])
  case flags([String])
  case enumeration([String])
  case option(Value)
  case result(ok: Value?, error: Value?)
  case own(Resource)
  case borrow(Resource)
  case stream(Value?)
  case future(Value?)
  case map(key: Value, value: Value)
}

/// The type of a component function.
public struct ComponentFunctionType<Value: Sendable>: Sendable {
  public let isAsync: Bool
  public let parameters: [Labelled<Value>]
  public let result: Value?
}

/// A type that a component defines, with the indices of the file.
public enum TypeDefinition: Sendable {
  case value(DefinedType<ValueTypeReference, ComponentTypeIndex>)
  case function(ComponentFunctionType<ValueTypeReference>)
  case component([TypeDeclaration])
  case instance([TypeDeclaration])
  /// A resource type whose representation is an i32.
  case resource(destructor: CoreFunctionIndex?)
}

/// A part of a component type or instance type. Instance types have no imports.
public struct TypeDeclaration: Sendable {
  public let offset: Int
  public let kind: Kind

  public indirect enum Kind: Sendable {
    case coreType(CoreTypeDefinition)
    case type(TypeDefinition)
    case alias(Alias)
    case `import`(name: ExternName, type: ExternDescription)
    case export(name: ExternName, type: ExternDescription)
  }
}

/// A core type: a function type, or the type of a module. Spec: Binary.md, `core:type`.
public enum CoreTypeDefinition: Sendable {
  case function(SubType)
  case module([ModuleTypeDeclaration])
}

/// A part of a module type.
public struct ModuleTypeDeclaration: Sendable {
  public let offset: Int
  public let kind: Kind

  public enum Kind: Sendable {
    case type(SubType)
    case outerAlias(count: UInt32, index: UInt32)
    case `import`(module: String, name: String, type: WasmModule.Import.Entity)
    case export(name: String, type: WasmModule.Import.Entity)
  }
}

extension DefinedType {
  /// The same shape over other types.
  func mapped<NewValue: Sendable, NewResource: Sendable>(
    _ value: (Value) throws(WasmError) -> NewValue,
    resource: (Resource) throws(WasmError) -> NewResource
  ) throws(WasmError) -> DefinedType<NewValue, NewResource> {
    func optional(_ type: Value?) throws(WasmError) -> NewValue? {
      if let type { try value(type) } else { nil }
    }
    switch self {
    case .primitive(let type): return .primitive(type)
    case .record(let fields):
      return .record(
        try fields.map { (field) throws(WasmError) in
          Labelled(label: field.label, value: try value(field.value))
        })
    case .variant(let cases):
      return .variant(
        try cases.map { (item) throws(WasmError) in
          Labelled(label: item.label, value: try optional(item.value))
        })
    case .list(let element): return .list(try value(element))
    case .fixedLengthList(let element, let length):
      return .fixedLengthList(try value(element), length: length)
    case .tuple(let types): return .tuple(try types.map(value))
    case .flags(let labels): return .flags(labels)
    case .enumeration(let labels): return .enumeration(labels)
    case .option(let type): return .option(try value(type))
    case .result(let ok, let error):
      return .result(ok: try optional(ok), error: try optional(error))
    case .own(let type): return .own(try resource(type))
    case .borrow(let type): return .borrow(try resource(type))
    case .stream(let type): return .stream(try optional(type))
    case .future(let type): return .future(try optional(type))
    case .map(let key, let element):
      return .map(key: try value(key), value: try value(element))
    }
  }
}

extension ComponentFunctionType {
  /// The same shape over other types.
  func mapped<NewValue: Sendable>(
    _ value: (Value) throws(WasmError) -> NewValue
  ) throws(WasmError) -> ComponentFunctionType<NewValue> {
    ComponentFunctionType<NewValue>(
      isAsync: isAsync,
      parameters: try parameters.map { (parameter) throws(WasmError) in
        Labelled<NewValue>(label: parameter.label, value: try value(parameter.value))
      },
      result: try result.map(value))
  }
}
