// The reader and the translation of debug information, without a debugger.

import Foundation
import ObjectFile
import TestSupport
import Testing
import WasmModule

@testable import DebugInformation
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

  /// Debuggers print names to terminals as they are.
  @Test(arguments: [
    ("plain ä name", "plain ä name"), ("\u{1b}[1m\n\u{7f}", "?[1m??"), ("a\u{9b}b", "a??b"),
    ("\u{202e}x\u{2066}", "???x???"), ("\u{e2}", "\u{e2}"),
  ])
  func namesHaveNoControlCharacters(name: String, shown: String) {
    #expect(Array(name.utf8).visible == Array(shown.utf8))
  }

  /// Many variables may share one.
  @Test func longExpressionsAreLeftOut() throws {
    let program = DebugProgram("list.c", ["-O2"])
    guard program.missingTools.isEmpty else { return }
    let nops: (Int) -> [UInt8] = { [UInt8](repeating: 0x96, count: $0) }
    let module = try ModuleDecoder.decode(ModuleBytes(bytes(program.wasm())))
    let information = try GuestDebugInformation(DebugSections(of: module))
    let unit = try #require(information.units.first)
    let sections = DebugSections(nops(1000), [])
    #expect(unit.operations(0..<64, of: sections)?.count == 64)
    #expect(unit.operations(0..<65, of: sections) == nil)
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
