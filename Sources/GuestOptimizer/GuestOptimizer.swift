// From lowered code to proven code: LLVM's pipeline with the passes of CGuestPasses, then the isolation check.
import CGuestPasses
import LLVMKit
import Lowering
import Targets

/// Optimises modules and proves them, so that code may be generated from them.
public struct GuestOptimizer: Sendable {
  public var level: LLVMKit.OptimizationLevel
  /// Whether memory, globals and tables are exact at every trap.
  public var preciseTraps: Bool
  /// Whether loops over guest memory are vectorised (Streams.h). By default they are, unless traps are precise.
  public var streams: Bool
  /// Runs LLVM's verifier after lowering and after the pipeline.
  public var verifies: Bool
  /// Whether small code matters more than fast code.
  public var forSize = false
  /// For a module that is a part of a program: what was found in the whole program.
  public var shadowStack = ShadowStack()

  public init(
    level: LLVMKit.OptimizationLevel, preciseTraps: Bool = false, streams: Bool? = nil,
    verifies: Bool = false
  ) {
    self.level = level
    self.preciseTraps = preciseTraps
    self.streams = streams ?? !preciseTraps
    self.verifies = verifies
  }

  public enum Stage: Sendable {
    case lowering, optimising, checking
  }

  /// The result of one attempt.
  public struct Attempt: Sendable {
    public let report: IsolationReport
    /// How long lowering and optimising took, and how long the check took.
    public let making, checking: Duration
    /// Whether another attempt follows, with less optimisation.
    public let isRepeated: Bool
  }

  /// Optimises the module that `lower` makes, and proves that it stays within its instance. If the proof fails, lowers
  /// again and optimises less.
  /// - Parameters:
  ///   - machine: The machine that code is generated for.
  ///   - willEnter: Called with each stage when it begins.
  ///   - didTry: Called with the result of each attempt.
  ///   - lower: Makes the module, and calls `describe` with its description for the check.
  /// - Throws: `IsolationError` if even the unoptimised module cannot be proven; `LLVMError`; what `lower` throws.
  public func proven(
    machine: borrowing LLVMTargetMachine, willEnter: (Stage) -> Void = { _ in },
    didTry: (Attempt) -> Void = { _ in },
    lower: (_ describe: (IsolationDescription) -> Void) throws -> LLVMModule
  ) throws -> LLVMModule {
    var freedom = OptimizerFreedom(streams: streams)
    while true {
      willEnter(.lowering)
      let start = ContinuousClock.now
      var description: IsolationDescription?
      let module = try lower { description = $0 }
      if verifies { try module.verify() }
      let digest = DescriptorDigest(of: module)
      willEnter(.optimising)
      try optimize(module, machine: machine, freedom: freedom)
      willEnter(.checking)
      guard let description else { preconditionFailure("lowering describes what it made") }
      let checking = ContinuousClock.now
      let report = checkIsolation(module, of: description, digest: digest)
      let next = freedom.narrowed(by: report.failures)
      didTry(
        Attempt(
          report: report, making: checking - start, checking: .now - checking,
          isRepeated: !report.isProven && next != nil))
      guard let failure = report.failures.first else { return module }
      guard let next else { throw IsolationError(failure: failure) }
      freedom = next
    }
  }

  private func optimize(
    _ module: borrowing LLVMModule, machine: borrowing LLVMTargetMachine, freedom: OptimizerFreedom
  ) throws(LLVMError) {
    freedom.apply(to: module)
    let options = swasm_optimize_options(
      streams: freedom.streams, precise_traps: preciseTraps, verify: verifies,
      registers: machine.target.argumentRegisters.forPasses, shadow_stack: shadowStack.found,
      for_size: forSize)
    let level = freedom.isNothing ? .none : level
    let message = swasm_optimize(module.handle, machine.handle, UInt32(level.rawValue), options)
    guard let message else { return }
    defer { swasm_optimize_free(message) }
    throw LLVMError(String(cString: message))
  }
}

extension RegisterCounts {
  /// The passes count floats and vectors as one. So where vectors do not fit a register, they use none for either.
  fileprivate var forPasses: swasm_argument_registers {
    swasm_argument_registers(
      general: UInt32(truncatingIfNeeded: general),
      vector: holdsV128 ? UInt32(truncatingIfNeeded: vector) : 0)
  }
}

/// Where the guest's stack pointer is, which exceptions reset; empty if exceptions must not reset it.
public struct ShadowStack: Sendable {
  fileprivate var found = swasm_shadow_stack()

  public init() {}

  /// - Parameter module: All code of a program, as lowering makes it. Functions that nothing calls are removed from it.
  public init(of module: borrowing LLVMModule) { found = swasm_find_shadow_stack(module.handle) }
}

/// The lowered code is not proven to stay within its instance, even without optimisation. This is a mistake of the
/// compiler.
public struct IsolationError: Error, CustomStringConvertible {
  public let failure: IsolationFailure

  public var description: String { "isolation is not proven: \(failure.message)" }
}

/// Tells LLVM which code is hot, in a program whose branches have weights. `counts` are the counts of all its blocks.
public func setProfileSummary(_ module: borrowing LLVMModule, counts: [UInt64]) {
  swasm_set_profile_summary(module.handle, counts, counts.count)
}
