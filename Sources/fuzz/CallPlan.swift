// The questions about one module, in the host's notation and in that of a .wast script. They are calls of its exports
// with seeded arguments, then its globals, then hashes of its memories and tables. The script expects the answers that
// the host gave.

import TestSupport
import WasmModule

/// A question. Its text in the script lacks only the expected answer.
struct Question {
  let hostLine: String
  /// `(invoke $m "f" ...)` or `(get $m "g")`. nil for a statement that asks nothing: its script line is fixed.
  let action: String?
  var statement: String?
  var results: [ValueType] = []
  var operation: Operation?

  /// The question for a program that asks it itself. An argument that is no constant is nil.
  enum Operation {
    case call(FunctionIndex, [HostValue?])
    case global(GlobalIndex)
    /// The hash of the memory or table at this place among those exported.
    case state(Int)
  }
}

struct CallPlan {
  let seed: UInt64
  private(set) var questions: [Question] = []
  let module: Module
  private let slot: Int
  private var random: SeededRandom

  /// The things that a plan names: positions in the host's table of modules, slots, and the bytes for the script.
  struct Parts {
    let moduleIndex: Int
    let bytes: [UInt8]
    let checker: (index: Int, checker: StateChecker)?
    let environment: (index: Int, bytes: [UInt8])?
    /// The first of three slots that the plan uses.
    let firstSlot: Int
  }

  init(seed: UInt64, module: Module, parts: Parts) {
    self.seed = seed
    self.module = module
    slot = parts.firstSlot
    random = SeededRandom(seed: seed ^ 0x5eed)
    planInstances(parts)
    planCalls()
    planGlobals()
    planChecker(parts)
  }

  private mutating func planInstances(_ parts: Parts) {
    if let environment = parts.environment {
      let own = slot + 1
      say("new \(environment.index) \(own)", "(module $i\(own) binary \(quote(environment.bytes)))")
      say("register \(own) \(hexadecimal("env"))", "(register \"env\" $i\(own))")
    }
    say("new \(parts.moduleIndex) \(slot)", "(module $i\(slot) binary \(quote(parts.bytes)))")
  }

  private mutating func planCalls() {
    let functions = module.exports.compactMap { export -> (String, FunctionIndex)? in
      guard case .function(let index) = export.entity else { return nil }
      return (export.name.text, index)
    }
    guard !functions.isEmpty else { return }
    for _ in 0..<min(24, functions.count * 2) {
      let (name, index) = random.pick(functions)
      let type = module.type(of: index)
      let arguments = type.parameters.compactMap { argument(of: $0) }
      guard arguments.count == type.parameters.count else { continue }
      let words = arguments.map(\.word).joined(separator: " ")
      let texts = arguments.map(\.text).joined(separator: " ")
      questions.append(
        Question(
          hostLine: "invoke \(slot) \(hexadecimal(name)) \(words)",
          action: "(invoke $i\(slot) \(quote(Array(name.utf8))) \(texts))", results: type.results,
          operation: .call(index, arguments.map { HostValue(Substring($0.word)) })))
    }
  }

  private mutating func planGlobals() {
    for export in module.exports {
      guard case .global(let index) = export.entity else { continue }
      ask("get", export.name.text, results: [module.globals[index].type.value], .global(index))
    }
  }

  private mutating func planChecker(_ parts: Parts) {
    guard let (index, checker) = parts.checker else { return }
    let own = slot + 2
    say("register \(slot) \(hexadecimal("subject"))", "(register \"subject\" $i\(slot))")
    say("new \(index) \(own)", "(module $i\(own) binary \(quote(checker.bytes)))")
    for function in 0..<checker.functionCount {
      questions.append(
        Question(
          hostLine: "invoke \(own) \(hexadecimal(String(function)))",
          action: "(invoke $i\(own) \"\(function)\")", results: [.i64],
          operation: .state(function)))
    }
  }

  private mutating func say(_ line: String, _ statement: String) {
    questions.append(Question(hostLine: line, action: nil, statement: statement))
  }

