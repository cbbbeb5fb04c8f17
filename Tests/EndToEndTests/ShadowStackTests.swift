// After an exception, a program finds in its stack pointer the value that the unwound functions put there. This holds
// whether or not the optimiser makes exceptions restore the pointer. Each program exits with the value that it found.

import Foundation
import TestSupport
import Testing

private let workspace = Workspace.current

/// `main` and other functions of a module, whose pointer starts at 100. The rest of the module allows the optimiser to
/// make exceptions restore the pointer.
private struct PointerProgram: CustomTestStringConvertible {
  let name: String
  let status: Int32
  let functions: String

  var testDescription: String { name }

  private var text: String {
    """
    (module
      (type $function (func (param i32) (result i32)))
      (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
      (memory (export "memory") 1)
      (table funcref (elem $lower $keep))
      (tag $t (param i32))
      (tag $u)
      (global $sp (mut i32) (i32.const 100))
      ;; Throws $n, unless that is zero, with 8 bytes on the stack.
      (func $lower (param $n i32) (result i32)
        (global.set $sp (i32.sub (global.get $sp) (i32.const 8)))
        (if (local.get $n) (then (throw $t (local.get $n))))
        (global.set $sp (i32.add (global.get $sp) (i32.const 8)))
        (local.get $n))
      ;; A handler that restores the pointer, as compilers write it.
      (func $keep (param $n i32) (result i32)
        (local $kept i32)
        (local.set $kept (global.get $sp))
        (block $caught
          (try_table (catch_all $caught) (return (call $lower (local.get $n)))))
        (global.set $sp (local.get $kept))
        (i32.const 0))
      (func $read (result i32) (global.get $sp))
      \(functions)
      (func (export "_start") (call $exit (call $main))))
    """
  }

  func expectStatus() throws {
    let swasmc = try #require(workspace.swasmc)
    let directory = workspace.buildDirectory + "/programs/exceptions/pointer"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    let path = "\(directory)/\(name)"
    try text.write(toFile: path + ".wat", atomically: true, encoding: .utf8)
    try ProcessRun.require(
      try workspace.requiredTool("WASM_TOOLS"), ["parse", path + ".wat", "-o", path + ".wasm"])
    for level in ["-O0", "-O1", "-O2"] {
      try ProcessRun.require(swasmc, [level, path + ".wasm", "-o", path + level])
      let run = try ProcessRun.run(path + level, [])
      #expect(run.status == status, "\(level): \(run.errorText)")
    }
  }
}

/// A `main` that saves the pointer and runs `body`. If `body` throws $t, it runs `handler`. It returns the pointer.
private func main(_ body: String, handler: String, thrown: String = "local.set $thrown") -> String {
  """
  (func $main (result i32)
    (local $kept i32) (local $thrown i32)
    (local.set $kept (global.get $sp))
    (block $done
      (block $caught (result i32)
        (try_table (catch $t $caught) \(body))
        (br $done))
      \(thrown)
      \(handler))
    (global.get $sp))
  """
}

private func legacyMain(_ body: String, handler: String) -> String {
  """
  (func $main (result i32)
    (local $kept i32) (local $thrown i32)
    (local.set $kept (global.get $sp))
    try
      \(body)
    catch $t
      local.set $thrown
      \(handler)
    end
    (global.get $sp))
  """
}

/// Returns with 4 bytes on the stack.
private let leak = """
  (func $leak (param $n i32) (result i32)
    (global.set $sp (i32.sub (global.get $sp) (i32.const 4)))
    (local.get $n))

  """
private let restore = "(global.set $sp (local.get $kept))"
private let callLower = "(drop (call $lower (i32.const 1)))"

/// Has 16 bytes on the stack around `body`.
private func middle(_ body: String) -> String {
  """
  (func $middle (local $frame i32)
    (local.tee $frame (i32.sub (global.get $sp) (i32.const 16)))
    global.set $sp
    \(body)
    (global.set $sp (i32.add (local.get $frame) (i32.const 16))))
  """
}

private let throwingOn = middle(
  """
  (block $done
    (block $caught (result exnref)
      (try_table (catch_all_ref $caught) \(callLower))
      (br $done))
    (throw_ref))
  """)
private let rethrowing = middle("try \(callLower) catch_all rethrow 0 end")

