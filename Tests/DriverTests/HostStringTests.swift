// Bytes pass through the parser of the command line unchanged.

import Policy
import System
import Testing

@testable import Driver
@testable import swasmc

@Suite struct HostStringTests {
  static let allBytes = HostString(bytes: (1...255).map { UInt8($0) })

  @Test(arguments: [
    "", "plain --words='x'", "\u{10ffff}\u{10ff80}\u{10ff41}", "a\nb\r\u{1b}[0m",
    "e\u{301}=\u{301}",
  ])
  func escapingIsUndone(text: String) {
    let string = HostString(text)
    #expect(HostString(escaped: string.escaped) == string)
  }

  @Test func everyByteIsKept() {
    #expect(HostString(escaped: Self.allBytes.escaped) == Self.allBytes)
    for byte in UInt8(1)...255 {
      let string = HostString(bytes: [byte])
      #expect(HostString(escaped: string.escaped) == string)
    }
  }

  @Test func differentBytesAreEscapedDifferently() {
    let pairs = (UInt8(1)...255).flatMap { first in
      [
        HostString(bytes: [first]), HostString(bytes: [first, 0x41]),
        HostString(bytes: [0xf4, first]),
      ]
    }
    #expect(Set(pairs.map(\.escaped)).count == Set(pairs).count)
  }

  @Test func escapedTextHasNothingThatAParserOrATerminalObeys() {
    for scalar in Self.allBytes.escaped.unicodeScalars {
      #expect(scalar.value >= 0x20 && scalar.value != 0x7f)
      #expect(scalar.isASCII || scalar.properties.generalCategory != .format)
    }
    // There is one character for each byte, so a combining mark does not merge with the sign before it.
    #expect(HostString("A=\u{301}x").escaped.firstIndex(of: "=") != nil)
    #expect(Self.allBytes.escaped.count == 255)
  }

  @Test func grantsAreSplitAsBytes() throws {
    let directory = try #require(
      DirectoryGrant(HostString(bytes: [0xff] + Array("::\u{301}g:ro".utf8))))
    #expect(directory.host.bytes == [0xff])
    #expect(directory.guest == "\u{301}g")
    #expect(directory.readOnly)
    let variable = try #require(
      EnvironmentGrant(HostString(bytes: Array("A=\u{301}".utf8) + [0xfe])))
    #expect(variable.name == "A")
    #expect(variable.value?.bytes == [0xcc, 0x81, 0xfe])
  }

  @Test func commandsTakeAnyBytes() throws {
    let odd = HostString(bytes: [0x61, 0xff, 0x0a, 0x62])
    func word(_ prefix: String) -> String {
      HostString(bytes: Array(prefix.utf8) + odd.bytes).escaped
    }
    let run = try #require(
      try Swasmc.parseAsRoot([
        "run", word("--dir="), "--env", word("A="), "--invoke", word(""), "--argv0", word(""),
        word(""), word(""),
      ]) as? RunCommand)
    #expect(run.invocation?.module == odd)
    #expect(run.invocation?.arguments == [odd])
    #expect(run.grants.policy.directories == [DirectoryGrant(host: odd, guest: odd)])
    #expect(run.grants.policy.environment.first?.value == odd)
    #expect(run.grants.policy.invoke == odd)
    #expect(run.grants.policy.argv0 == odd)
    let compile = try #require(
      try Swasmc.parseAsRoot([word(""), "-o", word(""), "--pgo-use", word("")]) as? CompileCommand)
    #expect(compile.input == odd)
    #expect(compile.output == odd)
    #expect(compile.compileOptions.profiles == [odd])
    let bench = try #require(
      try Swasmc.parseAsRoot([
        "bench", word(""), "--stdin", word(""), "--svg", word(""), "--", word(""),
      ]) as? BenchCommand)
    #expect(bench.request.modulePath == odd)
    #expect(bench.request.inputPath == odd)
    #expect(bench.svg == odd)
    #expect(bench.request.arguments == [odd])
  }

  @Test func thePolicyHasTheBytes() throws {
    var policy = Policy()
    let odd = HostString(bytes: [0x61, 0xff, 0x62])
    policy.directories = [DirectoryGrant(host: odd, guest: odd)]
    policy.environment = [try #require(EnvironmentGrant("A=\(odd)"))]
    policy.argv0 = odd
    policy.invoke = odd
    let bytes = policy.encoded()
    let places = bytes.indices.count { bytes[$0...].starts(with: odd.bytes) }
    #expect(places == 5)
  }

  @Test func defaultOutputsKeepTheBytes() {
    let input = HostString(bytes: [0x64, 0x2f, 0xff] + Array(".wasm".utf8))
    #expect(defaultOutputPath(input: input, emit: .exe).bytes == [0x64, 0x2f, 0xff])
    #expect(InputFile(name: input, bytes: []).baseName.bytes == [0xff] + Array(".wasm".utf8))
  }

  @Test func filesAreOpenedUnderTheirBytes() throws {
    let scratch = try Scratch()
    let name = HostString(bytes: [0x61, 0xff, 0x62])
    try OutputFile(path: scratch.file(name), input: "-").write([7], executable: false)
    #expect(try InputFile.read(path: scratch.file(name)).bytes == [7])
    #expect(try runTool("/bin/ls", ["-A", scratch.path]).output == name.bytes + [0x0a])
  }
}
