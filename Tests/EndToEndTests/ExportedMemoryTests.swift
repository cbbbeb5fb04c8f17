// WASI's pointers refer to the memory that is exported as "memory", whatever its index; if there is none, to memory 0.

import Foundation
import TestSupport
import Testing

@Suite(
  .enabled(if: Workspace.current.tool("WASM_TOOLS") != nil, "`make setup` installs wasm-tools"))
struct ExportedMemoryTests {
  /// Prints the letter that `fd_write` finds in the memory that it uses, then the count that `args_sizes_get` stored
  /// there. In the other memory the count is 0.
  private func module(exports: String) -> String {
    """
    (module
      (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
      (import "wasi_snapshot_preview1" "args_sizes_get" (func $sizes (param i32 i32) (result i32)))
      (memory $a 1) (memory $b 1) \(exports)
      (data (memory $a) (i32.const 0) "\\08\\00\\00\\00\\02\\00\\00\\00a\\n")
      (data (memory $b) (i32.const 0) "\\08\\00\\00\\00\\02\\00\\00\\00b\\n")
      (func (export "_start")
        (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)) (then unreachable))
        (if (call $sizes (i32.const 200) (i32.const 204)) (then unreachable))
        (i32.store8 $a (i32.const 8) (i32.add (i32.const 48) (i32.load $a (i32.const 200))))
        (i32.store8 $b (i32.const 8) (i32.add (i32.const 48) (i32.load $b (i32.const 200))))
        (if (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 100)) (then unreachable))))
    """
  }

  @Test(
    arguments: [
      (#"(export "memory" (memory $a))"#, "a\n1\n"), (#"(export "memory" (memory $b))"#, "b\n1\n"),
      (#"(export "other" (memory $b))"#, "a\n1\n"),
      (#"(export "other" (memory $a)) (export "memory" (memory $b))"#, "b\n1\n"),
    ], ["-O0", "-O2"])
  func pointersReferToTheExportedMemory(exports: (String, String), level: String) throws {
    let scratch = try ScratchDirectory()
    let swasmc = try #require(Workspace.current.swasmc)
    let path = scratch.path + "/two"
    try module(exports: exports.0).write(toFile: path + ".wat", atomically: false, encoding: .utf8)
    try ProcessRun.require(
      try Workspace.current.requiredTool("WASM_TOOLS"),
      ["parse", path + ".wat", "-o", path + ".wasm"])
    let run = try ProcessRun.run(swasmc, ["run", level, path + ".wasm"], seconds: 60)
    #expect(run.outputText == exports.1, "\(exports.0): \(run.errorText)")
  }
}
