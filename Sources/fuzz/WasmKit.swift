// Compares with wasmkit, which has no scripts. So the module gets two functions that contain the questions of its plan
// and the answers. One asks all questions that do not trap, the other also asks the last one, which traps.

import Foundation
import TestSupport
import WasmEncoding
import WasmModule

struct WasmKit {
  let workspace: Workspace
  let directory: String

  /// The features that version 0.1.6, of Swift 6.3, has on top of WebAssembly 2.0 without SIMD.
  static let features: Set<String> = ["tail-call"]

  enum Verdict {
    case agrees
    /// Nothing can be asked, or wasmkit refuses a module that wasm-tools accepts, or its stack ends earlier.
    case none
    case disagrees(String)
  }

  func verdict(_ plan: CallPlan, _ answers: [Substring]) throws -> Verdict {
    let source = "\(directory)/\(plan.seed).wasm"
    guard let asker = Asker(plan, answers),
      let module = asker.module(from: [UInt8](try Data(contentsOf: URL(fileURLWithPath: source))))
    else { return .none }
    let path = "\(directory)/\(plan.seed).asking.wasm"
    try Data(module).write(to: URL(fileURLWithPath: path))
    let checked = try run(path, Asker.checkName)
    let isExhausted = checked.errorText.contains("call stack exhausted")
    if checked.status != 0, !checked.errorText.contains("Trap:") || isExhausted {
      return try refusal(path, checked)
    }
    guard checked.outputText.contains("i32(4294967295)") else {
      return .disagrees("wasmkit differs at question \(Self.summary(checked))")
    }
    guard let trap = asker.trap else { return .agrees }
    let trapped = try run(path, Asker.trapName)
    if trapped.errorText.contains(trap) { return .agrees }
    if trapped.status != 0, !trapped.errorText.contains("Trap:") { return .none }
    return .disagrees("wasmkit ended with \(Self.summary(trapped)), not with '\(trap)'")
  }

  /// wasmkit refused the module. That is no verdict if the module is valid; otherwise the module was made wrongly.
  private func refusal(_ path: String, _ run: ProcessRun) throws -> Verdict {
    try Validity.isAccepted(path, workspace)
      ? .none : .disagrees("the module for wasmkit is invalid: \(Self.summary(run))")
  }

  private static func summary(_ run: ProcessRun) -> String {
    "'\(run.outputText.prefix(100))\(run.errorText.prefix(200))'"
  }

  private func run(_ path: String, _ function: String) throws -> ProcessRun {
    try ProcessRun.run(
      try workspace.requiredTool("WASMKIT"), ["run", path, function], seconds: 120)
  }
}

/// Makes the functions that ask.
private struct Asker {
  static let checkName = "?check"
  static let trapName = "?trap"

  /// The trap in which the plan ends, in the host's words.
  let trap: String?
  private let plan: CallPlan
  private let answers: [Substring]
  /// The numbers of the questions that do not trap.
  private let calm: Range<Int>
  private let hashes: [WasmWriter]

  /// nil if no question can be asked.
  init?(_ plan: CallPlan, _ answers: [Substring]) {
    self.plan = plan
    self.answers = answers
    guard let first = plan.questions.firstIndex(where: { $0.operation != nil }),
      answers.count > first, answers[..<first].allSatisfy({ $0 == "ok" })
    else { return nil }
    var end = first
    var trap: String?
    // Statements that ask nothing are between the last question about the module and the questions about its state.
    while end < min(plan.questions.count, answers.count) {
      let answer = answers[end]
      if answer.hasPrefix("trap ") { trap = String(answer.dropFirst(5)) }
      guard answer.hasPrefix("ok"), plan.questions[end].isAskable else { break }
      end += 1
    }
    let isAsked = end < answers.count && plan.questions[end].isAskable
    self.trap = isAsked && trap != "call stack exhausted" ? trap : nil
    calm = first..<end
    hashes = Self.hashes(plan.module)
  }

  private static func hashes(_ module: Module) -> [WasmWriter] {
    (StateChecker(of: module)?.subjects ?? []).map { subject in
      switch subject {
      case .memory(let index): StateChecker.body(for: module.memories[index].type, index: index.int)
      case .table(let index): StateChecker.body(for: module.tables[index].type, index: index.int)
      }
    }
  }

