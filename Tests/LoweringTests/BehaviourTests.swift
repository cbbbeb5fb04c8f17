// Properties that lowered modules must have, whatever their exact IR.
import LLVMKit
import Lowering
import Testing
import WasmModule
import WasmProgram

struct BehaviourTests {
  private func body(
    _ parameters: [Type], _ results: [Type], memory: UInt64? = nil, _ body: [[UInt8]],
    level: OptimizationLevel = .none
  ) throws -> String {
    var module = Assembler()
    module.memory = memory
    module.function(parameters, results, body, export: "_start")
    return try LoweredModule(module, level: level).function("f0")
  }

  @Test func usedLoadIsNotVolatile() throws {
    let text = try body([.i32], [.i32], memory: 1, [get(0), op(.i32Load, [2, 0])])
    #expect(!text.contains("volatile"))
  }

  /// The builder would fold it, and would return a signalling NaN unchanged for NaN * 1.
  @Test(arguments: [Opcode.f32Mul, .f32Div, .f32Add, .f32Sub])
  func arithmeticOnConstantsIsNotFolded(_ opcode: Opcode) throws {
    let one = op(.f32Const, [0x00, 0x00, 0x80, 0x3f])
    let nan = op(.f32Const, [0x00, 0x00, 0xa0, 0x7f])
    let text = try body([], [.f32], [nan, one, op(opcode)])
    #expect(text.contains("llvm.arithmetic.fence.f32(float 0x7FF4000000000000)"))
    #expect(!(try body([.f32], [.f32], [get(0), one, op(opcode)]).contains("fence")))
  }

  @Test func signallingNaNConstantKeepsItsBits() throws {
    let text = try body([], [.f32], [op(.f32Const, [0x00, 0x00, 0xa0, 0x7f])])
    #expect(text.contains("ret float 0x7FF4000000000000"))
  }

  @Test func offsetIsAddedIn64Bits() throws {
    let text = try body(
      [.i32], [.i32], memory: 1, [get(0), op(.i32Load, [2] + leb(0xffff_ffff))])
    #expect(text.contains("zext i32 %0 to i64"))
    #expect(text.contains("i64 4294967295"))
  }

  @Test func everyTrapOfAFunctionStaysApart() throws {
    let twice = [get(0), get(1), op(.i32DivU), get(1), op(.i32DivU)]
    let text = try body([.i32, .i32], [.i32], twice)
    #expect(text.components(separatedBy: "@llvm.ubsantrap(i8 2)").count == 3)
  }

  @Test func unreachableCodeIsSkipped() throws {
    let text = try body(
      [], [.i32], [op(.unreachable), op(.i32Add), op(.block, [0x40]), op(.end), op(.drop), i32(1)])
    #expect(text.contains("@llvm.ubsantrap(i8 1)"))
    #expect(!text.contains("ret"))
  }

  @Test(arguments: [true, false])
  func branchHintBecomesWeights(isLikely: Bool) throws {
    let body: [[UInt8]] = [
      op(.block, [0x40]), get(0), op(.brIf, [0]), op(.unreachable), op(.end),
    ]
    var module = Assembler()
    module.function([.i32], [], body)
    #expect(!(try LoweredModule(module).text.contains("branch_weights")))
    module.branchHint(function: 0, offset: 1 + 2 + 2, isLikely: isLikely)
    let text = try LoweredModule(module).text
    let weights = try #require(
      text.firstMatch(of: #/!{!"branch_weights", i32 (\d+), i32 (\d+)}/#))
    let taken = try #require(UInt32(weights.1))
    let notTaken = try #require(UInt32(weights.2))
    #expect(isLikely ? taken > notTaken : taken < notTaken)
  }

  @Test func immutableGlobalIsItsValue() throws {
    var module = Assembler()
    module.global(.i64, mutable: false, op(.i64Const, sleb(42)))
    module.function([], [.i64], [op(.globalGet, leb(0))])
    #expect(try LoweredModule(module).function("f0").contains("ret i64 42"))
  }
}

struct ImportTests {
  @Test func wasiCallIsBoundToTheRuntime() throws {
    var module = Assembler()
    module.importFunction("wasi_snapshot_preview1", "proc_exit", [.i32], [])
    module.function([], [], [i32(3), op(.call, leb(0))], export: "_start")
    let text = try LoweredModule(module).text
    #expect(text.contains("@swasm_wasi_proc_exit(ptr @swasm_main_state, i32"))
  }

