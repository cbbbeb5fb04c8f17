// What the kernel tells about the machine and about limits.

import Testing

@testable import System

@Suite struct MachineTests {
  @Test func controlGroupsAndTheirParentsAreFound() {
    let text = """
      5:memory:/a/b
      4:cpu,cpuacct:/c
      1:name=systemd:/
      0::/unified/x

      """
    #expect(
      ControlGroup.groups(text, controller: "memory").map(\.path) == [
        "/sys/fs/cgroup/memory", "/sys/fs/cgroup/memory/a", "/sys/fs/cgroup/memory/a/b",
        "/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/unified/x",
      ])
    #expect(
      ControlGroup.groups(text, controller: "cpu").map(\.isVersion2) == [
        false, false, true, true, true,
      ])
    #expect(ControlGroup.groups("nonsense\n::\n", controller: "cpu").isEmpty)
  }

  @Test(
    arguments: [
      ("max 100000", nil), ("-1 100000\n", nil), ("200000 100000\n", 2), ("150000 100000", 2),
      ("1000 100000", 1), ("0 100000", nil), ("100000 0", nil), ("", nil), ("1 2 3", nil),
    ] as [(String, Int?)])
  func aQuotaIsRoundedUpToProcessors(text: String, processors: Int?) {
    #expect(ControlGroup.processors(text) == processors)
  }

  @Test func meminfoIsInKibibytes() {
    let text = "MemTotal:  100 kB\nMemAvailable:     24 kB\n"
    #expect(Machine.meminfoBytes(text, "MemAvailable:") == 24 << 10)
    #expect(Machine.meminfoBytes(text, "MemFree:") == nil)
    #expect(Machine.meminfoBytes("MemAvailable: 9223372036854775807 kB", "MemAvailable:") == nil)
  }

  @Test func thisMachineHasProcessorsAndMemory() {
    #expect(Machine.usableProcessors >= 1)
    #expect(Machine.availableMemoryBytes > 1 << 20)
  }
}
