// Lowers every row of the opcode table once, with operands from its signature. Then verifies the result, and generates
// machine code.
import LLVMKit
import Lowering
import Targets
import Testing
import WasmProgram

@testable import WasmModule

struct EveryOpcodeTests {
  private static let variants: [LoweringOptions] = [
    LoweringOptions(),
    LoweringOptions(boundsChecks: .explicit),
    LoweringOptions(product: .library(symbolPrefix: "m_")),
  ]

  /// Every level of every target, and a processor with nearly all features of its target, by name.
  private static let processors =
    Target.all.flatMap { target in
      target.levels.map { TestedProcessor(target: target, name: $0) }
    } + [
      TestedProcessor(target: .x64, name: "znver5"),
      TestedProcessor(target: .aarch64, name: "neoverse-v2"),
      TestedProcessor(target: .riscv64, name: "sifive-p670"),
    ]

  struct TestedProcessor: CustomTestStringConvertible, Sendable {
    let target: Target
    let name: String
    var testDescription: String { "\(target.name) \(name)" }
  }

  /// Lowers one function per row and returns the IR of each.
  private func lower(
    _ functions: [OpcodeModule.Function], is64: Bool, _ options: LoweringOptions,
    for processor: TestedProcessor = processors[0]
  ) throws -> [String] {
    let bytes = OpcodeModule(functions: functions, is64: is64).bytes
    let module = try ModuleValidator.validate(ModuleDecoder.decode(ModuleBytes(bytes)))
    let context = LLVMContext()
    let machine = try LLVMTargetMachine(
      processor.target.processor(.named(processor.name)), level: .none)
    let lowered = try lowerProgram(
      options.product == .executable ? Program(command: module) : Program(library: module),
      into: context, options: options, target: machine)
    try lowered.verify()
    let text = lowered.text
    #expect(try machine.emit(lowered, as: .object).bytes.count > 1000)
    return text.split(separator: "\ndefine ").dropFirst().map(String.init)
  }

  @Test(arguments: processors)
  func everyPlainInstructionHasMachineCode(on processor: TestedProcessor) throws {
    let plain = Opcode.allCases.filter { $0.info.signature != nil }
    let functions = plain.map { OpcodeModule.Function(plain: $0, is64: false) }
    let definitions = try lower(functions, is64: false, Self.variants[0], for: processor)
    #expect(definitions.count > plain.count)
  }

  @Test(arguments: [false, true], variants.indices)
  func everyPlainInstructionIsLowered(is64: Bool, _ variant: Int) throws {
    let plain = Opcode.allCases.filter { $0.info.signature != nil }
    // These are all numeric, vector, memory and atomic instructions. The others are below.
    #expect(plain.count > 480)
    let functions = plain.map { OpcodeModule.Function(plain: $0, is64: is64) }
    let definitions = try lower(functions, is64: is64, Self.variants[variant])
    #expect(definitions.count > plain.count)
  }

  @Test(arguments: variants.indices)
  func everyOtherInstructionIsLowered(_ variant: Int) throws {
    let special = Opcode.allCases.filter { $0.info.signature == nil }
    for opcode in special {
      let function = try #require(
        OpcodeModule.special[opcode], "\(opcode.name) is in no module of this test")
      #expect(
        function.body.starts(with: op(opcode)) || function.body.contains(sequence: op(opcode)),
        "\(opcode.name) is not in its own body")
      _ = try lower([function], is64: false, Self.variants[variant])
    }
  }
}

extension [UInt8] {
  fileprivate func contains(sequence: [UInt8]) -> Bool {
    indices.contains { self[$0...].starts(with: sequence) }
  }
}

/// A module with one item of each kind that an instruction can name. All have index 0.
struct OpcodeModule {
  struct Function {
    var parameters: [[UInt8]] = []
    var results: [[UInt8]] = []
    var body: [UInt8]

    init(_ body: [[UInt8]]) { self.init([], body) }

    init(_ parameters: [[UInt8]], _ body: [[UInt8]]) {
      self.parameters = parameters
      self.body = body.flatMap { $0 }
    }

