// Rules of modules that need no typing: indices in range, limits, exports, the start function.
// Spec: 3.2 Types, 3.5 Modules.

extension Module {
  /// That a value type names only types that exist.
  func check(_ type: ValueType, at offset: Int) throws(WasmError) {
    if case .reference(let reference) = type { try check(reference, at: offset) }
  }

  func check(_ type: ReferenceType, at offset: Int) throws(WasmError) {
    if case .concrete(let index) = type.heap { try check(index, at: offset) }
  }

  private func check(_ index: TypeIndex, at offset: Int) throws(WasmError) {
    guard index.int < types.count else { throw .invalid("unknown type \(index)", at: offset) }
  }

  func checkTypeReferences() throws(WasmError) {
    for (position, type) in functions.enumerated() {
      try check(type, at: origins.functions[position])
    }
    for (position, table) in tables.enumerated() {
      try check(table.element, at: origins.tables[position])
    }
    for (position, global) in globals.enumerated() {
      try check(global.value, at: origins.globals[position])
    }
    for (position, tag) in tags.enumerated() {
      try check(tag, at: origins.tags[position])
      guard types[tag.int].results.isEmpty else {
        throw .invalid("non-empty tag result type", at: origins.tags[position])
      }
    }
    for (position, segment) in elements.enumerated() {
      try check(segment.type, at: origins.elements[position])
    }
  }

  func checkLimits() throws(WasmError) {
    for (position, table) in tables.enumerated() {
      for size in [table.limits.minimum, table.limits.maximum ?? 0]
      where !table.is64 && size > UInt64(UInt32.max) {
        throw .invalid("table size must be at most 2^32-1 elements", at: origins.tables[position])
      }
      try check(table.limits, at: origins.tables[position])
    }
    for (position, memory) in memories.enumerated() {
      try check(memory, at: origins.memories[position])
    }
  }

  private func check(_ limits: Limits, at offset: Int) throws(WasmError) {
    if let maximum = limits.maximum, maximum < limits.minimum {
      throw .invalid("size minimum must not be greater than maximum", at: offset)
    }
  }

  /// A memory's pages must be addressable, and with pages of one byte their count must fit the index
  /// type, so that the size can be told.
  private func check(_ memory: MemoryType, at offset: Int) throws(WasmError) {
    let addressBits: UInt64 = memory.is64 ? 64 : 32
    let pageBits = addressBits - UInt64(memory.pageLog2)
    let most = pageBits == addressBits ? UInt64.max >> (64 - addressBits) : 1 << pageBits
    for pages in [memory.limits.minimum, memory.limits.maximum ?? 0] where pages > most {
      throw .invalid("memory size must be at most \(most) pages", at: offset)
    }
    try check(memory.limits, at: offset)
    if memory.isShared && memory.limits.maximum == nil {
      throw .invalid("shared memory must have maximum", at: offset)
    }
  }

  func checkExports() throws(WasmError) {
    for (position, export) in exports.enumerated() {
      let (kind, index, count) =
        switch export.entity {
        case .function(let index): ("function", index.int, functions.count)
        case .table(let index): ("table", index.int, tables.count)
        case .memory(let index): ("memory", index.int, memories.count)
        case .global(let index): ("global", index.int, globals.count)
        case .tag(let index): ("tag", index.int, tags.count)
        }
      guard index < count else {
        throw .invalid("unknown \(kind) \(index)", at: origins.exports[position])
      }
    }
    guard let start else { return }
    guard start.int < functions.count else {
      throw .invalid("unknown function \(start)", at: origins.start)
    }
    let type = type(of: start)
    guard type.parameters.isEmpty && type.results.isEmpty else {
      throw .invalid("start function must have type [] -> [], found \(type)", at: origins.start)
    }
  }
}
