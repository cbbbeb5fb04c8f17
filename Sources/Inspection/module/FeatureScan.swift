// The features of WebAssembly that modules use: by their types, and by their instructions.

import WasmModule

struct FeatureScan {
  private var features: Set<Feature> = []
  private var opcodes: Set<Opcode> = []

  /// In the order of `Feature`, without those that every module has.
  var names: [String] {
    Feature.allCases.filter { $0 != .mvp && features.contains($0) }.map(\.name)
  }

  mutating func insert(_ feature: Feature) { features.insert(feature) }

  /// Adds the features of a module, which need not be valid.
  mutating func add(_ module: Module) {
    addTypes(of: module)
    addItems(of: module)
    for function in module.functions {
      guard let body = function.body else { continue }
      for run in body.locals { add(run.type) }
      addInstructions(module.bytes, body.instructions)
    }
    for global in module.globals {
      add(global.type.value)
      if let initializer = global.initializer { addConstant(module.bytes, initializer.range) }
    }
    for opcode in opcodes { features.insert(opcode.info.feature) }
  }

  private mutating func addTypes(of module: Module) {
    for type in module.types {
      switch type.subtype.composite {
      case .function(let function):
        if function.results.count > 1 { features.insert(.multiValue) }
        for value in function.parameters + function.results { add(value) }
      }
    }
  }

  private mutating func addItems(of module: Module) {
    if module.memories.count > 1 { features.insert(.multiMemory) }
    for memory in module.memories {
      if memory.type.is64 { features.insert(.memory64) }
      if memory.type.isShared { features.insert(.threads) }
      if memory.type.pageLog2 != 16 { features.insert(.customPageSizes) }
    }
    if module.tables.count > 1 { features.insert(.referenceTypes) }
    for table in module.tables {
      if table.type.is64 { features.insert(.memory64) }
      if table.type.element != .funcref { features.insert(.referenceTypes) }
    }
    if !module.tags.isEmpty { features.insert(.exceptions) }
    if module.declaredDataCount != nil { features.insert(.bulkMemory) }
  }

  private mutating func add(_ type: ValueType) {
    switch type {
    case .i32, .i64, .f32, .f64: break
    case .v128: features.insert(.simd)
    case .reference(let reference):
      features.insert(.referenceTypes)
      if case .concrete = reference.heap { features.insert(.functionReferences) }
      if !reference.isNullable { features.insert(.functionReferences) }
    }
  }

  /// Stops where the bytes are no instruction.
  private mutating func addInstructions(_ bytes: ModuleBytes, _ range: Range<Int>) {
    var reader = InstructionReader(bytes, range: range)
    while !reader.isAtEnd, let instruction = try? reader.next() {
      opcodes.insert(instruction.opcode)
    }
  }

  private mutating func addConstant(_ bytes: ModuleBytes, _ range: Range<Int>) {
    var reader = InstructionReader(bytes, range: range)
    while !reader.isAtEnd, let instruction = try? reader.next() {
      features.insert(instruction.opcode.info.featureInConstants)
    }
  }
}
