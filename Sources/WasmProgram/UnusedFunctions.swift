// Finds the functions of a program that nothing can call. They are validated like the others, but no code is made for
// them. So a call of the runtime that only they make is not linked, and the filter of system calls does not allow what
// that call needs.

import WasmModule

extension Program {
  /// Marks functions of all instances as unused. Used are the exports of the main instance, the start functions, the
  /// functions to which a module makes references, and what these call. Do not call this if a host looks up exports.
  public mutating func leaveOutUnusedFunctions() {
    var used = UsedFunctions(self)
    used.findAll()
    for position in instances.indices { instances[position].isUsed = used.isUsed[position] }
  }
}

private struct UsedFunctions {
  let program: Program
  /// For each instance and each of its functions. Imports count as used.
  var isUsed: [[Bool]]
  private var waiting: [Item<FunctionIndex>] = []

  init(_ program: Program) {
    self.program = program
    isUsed = program.instances.map { instance in
      let functions = instance.module.functions
      return functions.indices.map { functions.isImported($0) }
    }
  }

  mutating func findAll() {
    for instance in program.indices {
      let validated = program[instance].validated
      if let start = validated.module.start { use(Item(instance, start)) }
      for index in validated.module.functions.indices where validated.isReferenced[index.int] {
        use(Item(instance, index))
      }
    }
    if let main = program.main {
      for export in program[main].module.exports {
        if case .function(let index) = export.entity { use(Item(main, index)) }
      }
    }
    while let function = waiting.popLast() { visit(function) }
  }

  private mutating func use(_ item: Item<FunctionIndex>) {
    let origin = program.origin(item)
    guard !isUsed[origin.instance.int][origin.index.int] else { return }
    isUsed[origin.instance.int][origin.index.int] = true
    waiting.append(origin)
  }

  private mutating func visit(_ function: Item<FunctionIndex>) {
    let module = program[function.instance].module
    guard let body = module.functions[function.index].body else { return }
    var reader = InstructionReader(module.bytes, range: body.instructions)
    while !reader.isAtEnd, let instruction = try? reader.next() {
      guard case .call(let call) = instruction.opcode.special else { continue }
      switch call.callee {
      case .immediate: use(Item(function.instance, instruction.functionIndex))
      case .operand: break
      }
    }
  }
}
