// The optimiser's freedom with a module, and what is left of it if the isolation check does not prove the result.
import CGuestIR
import CGuestPasses
import LLVMKit

/// The optimiser's freedom. If the isolation check does not prove the result, less is tried: first without streams in
/// the functions that failed, then without vectors and library calls that LLVM makes of their loops, then without
/// optimising these functions, then without optimising anything. A function that is too large for the check is left
/// unoptimised at once.
struct OptimizerFreedom: Sendable, Equatable {
  /// Whether loops over guest memory are vectorised (Streams.h).
  private(set) var streams: Bool
  /// Functions, by LLVM's names, whose loops stay as the guest wrote them.
  private(set) var withoutStreams: [String] = []
  /// Functions, by LLVM's names, whose loops LLVM leaves scalar.
  private(set) var scalar: [String] = []
  /// Functions, by LLVM's names, that stay as they were lowered.
  private(set) var unoptimised: [String] = []
  private(set) var isNothing = false
  /// How often more functions were left unoptimised.
  private var rounds = 0

  init(streams: Bool) { self.streams = streams }

  /// What to try after a module in which `failures` were not proven; nil: nothing is left.
  func narrowed(by failures: [IsolationFailure]) -> OptimizerFreedom? {
    if isNothing { return nil }
    var next = self
    // A function that the check gives up on stays too large with fewer vectors.
    var simple = failures.filter(\.isExhausted).map(\.function)
    let others = failures.filter { !$0.isExhausted }.map(\.function)
    if streams && withoutStreams.isEmpty && scalar.isEmpty {
      next.withoutStreams = others
    } else if scalar.isEmpty {
      next.scalar = others
    } else {
      // Without these optimisations, other functions may come out differently and fail anew.
      simple += others
    }
    let added = simple.filter { !unoptimised.contains($0) }
    next.unoptimised += added
    next.rounds += simple.isEmpty ? 0 : 1
    next.isNothing = (added.isEmpty && !simple.isEmpty) || next.rounds > 4
    return next
  }

  /// Marks the functions that are not to be optimised as the others are.
  func apply(to module: borrowing LLVMModule) {
    let attributes = LLVMAttributes(context: module.context)
    for name in withoutStreams {
      origin(of: name, in: module)?
        .addFunctionAttribute(attributes.string(SWASM_IR_NO_STREAMS))
    }
    for name in scalar {
      guard let function = origin(of: name, in: module) else { continue }
      function.addFunctionAttribute(attributes.string(SWASM_IR_SCALAR_LOOPS))
      function.addFunctionAttribute(attributes.string("no-builtins"))
    }
    for name in unoptimised {
      guard let function = origin(of: name, in: module) else { continue }
      function.addFunctionAttribute(attributes.named("optnone"))
      function.addFunctionAttribute(attributes.named("noinline"))
    }
  }

  /// The function that `name` was split off from, or itself: passes append to the name.
  private func origin(of name: String, in module: borrowing LLVMModule) -> LLVMValue? {
    var rest = name[...]
    while true {
      if let function = module.function(named: String(rest)) { return function }
      guard let dot = rest.lastIndex(of: ".") else { return nil }
      rest = rest[..<dot]
    }
  }
}
