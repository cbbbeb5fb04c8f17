// The locals of the body being validated: their types, and which of those without a default value
// have been set. Spec: Validation, Variable Instructions and Local Types.
//
// The first locals are kept flat, the others as runs. So the time to enter a body grows with the bytes of its
// declarations, and not with the number of locals that they declare.

struct LocalTypes: ~Copyable {
  private static let flatCount = 64

  private(set) var count = 0
  private var flat = FlatStack<OperandType>(capacity: LocalTypes.flatCount)
  /// For each run, the index after its last local.
  private var runEnds = FlatStack<UInt32>()
  private var runTypes = FlatStack<OperandType>()

  /// Whether any local lacks a default value.
  private(set) var tracksInitialisation = false
  /// For each local; true only for locals in `initialised`.
  private var isInitialised = FlatStack<Bool>()
  /// Locals without a default value that have been set, in the order in which they were set.
  private var initialised = FlatStack<UInt32>()

  /// For each local, the position where its last assignment inside a loop was recorded. Positions only grow from body
  /// to body, so those of earlier bodies never count as recent.
  var lastAssignment = FlatStack<Int>()

  mutating func enter(
    _ body: FunctionBody, _ parameters: [ValueType], _ module: Module
  ) throws(WasmError) {
    forgetInitialised(downTo: 0)
    count = 0
    flat.truncate(to: 0)
    runEnds.truncate(to: 0)
    runTypes.truncate(to: 0)
    tracksInitialisation = false
    for parameter in parameters { append(1, OperandType(parameter, module.types)) }
    for run in body.locals {
      try module.check(run.type, at: body.range.lowerBound)
      append(Int(run.count), OperandType(run.type, module.types))
      if !run.type.isDefaultable { tracksInitialisation = true }
    }
    guard count <= ImplementationLimits.locals else {
      throw .limit("locals", ImplementationLimits.locals, at: body.range.lowerBound)
    }
    if tracksInitialisation {
      isInitialised.extend(to: count, with: false)
      for index in parameters.indices { initialise(UInt32(truncatingIfNeeded: index)) }
    }
  }

  private mutating func append(_ additional: Int, _ type: OperandType) {
    count += additional
    flat.extend(to: min(count, LocalTypes.flatCount), with: type)
    if count > LocalTypes.flatCount {
      runEnds.push(UInt32(truncatingIfNeeded: count))
      runTypes.push(type)
    }
  }

  /// The type of local `index`; nil if there is no such local.
  @inline(__always)
  mutating func type(_ index: UInt32) -> OperandType? {
    if Int(index) < flat.count { return flat[Int(index)] }
    return Int(index) < count ? typeInRuns(index) : nil
  }

  @inline(never)
  private mutating func typeInRuns(_ index: UInt32) -> OperandType {
    var low = 0
    var high = runEnds.count - 1
    while low < high {
      let middle = (low + high) / 2
      if runEnds[middle] > index { high = middle } else { low = middle + 1 }
    }
    return runTypes[low]
  }
}

// Initialisation of locals without a default value.
extension LocalTypes {
  var initialisedHeight: Int { initialised.count }

  @inline(__always)
  mutating func mayGet(_ index: UInt32, _ type: OperandType) -> Bool {
    !tracksInitialisation || !type.isReference || type.isNullable || isInitialised[Int(index)]
  }

  mutating func initialise(_ index: UInt32) {
    guard tracksInitialisation, !isInitialised[Int(index)] else { return }
    isInitialised[Int(index)] = true
    initialised.push(index)
  }

  /// Call this at the end of a frame. Locals that were set inside it count as unset again.
  mutating func forgetInitialised(downTo height: Int) {
    while initialised.count > height { isInitialised[Int(initialised.pop())] = false }
  }
}
