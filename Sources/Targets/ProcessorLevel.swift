/// A set of processors of one target that can all run the same code.
///
/// The compiler uses no feature beyond the level. So the check when an executable starts is exact, and two machines of
/// one level make the same executable.
public struct ProcessorLevel: Sendable, Hashable {
  /// Its name for `--cpu`.
  public let name: String
  /// LLVM's name of the least processor of this level.
  public let llvmName: String
  /// Its position among the target's levels, from 1. The policy has it, and the runtime compares it
  /// (SWASM_POLICY_PROCESSOR).
  public let number: UInt32
  /// LLVM's names of the features that it adds to the level below.
  public let features: [String]
  /// LLVM's preferences among instructions: features in LLVM's notation, `+a,-b`.
  public let tuning: String
  public let instructions: MachineInstructions

  /// What `llvmName` may not say: the features and the preferences, in LLVM's notation.
  public var llvmFeatures: String {
    (features.map { "+\($0)" } + (tuning.isEmpty ? [] : [tuning])).joined(separator: ",")
  }
}

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
}
