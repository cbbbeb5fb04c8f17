// Compares the opcode table with the reader and the validator: the encoding of every row, and the operands and results
// of every signature with those that the validator really pops and pushes.

import Testing

@testable import WasmModule

@Suite struct OpcodeTableTests {
  static let plain = Opcode.allCases.filter { $0.info.signature != nil }

  @Test func namesAreThoseOfTheTextFormatAndUnique() {
    #expect(Opcode.i32TruncSatF32S.name == "i32.trunc_sat_f32_s")
    #expect(Opcode.i64AtomicRmw32CmpxchgU.name == "i64.atomic.rmw32.cmpxchg_u")
    let names = Opcode.allCases.map(\.name)
    // Only `select` has two encodings.
    #expect(Set(names).count == names.count - 1)
  }

  @Test func casesAreSpelledAsTheirNames() {
    for opcode in Opcode.allCases where opcode != .selectTyped {
      let words = opcode.name.split { $0 == "." || $0 == "_" }
      let camel = words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }
      #expect("\(opcode)" == words[0] + camel.joined())
    }
  }

  @Test func everyEncodingIsReadAsItsOpcode() throws {
    for opcode in Opcode.allCases {
      let code = encoding(opcode)
      let bytes = ModuleBytes(code + immediates(opcode))
      var reader = InstructionReader(bytes, range: 0..<bytes.count)
      let instruction = try reader.next()
      #expect(instruction.opcode == opcode)
      let isAtEnd = reader.isAtEnd
      #expect(isAtEnd, "\(opcode.name) left immediates")
    }
  }

  @Test(arguments: plain)
  func signatureIsWhatTheValidatorPopsAndPushes(_ opcode: Opcode) throws {
    let signature = try #require(opcode.info.signature)
    let operands = signature.operands.map(valueType)
    let results = signature.results.map(valueType)
    let gets: [Byte] = operands.indices.flatMap { [0x20, Byte($0)] }
    let code = encoding(opcode) + immediates(opcode)
    #expect(judge(function(operands, results, gets + code)) == nil)

    if !operands.isEmpty {
      let error = judge(function(operands, results, Array(gets.dropLast(2)) + code))
      #expect(error?.kind == .invalid)
      #expect(error?.message.hasPrefix("type mismatch in \(opcode.name): expected") == true)
      for position in operands.indices {
        var wrong = operands
        wrong[position] = operands[position] == externref ? funcref : externref
        #expect(judge(function(wrong, results, gets + code))?.kind == .invalid)
      }
    }
    let surplus = judge(function(operands, results + [i32], gets + code))
    #expect(surplus?.kind == .invalid, "\(opcode.name) pushes more than its row says")
    if !results.isEmpty {
      #expect(judge(function(operands, Array(results.dropLast()), gets + code))?.kind == .invalid)
    }
  }

  /// The names of numeric instructions contain their types, so they can be compared with the rows.
  @Test func signaturesOfNumericInstructionsFollowFromTheirNames() throws {
    let kinds: [Substring: OperandKind] = [
      "i32": .i32, "i64": .i64, "f32": .f32, "f64": .f64, "v128": .v128,
    ]
    for opcode in Self.plain {
      let words = opcode.name.split { $0 == "." || $0 == "_" }
      guard let kind = kinds[words[0]], case .plain(let operation) = opcode.operation else {
        continue
      }
      let signature = try #require(opcode.info.signature)
      let source = words.dropFirst().compactMap { kinds[$0] }.first
      switch operation {
      case .eqz: #expect(signature == Signature([kind], [.i32]), "\(opcode)")
      case .integerComparison, .floatComparison:
        #expect(signature == Signature([kind, kind], [.i32]), "\(opcode)")
      case .integerUnary, .floatUnary: #expect(signature == Signature([kind], [kind]), "\(opcode)")
      case .integerBinary, .floatBinary:
        #expect(signature == Signature([kind, kind], [kind]), "\(opcode)")
      case .conversion:
        #expect(signature == Signature([try #require(source)], [kind]), "\(opcode)")
      case .load: #expect(signature == Signature([.address], [kind]), "\(opcode)")
      case .store: #expect(signature == Signature([.address, kind], []), "\(opcode)")
      case .constant: #expect(signature == Signature([], [kind]), "\(opcode)")
      case .wide, .vector, .atomic: break
      }
    }
  }

  /// If a row was copied and not finished, one instruction would be lowered as another.
  @Test func everyInstructionHasAnOperationOfItsOwn() {
    let byOperation = Dictionary(grouping: Opcode.allCases, by: \.operation)
    for (operation, opcodes) in byOperation where opcodes.count > 1 {
      Issue.record("\(opcodes) are all \(operation)")
    }
    #expect(byOperation.count == Opcode.allCases.count)
  }

  @Test func accessesAreAsWideAsTheirNamesSay() throws {
    for opcode in Self.plain {
      switch opcode.operation {
      case .plain(.load), .plain(.store): break
      case .plain, .special: continue
      }
      let digits = opcode.name.split { !$0.isNumber }.compactMap { Int($0) }
      let bits = try #require(digits.count == 1 ? digits.first : digits[1])
      #expect(1 << Int(opcode.info.accessLog2) == bits / 8, "\(opcode)")
    }
  }

  /// With this size, a shift finds the place of an entry.
  @Test func entriesHaveSixteenBytes() {
    #expect(MemoryLayout<OpcodeTable.Entry>.stride == 16)
  }

  /// Spec: Validation, Constant Expressions; the proposal of extended constant expressions.
  @Test func constantInstructionsAreThoseOfTheSpecification() {
    let constant: Set<Opcode> = [
      .i32Const, .i64Const, .f32Const, .f64Const, .v128Const, .refNull, .refFunc, .globalGet,
      .i32Add, .i32Sub, .i32Mul, .i64Add, .i64Sub, .i64Mul,
    ]
    #expect(Set(Opcode.allCases.filter { $0.operation.isConstant }) == constant)
  }

  @Test(arguments: plain.filter { $0.info.immediates == .memoryArgument })
  func alignmentBeyondTheNaturalIsRefused(_ opcode: Opcode) throws {
    let signature = try #require(opcode.info.signature)
    let operands = signature.operands.map(valueType)
    let gets: [Byte] = operands.indices.flatMap { [0x20, Byte($0)] }
    let code = encoding(opcode) + [opcode.info.accessLog2 + 1, 0]
    let error = judge(function(operands, signature.results.map(valueType), gets + code))
    #expect(error?.message == "alignment must not be larger than natural")
  }

  @Test(
    arguments: [
      ([0xfb, 0x00], WasmError.Kind.unsupported, "garbage collection (struct.new)"),
      ([0xd3], .unsupported, "garbage collection (ref.eq)"),
      ([0xe2], .unsupported, "stack switching (suspend)"),
      ([0x27], .malformed, "illegal opcode 0x27"),
      ([0xff], .malformed, "illegal opcode 0xff"),
      ([0xfc, 0x40], .malformed, "illegal opcode 0xfc 0x40"),
      ([0xfd, 0x9a, 0x01], .malformed, "illegal opcode 0xfd 0x9a"),
      ([0xfd, 0x94, 0x02], .malformed, "illegal opcode 0xfd 0x114"),
      ([0xfe, 0x80, 0x7f], .malformed, "illegal opcode 0xfe 0x3f80"),
    ] as [([Byte], WasmError.Kind, String)])
  func unknownEncodingsAreNamed(_ code: [Byte], _ kind: WasmError.Kind, _ what: String) {
    let bytes = function(code)
    let error = judge(bytes)
    #expect(error?.kind == kind)
    #expect(error?.offset == bodyStart(bytes, code))
    #expect(error?.message.contains(what) == true, "\(String(describing: error))")
  }

  func valueType(_ kind: OperandKind) -> Byte {
    switch kind {
    case .i32, .address: i32
    case .i64: i64
    case .f32: f32
    case .f64: f64
    case .v128: v128
    }
  }

  func encoding(_ opcode: Opcode) -> [Byte] {
    let code = Int(opcode.rawValue)
    switch code >> 8 {
    case 0: return [Byte(code)]
    case 1: return [0xfc] + leb(code - 0x100)
    case 4: return [0xfe] + leb(code - 0x400)
    default: return [0xfd] + leb(code - 0x200)
    }
  }

  func immediates(_ opcode: Opcode) -> [Byte] {
    switch opcode.info.immediates {
    case .none: []
    case .block: [0x40]
    case .label, .function, .type, .table, .element, .data, .local, .global, .memory, .tag: [0]
    case .callIndirect, .tableTable, .elementTable, .memoryMemory, .dataMemory: [0, 0]
    case .memoryArgument: [opcode.info.accessLog2, 0]
    case .memoryArgumentLane: [opcode.info.accessLog2, 0, 0]
    case .lane, .i32, .i64, .rare(.zeroByte): [0]
    case .rare(.labelTable): [1, 0, 0]
    case .lanes, .v128: [Byte](repeating: 1, count: 16)
    case .f32: [0, 0, 0, 0]
    case .f64: [0, 0, 0, 0, 0, 0, 0, 0]
    case .rare(.heapType): [funcref]
    case .rare(.selectTypes): [1, i32]
    case .rare(.tryTable): [0x40, 1, 2, 0]
    }
  }
}