    /// The instruction's operands are the function's parameters, and its results are the function's results.
    init(plain opcode: Opcode, is64: Bool) {
      let signature = opcode.info.signature ?? Signature([], [])
      func type(_ kind: OperandKind) -> [UInt8] {
        switch kind {
        case .i32: [0x7f]
        case .i64: [0x7e]
        case .f32: [0x7d]
        case .f64: [0x7c]
        case .v128: [0x7b]
        case .address: is64 ? [0x7e] : [0x7f]
        }
      }
      parameters = signature.operands.map(type)
      results = signature.results.map(type)
      body = parameters.indices.flatMap { get(UInt64($0)) } + op(opcode, Self.immediates(opcode))
    }

    private static func immediates(_ opcode: Opcode) -> [UInt8] {
      let alignment = opcode.info.accessLog2
      switch opcode.info.immediates {
      case .none, .block, .label, .rare(.labelTable), .function, .type, .callIndirect, .table,
        .tableTable,
        .elementTable, .element, .data, .local, .global, .rare(.heapType), .rare(.selectTypes),
        .tag, .rare(.tryTable):
        return []
      case .memory, .lane, .i32, .i64, .rare(.zeroByte): return [0]
      case .memoryMemory, .dataMemory: return [0, 0]
      case .memoryArgument: return [alignment, 8]
      case .memoryArgumentLane: return [alignment, 8, 0]
      case .lanes, .v128: return (0..<16).map { $0 * 2 }
      case .f32: return [0, 0, 0x80, 0x3f]
      case .f64: return [0, 0, 0, 0, 0, 0, 0xf0, 0x3f]
      }
    }
  }

  var functions: [Function]
  var is64: Bool

  private func section(_ id: UInt8, _ items: [[UInt8]]) -> [UInt8] {
    let content = leb(UInt64(items.count)) + items.flatMap { $0 }
    return [id] + leb(UInt64(content.count)) + content
  }

