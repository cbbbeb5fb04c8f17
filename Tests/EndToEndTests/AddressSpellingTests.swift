// However a module computes its addresses and lengths, the isolation check proves the comparisons that lowering puts
// before an access or a range. If it did not prove one, there would be an internal error.

import Foundation
import TestSupport
import Testing

private let workspace = Workspace.current

private let spellings = [
  "(local.get 0)", "(i64.sub (local.get 0) (local.get 1))", "(i64.sub (i64.const 0) (local.get 0))",
  "(i64.mul (local.get 0) (local.get 1))", "(i64.shl (local.get 0) (i64.const 3))",
  "(i64.extend_i32_s (i32.wrap_i64 (local.get 0)))", "(i64.extend8_s (local.get 0))",
  "(i64.xor (local.get 0) (i64.const -1))", "(i64.add (local.get 0) (i64.const -8))",
  "(i64.add (i64.add (local.get 0) (local.get 1)) (i64.mul (local.get 2) (i64.const -12)))",
  "(select (local.get 0) (i64.add (local.get 1) (i64.const 5)) (local.get 3))",
  "(i64.rem_s (local.get 0) (i64.const 10))", "(i64.and (local.get 0) (i64.const -16))",
  "(i64.shr_s (local.get 0) (i64.const 3))", "(i64.const -5)", "(i64.load (i64.const 8))",
  "(i64.sub (i64.load (i64.const 8)) (i64.load (i64.const 16)))",
]

/// Accesses of one kind, with each form of address and with each pair of forms.
private struct Accesses: CustomTestStringConvertible, Sendable {
  let testDescription: String
  let bodies: @Sendable (String, String) -> [String]

  static let memory = Accesses(testDescription: "memory") { a, b in
    ["0", "8", "0x80000000", "0x10000000000"].flatMap { offset in
      [
        "(drop (i64.load offset=\(offset) \(a)))",
        "(v128.store offset=\(offset) \(b) (v128.const i64x2 1 2))",
        "(drop (i64.atomic.rmw.add offset=\(offset) \(a) \(b)))",
      ]
    }
  }
  static let ranges = Accesses(testDescription: "ranges") { a, b in
    [
      "(memory.copy \(a) \(b) (i64.add (local.get 2) \(a)))", "(memory.copy \(a) \(b) \(b))",
      "(memory.fill \(a) (i32.const 7) \(b))",
      "(memory.init 0 \(a) (i32.wrap_i64 \(b)) (i32.const 3))",
    ]
  }
  static let tables = Accesses(testDescription: "tables") { a, b in
    [
      "(table.copy $wide $wide \(a) \(b) (i64.add (local.get 2) \(a)))",
      "(table.copy $narrow $narrow (i32.wrap_i64 \(a)) (i32.wrap_i64 \(b)) (i32.wrap_i64 (local.get 2)))",
      "(table.fill $wide \(a) (ref.null extern) \(b))",
      "(table.set $wide \(a) (table.get $narrow (i32.wrap_i64 \(b))))",
      "(table.set $narrow (i32.wrap_i64 \(a)) (table.get $wide \(b)))",
    ]
  }

  var module: String {
    var functions: [String] = []
    for a in spellings {
      for b in spellings {
        functions += bodies(a, b).map { "(func (param i64 i64 i64 i32) \($0))" }
      }
    }
    return """
      (module
        (memory i64 1 3)
        (data "abcdefgh")
        (table $narrow 10 30 externref)
        (table $wide i64 10 30 externref)
        (func (export "run"))
        \(functions.joined(separator: "\n  ")))
      """
  }
}

@Suite struct AddressSpellingTests {
  @Test(arguments: [Accesses.memory, .ranges, .tables], ["guard", "explicit"])
  fileprivate func everySpellingIsProven(of accesses: Accesses, boundsChecks: String) throws {
    let swasmc = try #require(workspace.swasmc)
    let directory = workspace.buildDirectory + "/programs/spellings"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let path = "\(directory)/\(accesses.testDescription)-\(boundsChecks)"
    try accesses.module.write(toFile: path + ".wat", atomically: true, encoding: .utf8)
    try ProcessRun.require(
      try workspace.requiredTool("WASM_TOOLS"), ["parse", path + ".wat", "-o", path + ".wasm"])
    // Compile without optimisation: then nothing is left out, and there is no simpler code to try next.
    let run = try ProcessRun.run(
      swasmc,
      [
        "-O0", "--stats", "--bounds-checks", boundsChecks, "--invoke", "run", path + ".wasm", "-o",
        path,
      ])
    #expect(run.status == 0, "\(run.errorText)")
    #expect(run.errorText.contains(" 0 recompiled"), "\(run.errorText)")
  }
}