  func module(from bytes: [UInt8]) -> [UInt8]? {
    guard var editor = ModuleEditor(bytes) else { return nil }
    let types = plan.module.types.count
    let functions = plan.module.functions.count
    var bodies = [checkBody(calm), checkBody(calm)]
    if trap != nil { bodies[1] = checkBody(calm, andAsk: calm.upperBound) }
    let items = bodies + hashes
    let isComplete =
      // () -> i32 and () -> i64
      editor.append([.of([0x60, 0, 1, 0x7f]), .of([0x60, 0, 1, 0x7e])], to: 1)
      && editor.append(
        items.indices.map { .number(types + ($0 < 2 ? 0 : 1)) }, to: 3)
      && editor.append(
        [(Self.checkName, functions), (Self.trapName, functions + 1)].map { name, index in
          var writer = WasmWriter()
          writer.name(name)
          writer.raw([0])
          writer.unsigned(index)
          return writer
        }, to: 7)
      && editor.append(
        items.map { body in
          var writer = WasmWriter()
          writer.sized(body)
          return writer
        }, to: 10)
    return isComplete ? editor.bytes : nil
  }

  /// A body that returns the number of the first question with another answer, or -1. Before it returns -1, it asks
  /// the question `last`, which traps.
  private func checkBody(_ range: Range<Int>, andAsk last: Int? = nil) -> WasmWriter {
    var code = WasmWriter.of([1, 1, 0x7f])
    for position in range {
      let question = plan.questions[position]
      let values = answers[position].split(separator: " ").dropFirst().compactMap(HostValue.init)
      guard let operation = question.operation, values.count == question.results.count else {
        continue
      }
      ask(operation, &code)
      for (value, type) in zip(values, question.results).reversed() {
        Self.compare(value, type, &code)
      }
      // local.get 0, if, return the number, end
      code.raw([0x20, 0, 0x04, 0x40, 0x41])
      code.signed(Int64(position))
      code.raw([0x0f, 0x0b])
    }
    if let last, let operation = plan.questions[last].operation {
      ask(operation, &code)
      for _ in plan.questions[last].results { code.raw([0x1a]) }
    }
    code.raw([0x41, 0x7f, 0x0b])
    return code
  }

  private func ask(_ operation: Question.Operation, _ code: inout WasmWriter) {
    switch operation {
    case .call(let function, let arguments):
      let types = plan.module.type(of: function).parameters
      for (argument, type) in zip(arguments, types) {
        Self.constant(argument ?? HostValue(low: 0), type, plan.module, &code)
      }
      code.raw([0x10])
      code.unsigned(function.int)
    case .global(let index):
      code.raw([0x23])
      code.unsigned(index.int)
    case .state(let number):
      code.raw([0x10])
      code.unsigned(plan.module.functions.count + 2 + number)
    }
  }

  private static func constant(
    _ value: HostValue, _ type: ValueType, _ module: Module, _ code: inout WasmWriter
  ) {
    switch type {
    case .i32:
      code.raw([0x41])
      code.signed(Int64(Int32(truncatingIfNeeded: value.low)))
    case .i64:
      code.raw([0x42])
      code.signed(Int64(bitPattern: value.low))
    case .f32: code.raw([0x43] + (0..<4).map { UInt8(value.low >> ($0 * 8) & 0xff) })
    case .f64: code.raw([0x44] + (0..<8).map { UInt8(value.low >> ($0 * 8) & 0xff) })
    case .reference(let type): code.raw([0xd0, type.heap == .extern ? 0x6f : 0x70])
    case .v128: preconditionFailure("no vectors here")
    }
  }

  /// Pops the value on the stack. Makes local 0 nonzero if it is not the expected value.
  private static func compare(_ value: HostValue, _ type: ValueType, _ code: inout WasmWriter) {
    let bits = UInt32(truncatingIfNeeded: value.low)
    switch type {
    case .f32: code.raw([0xbc])
    case .f64: code.raw([0xbd])
    case .reference: code.raw([0xd1])
    case .i32, .i64, .v128: break
    }
    switch type {
    case .i32, .f32:
      code.raw([0x41])
      code.signed(Int64(Int32(bitPattern: bits)))
      code.raw([0x47])
    case .i64, .f64:
      code.raw([0x42])
      code.signed(Int64(bitPattern: value.low))
      code.raw([0x52])
    case .reference: code.raw([0x41, value.low == 0 ? 1 : 0, 0x47])
    case .v128: preconditionFailure("no vectors here")
    }
    code.raw([0x20, 0, 0x72, 0x21, 0])
  }
}

extension Question {
  /// Whether every argument is a constant, or the question has none.
  fileprivate var isAskable: Bool {
    guard case .call(_, let arguments)? = operation else { return true }
    return arguments.allSatisfy { $0 != nil }
  }
}

extension WasmWriter {
  fileprivate static func number(_ value: Int) -> WasmWriter {
    var writer = WasmWriter()
    writer.unsigned(value)
    return writer
  }
}