  /// Function 0 has type 0, [] -> []; the functions of the test follow.
  var bytes: [UInt8] {
    func type(_ function: Function) -> [UInt8] {
      [0x60] + leb(UInt64(function.parameters.count)) + function.parameters.flatMap { $0 }
        + leb(UInt64(function.results.count)) + function.results.flatMap { $0 }
    }
    func code(_ body: [UInt8]) -> [UInt8] {
      let code = [0] + body + [0x0b]
      return leb(UInt64(code.count)) + code
    }
    let types: [[UInt8]] = [[0x60, 0, 0]] + functions.map(type)
    let bodies: [[UInt8]] = [code([])] + functions.map { code($0.body) }
    var bytes: [UInt8] = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]
    bytes += section(1, types)
    bytes += section(3, types.indices.map { leb(UInt64($0)) })
    bytes += section(4, [[0x70, 0x00, 4]])
    bytes += section(5, [[is64 ? 0x04 : 0x00, 1]])
    bytes += section(13, [[0, 0]])
    bytes += section(6, [[0x7f, 1, 0x41, 0, 0x0b]])
    // Function 0 may be referred to because it is exported.
    bytes += section(7, [[1, 0x66, 0, 0]])
    bytes += section(9, [[0x01, 0x00, 1, 0]])
    bytes += [12, 1, 1]
    bytes += section(10, bodies)
    bytes += section(11, [[0x01, 1, 7]])
    return bytes
  }

  /// A body for each instruction that the validator types by a separate rule.
  static let special: [Opcode: Function] = {
    let number: [UInt8] = [0x7f]
    let function: [UInt8] = [0x63, 0]
    let null = op(.refNull, [0x70])
    let drop = op(.drop)
    let end = op(.end)
    let three = [get(0), get(0), get(0)]
    return [
      .unreachable: Function([op(.unreachable)]),
      .nop: Function([op(.nop)]),
      .atomicFence: Function([op(.atomicFence, [0])]),
      .block: Function([op(.block, [0x40]), end]),
      .loop: Function([op(.loop, [0x40]), end]),
      .if: Function([number], [get(0), op(.if, [0x40]), end]),
      .else: Function([number], [get(0), op(.if, [0x40]), op(.else), end]),
      .end: Function([op(.block, [0x40]), end]),
      .br: Function([op(.br, [0])]),
      .brIf: Function([number], [get(0), op(.brIf, [0])]),
      .brTable: Function([number], [get(0), op(.brTable, [1, 0, 0])]),
      .return: Function([op(.return)]),
      .call: Function([op(.call, [0])]),
      .callIndirect: Function([number], [get(0), op(.callIndirect, [0, 0])]),
      .returnCall: Function([op(.returnCall, [0])]),
      .returnCallIndirect: Function([number], [get(0), op(.returnCallIndirect, [0, 0])]),
      .callRef: Function([function], [get(0), op(.callRef, [0])]),
      .returnCallRef: Function([function], [get(0), op(.returnCallRef, [0])]),
      .drop: Function([number], [get(0), drop]),
      .select: Function([number], three + [op(.select), drop]),
      .selectTyped: Function([number], three + [op(.selectTyped, [1, 0x7f]), drop]),
      .localGet: Function([number], [get(0), drop]),
      .localSet: Function([number], [get(0), set(0)]),
      .localTee: Function([number], [get(0), op(.localTee, [0]), drop]),
      .globalGet: Function([op(.globalGet, [0]), drop]),
      .globalSet: Function([number], [get(0), op(.globalSet, [0])]),
      .tableGet: Function([number], [get(0), op(.tableGet, [0]), drop]),
      .tableSet: Function([number], [get(0), null, op(.tableSet, [0])]),
      .refNull: Function([null, drop]),
      .refIsNull: Function([null, op(.refIsNull), drop]),
      .refFunc: Function([op(.refFunc, [0]), drop]),
      .refAsNonNull: Function([function], [get(0), op(.refAsNonNull), drop]),
      .brOnNull: Function([function], [get(0), op(.brOnNull, [0]), drop]),
      .brOnNonNull: Function(
        [function],
        [op(.block, [0x64, 0]), get(0), op(.brOnNonNull, [0]), op(.unreachable), end, drop]),
      .memorySize: Function([op(.memorySize, [0]), drop]),
      .memoryGrow: Function([number], [get(0), op(.memoryGrow, [0]), drop]),
      .memoryInit: Function([number], three + [op(.memoryInit, [0, 0])]),
      .dataDrop: Function([op(.dataDrop, [0])]),
      .memoryCopy: Function([number], three + [op(.memoryCopy, [0, 0])]),
      .memoryFill: Function([number], three + [op(.memoryFill, [0])]),
      .tableInit: Function([number], three + [op(.tableInit, [0, 0])]),
      .elemDrop: Function([op(.elemDrop, [0])]),
      .tableCopy: Function([number], three + [op(.tableCopy, [0, 0])]),
      .tableGrow: Function([number], [null, get(0), op(.tableGrow, [0]), drop]),
      .tableSize: Function([op(.tableSize, [0]), drop]),
      .tableFill: Function([number], [get(0), null, get(0), op(.tableFill, [0])]),
      .throw: Function([op(.throw, [0])]),
      .throwRef: Function([[0x69]], [get(0), op(.throwRef)]),
      .tryTable: Function([op(.tryTable, [0x40, 1, 2, 0]), op(.call, [0]), end]),
      .try: Function([op(.try, [0x40]), op(.call, [0]), op(.catchAll), end]),
      .catch: Function([op(.try, [0x40]), op(.call, [0]), op(.catch, [0]), end]),
      .catchAll: Function([op(.try, [0x40]), op(.call, [0]), op(.catchAll), end]),
      .rethrow: Function(
        [op(.try, [0x40]), op(.call, [0]), op(.catchAll), op(.rethrow, [0]), end]),
      .delegate: Function([op(.try, [0x40]), op(.call, [0]), op(.delegate, [0])]),
    ]
  }()
}
