// The common vector instructions are one machine instruction on x86-64-v2, or few.
import LLVMKit
import Lowering
import Targets
import Testing
import WasmModule
import WasmProgram

struct VectorInstructionTests {
  /// The machine code of a function with one instruction on its parameters, without moves between registers.
  private func instructions(
    _ parameters: [Type], _ results: [Type], _ body: [[UInt8]]
  ) throws -> [String] {
    var module = Assembler()
    module.function(parameters, results, body, export: "f")
    let validated = try ModuleValidator.validate(ModuleDecoder.decode(ModuleBytes(module.bytes)))
    let context = LLVMContext()
    let machine = try LLVMTargetMachine(Target.x64.processor(.named("x86-64-v2")), level: .standard)
    let lowered = try lowerProgram(
      Program(library: validated), into: context,
      options: LoweringOptions(product: .library(symbolPrefix: "")),
      target: machine)
    try optimize(lowered, level: .standard, machine: machine, verifyingEachPass: false)
    let assembly = String(decoding: try machine.emit(lowered, as: .assembly).bytes, as: UTF8.self)
    let lines = assembly.split(separator: "\n").drop { !$0.hasPrefix("f0:") }.dropFirst()
    let mnemonics = lines.prefix { !$0.contains("ret") }.compactMap { line -> String? in
      let words = line.split { $0 == "\t" || $0 == " " }
      guard line.hasPrefix("\t"), let first = words.first, !first.hasPrefix(".") else { return nil }
      return String(first)
    }
    return mnemonics.filter { !["movdqa", "movaps", "movapd"].contains($0) }
  }

  private static let binary: [(Opcode, String)] = [
    (.i8x16Add, "paddb"), (.i16x8Add, "paddw"), (.i32x4Add, "paddd"), (.i64x2Add, "paddq"),
    (.i8x16Sub, "psubb"), (.i16x8Sub, "psubw"), (.i32x4Sub, "psubd"), (.i64x2Sub, "psubq"),
    (.i8x16AddSatS, "paddsb"), (.i8x16AddSatU, "paddusb"), (.i16x8AddSatS, "paddsw"),
    (.i16x8AddSatU, "paddusw"), (.i8x16SubSatS, "psubsb"), (.i8x16SubSatU, "psubusb"),
    (.i16x8SubSatS, "psubsw"), (.i16x8SubSatU, "psubusw"),
    (.i16x8Mul, "pmullw"), (.i32x4Mul, "pmulld"), (.i32x4DotI16x8S, "pmaddwd"),
    (.i8x16MinS, "pminsb"), (.i8x16MinU, "pminub"), (.i16x8MaxS, "pmaxsw"), (.i16x8MaxU, "pmaxuw"),
    (.i32x4MinS, "pminsd"), (.i32x4MaxU, "pmaxud"), (.i8x16AvgrU, "pavgb"), (.i16x8AvgrU, "pavgw"),
    (.i8x16NarrowI16x8S, "packsswb"), (.i8x16NarrowI16x8U, "packuswb"),
    (.i16x8NarrowI32x4S, "packssdw"), (.i16x8NarrowI32x4U, "packusdw"),
    (.i8x16Eq, "pcmpeqb"), (.i16x8GtS, "pcmpgtw"), (.i32x4LtS, "pcmpgtd"), (.i64x2GtS, "pcmpgtq"),
    (.v128And, "andps"), (.v128Or, "orps"), (.v128Xor, "xorps"), (.v128Andnot, "andnps"),
    (.f32x4Add, "addps"), (.f32x4Sub, "subps"), (.f32x4Mul, "mulps"), (.f32x4Div, "divps"),
    (.f32x4Pmin, "minps"), (.f32x4Pmax, "maxps"), (.f32x4RelaxedMin, "minps"),
    (.f64x2Add, "addpd"), (.f64x2Mul, "mulpd"), (.f64x2Pmin, "minpd"), (.f64x2Pmax, "maxpd"),
    (.f32x4Eq, "cmpeqps"), (.f64x2Lt, "cmpltpd"),
  ]