  @Test(arguments: [("fd_seek", "swasm_wasi0_fd_seek"), ("fd_tell", "swasm_wasi_fd_tell")])
  func wasiUnstableHasItsOwnCalls(_ name: String, _ symbol: String) throws {
    var module = Assembler()
    let parameters: [Type] = name == "fd_seek" ? [.i32, .i64, .i32, .i32] : [.i32, .i32]
    module.importFunction("wasi_unstable", name, parameters, [.i32])
    let call = parameters.map { $0 == .i64 ? op(.i64Const, [0]) : i32(0) }
    module.function([], [], call + [op(.call, leb(0)), op(.drop)], export: "_start")
    #expect(try LoweredModule(module).text.contains("call i32 @\(symbol)(ptr @swasm_main_state"))
  }

  @Test func wasiCallOfAnotherTypeTrapsWithBothTypes() throws {
    var module = Assembler()
    module.importFunction("wasi_snapshot_preview1", "proc_exit", [.i64], [])
    module.function([], [], [op(.i64Const, [0]), op(.call, leb(0))], export: "_start")
    let text = try LoweredModule(module, unknownImports: .trap).text
    #expect(text.contains("call void @swasm_unknown_import"))
    #expect(text.contains("proc_exit as [i64] -> [], expected [i32] -> []"))
  }

  @Test func wasiCallOfAnotherTypeIsRefused() {
    var module = Assembler()
    module.importFunction("wasi_snapshot_preview1", "proc_exit", [.i64], [])
    #expect(throws: LinkError.self) { try LoweredModule(module) }
  }

  @Test func unknownImportIsNamed() throws {
    var module = Assembler()
    module.importFunction("env", "mystery", [.i32], [])
    let error = #expect(throws: LinkError.self) { try LoweredModule(module) }
    #expect(error?.kind == .unknownImport)
    #expect(error?.message.contains("env.mystery") == true)
  }

  @Test func unknownImportMayTrapWhenCalled() throws {
    var module = Assembler()
    module.importFunction("env", "mystery", [.i32], [])
    module.function([], [], [i32(3), op(.call, leb(0))], export: "_start")
    let text = try LoweredModule(module, unknownImports: .trap).text
    #expect(text.contains("call void @swasm_unknown_import"))
  }

  @Test func importedMemoryIsRefusedInAnExecutable() {
    var module = Assembler()
    module.importMemory("env", "memory")
    #expect(throws: LinkError.self) { try LoweredModule(module) }
  }

  /// Nobody uses other exports, unless a reference to them is taken.
  @Test func executableKeepsExportsThatItsStartLooksUp() throws {
    func keepsSecond(_ options: LoweringOptions = LoweringOptions(), referenced: Bool = false)
      throws
      -> Bool
    {
      var module = Assembler()
      module.function([], [], [], export: "_start")
      module.function([.i32], [], [], export: "stackRestore")
      if referenced { module.function([], [.i32], [op(.refFunc, [1]), op(.refIsNull)]) }
      let lines = try LoweredModule(module, options).text.split(separator: "\n")
      let functions = try #require(lines.first { $0.contains("@functions =") })
      #expect(functions.contains("@f0"))
      return functions.contains("@f1")
    }
    #expect(!(try keepsSecond()))
    #expect(try keepsSecond(referenced: true))
    #expect(try keepsSecond(LoweringOptions(invoke: "stackRestore")))
    #expect(try keepsSecond(LoweringOptions(product: .library(symbolPrefix: ""))))
  }

  @Test func missingExportToInvokeIsNamed() throws {
    var module = Assembler()
    module.function([], [], [])
    let options = LoweringOptions(invoke: "main")
    let error = #expect(throws: LoweringError.self) { try LoweredModule(module, options) }
    #expect(error?.kind == .unknownExport)
  }
}

struct PartitionTests {
  @Test func bodiesOutsideOfThePartitionAreDeclaredOnly() throws {
    var module = Assembler()
    module.function([], [.i32], [op(.call, leb(1))])
    module.function([], [.i32], [i32(1)])
    let options = LoweringOptions(partition: PartitionFunctions([0]), emitsDescriptor: false)
    let text = try LoweredModule(module, options).text
    #expect(text.contains("define hidden fastcc i32 @f0()"))
    #expect(text.contains("declare hidden fastcc i32 @f1()"))
    #expect(!text.contains("@swasm_main_program"))
  }
}
