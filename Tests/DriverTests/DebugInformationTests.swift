// The reader and the translation of debug information, without a debugger.

import DebugInformation
import Foundation
import ObjectFile
import TestSupport
import Testing

@testable import Driver

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

  /// The lengths leave out the version, the size of addresses, or only the end of the header.
  @Test(arguments: [0, 2, 6]) func unitsShorterThanTheirHeaderAreRefused(length: UInt8) {
    let info = [length, 0, 0, 0, 4, 0, 0, 0, 0, 0, 4] + [UInt8](repeating: 0, count: 16)
    let abbreviations: [UInt8] = [1, 0x11, 0, 0, 0, 0]
    let sections = {
      DebugSections(
        info + abbreviations,
        [
          (".debug_info", 0..<info.count),
          (".debug_abbrev", info.count..<info.count + abbreviations.count),
        ])
    }
    #expect(throws: ObjectFormatError.self) { try GuestDebugInformation(sections()) }
    #expect(throws: ObjectFormatError.self) { try SourceLines(sections()) }
  }

  @Test func placesHaveInlinedCalls() throws {
    let program = DebugProgram("list.c", ["-O2"])
    guard program.missingTools.isEmpty else { return }
    let mutants = try DebugMutants(module: bytes(program.wasm()))
    let all = try mutants.chains()
    // clang inlines the loop of `sum` into `main`.
    let chain = try #require(
      all.first { $0.count > 1 && $0[0].function == "sum" && $0[0].line == 18 })
    #expect(chain.suffix(2).map(\.function) == ["apply", nil])
    #expect(chain[0].file?.hasSuffix("list.c") ?? false)
    #expect(chain.map(\.line).suffix(2) == [25, 33])
  }

  @Test(arguments: [
    ("_ZN4shop4Cart5totalEv", "shop::Cart::total"), ("_ZNK4shop4Cart4meanEv", "shop::Cart::mean"),
    ("_Z5sharei", "share"), ("_Z5shareIiEvT_", nil), ("_ZN4shop4CartC2Ev", nil),
    ("_ZN4shop5shareIiEET_S1_", nil), ("_ZN99a", nil), ("_ZN18446744073709551616aE", nil),
    ("_Z", nil), ("_ZNE", nil), ("_ZNKE", nil), ("_Z3a", nil), ("plain", nil),
  ])
  func pathsOfCxx(name: String, path: String?) {
    #expect(plainPathOfCxx(name) == path)
  }
}
