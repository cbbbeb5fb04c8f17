// How the linker and the runtime are found, linking, and the messages about missing parts.

import CSwasmABI
import Glibc
import ObjectFile
import Policy
import System
import Targets
import Testing

@testable import Driver

@Suite struct LinkerTests {
  private func installation(_ directory: HostString, _ variables: [HostString: HostString])
    -> Installation
  {
    Installation(executableDirectory: directory, environment: { variables[$0] })
  }

  private func linker() throws -> Linker {
    Linker(path: try Installation.current().linker(), target: .x64)
  }

  @Test func theLinkerBesideTheCompilerComesFirst() throws {
    let scratch = try Scratch()
    let path = try scratch.write("ld.lld", [], mode: 0o755)
    #expect(try installation(scratch.path, ["PATH": "/usr/bin"]).linker() == path)
  }

  @Test func theLinkerOfAnInstallationComesBeforeThoseInPath() throws {
    let scratch = try Scratch()
    for name: HostString in ["bin", "libexec", "libexec/swasmc"] {
      mkdir(scratch.file(name).description, 0o755)
    }
    let path = try scratch.write("libexec/swasmc/ld.lld", [], mode: 0o755)
    #expect(try installation(scratch.file("bin"), ["PATH": "/usr/bin"]).linker() == path)
  }

  @Test func aLinkerMayBeNamed() throws {
    let scratch = try Scratch()
    let path = try scratch.write("mine", [], mode: 0o755)
    let place = installation("/", ["SWASMC_LINKER": path])
    #expect(try place.linker() == path)
    let byName = installation("/", ["SWASMC_LINKER": "mine", "PATH": scratch.path])
    #expect(try byName.linker() == path)
  }

  @Test func aNamedLinkerThatIsNotThereIsAnError() throws {
    let error = #expect(throws: DriverError.self) {
      try installation("/", ["SWASMC_LINKER": "/no/such"]).linker()
    }
    #expect(error?.message.text.contains("SWASMC_LINKER names /no/such") == true)
    #expect(error?.exitStatus == 1)
  }

  @Test func theRuntimeIsFoundInAnInstallation() throws {
    let scratch = try Scratch()
    for name: HostString in ["bin", "lib", "lib/swasmc", "lib/swasmc/x86_64-linux"] {
      mkdir(scratch.file(name).description, 0o755)
    }
    let path = try scratch.write("lib/swasmc/x86_64-linux/libswasm_rt.a", [])
    #expect(try installation(scratch.file("bin"), [:]).runtimeArchive(.x64) == path)
  }

  @Test func theRuntimeIsFoundInASourceTreeAboveTheCompiler() throws {
    let scratch = try Scratch()
    for name: HostString in ["build", "build/runtime", "build/runtime/x86_64-linux"] {
      mkdir(scratch.file(name).description, 0o755)
    }
    let path = try scratch.write("build/runtime/x86_64-linux/libswasm_rt.a", [])
    #expect(try installation(scratch.file(".build/x/debug"), [:]).runtimeArchive(.x64) == path)
  }

  @Test func theMessageOfAMissingRuntimeNamesThePlacesAndTheRemedy() throws {
    let scratch = try Scratch()
    let error = #expect(throws: DriverError.self) {
      try installation(scratch.file("bin"), [:]).runtimeArchive(.aarch64)
    }
    let message = try #require(error?.message.text)
    #expect(message.contains("\(scratch.path)/lib/swasmc/aarch64-linux/libswasm_rt.a"))
    #expect(message.contains("\(scratch.path)/build/runtime/aarch64-linux/libswasm_rt.a"))
    #expect(message.contains("make runtime"))
  }

  @Test func aFailingLinkerIsAnInternalErrorWithItsWords() throws {
    let linker = try linker()
    let file = try MemoryFile([1, 2, 3])
    let error = #expect(throws: DriverError.self) { try linker.combine(objects: [file]) }
    #expect(error?.exitStatus == 70)
    #expect(
      error?.message.text.contains(
        "swasmc: error[E0901]: internal error: the linker failed with status 1")
        == true)
    #expect(error?.message.text.contains(": error: ") == true)
  }

  @Test func anExecutableIsStaticAndPositionIndependent() throws {
    let executable = try linkedStart()
    let file = try ElfFile(executable)
    #expect(file.header.eType == Elf.etDyn)
    let segments = try file.programHeaders()
    #expect(!segments.contains { $0.pType == Elf.ptInterp })
    #expect(segments.contains { $0.pType == Elf.ptGnuRelro })
    #expect(!segments.contains { $0.pFlags & Elf.pfExecute != 0 && $0.pFlags & Elf.pfWrite != 0 })
    #expect(try !file.dynamicEntries().contains { $0.dTag == Elf.dtNeeded })
    #expect(file.section(named: ".symtab") == nil)
  }

  @Test func linkingTwiceGivesTheSameBytes() throws {
    #expect(try linkedStart() == linkedStart())
  }

  /// A program with `_start` and the driver's own object, but without a runtime.
  private func linkedStart() throws -> [UInt8] {
    var object = try ElfFile(try makeObject([TestFunction(name: "_start", lines: [1, 2])]))
    let maps = try CodeMap.extract(from: &object, for: .x64, unit: 0)
    let unit = LinkUnit(
      policy: Policy(), tables: .init(codeMaps: maps, functions: []), target: .x64
    ).encoded()
    let scratch = try Scratch()
    let archive = try scratch.write("empty.a", Array("!<arch>\n".utf8))
    return try linker().linkExecutable(
      objects: [try MemoryFile(object), try MemoryFile(unit)], runtime: archive)
  }
}

@Suite struct LinkUnitTests {
  @Test func codeMapsPointAtCodeAndRows() throws {
    var first = try ElfFile(try makeObject([TestFunction(name: "_start", lines: [1, 2])]))
    var second = try ElfFile(try makeObject([TestFunction(name: "other", lines: [3])]))
    let maps =
      try CodeMap.extract(from: &first, for: .x64, unit: 0)
      + CodeMap.extract(from: &second, for: .x64, unit: 1)
    let bytes = LinkUnit(
      policy: Policy(), tables: .init(codeMaps: maps, functions: []), target: .x64
    ).encoded()
    let unit = try ElfFile(bytes)
    let table = try #require(unit.section(named: ".data.rel.ro.swasm"))
    #expect(unit.sections[table].header.shSize == UInt64(2 * MemoryLayout<swasm_code_map>.size))
    let relocations = try unit.relocations(of: table)
    #expect(relocations.keys.sorted() == [0, 16, 32, 48, 64, 80, 96, 112])
    // The rows follow one another under one symbol.
    #expect(relocations[16]?.rAddend == 0)
    #expect(relocations[32]?.rAddend == Int64(maps[0].rows.count))
    #expect(relocations[80]?.rAddend == Int64(maps[0].tables.reduce(0) { $0 + $1.count }))
    #expect(relocations[16]?.symbol == relocations[80]?.symbol)
    #expect(relocations[0]?.symbol != relocations[64]?.symbol)
  }

  @Test func withoutCodeMapsTheirSymbolsAreNotDefined() throws {
    let bytes = LinkUnit(policy: Policy(), target: .x64).encoded()
    let unit = try ElfFile(bytes)
    let strings = try #require(unit.contents(ofSection: ".strtab"))
    let names = String(decoding: strings, as: UTF8.self)
    #expect(names.split(separator: "\0") == ["swasm_policy", "swasm_policy_bytes"])
  }
}
