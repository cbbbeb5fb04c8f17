// A key by which recursion groups are compared. Spec: Validation, Rolling and Unrolling.

/// The keys of two groups are equal exactly if their types are equal. References inside of the group count by position.
/// References to earlier types count by numbers that are equal exactly if those types are.
public struct TypeGroupKey: Hashable, Sendable {
  private var words: [UInt64] = []

  public init() {}

  /// Adds the next type of the group.
  /// - Parameters:
  ///   - first: The index of the group's first type.
  ///   - number: Returns the number of a type that comes before the group.
  public mutating func append(
    _ type: SubType, first: Int, number: (TypeIndex) -> UInt32
  ) {
    words.append(UInt64(type.supertypes.count) << 1 | (type.isFinal ? 1 : 0))
    for supertype in type.supertypes { append(supertype, flags: 0, first, number) }
    switch type.composite {
    case .function(let type):
      append(type.parameters, first, number)
      append(type.results, first, number)
    }
  }

  private mutating func append(
    _ types: [ValueType], _ first: Int, _ number: (TypeIndex) -> UInt32
  ) {
    words.append(UInt64(types.count))
    for type in types {
      guard case .reference(let reference) = type, case .concrete(let index) = reference.heap else {
        words.append(UInt64(OperandType(type).raw))
        continue
      }
      append(index, flags: reference.isNullable ? 1 << 32 : 0, first, number)
    }
  }

  private mutating func append(
    _ index: TypeIndex, flags: UInt64, _ first: Int, _ number: (TypeIndex) -> UInt32
  ) {
    if index.int >= first {
      words.append(3 << 40 | flags | UInt64(index.int - first))
    } else {
      words.append(2 << 40 | flags | UInt64(number(index)))
    }
  }
}
