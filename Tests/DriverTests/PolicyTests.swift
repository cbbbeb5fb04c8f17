// The bytes of the policy, as policy.c reads them.

import CSwasmABI
import Targets
import Testing

@testable import Policy

@Suite struct PolicyTests {
  private func words(_ values: UInt32...) -> [UInt8] {
    values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
  }

  @Test func anEmptyPolicyIsTheEndRecordAlone() {
    #expect(Policy().encoded() == words(0, 0))
  }

  @Test func directoriesCarryFlagsAndCountedNames() {
    var policy = Policy()
    policy.directories = [DirectoryGrant(host: "data", guest: "/d", readOnly: true)]
    let payload = words(1, 4) + Array("data".utf8) + words(2) + Array("/d".utf8)
    #expect(policy.encoded() == words(1, 18) + payload + [0, 0] + words(0, 0))
  }

  @Test func theLengthOfARecordDoesNotCountItsPadding() {
    var policy = Policy()
    policy.environment = [EnvironmentGrant("A=1")].compactMap { $0 }
    #expect(policy.encoded() == words(2, 3) + Array("A=1".utf8) + [0] + words(0, 0))
  }

  @Test func limitsAre64Bits() {
    var policy = Policy()
    policy.maxMemory = ByteSize(bytes: 0x1_0000_0002)
    policy.stack = ByteSize(bytes: 3)
    #expect(policy.encoded() == words(4, 8, 2, 1) + words(5, 8, 3, 0) + words(0, 0))
  }

  @Test func everyOtherRecordHasItsTag() {
    var policy = Policy()
    policy.inheritEnvironment = true
    policy.sealed = true
    policy.argv0 = "name"
    policy.invoke = "main"
    policy.processorFeatures = 4
    #expect(
      policy.encoded() == words(8, 0) + words(3, 0) + words(6, 4) + Array("name".utf8)
        + words(7, 4) + Array("main".utf8) + words(9, 8, 4, 0) + words(0, 0))
  }

  @Test func conditionsOfARunHaveRecords() {
    var policy = Policy()
    policy.hardening = .require
    policy.listeners = ["[::1]:80", "fds"].compactMap { ListenGrant($0) }
    policy.maxDescriptors = 9
    policy.timeout = TimeLimit("5s")
    policy.deterministicSeed = 0x1_0000_0002
    policy.standardStreams.input = .null
    policy.standardStreams.error = .null
    #expect(
      policy.encoded() == words(10, 8, 1, 0) + words(11, 8) + Array("[::1]:80".utf8) + words(11, 3)
        + Array("fds".utf8) + [0] + words(12, 8, 9, 0) + words(13, 8, 0x2a05_f200, 1)
        + words(14, 8, 2, 1) + words(15, 8, 1, 0) + words(17, 8, 1, 0)
        + words(0, 0))
  }

  @Test func grantsOfTheNetworkHaveRecords() {
    var policy = Policy()
    policy.connections = [ConnectGrant("a.b:443")].compactMap { $0 }
    policy.names = [ResolveGrant("*.c")].compactMap { $0 }
    #expect(
      policy.encoded() == words(18, 7) + Array("a.b:443".utf8) + [0] + words(19, 3)
        + Array("*.c".utf8) + [0] + words(0, 0))
  }

  @Test func hardeningMayBeTurnedOff() {
    var policy = Policy()
    policy.hardening = .off
    #expect(policy.encoded() == words(10, 8, 2, 0) + words(0, 0))
  }

  @Test func optionsDescribeTheirValues() {
    #expect(PolicyOption.stack.says == "a size from 64K to 64G")
    #expect(PolicyOption.stack.number("64K") == 65536)
    #expect(PolicyOption.stack.number("65535") == nil)
    #expect(PolicyOption.stack.number("64G") == 64 << 30)
    #expect(PolicyOption.stack.number("65G") == nil)
    #expect(PolicyOption.maxDescriptors.number("0") == nil)
    #expect(PolicyOption.maxDescriptors.number("4294967296") == nil)
    #expect(PolicyOption.deterministic.number("+7") == nil)
    #expect(PolicyOption.deterministic.number("") == nil)
  }

  @Test func everyWordIsReadBack() {
    #expect(Hardening.allCases.map(\.description) == ["on", "require", "off"])
    #expect(Hardening.allCases.map { Hardening($0.description) } == Hardening.allCases)
    #expect(StandardStreams.Stream.allCases.map(\.description) == ["inherit", "null"])
    #expect(StandardStreams.Stream("NULL") == nil)
  }

  /// If an option were not written, a restriction would be lost.
  @Test func everyRowOfTheTableIsWritten() throws {
    var policy = Policy()
    policy.directories = [DirectoryGrant(host: "d", guest: "/d", readOnly: true)]
    policy.environment = [EnvironmentGrant("A=1")].compactMap { $0 }
    policy.inheritEnvironment = true
    policy.sealed = true
    policy.maxMemory = ByteSize(bytes: 1)
    policy.stack = ByteSize(bytes: 1 << 20)
    policy.argv0 = "name"
    policy.invoke = "main"
    policy.hardening = .require
    policy.listeners = [ListenGrant("fds")].compactMap { $0 }
    policy.maxDescriptors = 9
    policy.timeout = TimeLimit("1s")
    policy.deterministicSeed = 1
    policy.standardStreams.input = .null
    policy.standardStreams.output = .null
    policy.standardStreams.error = .null
    policy.processorFeatures = 4
    policy.connections = [ConnectGrant("*:1")].compactMap { $0 }
    policy.names = [ResolveGrant("*")].compactMap { $0 }
    policy.backtrace = .full
    policy.trace = .off
    let bytes = policy.encoded()
    var tags: Set<UInt32> = []
    func word(_ at: Int) -> UInt32 {
      bytes[at..<at + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }
    var at = 0
    while word(at) != 0 {
      tags.insert(word(at))
      at += 8 + (Int(word(at + 4)) + 3) / 4 * 4
    }
    let rows = (0..<SWASM_POLICY_TAGS.rawValue).filter {
      swasm_policy_option_of($0) != nil
    }
    #expect(tags == Set(rows))
  }

  @Test func theBaselineProcessorNeedsNoRecord() {
    var policy = Policy()
    policy.processorFeatures = Target.x64.baseline.featureBits
    #expect(policy.encoded() == words(0, 0))
  }
}
