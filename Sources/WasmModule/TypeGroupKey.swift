// What a recursion group is compared by. Spec: 3.1.2, Rolling and Unrolling.

/// Equal for two groups exactly where their types are equal: references inside of the group count by position, references
/// to earlier types by numbers that are equal exactly where those types are.
public struct TypeGroupKey: Hashable, Sendable {
  private var words: [UInt64] = []

  public init() {}

  /// - Parameters:
  ///   - first: The index of the group's first type.
  ///   - number: Of a type that comes before the group.
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
