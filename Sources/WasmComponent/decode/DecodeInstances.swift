// Sections 2, 5 and 6: core instances, instances and aliases. Spec: Binary.md, Instance Definitions, Alias Definitions.

import WasmModule

extension ByteCursor {
  mutating func coreInstanceExpression() throws(WasmError) -> CoreInstanceExpression {
    let offset = position
    let form = try byte()
    switch form {
    case 0:
      let module = CoreModuleIndex(try u32())
      let arguments = try vector(
        of: "arguments", limit: ComponentLimits.instanceArguments
      ) { (cursor) throws(WasmError) in try cursor.coreInstantiationArgument() }
      return .instantiate(module, arguments: arguments)
    case 1:
      return .exports(
        try vector(
          of: "exports", limit: ComponentLimits.instanceExports
        ) { (cursor) throws(WasmError) in
          let name = try cursor.name().text
          return CoreInlineExport(name: name, item: try cursor.coreItem())
        })
    default: throw .unknownByte(form, for: "a core instance", at: offset)
    }
  }

  private mutating func coreInstantiationArgument() throws(WasmError) -> CoreInstantiationArgument {
    let name = try name().text
    let offset = position
    let sort = try byte()
    guard sort == 0x12 else {
      throw .unknownByte(sort, for: "the sort of an argument, which is an instance", at: offset)
    }
    return CoreInstantiationArgument(name: name, instance: CoreInstanceIndex(try u32()))
  }

  mutating func instanceExpression() throws(WasmError) -> InstanceExpression {
    let offset = position
    let form = try byte()
    switch form {
    case 0:
      let component = ComponentIndex(try u32())
      let arguments = try vector(
        of: "arguments", limit: ComponentLimits.instanceArguments
      ) { (cursor) throws(WasmError) in
        let name = try cursor.name().text
        return InstantiationArgument(name: name, item: try cursor.componentItem())
      }
      return .instantiate(component, arguments: arguments)
    case 1:
      return .exports(
        try vector(
          of: "exports", limit: ComponentLimits.instanceExports
        ) { (cursor) throws(WasmError) in
          let name = try cursor.externName()
          return InlineExport(name: name, item: try cursor.componentItem())
        })
    default: throw .unknownByte(form, for: "an instance", at: offset)
    }
  }

  mutating func alias() throws(WasmError) -> Alias {
    let offset = position
    let sort = try byte()
    let core = sort == 0 ? try byte() : nil
    guard core != nil || (1...5).contains(sort) else {
      throw .unknownByte(sort, for: "the sort of an alias", at: offset)
    }
    let targetOffset = position
    let target = try byte()
    switch target {
    case 0:
      let sort = try AliasSort(sort, core, at: offset).exported(at: offset)
      let instance = ComponentInstanceIndex(try u32())
      return .export(of: instance, name: try name().text, sort: sort)
    case 1:
      let sort = try AliasSort(sort, core, at: offset).exportedByCore(at: offset)
      let instance = CoreInstanceIndex(try u32())
      return .coreExport(of: instance, name: try name().text, sort: sort)
    case 2:
      let sort = try AliasSort(sort, core, at: offset).outer(at: offset)
      let count = try u32()
      return .outer(count: count, index: try u32(), sort: sort)
    default: throw .unknownByte(target, for: "the target of an alias", at: targetOffset)
    }
  }
}

/// The sort of an alias as it is written. Each kind of target allows some of them.
private struct AliasSort {
  let sort: UInt8
  let core: UInt8?

  init(_ sort: UInt8, _ core: UInt8?, at offset: Int) {
    self.sort = sort
    self.core = core
  }

  func exported(at offset: Int) throws(WasmError) -> ComponentSort {
    switch (sort, core) {
    case (0, 0x11): return .coreModule
    case (1, _): return .function
    case (2, _): return .value
    case (3, _): return .type
    case (4, _): return .component
    case (5, _): return .instance
    default: throw unknown("an alias of an export", at: offset)
    }
  }

  func exportedByCore(at offset: Int) throws(WasmError) -> CoreSort {
    guard let core, let sort = CoreSort(rawValue: core) else {
      throw unknown("an alias of an export of a core instance", at: offset)
    }
    return sort
  }

  func outer(at offset: Int) throws(WasmError) -> OuterSort {
    switch (sort, core) {
    case (0, 0x10): return .coreType
    case (0, 0x11): return .coreModule
    case (3, _): return .type
    case (4, _): return .component
    default: throw unknown("an outer alias", at: offset)
    }
  }

  private func unknown(_ what: String, at offset: Int) -> WasmError {
    .unknownByte(core ?? sort, for: "the sort of \(what)", at: core == nil ? offset : offset + 1)
  }
}
