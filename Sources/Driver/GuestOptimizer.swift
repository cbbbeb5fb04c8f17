// The optimiser for guest code: LLVM's pipeline with the passes of CStreamPasses in it.
import CStreamPasses
import LLVMKit

/// Optimises a lowered module in place, before code is generated for `machine`.
/// - Parameters:
///   - streams: Lets loops over guest memory be vectorised.
///   - preciseTraps: Memory, globals and tables are exact whenever a trap strikes.
public func optimizeGuest(
  _ module: borrowing LLVMModule, level: LLVMKit.OptimizationLevel,
  machine: borrowing LLVMTargetMachine,
  streams: Bool, preciseTraps: Bool, verifies: Bool = false
) throws(LLVMError) {
  let options = swasm_optimize_options(
    streams: streams, precise_traps: preciseTraps, verify: verifies)
  let message = swasm_optimize(module.handle, machine.handle, UInt32(level.rawValue), options)
  guard let message else { return }
  defer { swasm_optimize_free(message) }
  throw LLVMError(String(cString: message))
}

/// Tells LLVM what is hot in a program whose branches have weights: `counts` of all its blocks.
public func setProfileSummary(_ module: borrowing LLVMModule, counts: [UInt64]) {
  swasm_set_profile_summary(module.handle, counts, counts.count)
}
