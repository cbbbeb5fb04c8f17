// Components that use wasi:sockets, as a user sees them: they reach what was granted, and nothing else. The other side
// is a script, on this machine alone (Tests/programs/component/drive_sockets.py).

import Foundation
import TestSupport
import Testing

@Suite(
  .enabled(
    if: GuestProgram.isBuildable(.component),
    "needs clang, wasm-tools (`make setup`) and ../shared/wit"))
struct SocketTests {
  private func drive(_ variables: [String: String]) throws -> ProcessRun {
    let programs = try ["tcp_client", "tcp_server", "resolver"].map {
      try GuestProgram(.component, $0).compiled()
    }
    let script = Workspace.current.root + "/Tests/programs/component/drive_sockets.py"
    return try ProcessRun.run(
      "/usr/bin/env", ["python3", script] + programs + variables.map { "\($0)=\($1)" }, seconds: 120
    )
  }

  /// Each case prints a line.
  @Test(arguments: Hardening.allCases)
  func componentsReachWhatWasGranted(hardening: Hardening) throws {
    let run = try drive(hardening.environment)
    let lines = run.outputText.split(separator: "\n")
    let others = lines.filter { !$0.hasPrefix("ok ") && !$0.hasPrefix("skipped") }
    #expect(others.isEmpty, "\(others)")
    #expect(lines.count > 30, "\(run.errorText)")
    #expect(run.status == 0, "\(run.errorText)")
  }

  /// Pollables and streams that outlive their socket or lookup have nothing to do with the socket that comes after it.
  @Test(arguments: Hardening.allCases)
  func pollablesAndStreamsKeepTheirSocket(hardening: Hardening) throws {
    let grants = [
      "SWASM_LISTEN": "127.0.0.1:0/udp", "SWASM_CONNECT": "127.0.0.1:*/udp",
      "SWASM_RESOLVE": "localhost",
    ]
    let run = try ProcessRun.run(
      try GuestProgram(.component, "pollables").compiled(), [],
      environment: hardening.environment.merging(grants) { $1 })
    #expect(
      run.outputText == "not ready\nfrom the first\nfound\ninvalid-state\n", "\(run.errorText)")
  }

  /// A sealed program takes no further grants. The grant `*` does not include addresses of this machine.
  @Test func grantsMayBeCompiledIn() throws {
    let program = try GuestProgram(.component, "resolver").compiled([
      "--resolve", "localhost", "--connect", "*:53/udp", "--sealed",
    ])
    let known = try ProcessRun.run(program, ["name", "localhost"])
    #expect(known.outputText == "127.0.0.1\n0000:0000:0000:0000:0000:0000:0000:0001\n")
    let unknown = try ProcessRun.run(
      program, ["name", "example.com"], environment: ["SWASM_RESOLVE": "*"])
    #expect(unknown.errorText == "resolve-addresses: access-denied\n")
    let here = try ProcessRun.run(program, ["ask", "4", "53", "example.com"])
    #expect(here.errorText == "send: access-denied\n")
  }
}
