// The function types of a program: one number for all equal types of all its modules.
// Spec: Validation, Recursive Types and Matching.

import WasmModule

/// The number of a function type of a program.
public struct ProgramTypeIndex: Index {
  public let raw: UInt32
  public init(_ raw: UInt32) { self.raw = raw }
}

/// The numbers of the function types of a program.
public struct ProgramTypes: Sendable {
  /// A type of a module, which represents all equal types.
  public struct Row: Sendable {
    public let instance: InstanceIndex
    public let index: TypeIndex
  }

  /// The types by number. The concrete references in a type name types of that type's module.
  public private(set) var rows: [Row] = []
  private var groups: [TypeGroupKey: Int] = [:]
  /// The number of each type of each instance.
  private var numbers: [[ProgramTypeIndex]] = []

  public init() {}

  /// The number of a type of an instance's module.
  public func number(of type: TypeIndex, in instance: InstanceIndex) -> ProgramTypeIndex {
    numbers[instance.int][type.int]
  }

  /// The type with the program's numbers in place of the module's. Two are equal exactly if their types are.
  public func canonical(_ type: ValueType, in instance: InstanceIndex) -> ValueType {
    guard case .reference(let reference) = type else { return type }
    return .reference(canonical(reference, in: instance))
  }

  public func canonical(_ type: ReferenceType, in instance: InstanceIndex) -> ReferenceType {
    guard case .concrete(let index) = type.heap else { return type }
    let number = number(of: index, in: instance).raw
    return ReferenceType(isNullable: type.isNullable, heap: .concrete(TypeIndex(number)))
  }

  /// Numbers the types of the next instance's module.
  mutating func add(_ module: Module) {
    let instance = InstanceIndex(UInt32(truncatingIfNeeded: numbers.count))
    var own: [ProgramTypeIndex] = []
    while own.count < module.types.count {
      let group = module.types[module.types[TypeIndex(position: own.count)].group]
      var key = TypeGroupKey()
      for type in group {
        key.append(type.subtype, first: group.startIndex.int) { own[$0.int].raw }
      }
      let first = groups[key] ?? rows.count
      groups[key] = first
      for (offset, index) in group.indices.enumerated() {
        if first + offset == rows.count { rows.append(Row(instance: instance, index: index)) }
        own.append(ProgramTypeIndex(UInt32(truncatingIfNeeded: first + offset)))
      }
    }
    numbers.append(own)
  }

  /// Takes back what the last `add` did.
  mutating func removeLast() {
    numbers.removeLast()
    while let row = rows.last, row.instance.int == numbers.count { rows.removeLast() }
    let kept = rows.count
    groups = groups.filter { $0.value < kept }
  }
}
