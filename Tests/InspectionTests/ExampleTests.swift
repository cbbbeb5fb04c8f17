// The programs in examples/wasi: each is built and run with the grant that `swasmc wasi` names, and does what it says.

import Foundation
import TestSupport
import Testing

@testable import Inspection

private struct Example: Sendable, CustomTestStringConvertible {
  let capability: Capability
  var options: [String] = []
  var arguments: [String] = []
  var input = ""
  var environment: [String: String] = [:]
  /// What the output begins with.
  let prints: String
  var status: Int32 = 0

  var testDescription: String { capability.rawValue }

  static let all = [
    Example(
      capability: .arguments, arguments: ["one", "ü"], prints: "0: arguments.wasm\n1: one\n2: ü\n"),
    Example(
      capability: .environment, options: ["--env", "NAME"], environment: ["NAME": "Ada"],
      prints: "Hello, Ada!\n"),
    Example(capability: .environment, prints: "Hello, whoever you are!\n"),
    Example(capability: .streams, input: "a\nb\n", prints: "2 lines\n"),
    Example(capability: .files, options: ["--dir", "."], prints: "I was here.\n"),
    Example(capability: .files, prints: "", status: 1),
    Example(capability: .clocks, options: ["--deterministic"], prints: "Sat Jan  1 "),
    Example(capability: .waiting, input: "yes\n", prints: "You said: yes\n"),
    Example(capability: .random, prints: "You threw a "),
    Example(capability: .exit, arguments: ["7"], prints: "", status: 7),
  ]
}

@Suite(
  .enabled(
    if: GuestProgram.isBuildable(.c) && workspace.swasmc != nil, "`make setup` installs clang"))
struct ExampleTests {
  private func source(_ capability: Capability) -> String {
    "\(workspace.root)/examples/wasi/\(capability.rawValue)/main.c"
  }

  private func wasm(_ capability: Capability) throws -> String {
    let directory = workspace.buildDirectory + "/programs/examples"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    return try GuestProgram.make(
      "\(directory)/\(capability.rawValue).wasm", from: [source(capability)]
    ) {
      try ProcessRun.require(
        try workspace.requiredTool("CLANG"),
        [
          "--target=wasm32-wasi", "-Wno-deprecated", "--no-wasm-opt", "-Wall", "-Werror", "-O2",
          source(capability), "-o", $0,
        ])
    }
  }

  @Test(arguments: Example.all)
  fileprivate func runs(example: Example) throws {
    let scratch = try ScratchDirectory()
    let run = try ProcessRun.run(
      try #require(workspace.swasmc),
      ["run", "-O0", "--no-cache"] + example.options + [try wasm(example.capability)]
        + example.arguments,
      input: Array(example.input.utf8),
      environment: ProcessInfo.processInfo.environment.merging(example.environment) { $1 },
      directory: scratch.path)
    #expect(run.status == example.status, "\(run.errorText)")
    #expect(run.outputText.hasPrefix(example.prints), "\(run.outputText)")
  }

  /// The socket listens before the program runs, so the client needs no second try.
  @Test func theSocketServes() throws {
    let program = try wasm(.sockets)
    let script = #"""
      import os, socket, subprocess, sys
      listening = socket.create_server(("127.0.0.1", 0))
      def prepare():
          os.dup2(listening.fileno(), 3)
          os.environ["LISTEN_PID"] = str(os.getpid())
      server = subprocess.Popen(
          ["/bin/sh", "-c", 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0"', sys.argv[1]],
          pass_fds=[3], preexec_fn=prepare)
      client = socket.create_connection(listening.getsockname())
      client.sendall(b"hello")
      client.shutdown(socket.SHUT_WR)
      print(client.recv(100).decode(), server.wait())
      """#
    let scratch = try ScratchDirectory()
    let app = scratch.path + "/app"
    try ProcessRun.require(
      try #require(workspace.swasmc), [program, "-O0", "--listen", "fds", "-o", app])
    let run = try ProcessRun.run("/usr/bin/env", ["python3", "-c", script, app], seconds: 60)
    #expect(run.outputText == "HELLO 0\n", "\(run.errorText)")
  }

  /// What `swasmc wasi` shows is what is built here.
  @Test(arguments: Capability.allCases)
  func isShown(capability: Capability) throws {
    let text = try String(contentsOfFile: source(capability), encoding: .utf8)
    #expect(capability.example == text)
    let page = try #require(CapabilityPages.page(capability.rawValue))
    for call in capability.preview1Calls { #expect(page.contains(call)) }
    for (interface, functions) in capability.interfaces {
      #expect(page.contains(interface))
      for function in functions { #expect(page.contains(function)) }
    }
    #expect(page.contains("Python"))
    // The example uses what it is an example of.
    let report = try report(path: wasm(capability), file: "app.wasm")
    #expect(report.capabilities.uses.contains { $0.capability == capability })
  }

  @Test func theListNamesAll() {
    for name in CapabilityPages.names { #expect(CapabilityPages.list.contains("  \(name) ")) }
    #expect(CapabilityPages.page("no") == nil)
  }
}
