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
    _ type: FunctionType, isFinal: Bool, first: Int, number: (TypeIndex) -> UInt32
  ) {
    words.append(isFinal ? 1 : 0)
    append(type.parameters, first, number)
    append(type.results, first, number)
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
      let nullable: UInt64 = reference.isNullable ? 1 << 32 : 0
      if index.int >= first {
        words.append(3 << 40 | nullable | UInt64(index.int - first))
      } else {
        words.append(2 << 40 | nullable | UInt64(number(index)))
      }
    }
  }
}
