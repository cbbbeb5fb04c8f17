// A target is one value. For each target, a module becomes an object for that machine.

import ObjectFile
import Policy
import Targets
import Testing

@testable import Driver

@Suite struct TargetTests {
  @Test func namesDifferAndFeaturesHaveBits() throws {
    #expect(Set(Target.all.map(\.name)).count == Target.all.count)
    #expect(Set(Target.all.map(\.baselineName)).count == Target.all.count)
    for target in Target.all {
      #expect((1...64).contains(target.features.count))
      #expect(Set(target.features).count == target.features.count)
      #expect(target.levels.first == target.baselineName)
      for (position, feature) in target.features.enumerated() {
        let choice = try #require(ProcessorChoice("+\(feature)"))
        #expect(try target.processor(choice).featureBits & 1 << UInt64(position) != 0)
      }
    }
    #expect(Target.all.contains(.host))
  }

  @Test func aProcessorOfAnotherTargetIsRefused() throws {
    var options = CompileOptions()
    options.target = .x64
    for (name, text) in [
      (
        "armv8-a",
        "no processor of x86_64-linux is named armv8-a; it has LLVM's names, for example x86-64, x86-64-v2"
      ),
      ("znver22", "no processor of x86_64-linux is named znver22; did you mean znver1?"),
      ("i486", "i486 does not run code for x86_64-linux: it lacks 64bit"),
      ("x86-64-v3,+aes", "cannot need or avoid aes; the features are cx16, popcnt"),
      ("-sse2", "cannot need or avoid sse2"),
    ] {
      options.cpu = try #require(ProcessorChoice(name))
      let error = #expect(throws: DriverError.self) { try options.processor() }
      #expect(error?.message.text.contains(text) == true, "\(error?.message.text ?? "")")
      #expect(error?.exitStatus == 64)
    }
  }

  @Test func theNativeProcessorIsOneOfTheHost() throws {
    var options = CompileOptions()
    options.cpu = .native
    #expect(try options.processor().target == .host)
    options.target = try #require(Target.all.first { $0 != .host })
    #expect(throws: DriverError.self) { try options.processor() }
  }

  @Test(arguments: [
    ("x86-64-v2", ["cx16", "popcnt", "sahf", "sse3", "ssse3", "sse4.1", "sse4.2"], "x86-64-v2"),
    // What a feature needs comes with it, and what needs a feature goes with it.
    ("+sse4.1", ["sse3", "ssse3", "sse4.1"], "x86-64"),
    (
      "haswell,-avx,-bmi,-movbe",
      ["cx16", "popcnt", "sahf", "sse3", "ssse3", "sse4.1", "sse4.2", "bmi2", "lzcnt", "xsave"],
      "haswell"
    ),
    ("x86-64-v2,-cx16,-sahf,+gfni,-gfni,-sse4.1", ["popcnt", "sse3", "ssse3"], "x86-64-v2"),
  ])
  func aProcessorHasTheFeaturesOfItsName(
    name: String, features: [String], tunedFor: String
  ) throws {
    let processor = try Target.x64.processor(#require(ProcessorChoice(name)))
    #expect(processor.features == features)
    #expect(processor.tunedFor == tunedFor)
    #expect(processor.instructions.byteShuffle == nil || features.contains("ssse3"))
  }

  @Test func processorsOfOtherTargets() throws {
    let graviton = try Target.aarch64.processor(.named("neoverse-n1"))
    #expect(graviton.features == ["crc", "dotprod", "lse", "rcpc", "rdm"])
    #expect(try Target.riscv64.processor(.named("sifive-p670")).features.contains("zbb"))
    #expect(try Target.aarch64.processor(.named("armv8-a")) == Target.aarch64.baseline)
  }

  @Test(arguments: ["", ",", "+", "-", "a,,+b", "a,b", "+a b", "\u{1b}[1m", "native,", "+\u{e9}"])
  func whatIsNoProcessorIsRefused(text: String) {
    #expect(ProcessorChoice(text) == nil)
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
