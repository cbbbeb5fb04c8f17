// The functions of an instance that a reference can be made to, and the places of their swasm_funcref.
//
// Every partition of a program computes the same answer from the program alone, so that they agree.
import WasmModule
import WasmProgram

struct ReferencedFunctions {
  /// The descriptor's `functions`, in ascending order. Functions of another instance or of a host are not among them.
  let indices: [FunctionIndex]
  /// The imports with an entry in function_pointers, in ascending order. Their entries come first. Each of them is a
  /// host's function, or a function of another instance to which this instance can make a reference.
  let linked: [FunctionIndex]
  private let positions: [FunctionIndex: Int]
  private let linkedPositions: [FunctionIndex: Int]

  /// For each instance: the functions whose reference is taken in their own module or in one that imports them, the
  /// functions that a host can see, and the start function. Spec: Validation, Modules (C.refs).
  static func all(of program: Program, options: LoweringOptions) -> [ReferencedFunctions] {
    var isWanted = program.instances.map { $0.validated.isReferenced }
    for instance in program.indices {
      let module = program[instance].module
      var wanted = module.functions.indices.filter { isWanted[instance.int][$0.int] }
      for export in module.exports where options.isVisible(export, of: instance, in: program) {
        if case .function(let index) = export.entity { wanted.append(index) }
      }
      if let start = module.start { wanted.append(start) }
      for function in wanted {
        isWanted[instance.int][function.int] = true
        let origin = program.origin(Item(instance, function))
        isWanted[origin.instance.int][origin.index.int] = true
      }
    }
    return program.indices.map {
      ReferencedFunctions(program[$0], isWanted: isWanted[$0.int])
    }
  }

  private init(_ instance: Program.Instance, isWanted: [Bool]) {
    var found: [FunctionIndex] = []
    var linked: [FunctionIndex] = []
    for function in instance.module.functions.indices {
      let isImported = instance.module.functions.isImported(function)
      let provider = isImported ? instance.functions[function.int] : nil
      switch provider {
      case .host: linked.append(function)
      case .instance: if isWanted[function.int] { linked.append(function) }
      case .wasi, .trap, .componentTrap, nil: if isWanted[function.int] { found.append(function) }
      }
    }
    indices = found
    self.linked = linked
    positions = Self.positions(found)
    linkedPositions = Self.positions(linked)
  }

  private static func positions(_ functions: [FunctionIndex]) -> [FunctionIndex: Int] {
    Dictionary(uniqueKeysWithValues: functions.enumerated().map { ($0.element, $0.offset) })
  }

  /// The number of entries of function_pointers.
  var pointerCount: Int { linked.count + indices.count }

  /// The position in `functions`; nil for functions of another instance or of a host, and for those not listed.
  func position(of function: FunctionIndex) -> Int? { positions[function] }

  /// The position in the instance's function_pointers.
  func pointerPosition(of function: FunctionIndex) -> Int? {
    linkedPositions[function] ?? positions[function].map { $0 + linked.count }
  }
}
