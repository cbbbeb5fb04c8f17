// Lowering and the passes communicate by names. CGuestIR.h has these names, and lowering may use no others.

import CGuestIR
import Testing

@testable import Lowering

private func names(_ at: (Int) -> UnsafePointer<CChar>?) -> Set<String> {
  var result: Set<String> = []
  while let name = at(result.count) { result.insert(String(cString: name)) }
  return result
}

private func module() -> Assembler {
  var module = Assembler()
  module.importFunction("wasi_snapshot_preview1", "proc_exit", [.i32], [])
  module.function(
    [.i32], [.i32],
    [
      op(.localGet, [0]), op(.i32Load, [2, 0]), op(.localGet, [0]), op(.memoryGrow, [0]),
      op(.i32Add),
    ],
    export: "_start")
  module.memory = 1
  return module
}

@Suite struct GuestIRTests {
  @Test(arguments: [BoundsChecks.guardPages, .explicit])
  func loweringUsesNamedMarksOnly(_ boundsChecks: BoundsChecks) throws {
    let text = try LoweredModule(module(), LoweringOptions(boundsChecks: boundsChecks)).text
    let marks = names(swasm_ir_mark_at)
    let attributes = text.matches(of: #/ "([a-z_-]+)"="/#).map { String($0.1) }
    let types = text.matches(of: #/= !\{!"([^"]+)"/#).map { String($0.1) }
    let flags = text.matches(of: #/= !\{i32 \d+, !"([^"]+)"/#).map { String($0.1) }
    #expect(!attributes.isEmpty && !types.isEmpty)
    let ofLLVM = ["branch_weights", "Debug Info Version", "Dwarf Version"]
    for name in Set(attributes + types + flags).subtracting(ofLLVM) {
      let isNamed = marks.contains(name) || name.hasPrefix(SWASM_IR_MEMORY)
      #expect(isNamed, "\(name) is not in CGuestIR.h")
    }
    #expect(flags.contains(SWASM_IR_COMPARED_MEMORY) == (boundsChecks == .explicit))
  }

  @Test func loweringCallsNamedFunctionsOnly() throws {
    let text = try LoweredModule(module()).text
    let builtins = names(swasm_ir_builtin_at)
    let declared = text.matches(of: #/declare [^@]*@([A-Za-z0-9_.]+)\(/#).map { String($0.1) }
    #expect(declared.contains("swasm_memory_grow"))
    for name in declared where !name.hasPrefix("llvm.") && !name.hasPrefix("swasm_wasi_") {
      #expect(builtins.contains(name), "\(name) is not in CGuestIR.h")
    }
  }
}
