// Vectorisers may change an intrinsic to any width. So code generation must support every intrinsic that Lowering
// calls, in every width, on every level of the processor. Otherwise the compiler ends ("do not know how to widen").
//
// The test takes the intrinsics from the IR of all instructions, so that it also tries new ones.
import LLVMKit
import Lowering
import Targets
import Testing
import WasmProgram

@testable import WasmModule

struct IntrinsicWidthTests {
  private static let levels = Target.x64.levels + ["znver5"]
  private static let widths: [UInt32] = [1, 2, 3, 4, 5, 7, 8, 16, 32, 64]

  /// An intrinsic that works lane by lane: the lane types on which it is overloaded, and those of its parameters.
  private struct Intrinsic: Hashable {
    let name: String
    let overloads: [String]
    let result: String
    let parameters: [String]
  }

  @Test(arguments: levels, [OptimizationLevel.none, .standard])
  func everyWidthHasMachineCode(_ processor: String, _ level: OptimizationLevel) throws {
    let intrinsics = try Self.declared()
    #expect(intrinsics.count > 50)
    #expect(intrinsics.contains { $0.name == "llvm.sqrt" && $0.overloads == ["f32"] })
    #expect(!intrinsics.contains { $0.name == "llvm.canonicalize" })
    // The form that QuietNaNs.h leaves.
    let fences = ["f32", "f64"].map {
      Intrinsic(name: "llvm.arithmetic.fence", overloads: [$0], result: $0, parameters: [$0])
    }
    for intrinsic in intrinsics.union(fences) {
      let context = LLVMContext()
      let module = LLVMModule(name: intrinsic.name, context: context)
      let machine = try LLVMTargetMachine(Target.x64.processor(.named(processor)), level: level)
      module.setTarget(machine)
      for width in Self.widths { Self.add(intrinsic, width, to: module, context.types) }
      try module.verify()
      #expect(try machine.emit(module, as: .object).bytes.count > 500)
    }
  }

  /// A function that loads the operands from where its parameters point, and stores the result.
  private static func add(
    _ intrinsic: Intrinsic, _ width: UInt32, to module: borrowing LLVMModule, _ types: LLVMTypes
  ) {
    func type(_ lane: String) -> LLVMType {
      if lane == "i1" { return types.i1 }
      return width == 1 ? types.lane(lane) : types.lane(lane).vector(width)
    }
    let pointers = Array(repeating: types.pointer, count: intrinsic.parameters.count + 1)
    let function = module.addFunction(
      "f\(width)", type: types.function(pointers, returning: types.void))
    let builder = LLVMBuilder(context: types.context)
    let entry = builder.createBlock("entry")
    function.appendBlock(entry)
    builder.position(atEnd: entry)
    let arguments = intrinsic.parameters.enumerated().map { index, lane in
      // An i1 is no operand but an option, so it must be a constant.
      lane == "i1"
        ? types.i1.constant(0)
        : builder.load(type(lane), function.parameter(index + 1), alignment: 1)
    }
    let signature = types.function(
      intrinsic.parameters.map(type), returning: type(intrinsic.result))
    let callee = module.contents.intrinsic(intrinsic.name, intrinsic.overloads.map(type))
    _ = builder.store(
      builder.call(signature, callee, arguments), function.parameter(0), alignment: 1)
    builder.returnVoid()
  }

  // MARK: Reading declarations

  private static func declared() throws -> Set<Intrinsic> {
    let plain = Opcode.allCases.filter { $0.info.signature != nil }
    let functions = plain.map { OpcodeModule.Function(plain: $0, is64: false) }
    let bytes = OpcodeModule(functions: functions, is64: false).bytes
    let context = LLVMContext()
    let machine = try LLVMTargetMachine(.x64, level: .none)
    let lowered = try lowerProgram(
      Program(command: ModuleValidator.validate(ModuleDecoder.decode(ModuleBytes(bytes)))),
      into: context,
      options: LoweringOptions(), target: machine)
    return Set(lowered.text.split(separator: "\n").compactMap(intrinsic))
  }

  /// Reads a line such as `declare <4 x float> @llvm.sqrt.v4f32(<4 x float>) #1`; nil if a type has no lanes.
  private static func intrinsic(_ line: Substring) -> Intrinsic? {
    guard
      let match = line.wholeMatch(of: #/declare (<[^>]*>|\S+) @(llvm\.[^(]*)\(([^)]*)\).*/#)
    else { return nil }
    var words = match.2.split(separator: ".").map(String.init)
    var overloads: [String] = []
    while let last = words.last?.wholeMatch(of: #/(?:v[0-9]+)?([if][0-9]+)/#) {
      overloads.insert(String(last.1), at: 0)
      words.removeLast()
    }
    guard let result = lane(match.1), !overloads.isEmpty, words[1] != "x86" else { return nil }
    let parameters = match.3.split(separator: ", ").compactMap { lane($0) }
    let count = match.3.split(separator: ", ").count
    let isVector = match.1.hasPrefix("<")
    let keepsLanes = match.3.hasPrefix("<") == isVector
    guard parameters.count == count, keepsLanes else { return nil }
    return Intrinsic(
      name: words.joined(separator: "."), overloads: overloads, result: result,
      parameters: parameters)
  }

  /// `f32` for `float` and for `<4 x float>`; nil for a pointer and for void.
  private static func lane(_ type: Substring) -> String? {
    let word = type.split(separator: " x ").last?.prefix { $0 != ">" && $0 != " " }
    switch word {
    case "float": return "f32"
    case "double": return "f64"
    case "i1", "i8", "i16", "i32", "i64": return word.map(String.init)
    default: return nil
    }
  }
}

extension LLVMTypes {
  fileprivate func lane(_ name: String) -> LLVMType {
    switch name {
    case "f32": float
    case "f64": double
    case "i8": i8
    case "i16": i16
    case "i32": i32
    default: i64
    }
  }
}
