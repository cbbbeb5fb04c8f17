/// Instructions that LLVM offers only as intrinsics of the processor, and not as a general operation. nil if there is
/// no such instruction; then lowering emits several others.
public struct MachineInstructions: Sendable, Hashable {
  /// For `i8x16.swizzle`. Spec: Execution, Vector Operations.
  public var byteShuffle: ByteShuffle?
  /// For `f32x4.pmin` and its relatives. Spec: Execution, fpmin and fpmax.
  public var pseudoExtrema: PseudoExtrema?

  /// Takes bytes of its first operand. The bytes of its second operand are the indices.
  public struct ByteShuffle: Sendable, Hashable {
    public let intrinsic: String
    /// Whether the intrinsic's name ends with the type of the vector.
    public let isOverloaded: Bool
    public let zeroes: Zeroes
    /// The feature of the processor that has it; nil if each processor of the target does.
    public var feature: String?

    /// Which indices give 0.
    public enum Zeroes: Sendable, Hashable {
      case thoseOverFifteen
      /// Other indices count modulo 16.
      case thoseWithTheTopBit
    }
  }

  /// Intrinsics that are `left < right ? left : right` lane by lane, and the same with `>`.
  public struct PseudoExtrema: Sendable, Hashable {
    public let minimumF32x4, maximumF32x4, minimumF64x2, maximumF64x2: String
  }

  /// The instructions of a processor with these features.
  func with(_ features: [String]) -> MachineInstructions {
    var result = self
    if let feature = byteShuffle?.feature, !features.contains(feature) { result.byteShuffle = nil }
    return result
  }
}
