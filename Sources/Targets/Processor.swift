/// A kind of processor that code is for: what it must have, and which one should run it fastest.
///
/// Code uses the target's baseline and those features that an executable can check when it starts, and no other. So
/// the check is exact, and two machines make the same executable for one processor.
public struct Processor: Sendable, Hashable {
  public let target: Target
  /// Its name for people.
  public let name: String
  /// LLVM's names of the features beyond the baseline, in the order of `Target.features`.
  public let features: [String]
  /// LLVM's name of the processor for which code is arranged. It decides nothing about what the code needs.
  public let tunedFor: String

  /// - Parameter features: Those that are none of `target.features` are left out.
  public init(
    _ target: Target, name: String, features: some Collection<String>, tunedFor: String
  ) {
    self.target = target
    self.name = name
    self.features = target.features.filter { features.contains($0) }
    self.tunedFor = tunedFor
  }

  /// The features as a set: each is the bit of its position in `Target.features` (SWASM_POLICY_PROCESSOR).
  public var featureBits: UInt64 {
    target.features.indices.reduce(0) { bits, position in
      features.contains(target.features[position]) ? bits | 1 << UInt64(position) : bits
    }
  }

  public var instructions: MachineInstructions { target.instructions.with(features) }

  /// What LLVM must be told beside the name of the target's baseline: the features and the preferences, in its
  /// notation, `+a,-b`.
  public var llvmFeatures: String {
    ((target.baselineFeatures + features).map { "+\($0)" } + target.tuning).joined(separator: ",")
  }
}

extension Target {
  /// The processor that has no more than each processor of the target.
  public var baseline: Processor {
    Processor(self, name: baselineName, features: [], tunedFor: llvmBaseline)
  }
}
