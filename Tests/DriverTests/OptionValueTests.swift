// The values of options: sizes, grants, times, default names, levels of processors.

import Policy
import System
import Targets
import Testing

@testable import Driver

@Suite struct OptionValueTests {
  @Test(arguments: [
    ("0", 0), ("65536", 65536), ("7B", 7), ("64K", 65536), ("64k", 65536), ("64KiB", 65536),
    ("3M", 3 << 20), ("3MiB", 3 << 20), ("2G", 2 << 30), ("2GiB", 2 << 30), ("1TiB", 1 << 40),
    ("18446744073709551615", UInt64.max),
  ])
  func sizesHavePowersOf1024(text: String, bytes: UInt64) {
    #expect(ByteSize(text)?.bytes == bytes)
  }

  @Test(arguments: [
    "", "K", "-1", "+1", "1MB", "1 M", "1.5G", "0x10", "18446744073709551616", "16777216T", "١",
  ])
  func wrongSizesAreRefused(text: String) {
    #expect(ByteSize(text) == nil)
  }

  @Test(arguments: [
    ("data", DirectoryGrant(host: "data", guest: "data")),
    ("data::/d", DirectoryGrant(host: "data", guest: "/d")),
    ("data::/d:ro", DirectoryGrant(host: "data", guest: "/d", readOnly: true)),
    ("data:ro", DirectoryGrant(host: "data", guest: "data", readOnly: true)),
    ("odd:ro::/d", DirectoryGrant(host: "odd:ro", guest: "/d")),
    ("a:b::c", DirectoryGrant(host: "a:b", guest: "c")),
    ("a::b::c", DirectoryGrant(host: "a", guest: "b::c")),
  ])
  func directoriesHaveAGuestNameAndMayBeReadOnly(text: String, grant: DirectoryGrant) {
    #expect(DirectoryGrant(HostString(text)) == grant)
  }

  @Test(arguments: ["", "::", "::x", "x::", ":ro", "x:::ro"])
  func namelessDirectoriesAreRefused(text: String) {
    #expect(DirectoryGrant(HostString(text)) == nil)
  }

  @Test func variablesMayHaveAnEmptyValueOrNone() {
    #expect(EnvironmentGrant("A=")?.value == "")
    #expect(EnvironmentGrant("A=b=c")?.value == "b=c")
    #expect(EnvironmentGrant("A")?.value == nil)
  }

  @Test(arguments: [
    "127.0.0.1:80", "0.0.0.0:0", "[::1]:65535", "[::]:1", "[2001:db8::7]:443", "localhost:8080",
    "fds", "fds:nonblock", "[::1]:80:nonblock", "localhost:8080:nonblock",
    "0.0.0.0:53/udp",
  ])
  func listenersAreAddressesOrDescriptors(text: String) { #expect(ListenGrant(text) != nil) }

  @Test(arguments: [
    "", ":80", "80", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:+1", "127.1:80",
    "::1:80", "[::1]", "127.0.0.01:80", "[127.0.0.1]:80", "[::ffff:127.0.0.1]:80", "example.org:80",
    "FDS",
    ":nonblock", "80:nonblock", "127.0.0.1:80:block", "127.0.0.1:80:nonblock:nonblock",
  ])
  func wrongListenersAreRefused(text: String) { #expect(ListenGrant(text) == nil) }

  @Test(arguments: [
    "127.0.0.1:80", "10.0.0.0/8:*", "[fd00::/8]:1-9", "example.com:443", "*.example.com:53/udp",
    "*:*",
  ])
  func destinationsAreAddressesRangesAndNames(text: String) {
    #expect(ConnectGrant(text) != nil)
  }

  @Test(arguments: [
    "", "*", "example.com", ":80", "example.com:0", "10.0.0.1/8:80", "[::1]:9-1", "127.1:80",
    "a..b:1", "a b:1", "example.com:80/tcp",
  ])
  func wrongDestinationsAreRefused(text: String) { #expect(ConnectGrant(text) == nil) }

  @Test func namesMayBePatterns() {
    for name in ["example.com", "*.example.com", "*", "localhost"] {
      #expect(ResolveGrant(name) != nil)
    }
    for name in ["", "*.", "a.*", "127.0.0.1", "example.com:80", "exämple.com"] {
      #expect(ResolveGrant(name) == nil)
    }
  }

  @Test(arguments: [
    ("500ms", 500_000_000), ("2s", 2_000_000_000), ("2", 2_000_000_000), ("5m", 300_000_000_000),
    ("1h", 3_600_000_000_000),
  ])
  func timeLimitsHaveUnits(text: String, nanoseconds: UInt64) {
    #expect(TimeLimit(text)?.nanoseconds == nanoseconds)
  }

  @Test(arguments: ["", "s", "0", "0ms", "-1s", "1.5s", "1 s", "1d", "18446744074s"])
  func wrongTimeLimitsAreRefused(text: String) { #expect(TimeLimit(text) == nil) }

  @Test(arguments: [
    ("app.wasm", Emit.exe, "app"), ("d/app.wasm", .obj, "d/app.o"), ("app.wasm", .asm, "app.s"),
    ("app.wasm", .llvmIR, "app.ll"), ("app.wasm", .loweredIR, "app.ll"),
    ("app.wasm", .llvmBC, "app.bc"), ("app", .exe, "app.out"), ("app", .obj, "app.o"),
    ("-", .exe, "a.out"), (".wasm", .exe, "a.out"), ("d/.wasm", .exe, "d/a.out"),
  ])
  func theOutputIsNamedAfterTheInput(input: String, emit: Emit, output: String) {
    #expect(defaultOutputPath(input: HostString(input), emit: emit) == HostString(output))
  }
}
