// Definitions of core types: function types and module types. Spec: Binary.md, `core:type`.

import WasmModule

extension ComponentValidator {
  mutating func define(
    _ definition: CoreTypeDefinition, _ source: ItemSource, at offset: Int
  ) throws(WasmError) {
    let item: CoreTypeItem
    switch definition {
    case .function(let type):
      var space: [CoreTypeID?] = []
      if type.hasConcreteReference {
        try types.walk(scope.spaces.coreTypes.count, at: offset)
        for entry in scope.spaces.coreTypes {
          if case .function(let id) = entry.type { space.append(id) } else { space.append(nil) }
        }
      }
      let position = scope.spaces.coreTypes.count
      item = .function(try intern(type, space, position: position, at: offset))
    case .module(let declarations): item = .module(try moduleType(declarations, at: offset))
    }
    try scope.appendCoreType(item, source, at: offset)
  }

  /// - Parameters:
  ///   - space: The types before this one; nil for those that are no function types.
  ///   - position: The type's own index.
  private mutating func intern(
    _ type: SubType, _ space: [CoreTypeID?], position: Int, at offset: Int
  ) throws(WasmError) -> CoreTypeID {
    for index in type.concreteReferences where index.int != position {
      guard index.int < space.count, space[index.int] != nil else {
        throw .invalid("unknown type \(index): type index out of bounds", at: offset)
      }
    }
    try types.make(1 + type.valueTypes.count, at: offset)
    return types.core.intern(type, position: position) { space[$0.int] ?? CoreTypeID(0) }
  }

  private mutating func moduleType(
    _ declarations: [ModuleTypeDeclaration], at offset: Int
  ) throws(WasmError) -> CoreModuleTypeID {
    var type = CoreModuleType()
    var space: [CoreTypeID?] = []
    for declaration in declarations {
      let offset = declaration.offset
      switch declaration.kind {
      case .type(let definition):
        space.append(try intern(definition, space, position: space.count, at: offset))
      case .outerAlias(let count, let index):
        space.append(try coreFunctionType(count: count, index, space, at: offset))
      case .import(let module, let name, let entity):
        let imported = try resolve(entity, space, at: offset)
        guard type.append(.init(module: module, name: name, type: imported)) else {
          throw .invalid("duplicate import name `\(module):\(name)`", at: offset)
        }
      case .export(let name, let entity):
        let exported = try resolve(entity, space, at: offset)
        guard type.append(.init(name: name, type: exported)) else {
          throw .invalid("export name `\(name)` already defined", at: offset)
        }
      }
    }
    return try types.addModule(type, at: offset)
  }

  /// A function type of the module type itself, or of a scope around it.
  private func coreFunctionType(
    count: UInt32, _ index: UInt32, _ space: [CoreTypeID?], at offset: Int
  ) throws(WasmError) -> CoreTypeID {
    if count > 0 {
      let position = try scopePosition(outward: count - 1, at: offset)
      return try scopes[position].coreFunctionType(CoreTypeIndex(index), at: offset)
    }
    guard Int(index) < space.count, let type = space[Int(index)] else {
      throw .invalid("unknown core type \(index): index out of bounds", at: offset)
    }
    return type
  }

  private func resolve(
    _ entity: WasmModule.Import.Entity, _ space: [CoreTypeID?], at offset: Int
  ) throws(WasmError) -> CoreExternType {
    for index in entity.typeIndices {
      guard index.int < space.count, space[index.int] != nil else {
        throw .invalid("unknown type \(index): type index out of bounds", at: offset)
      }
    }
    switch entity {
    case .table(let type): try type.check(at: offset)
    case .memory(let type): try type.check(at: offset)
    case .tag(let index):
      guard let id = space[index.int], types.core[id].results.isEmpty else {
        throw .invalid("non-empty tag result type", at: offset)
      }
    case .function, .global: break
    }
    return CoreExternType(entity) { space[$0.int] ?? CoreTypeID(0) }
  }
}

extension SubType {
  fileprivate var valueTypes: [ValueType] {
    switch composite {
    case .function(let type): type.parameters + type.results
    }
  }

  fileprivate var concreteReferences: [TypeIndex] { valueTypes.compactMap(\.concreteReference) }

  fileprivate var hasConcreteReference: Bool { !concreteReferences.isEmpty }
}

extension ValueType {
  fileprivate var concreteReference: TypeIndex? {
    guard case .reference(let type) = self, case .concrete(let index) = type.heap else {
      return nil
    }
    return index
  }
}

extension WasmModule.Import.Entity {
  fileprivate var typeIndices: [TypeIndex] {
    switch self {
    case .function(let index), .tag(let index): [index]
    case .table(let type): [ValueType.reference(type.element).concreteReference].compactMap { $0 }
    case .global(let type): [type.value.concreteReference].compactMap { $0 }
    case .memory: []
    }
  }
}
