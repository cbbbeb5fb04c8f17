// A target is one value. For each target, a module becomes an object for that machine.

import ObjectFile
import Policy
import Targets
import Testing

@testable import Driver

@Suite struct TargetTests {
  @Test func namesDifferAndLevelsAreNumberedFromOne() {
    #expect(Set(Target.all.map(\.name)).count == Target.all.count)
    #expect(Set(ProcessorChoice.names).count == ProcessorChoice.names.count)
    for target in Target.all {
      #expect(target.levels.map(\.number) == Array(1...UInt32(target.levels.count)))
    }
    #expect(Target.all.contains(.host))
  }

  @Test func aProcessorOfAnotherTargetIsRefused() {
    var options = CompileOptions()
    options.target = .x64
    options.cpu = .named("armv8-a")
    let error = #expect(throws: DriverError.self) { try options.processor() }
    #expect(
      error?.message.text.contains(
        "no processor of x86_64-linux is named armv8-a; there are x86-64, x86-64-v2") == true)
    #expect(error?.exitStatus == 64)
  }

  @Test func theNativeProcessorIsOneOfTheHost() throws {
    var options = CompileOptions()
    options.cpu = .native
    #expect(Target.host.levels.contains(try options.processor()))
    options.target = try #require(Target.all.first { $0 != .host })
    #expect(throws: DriverError.self) { try options.processor() }
  }

  /// A memory, and a `_start` that loads, divides and stores: accesses and traps.
  private static let module: [UInt8] =
    [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0] + [1, 4, 1, 0x60, 0, 0] + [3, 2, 1, 0] + [5, 3, 1, 0, 1]
    + [7, 10, 1, 6] + Array("_start".utf8) + [0, 0]
    + [10, 20, 1, 18, 0, 0x41, 8, 0x41, 0, 0x2d, 0, 0, 0x41, 0, 0x28, 2, 4, 0x6e, 0x3a, 0, 0, 0x0b]

  @Test(arguments: Target.all.indices, [OptimizationLevel.o0, .o2])
  func anObjectIsForItsTarget(_ index: Int, _ level: OptimizationLevel) throws {
    var options = CompileOptions()
    options.target = Target.all[index]
    options.optimization = level
    options.emit = .obj
    options.verify = true
    let object = try compile(InputFile(name: "m.wasm", bytes: Self.module), options)
    let file = try ElfFile(object)
    #expect(file.header.eMachine == options.target.elfMachine.number)
    #expect(file.section(named: ".text") != nil || file.section(named: ".text._start") != nil)
  }
}