  private mutating func ask(
    _ word: String, _ name: String, results: [ValueType], _ operation: Question.Operation
  ) {
    questions.append(
      Question(
        hostLine: "\(word) \(slot) \(hexadecimal(name))",
        action: "(\(word) $i\(slot) \(quote(Array(name.utf8))))", results: results,
        operation: operation))
  }

  // MARK: Arguments

  /// An argument of a type; nil if a host has no value of the type.
  private mutating func argument(of type: ValueType) -> (word: String, text: String)? {
    switch type {
    case .i32:
      let bits = UInt64(UInt32(truncatingIfNeeded: interestingInteger()))
      return ("\(String(bits, radix: 16)):0", "(i32.const \(bits))")
    case .i64:
      let bits = interestingInteger()
      return ("\(String(bits, radix: 16)):0", "(i64.const \(bits))")
    case .f32:
      let bits =
        random.below(3) == 0
        ? UInt32(truncatingIfNeeded: random.next()) : interestingFloat().bitPattern
      let value = HostValue(low: UInt64(bits))
      return (value.description, "(f32.const \(floatText(Float(bitPattern: bits))))")
    case .f64:
      let bits = random.below(3) == 0 ? random.next() : Double(interestingFloat()).bitPattern
      let value = HostValue(low: bits)
      return (value.description, "(f64.const \(floatText(Double(bitPattern: bits))))")
    case .v128:
      let value = HostValue(low: random.next(), high: random.next())
      return (value.description, "(v128.const i64x2 \(value.low) \(value.high))")
    case .reference(let type): return reference(of: type)
    }
  }

  private mutating func reference(of type: ReferenceType) -> (word: String, text: String)? {
    if type.heap == .extern, !type.isNullable || random.below(2) == 0 {
      let number = random.below(100)
      return ("extern:\(number)", "(ref.extern \(number))")
    }
    guard type.isNullable else { return nil }
    switch type.heap {
    case .function: return ("0:0", "(ref.null func)")
    case .extern: return ("0:0", "(ref.null extern)")
    case .noFunction: return ("0:0", "(ref.null nofunc)")
    case .noExtern: return ("0:0", "(ref.null noextern)")
    // wasmtime's scripts cannot pass an exception.
    case .exception, .noException: return nil
    // The index means nothing outside the module; a null of the bottom type is one of every function type.
    case .concrete: return ("0:0", "(ref.null nofunc)")
    }
  }

  private mutating func interestingInteger() -> UInt64 {
    switch random.below(4) {
    case 0: return random.next()
    case 1: return random.next() % 70_000
    case 2: return UInt64(bitPattern: -Int64(random.below(70_000)))
    default:
      return random.pick([
        0, 1, .max, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 1 << 32, 1 << 63, (1 << 63) - 1, 0xff,
        0xffff,
      ])
    }
  }

  private mutating func interestingFloat() -> Float {
    random.pick([
      0, -0.0, 1, -1, .infinity, -.infinity, .nan, 0.5, -0.5, 1.5, 2_147_483_648, -2_147_483_648,
      4_294_967_296, 9.223372e18, 1.844674e19, .leastNonzeroMagnitude, .leastNormalMagnitude,
      .greatestFiniteMagnitude,
    ])
  }
}

// MARK: Texts

/// A float in the text format, to the bit.
func floatText<Value: BinaryFloatingPoint & CustomStringConvertible>(_ value: Value) -> String {
  guard value.isNaN else { return value.description }
  let payload = String(UInt64(value.significandBitPattern), radix: 16)
  return (value.sign == .minus ? "-" : "") + "nan:0x" + payload
}

/// Bytes as a string of the text format.
func quote(_ bytes: [UInt8]) -> String {
  var text: [UInt8] = [0x22]
  text.reserveCapacity(bytes.count * 3 + 2)
  let digits = Array("0123456789abcdef".utf8)
  for byte in bytes { text += [0x5c, digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
  text.append(0x22)
  return String(decoding: text, as: UTF8.self)
}

func hexadecimal(_ name: String) -> String {
  if name.isEmpty { return "-" }
  return name.utf8.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
