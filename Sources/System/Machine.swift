// How much of the machine this process may use. A container's limits (cgroups, versions 1 and 2) count, and so do the
// limits of the process. A limit that the kernel does not tell is taken as absent.

import CSystem
import Glibc

package enum Machine {
  /// Processors that this process may use, at least 1: those that it may run on, and no more than the share of
  /// processor time that its group has.
  package static var usableProcessors: Int {
    let allowed = max(1, Int(swasmc_usable_processors()))
    let quotas = ControlGroup.ofThisProcess(controller: "cpu").compactMap(\.processors)
    return max(1, min(allowed, quotas.min() ?? allowed))
  }

  /// How many bytes of memory this process can still get before the kernel ends a process for lack of memory.
  package static var availableMemoryBytes: Int {
    let groups = ControlGroup.ofThisProcess(controller: "memory").compactMap(\.freeMemoryBytes)
    let machine = fileText("/proc/meminfo").flatMap { meminfoBytes($0, "MemAvailable:") }
    return ([machine, freeAddressSpaceBytes].compactMap { $0 } + groups).min() ?? Int.max
  }

  /// The value of a line of /proc/meminfo, which is in KiB there.
  static func meminfoBytes(_ text: String, _ key: String) -> Int? {
    number(after: key, in: text).flatMap { $0 < Int.max >> 10 ? $0 << 10 : nil }
  }

  /// The bytes of address space that RLIMIT_AS (ulimit -v) leaves; nil without a limit.
  private static var freeAddressSpaceBytes: Int? {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
      let bytes = Int(exactly: limit.rlim_cur)
    else { return nil }
    let pages = fileText("/proc/self/statm").flatMap { $0.split(separator: " ").first }
      .flatMap { Int($0) }
    return max(0, bytes - (pages ?? 0) * sysconf(Int32(_SC_PAGESIZE)))
  }
}

/// A control group that this process is in, or a group around that.
struct ControlGroup {
  /// Its directory.
  let path: String
  let isVersion2: Bool

  /// The group, and all groups around it.
  static func ofThisProcess(controller: String) -> [ControlGroup] {
    fileText("/proc/self/cgroup").map { groups($0, controller: controller) } ?? []
  }

  /// - Parameter text: The content of /proc/self/cgroup: lines `number:controllers:path`; version 2 has the number 0
  ///   and no controllers.
  static func groups(_ text: String, controller: String) -> [ControlGroup] {
    text.split(separator: "\n").flatMap { line -> [ControlGroup] in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      let isVersion2 = fields[0] == "0" && fields[1].isEmpty
      guard isVersion2 || fields[1].split(separator: ",").contains(Substring(controller)) else {
        return []
      }
      let root = isVersion2 ? "/sys/fs/cgroup" : "/sys/fs/cgroup/\(controller)"
      var paths = [root]
      for part in fields[2].split(separator: "/") {
        paths.append("\(paths[paths.count - 1])/\(part)")
      }
      return paths.map { ControlGroup(path: $0, isVersion2: isVersion2) }
    }
  }

  /// Processors' worth of time that the group may take, rounded up; nil without a limit.
  var processors: Int? {
    if isVersion2 { return fileText("\(path)/cpu.max").flatMap(Self.processors) }
    guard let quota = fileText("\(path)/cpu.cfs_quota_us"),
      let period = fileText("\(path)/cpu.cfs_period_us")
    else { return nil }
    return Self.processors("\(quota) \(period)")
  }

  /// - Parameter text: Quota and period in microseconds, as in cpu.max. A quota that is no positive number means no
  ///   limit.
  static func processors(_ text: String) -> Int? {
    let numbers = text.split(whereSeparator: \.isWhitespace).map { Int($0) ?? -1 }
    guard numbers.count == 2, numbers[0] > 0, numbers[1] > 0 else { return nil }
    return 1 + (numbers[0] - 1) / numbers[1]
  }

  /// The bytes of memory that the group can still get; nil without a limit.
  var freeMemoryBytes: Int? {
    let names =
      isVersion2
      ? ("memory.max", "memory.current", "inactive_file ")
      : ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file ")
    guard let limit = fileNumber("\(path)/\(names.0)"), limit < 1 << 60 else { return nil }
    let used = fileNumber("\(path)/\(names.1)") ?? 0
    // Pages of files that nobody has used lately are given back when memory is needed.
    let idle = fileText("\(path)/memory.stat").flatMap { number(after: names.2, in: $0) } ?? 0
    return max(0, limit - max(0, used - idle))
  }
}

/// The number that follows `key` at the beginning of a line.
private func number(after key: String, in text: String) -> Int? {
  guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(key) }) else {
    return nil
  }
  return line.dropFirst(key.count).split(separator: " ").first.flatMap { Int($0) }
}

private func fileNumber(_ path: String) -> Int? {
  fileText(path).flatMap { $0.split(whereSeparator: \.isWhitespace).first }.flatMap { Int($0) }
}

/// The text of a small file that the kernel provides; nil if it cannot be read.
private func fileText(_ path: String) -> String? {
  guard let file = try? FileDescriptor.open(HostString(path), O_RDONLY),
    let bytes = try? file.readAll(expectedBytes: 0, limitBytes: 1 << 20)
  else { return nil }
  return String(decoding: bytes, as: UTF8.self)
}
