// Validates a module. This file has the rules of initialisers, segments and references to functions. ModuleRules.swift
// has the rules that need no typing, and FunctionValidator validates bodies and expressions. Nothing else makes a
// ValidatedModule. Spec: Validation, Modules.

/// Validates modules.
public struct ModuleValidator: ~Copyable {
  private let module: Module
  private var functions: FunctionValidator

  private init(_ module: Module) {
    self.module = module
    functions = FunctionValidator(module)
  }

  /// Checks every rule that decoding has not checked, bodies included. Throws at the first rule that the module breaks.
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

  /// By function of the module: whether bodies may take references to it. Spec: Validation, Modules (C.refs).
  static func declaredFunctions(of module: Module) throws(WasmError) -> [Bool] {
    var validator = ModuleValidator(module)
    try validator.declareFunctions()
    return validator.functions.facts.isDeclared.toArray()
  }

  private mutating func checkBodies() throws(WasmError) -> [FunctionFacts] {
    var facts: [FunctionFacts] = []
    facts.reserveCapacity(module.functions.defined.count)
    for function in module.functions {
      if let body = function.body { facts.append(try functions.validate(body, function.type)) }
    }
    return facts
  }
}

// The functions to which bodies may take references: those that exports, initialisers and element segments name. Spec:
// Validation, Modules (C.refs).
extension ModuleValidator {
  private mutating func declareFunctions() throws(WasmError) {
    for export in module.exports {
      if case .function(let index) = export.entity { functions.facts.isDeclared[index.int] = true }
    }
    for global in module.globals { try declare(in: global.initializer) }
    for table in module.tables { try declare(in: table.initializer) }
    for segment in module.elements {
      switch segment.items {
      case .functions(let indexes):
        for index in indexes {
          guard module.functions.contains(index) else {
            throw .invalid("unknown function \(index)", at: segment.origin)
          }
          declare(index)
        }
      case .expressions(let expressions):
        for expression in expressions { try declare(in: expression) }
      }
    }
  }

  /// Ignores indices out of range; the check of the expression reports them.
  private mutating func declare(_ index: FunctionIndex) {
    guard module.functions.contains(index) else { return }
    functions.facts.isDeclared[index.int] = true
    functions.facts.isReferenced[index.int] = true
  }

  private mutating func declare(in expression: ConstantExpression?) throws(WasmError) {
    guard let expression else { return }
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
    for index in module.tables.defined.indices {
      let table = module.tables[index]
      if let initializer = table.initializer {
        let element = functions.facts.tables[index.int].element
        try functions.validate(
          initializer, element, visibleGlobals: module.globals.importedCount)
      } else if !table.type.element.isNullable {
        throw .invalid(
          "type mismatch: a table of \(table.type.element) needs an initial value",
          at: table.origin)
      }
    }
    for index in module.globals.indices {
      guard let initializer = module.globals[index].initializer else { continue }
      let type = functions.facts.globals[index.int].type
      try functions.validate(initializer, type, visibleGlobals: index.int)
    }
  }

  private mutating func checkElements() throws(WasmError) {
    for position in module.elements.indices {
      let segment = module.elements[position]
      let type = functions.facts.elements[position.int]
      if case .active(let index, let offset) = segment.mode {
        guard module.tables.contains(index) else {
          throw .invalid("unknown table \(index)", at: segment.origin)
        }
        let table = functions.facts.tables[index.int]
        guard type.matches(table.element) else {
          throw .invalid(
            "type mismatch: a segment of \(type) for a table of \(table.element)",
            at: segment.origin)
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
    for segment in module.data {
      guard case .active(let index, let offset) = segment.mode else { continue }
      guard module.memories.contains(index) else {
        throw .invalid("unknown memory \(index)", at: segment.origin)
      }
      let address = functions.facts.memories[index.int]
      try functions.validate(offset, address, visibleGlobals: module.globals.count)
    }
  }
}
