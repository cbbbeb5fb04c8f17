// Messages about a module with imports that nothing in an executable provides.

import System
import Testing

@testable import Driver

@Suite struct ImportTests {
  private let compiler: HostString = "\(Installation.current().executableDirectory)/swasmc"

  private func compile(_ imports: [TinyModule.Import], _ options: [HostString] = []) throws
    -> ToolResult
  {
    let scratch = try Scratch()
    try scratch.write("app.wasm", TinyModule(imports: imports, exports: ["_start"]).bytes)
    return try runTool(
      "/bin/sh", ["-c", "cd \"$0\" && exec \"$@\"", scratch.path, compiler, "app.wasm"] + options)
  }

  @Test func oneUnknownImportIsNamed() throws {
    let result = try compile([.function("env", "f")])
    #expect(result.status == 1)
    #expect(
      result.diagnostics
        == "app.wasm: error[E0301]: unknown import: env.f (function [] -> []); an executable has nothing to link it to\n"
    )
  }

  @Test func allUnknownImportsAreNamedAtOnce() throws {
    let result = try compile([
      .function("env", "f"), .global("env", "g"),
      .function("wasi_snapshot_preview1", "sched_yield"),
      .function("a", "h\n\u{1b}"),
    ])
    #expect(result.status == 1)
    #expect(
      result.diagnostics == """
        app.wasm: error[E0301]: unknown imports; an executable has nothing to link them to:
          env.f (function [] -> [])
          env.g (global)
          wasi_snapshot_preview1.sched_yield (function [] -> [], where WASI has [] -> [i32])
          a.h?? (function [] -> [])

        """)
  }

  @Test func aLongListIsCut() throws {
    let result = try compile((0..<103).map { .function("env", "f\($0)") })
    let lines = result.diagnostics.split(separator: "\n")
    #expect(lines.count == 102)
    #expect(lines.last == "  and 3 more")
  }

  @Test func threadsAreNamedAsThreads() throws {
    let all: [TinyModule.Import] = [
      .sharedMemory("env", "memory"), .function("wasi", "thread-spawn"),
    ]
    #expect(
      try compile(all).diagnostics == """
        app.wasm: error[E0301]: the module uses threads, which are not supported: it imports env.memory and \
        wasi.thread-spawn

        """)
    for imports in [[all[0]], [all[1]]] {
      #expect(try compile(imports).diagnostics.contains("uses threads, which are not supported"))
    }
    let more = try compile(all + [.function("env", "f")]).diagnostics
    #expect(more.contains("uses threads"))
    #expect(more.hasSuffix("\n  other unknown imports:\n  env.f (function [] -> [])\n"))
    // If unknown imports shall trap, the message names only those that cannot.
    let trapping = try compile(all + [.function("env", "f")], ["--unknown-imports", "trap"])
    #expect(trapping.diagnostics.hasSuffix("it imports env.memory\n"), "\(trapping.diagnostics)")
    #expect(try compile([all[1]], ["--unknown-imports", "trap"]).status == 0)
  }
}
