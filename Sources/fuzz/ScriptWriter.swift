// The host's answers as assertions of a .wast script, one question a line, for another engine to check.

import TestSupport
import WasmModule

struct ScriptWriter {
  enum Line: Equatable {
    case statement(String)
    /// No further question to the engine: its stack ends at another depth than ours, or there is no instance.
    case stop
    /// A statement after which the state must not be compared.
    case last(String)
    /// The host gave an answer that it should never give.
    case finding(String)
  }

  let externs: ExternTable
  /// Whether writes just before a fault in a guarded memory may be undone (RATIONALE.md).
  let faultsBlurState: Bool

  func line(_ question: Question, answer: Substring) -> Line {
    if answer == "trap call stack exhausted" { return .stop }
    if let statement = question.statement { return spoken(question, statement, answer) }
    guard let action = question.action else { return .stop }
    if answer == "trap uncaught exception" { return .statement("(assert_exception \(action))") }
    if answer.hasPrefix("trap ") {
      let statement = "(assert_trap \(action) \"\(answer.dropFirst(5))\")"
      let isFault = faultsBlurState && answer == "trap out of bounds memory access"
      return isFault ? .last(statement) : .statement(statement)
    }
    guard answer.hasPrefix("ok") else { return .finding(String(answer)) }
    let values = answer.split(separator: " ").dropFirst().compactMap(HostValue.init)
    guard values.count == question.results.count else {
      return .finding("wrong number of results: \(answer)")
    }
    let expected = zip(values, question.results).map { expectation($0, $1) }
    return .statement("(assert_return \(action) \(expected.joined(separator: " ")))")
  }

  private func spoken(_ question: Question, _ statement: String, _ answer: Substring) -> Line {
    if answer == "ok" { return .statement(statement) }
    guard question.hostLine.hasPrefix("new "), answer.hasPrefix("trap ") else {
      return .finding(String(answer))
    }
    // An instance that traps while it is made has no name.
    let nameless = statement.replacing(#/\$i[0-9]+ /#, with: "", maxReplacements: 1)
    // wasmtime's scripts cannot say that an instantiation ends with an exception.
    if answer == "trap uncaught exception" { return .stop }
    return .statement("(assert_trap \(nameless) \"\(answer.dropFirst(5))\")")
  }

  private func expectation(_ value: HostValue, _ type: ValueType) -> String {
    switch type {
    case .i32: return "(i32.const \(UInt32(truncatingIfNeeded: value.low)))"
    case .i64: return "(i64.const \(value.low))"
    case .f32:
      return "(f32.const \(floatText(Float(bitPattern: UInt32(truncatingIfNeeded: value.low)))))"
    case .f64: return "(f64.const \(floatText(Double(bitPattern: value.low))))"
    case .v128: return "(v128.const i64x2 \(value.low) \(value.high))"
    case .reference(let type): return expectation(value, type)
    }
  }

  private func expectation(_ value: HostValue, _ type: ReferenceType) -> String {
    if value.low == 0 { return "(ref.null)" }
    switch type.heap {
    case .extern, .noExtern: return "(ref.extern \(externs.number(at: value.low) ?? 999_999))"
    case .exception, .noException: return "(ref.exn)"
    case .function, .noFunction, .concrete: return "(ref.func)"
    }
  }
}
