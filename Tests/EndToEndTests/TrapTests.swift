// A trap ends an executable with a message that names its kind, its function and its place, and status 134.

import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct TrapTests {
  @Test(arguments: [
    ("unreachable", "unreachable", "reach_unreachable"),
    ("divide", "integer divide by zero", "divide"),
    ("memory", "out of bounds memory access", "read_far_away"),
    ("recurse", "call stack exhausted", "recurse"),
    ("call", "indirect call type mismatch", "call_wrong_type"),
  ])
  func messageNamesKindFunctionAndPlace(argument: String, kind: String, function: String) throws {
    for level in ["-O0", "-O2"] {
      let run = try ProcessRun.run(GuestProgram(.c, "traps").compiled([level]), [argument])
      #expect(run.status == 134)
      #expect(run.outputText == "before\n")
      #expect(run.errorText.contains("wasm trap: " + kind), "\(run.errorText)")
      #expect(run.errorText.contains(function), "\(run.errorText)")
      #expect(run.errorText.contains("0x"), "\(run.errorText)")
    }
  }

  @Test func explicitBoundsChecksTrapTheSame() throws {
    let program = try GuestProgram(.c, "traps").compiled(["--bounds-checks", "explicit"])
    let run = try ProcessRun.run(program, ["memory"])
    #expect(run.status == 134)
    #expect(run.errorText.contains("wasm trap: out of bounds memory access"), "\(run.errorText)")
  }

  @Test func aRunWithoutATrapPrintsNoMessage() throws {
    let run = try ProcessRun.run(GuestProgram(.c, "traps").compiled(["-O2"]), ["none"])
    #expect(run.status == 0)
    #expect(run.outputText == "before\nafter\n")
    #expect(run.errorText == "")
  }
}
