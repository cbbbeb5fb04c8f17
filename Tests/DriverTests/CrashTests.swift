// The compiler may end by a crash or for lack of memory. It says which of them it was, names the function of the module
// that it was working on, and leaves nothing behind. The tests limit the address space or the descriptors, kill the
// linker, or ask a debug build to crash.

import CGuestPasses
import Glibc
import LLVMKit
import System
import Testing

@testable import Driver

@Suite struct CrashTests {
  private let compiler: HostString = "\(Installation.current().executableDirectory)/swasmc"

  /// A module with functions 0 `_start` and 1 `huge`, of which the second has nearly all the code.
  private func module(steps: Int) -> [UInt8] {
    // local 1 = local 0 * 7; if (load local 1) { local 0 = local 1 ^ 5; store local 1 at local 0 }
    let step: [UInt8] = [
      0x20, 0, 0x41, 7, 0x6c, 0x22, 1, 0x28, 2, 0, 0x04, 0x40, 0x20, 1, 0x41, 5, 0x73, 0x22, 0,
      0x20, 1, 0x36, 2, 0,
      0x0b,
    ]
    var module = TinyModule(exports: ["_start", "huge"])
    module.hasMemory = true
    module.locals = 2
    module.bodies["huge"] = Array(repeatElement(step, count: steps).joined())
    module.names = [1: "hu\u{1b}ge"]
    return module.bytes
  }

  private func compile(
    _ bytes: [UInt8], limit: String = "true", environment: HostString = "A=1",
    invoke: HostString = "huge"
  ) throws -> ToolResult {
    let scratch = try Scratch()
    try scratch.write("app.wasm", bytes)
    let result = try runTool(
      "/bin/sh",
      [
        "-c", "\(limit) && cd \"$0\" && exec env \"$@\"", scratch.path, environment, compiler,
        "app.wasm", "--invoke", invoke,
      ])
    // An output appears whole or not at all.
    #expect(try scratch.list().filter { $0 != "app" } == ["app.wasm"])
    return result
  }

  /// Checks the end of a compilation that had too little memory. Returns the first line of its message.
  private func exhausted(_ megabytes: Int, _ bytes: [UInt8]) throws -> Substring? {
    let result = try compile(bytes, limit: "ulimit -v \(megabytes << 10)")
    if result.status == 0 { return nil }
    // The loader of shared libraries has its own message.
    if result.status == 127 { return "" }
    #expect(result.status == 75, "\(megabytes) MB: \(result.diagnostics)")
    #expect(
      result.diagnostics.contains("swasmc: error[E0501]: out of memory"), "\(result.diagnostics)")
    #expect(result.diagnostics.contains("-O1"))
    #expect(!result.diagnostics.contains("bug"))
    return result.diagnostics.split(separator: "\n").first ?? ""
  }

  @Test func runningOutOfMemoryIsNoBug() throws {
    let bytes = module(steps: 2000)
    var lines: [Substring] = []
    var megabytes = 600
    // Raise the limit in large steps until the compiler starts, and then in small steps until it has enough memory.
    while let line = try exhausted(megabytes, bytes), megabytes < 8000 {
      lines.append(line)
      megabytes += line.contains(" while ") ? 20 : 40
    }
    #expect(lines.first { $0.hasSuffix(", in the function f1.hu_ge") } != nil, "\(lines)")
    #expect(megabytes < 8000)
  }

  @Test(arguments: ["optimising", "emitting code"])
  func aCrashNamesTheFunctionAndTheWayAround(phase: String) throws {
    let place = HostString("SWASMC_TEST_CRASH=\(phase):f1.hu_ge")
    let result = try compile(module(steps: 3), environment: place)
    #expect(result.status == 70, "\(result.diagnostics)")
    #expect(
      result.diagnostics.contains(
        "swasmc: error[E0901]: internal error: crashed while \(phase), in the function f1.hu_ge: signal "
      ),
      "\(result.diagnostics)")
    #expect(result.diagnostics.contains("-O1 or -O0 may avoid it"))
  }

  /// How many descriptors the compiler inherits decides what fails for lack of them.
  @Test(arguments: 4...16, ["true", "exec 3</dev/null", "exec 4</dev/null 6</dev/null"])
  func tooFewDescriptorsAreNoBug(count: Int, more: String) throws {
    let result = try compile(
      TinyModule(exports: ["_start"]).bytes, limit: "\(more) && ulimit -n \(count)",
      invoke: "_start")
    // 127: the loader of shared libraries has its own message.
    #expect([0, 1, 127].contains(result.status), "\(result.diagnostics)")
    #expect(!result.diagnostics.contains("bug"), "\(result.diagnostics)")
  }

  @Test func aLinkerThatIsKilledIsNoBug() throws {
    func result(_ status: Int32, _ text: String = "") -> ToolResult {
      ToolResult(status: status, output: [], diagnostics: text)
    }
    let killed = Linker.reasonOfKill(result(137), otherKills: false)
    #expect(killed == .cannot(.linker, "the linker was killed by signal 9"))
    #expect(Linker.reasonOfKill(result(137), otherKills: true)?.exitStatus == 75)
    for signal in [SIGHUP, SIGINT, SIGTERM, SIGXCPU] {
      #expect(
        Linker.reasonOfKill(result(128 + signal), otherKills: false)
          == .cannot(.linker, "the linker was killed by signal \(signal)"))
    }
    // These are bugs of the linker.
    for signal in [SIGSEGV, SIGABRT, SIGILL] {
      #expect(Linker.reasonOfKill(result(128 + signal), otherKills: false) == nil)
    }
    for text in [
      "LLVM ERROR: out of memory", "what(): std::bad_alloc", "mmap: Cannot allocate memory",
    ] {
      let reason = Linker.reasonOfKill(result(134, "x\n\(text)\ny"), otherKills: false)
      #expect(reason?.exitStatus == 75)
      #expect(reason?.message.text.contains(text) == true)
    }
    #expect(Linker.reasonOfKill(result(1, "ld.lld: error: x"), otherKills: true) == nil)
    #expect(exhaustedMemoryKills() >= 0)
  }

  @Test func aKilledLinkerIsReportedAsKilled() throws {
    let scratch = try Scratch()
    let linker = try scratch.write("ld", Array("#!/bin/sh\nkill -KILL $$\n".utf8), mode: 0o755)
    let result = try compile(
      TinyModule(exports: ["_start"]).bytes, environment: "SWASMC_LINKER=\(linker)",
      invoke: "_start")
    // Meanwhile the machine may have run out of memory for another process.
    #expect([1, 75].contains(result.status))
    #expect(result.diagnostics.contains("the linker was killed"))
  }
}
