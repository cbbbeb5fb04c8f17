// The optimiser for guest code: LLVM's pipeline with the passes of CStreamPasses in it.
import CStreamPasses
import LLVMKit

/// What the optimiser may do. Less of it is tried where the check of isolation does not prove what came out.
public enum OptimizerFreedom: Sendable, Equatable {
  case everything
  /// Loops of these functions, by LLVM's names, stay as the guest wrote them (Streams.h).
  case noStreamsIn([String])
  case noStreams
  case nothing

  /// What to try after a module in which `failures` were not proven; nil: nothing is left.
  public func narrowed(by failures: [IsolationFailure]) -> OptimizerFreedom? {
    switch self {
    case .everything: .noStreamsIn(failures.map(\.function))
    case .noStreamsIn: .noStreams
    case .noStreams: .nothing
    case .nothing: nil
    }
  }

  var hasStreams: Bool {
    switch self {
    case .everything, .noStreamsIn: true
    case .noStreams, .nothing: false
    }
  }
}

/// Optimises a lowered module in place, before code is generated for `machine`.
/// - Parameter preciseTraps: Memory, globals and tables are exact whenever a trap strikes.
public func optimizeGuest(
  _ module: borrowing LLVMModule, level: LLVMKit.OptimizationLevel,
  machine: borrowing LLVMTargetMachine,
  freedom: OptimizerFreedom, preciseTraps: Bool, verifies: Bool = false
) throws(LLVMError) {
  if case .noStreamsIn(let names) = freedom {
    let attribute = LLVMAttributes(context: module.context).string(SWASM_NO_STREAMS_ATTRIBUTE)
    for name in names { module.function(named: name)?.addFunctionAttribute(attribute) }
  }
  let options = swasm_optimize_options(
    streams: freedom.hasStreams, precise_traps: preciseTraps, verify: verifies)
  let level = freedom == .nothing ? .none : level
  let message = swasm_optimize(module.handle, machine.handle, UInt32(level.rawValue), options)
  guard let message else { return }
  defer { swasm_optimize_free(message) }
  throw LLVMError(String(cString: message))
}

/// Tells LLVM what is hot in a program whose branches have weights: `counts` of all its blocks.
public func setProfileSummary(_ module: borrowing LLVMModule, counts: [UInt64]) {
  swasm_set_profile_summary(module.handle, counts, counts.count)
}
