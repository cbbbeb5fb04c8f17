// A compilation does not affect the next one in the same process.

import System
import Targets
import TestSupport
import Testing

@testable import Driver

@Suite(.enabled(if: GuestProgram.isBuildable(.c), "`make setup` installs the C toolchain"))
struct RepeatedCompilationTests {
  private static func options(
    _ level: OptimizationLevel, cpu: ProcessorChoice = .baseline, preciseTraps: Bool = false
  ) -> CompileOptions {
    var options = CompileOptions()
    options.emit = .asm
    options.optimization = level
    options.cpu = cpu
    options.preciseTraps = preciseTraps
    return options
  }

  // Not at higher levels: if costs are equal, the vectorisers of LLVM 22 sometimes choose by addresses.
  @Test(arguments: [OptimizationLevel.o0, .o1])
  func aSecondCompilationGivesTheSameCode(_ level: OptimizationLevel) throws {
    let input = try InputFile.read(path: HostString(try GuestProgram(.c, "streams").wasm()))
    let first = try compile(input, Self.options(level))
    _ = try compile(input, Self.options(.o3, cpu: .native, preciseTraps: true))
    _ = try compile(input, Self.options(.o0))
    let again = try compile(input, Self.options(level))
    // Compare without #expect on the bytes: it would print very many lines.
    let isSame = again == first
    #expect(isSame)
  }
}
