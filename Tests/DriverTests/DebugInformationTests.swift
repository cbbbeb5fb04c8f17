// The reader and the translation of debug information, without a debugger.

import DebugInformation
import Foundation
import TestSupport
import Testing

@Suite struct DebugInformationTests {
  private static let programs = [
    DebugProgram("list.c", ["-O0"]), DebugProgram("list.c", ["-O2"]),
    DebugProgram("list.c", ["-O2", "-gdwarf-5"]), DebugProgram("shop.cpp", ["-O2"]),
  ]

  private func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// `fuzz debug` runs more of them.
  @Test(arguments: programs) func damagedSectionsAreRefusedOrTranslated(program: DebugProgram)
    throws
  {
    guard program.missingTools.isEmpty else { return }
    let mutants = try DebugMutants(module: bytes(program.wasm()))
    #expect(mutants.run(seed: 0) == .translated)
    let verdicts = Set((1...150).map { mutants.run(seed: $0) })
    #expect(verdicts == [.refused, .translated])
  }

  @Test func placesHaveInlinedCalls() throws {
    let program = DebugProgram("list.c", ["-O2"])
    guard program.missingTools.isEmpty else { return }
    let mutants = try DebugMutants(module: bytes(program.wasm()))
    let all = try mutants.places()
    // clang inlines the loop of `sum` into `main`.
    let chain = try #require(
      all.first { $0.count > 1 && $0[0].function == "sum" && $0[0].line == 18 })
    #expect(chain.map(\.function).suffix(2) == ["apply", "main"])
    #expect(chain[0].file.hasSuffix("list.c"))
    #expect(chain.map(\.line).suffix(2) == [25, 33])
  }
}
