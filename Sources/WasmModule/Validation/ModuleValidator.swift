// Validates a module: its own rules here, bodies and expressions by FunctionValidator. The only maker
// of a ValidatedModule. Spec: 3.5 Modules.

public struct ModuleValidator: ~Copyable {
  private let module: Module
  private var functions: FunctionValidator

  private init(_ module: Module) {
    self.module = module
    functions = FunctionValidator(module)
  }

  public static func validate(_ module: Module) throws(WasmError) -> ValidatedModule {
    try module.checkTypeReferences()
    try module.checkLimits()
    try module.checkExports()
    var validator = ModuleValidator(module)
    try validator.declareFunctions()
    try validator.checkInitializers()
    try validator.checkElements()
    try validator.checkData()
    let facts = try validator.checkBodies()
    return ValidatedModule(
      module: module, facts: facts, loops: validator.functions.loops,
      loopAssignments: validator.functions.loopAssignments,
      isReferenced: validator.functions.facts.isReferenced.toArray(),
      isTableWritten: validator.functions.facts.isTableWritten.toArray())
  }

  private mutating func checkBodies() throws(WasmError) -> [FunctionFacts] {
    var facts: [FunctionFacts] = []
    facts.reserveCapacity(module.bodies.count)
    var index = module.importedFunctionCount
    for body in module.bodies {
      facts.append(try functions.validate(body, module.functions[index]))
      index += 1
    }
    return facts
  }
}

// Functions whose reference bodies may take: those that occur outside of bodies. Spec: 3.5 (C.refs).
extension ModuleValidator {
  private mutating func declareFunctions() throws(WasmError) {
    for export in module.exports {
      if case .function(let index) = export.entity { functions.facts.isDeclared[index.int] = true }
    }
    for expression in module.globalInitializers { try declare(in: expression) }
    for expression in module.tableInitializers {
      if let expression { try declare(in: expression) }
    }
    for (position, segment) in module.elements.enumerated() {
      switch segment.items {
      case .functions(let indexes):
        for index in indexes {
          guard index.int < module.functions.count else {
            throw .invalid("unknown function \(index)", at: module.origins.elements[position])
          }
          declare(index)
        }
      case .expressions(let expressions):
        for expression in expressions { try declare(in: expression) }
      }
    }
  }

  /// Indices out of range are left to the check of the expression.
  private mutating func declare(_ index: FunctionIndex) {
    guard index.int < module.functions.count else { return }
    functions.facts.isDeclared[index.int] = true
    functions.facts.isReferenced[index.int] = true
  }

  private mutating func declare(in expression: ConstantExpression) throws(WasmError) {
    functions.reader.restart(expression.range)
    while !functions.reader.isAtEnd {
      try functions.reader.read(&functions.instruction)
      if functions.instruction.opcode == .refFunc { declare(functions.instruction.functionIndex) }
    }
  }
}

// Initialisers and segments.
extension ModuleValidator {
  private mutating func checkInitializers() throws(WasmError) {
    for (position, expression) in module.tableInitializers.enumerated() {
      let table = module.importedTableCount + position
      if let expression {
        let element = functions.facts.tables[table].element
        try functions.validate(
          expression, element, visibleGlobals: module.importedGlobalCount)
      } else if !module.tables[table].element.isNullable {
        throw .invalid(
          "type mismatch: a table of \(module.tables[table].element) needs an initial value",
          at: module.origins.tables[table])
      }
    }
    for (position, expression) in module.globalInitializers.enumerated() {
      let global = module.importedGlobalCount + position
      let type = functions.facts.globals[global].type
      try functions.validate(expression, type, visibleGlobals: global)
    }
  }

  private mutating func checkElements() throws(WasmError) {
    for (position, segment) in module.elements.enumerated() {
      let type = functions.facts.elements[position]
      if case .active(let index, let offset) = segment.mode {
        let origin = module.origins.elements[position]
        guard index.int < module.tables.count else {
          throw .invalid("unknown table \(index)", at: origin)
        }
        let table = functions.facts.tables[index.int]
        guard type.matches(table.element) else {
          throw .invalid(
            "type mismatch: a segment of \(type) for a table of \(table.element)", at: origin)
        }
        try functions.validate(offset, table.address, visibleGlobals: module.globals.count)
      }
      if case .expressions(let expressions) = segment.items {
        for expression in expressions {
          try functions.validate(expression, type, visibleGlobals: module.globals.count)
        }
      }
    }
  }

  private mutating func checkData() throws(WasmError) {
    for (position, segment) in module.data.enumerated() {
      guard case .active(let index, let offset) = segment.mode else { continue }
      guard index.int < module.memories.count else {
        throw .invalid("unknown memory \(index)", at: module.origins.data[position])
      }
      let address = functions.facts.memories[index.int]
      try functions.validate(offset, address, visibleGlobals: module.globals.count)
    }
  }
}
