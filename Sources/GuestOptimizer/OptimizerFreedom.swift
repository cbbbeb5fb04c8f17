// The freedom that the optimiser has with a module, and how it shrinks if the isolation check does not prove the
// result.
import CGuestIR
import CGuestPasses
import LLVMKit

/// The optimiser's freedom. If the isolation check does not prove the result, the optimiser gets less. First it makes
/// no streams in the functions that failed (if it makes any). Then it makes no vectors and no library calls from their
/// loops. Then it does not optimise these functions. Then it does not optimise at all. If a function is too large for
/// the check, it is left unoptimised at once.
struct OptimizerFreedom: Sendable, Equatable {
  /// Whether loops over guest memory are vectorised (Streams.h).
  private(set) var streams: Bool
  /// Functions, by LLVM's names, whose loops stay as the guest wrote them.
  private(set) var withoutStreams: [String] = []
  /// Functions, by LLVM's names, whose loops LLVM leaves scalar.
  private(set) var scalar: [String] = []
  /// Functions, by LLVM's names, that stay as they were lowered.
  private(set) var unoptimised: [String] = []
  /// Whether nothing is optimised.
  private(set) var isNothing = false
  /// How many times more functions were left unoptimised.
  private var rounds = 0

  init(streams: Bool) { self.streams = streams }

  /// The freedom for the next attempt, after `failures` were not proven; nil if nothing is left to try.
  func narrowed(by failures: [IsolationFailure]) -> OptimizerFreedom? {
    if isNothing { return nil }
    var next = self
    // If the check gives up on a function, the function stays too large even with fewer vectors.
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

  /// Marks the functions that must not be optimised like the others.
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

  /// The function from which `name` was split off, or the function itself. Passes append to the name.
  private func origin(of name: String, in module: borrowing LLVMModule) -> LLVMValue? {
    var rest = name[...]
    while true {
      if let function = module.function(named: String(rest)) { return function }
      guard let dot = rest.lastIndex(of: ".") else { return nil }
      rest = rest[..<dot]
    }
  }
}