  private static let unary: [(Opcode, String)] = [
    (.i8x16Abs, "pabsb"), (.i16x8Abs, "pabsw"), (.i32x4Abs, "pabsd"),
    (.i16x8ExtendLowI8x16S, "pmovsxbw"), (.i16x8ExtendLowI8x16U, "pmovzxbw"),
    (.i32x4ExtendLowI16x8S, "pmovsxwd"), (.i64x2ExtendLowI32x4U, "pmovzxdq"),
    (.f32x4Sqrt, "sqrtps"), (.f64x2Sqrt, "sqrtpd"), (.f32x4Ceil, "roundps"),
    (.f64x2Floor, "roundpd"), (.f32x4Nearest, "roundps"), (.f32x4ConvertI32x4S, "cvtdq2ps"),
    (.f64x2ConvertLowI32x4S, "cvtdq2pd"), (.f64x2PromoteLowF32x4, "cvtps2pd"),
    (.f32x4DemoteF64x2Zero, "cvtpd2ps"), (.f32x4Abs, "andps"), (.f64x2Neg, "xorps"),
  ]

  @Test(arguments: binary)
  func binaryInstructionIsOneMachineInstruction(_ opcode: Opcode, _ mnemonic: String) throws {
    let found = try instructions([.v128, .v128], [.v128], [get(0), get(1), op(opcode)])
    #expect(found == [mnemonic], "\(opcode.name)")
  }

  @Test(arguments: unary)
  func unaryInstructionIsOneMachineInstruction(_ opcode: Opcode, _ mnemonic: String) throws {
    let found = try instructions([.v128], [.v128], [get(0), op(opcode)])
    #expect(found == [mnemonic], "\(opcode.name)")
  }

  @Test(
    arguments: [
      (.i8x16Bitmask, "pmovmskb"), (.i32x4Bitmask, "movmskps"), (.i64x2Bitmask, "movmskpd"),
    ] as [(Opcode, String)])
  func bitmaskIsOneMachineInstruction(_ opcode: Opcode, _ mnemonic: String) throws {
    #expect(try instructions([.v128], [.i32], [get(0), op(opcode)]) == [mnemonic])
  }

  @Test(
    arguments: [
      ([0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23], "punpcklbw"),
      ([4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11], "pshufd"),
      ([15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0], "pshufb"),
      ([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20], "palignr"),
    ] as [([UInt8], String)])
  func shuffleIsOneMachineInstruction(_ lanes: [UInt8], _ mnemonic: String) throws {
    let found = try instructions(
      [.v128, .v128], [.v128], [get(0), get(1), op(.i8x16Shuffle, lanes)])
    #expect(found.map { $0 == "shufps" ? "pshufd" : $0 } == [mnemonic])
  }

  @Test(arguments: [Opcode.f32x4Min, .f32x4Max, .f64x2Min, .f64x2Max])
  func minimumAndMaximumAreFewMachineInstructions(_ opcode: Opcode) throws {
    let found = try instructions([.v128, .v128], [.v128], [get(0), get(1), op(opcode)])
    #expect(found.count <= 6, "\(found)")
    #expect(found.filter { $0.hasPrefix("min") || $0.hasPrefix("max") }.count == 2, "\(found)")
  }

  @Test func swizzleIsASaturatingAddAndAByteShuffle() throws {
    for opcode in [Opcode.i8x16Swizzle, .i8x16RelaxedSwizzle] {
      let found = try instructions([.v128, .v128], [.v128], [get(0), get(1), op(opcode)])
      #expect(found == ["paddusb", "pshufb"])
    }
  }

  @Test(
    arguments: [(.i16x8Shl, "psllw"), (.i32x4ShrS, "psrad"), (.i64x2ShrU, "psrlq")]
      as [(Opcode, String)])
  func shiftByAConstantIsOneMachineInstruction(_ opcode: Opcode, _ mnemonic: String) throws {
    #expect(try instructions([.v128], [.v128], [get(0), i32(3), op(opcode)]) == [mnemonic])
  }

  @Test func laneAccessesAreOneMachineInstruction() throws {
    #expect(try instructions([.v128], [.i32], [get(0), op(.i32x4ExtractLane, [2])]).count == 1)
    #expect(
      try instructions([.v128, .i32], [.v128], [get(0), get(1), op(.i16x8ReplaceLane, [5])])
        == ["pinsrw"])
  }
}