private let programs = [
  PointerProgram(name: "restored", status: 100, functions: main(callLower, handler: restore)),
  PointerProgram(
    name: "read-before", status: 92,
    functions: main(
      callLower, handler: "(global.get $sp) \(restore) (return)", thrown: "drop")),
  PointerProgram(name: "never-restored", status: 92, functions: main(callLower, handler: "")),
  PointerProgram(
    name: "read-by-a-function", status: 92,
    functions: main(callLower, handler: "(return (call $read))")),
  PointerProgram(
    name: "leaked", status: 100,
    functions: leak
      + main("(drop (call $leak (i32.const 1))) \(callLower)", handler: restore)),
  PointerProgram(
    name: "leaked-indirectly", status: 100,
    functions: "(elem (i32.const 1) $leak)" + leak
      + main(
        "(drop (call_indirect (type $function) (i32.const 1) (i32.const 1))) \(callLower)",
        handler: restore)),
  PointerProgram(
    name: "leaked-by-a-tail-call", status: 100,
    functions: """
      (func $tail (param $n i32) (result i32)
        (global.set $sp (i32.sub (global.get $sp) (i32.const 4)))
        (return_call $lower (local.get $n)))
      """
        + main("(drop (call $tail (i32.const 0))) \(callLower)", handler: restore)),
  PointerProgram(
    name: "raised-before-a-tail-call", status: 100,
    functions: """
      (func $tail (param $n i32) (result i32)
        (global.set $sp (i32.sub (global.get $sp) (i32.const 4)))
        (drop (call $lower (i32.const 0)))
        (global.set $sp (i32.add (global.get $sp) (i32.const 4)))
        (return_call_indirect (type $function) (local.get $n) (i32.const 0)))
      """ + main("(drop (call $tail (i32.const 1)))", handler: restore)),
  PointerProgram(
    name: "through-a-frame", status: 100,
    functions: middle(callLower) + main("(call $middle)", handler: restore)),
  PointerProgram(
    name: "through-a-frame-unrestored", status: 76,
    functions: middle(callLower) + main("(call $middle)", handler: "")),
  PointerProgram(
    name: "caught-inside", status: 84,
    functions: middle(
      """
      (block $caught (try_table (catch_all $caught) \(callLower)))
      (global.set $sp (local.get $frame))
      (call $exit (call $read))
      """) + main("(call $middle)", handler: restore)),
  PointerProgram(
    name: "thrown-on", status: 100,
    functions: throwingOn + main("(call $middle)", handler: restore)),
  PointerProgram(
    name: "thrown-on-unrestored", status: 76,
    functions: throwingOn + main("(call $middle)", handler: "")),
  PointerProgram(
    name: "stored-and-thrown-later", status: 100,
    functions: """
      (global $exception (mut exnref) (ref.null exn))
      """ + middle("(throw_ref (global.get $exception))")
        + main(
          """
          (block $stored (result exnref)
            (try_table (catch_all_ref $stored) \(callLower))
            (unreachable))
          \(restore)
          (global.set $exception)
          (call $middle)
          """, handler: restore)),
  PointerProgram(
    name: "thrown-and-caught-by-one-function", status: 84,
    functions: main(
      """
      (global.set $sp (i32.sub (local.get $kept) (i32.const 16)))
      (if (i32.eq (call $read) (i32.const 84)) (then (throw $t (i32.const 1))))
      \(callLower)
      """, handler: "")),
  PointerProgram(
    name: "handler-in-a-loop", status: 97,
    functions: """
      (func $main (result i32)
        (local $kept i32) (local $n i32) (local $sum i32)
        (local.set $kept (global.get $sp))
        (local.set $n (i32.const 3))
        (loop $again
          (block $done
            (block $caught (result i32)
              (try_table (catch $t $caught) (drop (call $lower (local.get $n))))
              (br $done))
            (local.set $sum (i32.add (local.get $sum)))
            \(restore)
            (local.set $kept (i32.sub (global.get $sp) (i32.const 1)))
            \(restore))
          (br_if $again (local.tee $n (i32.sub (local.get $n) (i32.const 1)))))
        (i32.add (global.get $sp) (i32.sub (local.get $sum) (i32.const 6))))
      """),
  PointerProgram(
    name: "legacy-restored", status: 100, functions: legacyMain(callLower, handler: restore)),
  PointerProgram(
    name: "legacy-never-restored", status: 92, functions: legacyMain(callLower, handler: "")),
  PointerProgram(
    name: "legacy-leaked", status: 100,
    functions: leak
      + legacyMain("(drop (call $leak (i32.const 1))) \(callLower)", handler: restore)),
  PointerProgram(
    name: "legacy-rethrown", status: 100,
    functions: rethrowing
      + legacyMain("(call $middle)", handler: restore)),
  PointerProgram(
    name: "legacy-rethrown-unrestored", status: 76,
    functions: rethrowing
      + legacyMain("(call $middle)", handler: "")),
  PointerProgram(
    name: "legacy-delegated", status: 84,
    functions: middle(
      """
      try
        try \(callLower) delegate 0
      catch_all
        (global.set $sp (local.get $frame))
        (call $exit (call $read))
      end
      """) + legacyMain("(call $middle)", handler: restore)),
]

@Suite(.enabled(if: workspace.tool("WASM_TOOLS") != nil, "`make setup` installs wasm-tools"))
struct ShadowStackTests {
  @Test(arguments: programs)
  private func thePointerIsWhatTheUnwoundFunctionsLeft(_ program: PointerProgram) throws {
    try program.expectStatus()
  }
}
