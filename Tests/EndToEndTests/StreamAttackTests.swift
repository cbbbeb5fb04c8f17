// Attacks on the passes that vectorise loops over guest memory. For all steps, counts and starts, an optimised
// executable prints the same as the unoptimised one, or traps in the same case. An access outside of the reservation
// would end with another status, because such a fault does not count as a trap.

import TestSupport
import Testing

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct StreamAttackTests {
  /// An address below the end of a memory that has grown as far as it can.
  private static let top = "0xfffdff00"
  private static let steps = [
    "4", "-4", "-16", "4096", "65532", "65535", "-65535", "65536", "-1048576", "1073741824",
    "2147483647", "-77777",
  ]

  static let attacks: [[String]] =
    steps.flatMap { step in
      ["0x300000", "0x100", "0x3fff00"].map { ["each", $0, step, "5000000"] }
        + [["^each", top, step, "20000"], ["^each", "0x80000000", step, "20000"]]
        + [
          ["nested", "0x300000", step, "70000"], ["step-from-memory", "0x300000", step, "90000"],
        ]
    } + [
      ["offsets", "0x300000", "0", "10000000"], ["offsets", "0xfffffff0", "0", "100"],
      ["offsets", "0xfffffff4", "0", "3"], ["^offsets", top, "0", "1000"],
      ["down", "0x300000", "0", "1000000"], ["down", "0x100", "0", "50"],
      ["down", "0x20", "0", "1000"],
      ["down-pair", "0x300000", "0", "1000000"], ["down-pair", "0x2000", "0", "100"],
      ["down-pair", "0x104", "0", "1000"], ["down-pair", "0x100", "0", "33"],
      ["count-from-memory", "0x300000", "0", "10"], ["count-from-memory", "0x1ffff0", "0", "100"],
      ["count-from-memory", "0x300000", "0", "0xffffffff"],
      ["^below", top, "0", "2000000", "0x400000"],
      ["below", "0x300000", "0", "3000000", "0x400000"],
      ["load-below", "0x300000", "0", "3000000", "0x400000"],
      ["load-below", "0x300000", "0", "200", "0x400000"],
      ["^load-below", top, "0", "100", "0x400000"],
      ["^narrow-range", "0xfffdfff0", "0", "1000"], ["narrow-range", "0xfffdfff0", "0", "1000"],
      ["grow", "0x300000", "0", "400000"], ["grow", "0x300000", "0", "0xffffffff"],
      ["leave", "0x3ffff0", "0", "100", "0"], ["leave", "0x3fffec", "0", "100", "1"],
      ["leave", "0x3ffe00", "0", "100", "41"], ["leave", "0xfffffff8", "0", "100", "0"],
    ] + (1...20).map { ["copy", "0x300000", "\($0)", "1000"] }
    + ["4", "8", "12", "-4", "-12", "-24", "64", "4096"].map {
      ["copy-words", "0x300000", $0, "3000"]
    }

  /// The trap that stopped a program, without the program's name and the offset.
  private func trap(of run: ProcessRun) -> Substring? {
    run.errorText.firstRange(of: "wasm trap: ").map { start in
      run.errorText[start.upperBound...].prefix { $0 != "\n" }.split(separator: " in ")[0]
    }
  }

  @Test func optimisedLoopsBehaveAsUnoptimisedOnes() throws {
    let program = GuestProgram(.c, "streams")
    let plain = try program.compiled(["-O0"])
    let optimised = [
      try program.compiled(["-O2"]), try program.compiled(["-O3", "--cpu", "native"]),
    ]
    var traps = 0
    for attack in Self.attacks {
      let expected = try ProcessRun.run(plain, attack)
      traps += expected.status == 134 ? 1 : 0
      for executable in optimised {
        let run = try ProcessRun.run(executable, attack)
        #expect(run.status == expected.status, "\(attack): \(run.errorText)")
        #expect(run.outputText == expected.outputText, "\(attack)")
        #expect(trap(of: run) == trap(of: expected), "\(attack)")
      }
    }
    // The attacks reach both outcomes.
    #expect(traps > 40 && traps < Self.attacks.count - 40)
  }
}
