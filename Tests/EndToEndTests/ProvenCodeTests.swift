// Modules whose optimised code the isolation check must prove at once, so that nothing is compiled again.

import Foundation
import TestSupport
import Testing

private let workspace = Workspace.current

private struct ProvenModule: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let text: String

  static let all = [
    ProvenModule(
      testDescription: "an index that is a sum, into a table that never changes",
      text: """
        (module
          (type $t (func (param i32) (result i32)))
          (table 64 funcref) (memory 1) (elem (i32.const 0) $a $b)
          (func $a (type $t) (local.get 0))
          (func $b (type $t) (i32.const 2))
          (func (export "_start") (local $x i32) (local $y i32)
            (local.set $x (i32.load (i32.const 0))) (local.set $y (i32.load (i32.const 4)))
            (drop (call_indirect (type $t) (local.get $y) (i32.add (local.get $x) (local.get $y))))))
        """),
    ProvenModule(
      testDescription: "structures of several ways that are returned",
      text: """
        (module
          (type $t (func (param i32) (result funcref i32 funcref)))
          (table 3 funcref) (elem (i32.const 0) $a $b) (global $g (mut i32) (i32.const 0)) (tag $x)
          (func $a (type $t) (ref.func $a) (local.get 0) (ref.null func))
          (func $b (type $t)
            (if (i32.gt_u (local.get 0) (i32.const 5)) (then (throw $x)))
            (block $h
              (try_table (catch_all $h)
                (return (call $b (i32.add (local.get 0) (i32.const 1))))))
            (return_call_indirect (type $t) (i32.add (local.get 0) (i32.const 1)) (i32.const 0)))
          (func (export "_start") (local funcref funcref)
            (call $b (global.get $g)) (local.set 0) (global.set $g) (local.set 1)))
        """),
    ProvenModule(
      testDescription: "a part that is split off behind a comparison",
      text: """
        (module
          (table $te 4 exnref) (global $g (mut i32) (i32.const 7)) (tag $t (param i32))
          (func $x
            (if (i32.and (global.get $g) (i32.const 1)) (then (throw $t (i32.const 3)))))
          (func (export "_start")
            (if (i32.gt_s (global.get $g) (i32.const 0))
              (then
                (table.set $te (i32.const 2) (ref.null exn))
                (block $h (try_table (catch_all $h) (call $x)))
                (table.set $te (i32.const 3) (ref.null exn))))))
        """),
    ProvenModule(testDescription: "conditions that cost much and prove nothing", text: mixed(300)),
  ]

  /// Conditions of sums, differences and masks of few numbers, then one indirect call.
  private static func mixed(_ count: Int) -> String {
    let conditions = (0..<count).map { at in
      """
      (if (i32.lt_u (i32.add (local.get \(at % 5)) (local.get \((at + 1) % 5)))
            (i32.sub (local.get \((at + 2) % 5)) (i32.and (local.get \((at + 3) % 5)) (i32.const \(8 * at + 7)))))
        (then) (else (local.set \(at % 5) (i32.xor (local.get \((at + 4) % 5)) (i32.const \(at))))))
      """
    }
    return """
      (module
        (type $t (func (param i32) (result i32)))
        (table 64 funcref) (memory 1) (elem (i32.const 0) $a)
        (func $a (type $t) (local.get 0))
        (func (export "_start") (local i32 i32 i32 i32 i32)
          \((0..<5).map { "(local.set \($0) (i32.load (i32.const \(4 * $0))))" }.joined(separator: "\n    "))
          \(conditions.joined(separator: "\n    "))
          (drop (call_indirect (type $t) (local.get 1) (local.get 0)))))
      """
  }
}

@Suite struct ProvenCodeTests {
  @Test(arguments: ProvenModule.all, ["-O0", "-O1", "-O2", "-O3"])
  fileprivate func nothingIsCompiledAgain(_ module: ProvenModule, level: String) throws {
    let swasmc = try #require(workspace.swasmc)
    let directory = try ScratchDirectory()
    let path = "\(directory.path)/module"
    try module.text.write(toFile: path + ".wat", atomically: true, encoding: .utf8)
    try ProcessRun.require(
      try workspace.requiredTool("WASM_TOOLS"), ["parse", path + ".wat", "-o", path + ".wasm"])
    let run = try ProcessRun.run(swasmc, [level, "--stats", path + ".wasm", "-o", path])
    #expect(run.status == 0, "\(run.errorText)")
    #expect(run.errorText.contains(" 0 recompiled"), "\(run.errorText)")
  }
}
