// Rules of modules that need no typing: indices in range, limits, exports, the start function.
// Spec: Validation, Types and Modules.

extension Module {
  /// Checks that a value type names only types that exist.
  func check(_ type: ValueType, at offset: Int) throws(WasmError) {
    if case .reference(let reference) = type { try check(reference, at: offset) }
  }

  func check(_ type: ReferenceType, at offset: Int) throws(WasmError) {
    if case .concrete(let index) = type.heap { try check(index, at: offset) }
  }

  private func check(_ index: TypeIndex, at offset: Int) throws(WasmError) {
    guard types.contains(index) else { throw .invalid("unknown type \(index)", at: offset) }
  }

  func checkTypeReferences() throws(WasmError) {
    for index in functions.indices {
      try check(functions[index].type, at: functions[index].origin)
    }
    for table in tables { try check(table.type.element, at: table.origin) }
    for index in globals.indices {
      try check(globals[index].type.value, at: globals[index].origin)
    }
    for tag in tags {
      try check(tag.type, at: tag.origin)
      guard functionType(tag.type).results.isEmpty else {
        throw .invalid("non-empty tag result type", at: tag.origin)
      }
    }
    for segment in elements { try check(segment.type, at: segment.origin) }
  }

  func checkLimits() throws(WasmError) {
    for table in tables { try table.type.check(at: table.origin) }
    for memory in memories { try memory.type.check(at: memory.origin) }
  }

  func checkExports() throws(WasmError) {
    for export in exports {
      let (kind, index, isKnown) =
        switch export.entity {
        case .function(let index): ("function", index.raw, functions.contains(index))
        case .table(let index): ("table", index.raw, tables.contains(index))
        case .memory(let index): ("memory", index.raw, memories.contains(index))
        case .global(let index): ("global", index.raw, globals.contains(index))
        case .tag(let index): ("tag", index.raw, tags.contains(index))
        }
      guard isKnown else { throw .invalid("unknown \(kind) \(index)", at: export.origin) }
    }
    guard let start else { return }
    guard functions.contains(start) else {
      throw .invalid("unknown function \(start)", at: startOrigin)
    }
    let type = type(of: start)
    guard type.parameters.isEmpty && type.results.isEmpty else {
      throw .invalid("start function must have type [] -> [], found \(type)", at: startOrigin)
    }
  }
}

// Limits. Spec: Validation, Limits.
extension Limits {
  fileprivate func check(at offset: Int) throws(WasmError) {
    if let maximum, maximum < minimum {
      throw .invalid("size minimum must not be greater than maximum", at: offset)
    }
  }
}

extension TableType {
  package func check(at offset: Int) throws(WasmError) {
    for size in [limits.minimum, limits.maximum ?? 0] where !is64 && size > UInt64(UInt32.max) {
      throw .invalid("table size must be at most 2^32-1 elements", at: offset)
    }
    try limits.check(at: offset)
  }
}

extension MemoryType {
  /// A memory's pages must be addressable. With pages of one byte, their number must fit the index type, so that
  /// memory.size can return it.
  package func check(at offset: Int) throws(WasmError) {
    let addressBits: UInt64 = is64 ? 64 : 32
    let pageBits = addressBits - UInt64(pageLog2)
    let most = pageBits == addressBits ? UInt64.max >> (64 - addressBits) : 1 << pageBits
    for pages in [limits.minimum, limits.maximum ?? 0] where pages > most {
      throw .invalid("memory size must be at most \(most) pages", at: offset)
    }
    try limits.check(at: offset)
    if isShared && limits.maximum == nil {
      throw .invalid("shared memory must have maximum", at: offset)
    }
  }
}
