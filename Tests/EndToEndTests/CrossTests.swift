// Programs for other machines behave as natively built ones do on this machine. An emulator runs them (qemu-user), so
// hardening by the kernel is not part of it.

import Foundation
import ObjectFile
import Targets
import TestSupport
import Testing

private let foreign = Target.all.filter { $0 != .host && $0.emulator != nil }

@Suite(
  .enabled(
    if: GuestProgram.isBuildable(.c) && !foreign.isEmpty,
    "`make setup` installs the C toolchain and qemu-user"))
struct CrossTests {
  @Test(arguments: foreign, ["-O0", "-O2"])
  func computes(_ target: Target, _ level: String) throws {
    try expectSame(GuestProgram(.c, "compute"), options: [level], on: target)
  }

  @Test(arguments: foreign, ["-O0", "-O2"])
  func vectors(_ target: Target, _ level: String) throws {
    let program = GuestProgram(.c, "vectors", wasmOptions: ["-msimd128"])
    try expectSame(program, options: [level], on: target)
  }

  @Test(arguments: foreign, ["-O0", "-O2"])
  func tailCallsUseNoStack(_ target: Target, _ level: String) throws {
    let program = GuestProgram(.c, "tailcalls", wasmOptions: ["-mtail-call"])
    try expectSame(program, options: [level], on: target)
  }

  @Test(arguments: foreign)
  func usesFiles(_ target: Target) throws {
    try expectSame(GuestProgram(.c, "files"), options: ["--dir", "."], on: target)
  }

  @Test(arguments: foreign)
  func getsArgumentsAndVariables(_ target: Target) throws {
    try expectSame(
      GuestProgram(.c, "arguments"), options: ["--env", "GREETING"],
      Invocation(arguments: ["GREETING", "ABSENT", "ünï"], environment: ["GREETING": "good day"]),
      on: target)
  }

  @Test(arguments: foreign)
  func readsTheClocks(_ target: Target) throws {
    try expectSame(GuestProgram(.c, "clocks"), on: target)
  }

  @Test(
    .enabled(if: GuestProgram.isBuildable(.rust), "`make setup` installs Rust"), arguments: foreign)
  func runsRust(_ target: Target) throws {
    try expectSame(
      GuestProgram(.rust, "collect"), options: ["--dir", ".", "--env", "GREETING"],
      Invocation(arguments: ["."], environment: ["GREETING": "hi"], input: "one\nthree\nü\n"),
      on: target)
  }

  @Test(arguments: foreign, ["guard", "explicit"])
  func trapsNameTheirPlace(_ target: Target, _ checks: String) throws {
    let program = GuestProgram(.c, "traps")
    let executable = try program.compiled(["--bounds-checks", checks], for: target)
    let own = try program.compiled(["--bounds-checks", checks])
    for kind in ["unreachable", "divide", "memory", "recurse", "call"] {
      let command = try target.command(executable, [kind])
      let run = try ProcessRun.run(command[0], Array(command.dropFirst()))
      let expected = try ProcessRun.run(own, [kind])
      #expect(run.status == 134)
      #expect(run.outputText == "before\n")
      let (found, wanted) = (place(run.errorText), place(expected.errorText))
      #expect(found.kind == wanted.kind, "\(target) \(kind)")
      #expect(found.function == wanted.function, "\(target) \(kind)")
      // A stack ends in the call on x86-64, and after it, in the new frame, elsewhere.
      #expect(found.offset == wanted.offset || kind == "recurse", "\(target) \(kind)")
    }
  }

  /// The parts of `app: wasm trap: KIND in FUNCTION at offset OFFSET`.
  private func place(_ message: String) -> (kind: String, function: String, offset: String) {
    let place = message.components(separatedBy: "wasm trap: ").last ?? ""
    let parts = place.components(separatedBy: " at offset ")
    let names = parts[0].components(separatedBy: " in ")
    #expect(parts.count == 2 && names.count == 2, "\(message)")
    return (names[0], names.last ?? "", parts.last ?? "")
  }

  @Test(
    .enabled(if: GuestProgram.isBuildable(.component), "`make setup` installs wasm-tools"),
    arguments: foreign)
  func runsComponents(_ target: Target) throws {
    let executable = try GuestProgram(.component, "hello").compiled([], for: target)
    let own = try ProcessRun.run(GuestProgram(.component, "hello").compiled(), [])
    let command = try target.command(executable, [])
    let run = try ProcessRun.run(command[0], Array(command.dropFirst()))
    #expect(run.outputText == own.outputText)
    #expect(run.status == own.status)
    #expect(!own.output.isEmpty)
  }

  @Test(arguments: foreign)
  func theFileIsForItsMachine(_ target: Target) throws {
    let bytes = try Data(
      contentsOf: URL(fileURLWithPath: GuestProgram(.c, "hello").compiled(["--strip"], for: target))
    )
    let file = try ElfFile([UInt8](bytes))
    #expect(file.header.eMachine == target.elfMachine.number)
    #expect(bytes.count <= 40 << 10, "\(target): \(bytes.count) bytes")
  }
}
